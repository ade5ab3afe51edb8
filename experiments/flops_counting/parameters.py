"""The parameters of a run: which models are shown operator by operator, how much of the zoo, how much timing."""

from __future__ import annotations

import re

from pydantic import ValidationInfo, field_validator

from studyctl.lab import Params, param

OWN = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class FlopsCounting(Params):
    """Which models, how much of the zoo, how much timing."""

    models: list[str] = param(
        ["resnet50", "efficientnet_b0", "efficientnet_b3", "mobilenet_v2", "convnext_tiny", "vit_b_32"],
        "torchvision's models to count operator by operator, by name",
    )
    own: str = param("", "also a model of your own: MODULE:FUNCTION, a function that returns it; empty: none")
    shape: list[int] = param([1, 3, 224, 224], "shape of the input of your own model")
    zoo: str = param("*", "pattern of the names of torchvision's models that are held against its published figures")
    timed: int = param(45, "models to time, spread over the zoo's multiply-adds; 0: none", ge=0, le=100)
    largest: int = param(60, "largest model to time", unit="M parameters", ge=1, le=1000)
    rounds: int = param(9, "times that each model is timed, in turns", ge=4, le=100)
    seconds: int = param(150, "no further round is begun after so many seconds of timing", unit="s", ge=1)
    threads: int = param(2, "threads of torch while timing", ge=1, le=256)
    keras: bool = param(
        True, "tf.profiler and XLA's cost analysis on three of Keras' networks, where TensorFlow and jax are installed"
    )
    figures: bool = param(True, "draw them")
    seed: int = param(0, "of weights, of the order of models, of the bootstrap", ge=0)

    @field_validator("own")
    @classmethod
    def _own(cls, value: str) -> str:
        if value and not OWN.fullmatch(value):
            raise ValueError("has to be MODULE:FUNCTION")
        return value

    @field_validator("shape")
    @classmethod
    def _shape(cls, value: list[int]) -> list[int]:
        if not value or min(value) < 1:
            raise ValueError("has to be whole numbers above 0")
        return value

    @field_validator("models")
    @classmethod
    def _some(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if not value or len(set(value)) != len(value):
            raise ValueError("has to name at least one model, and each once")
        return value
