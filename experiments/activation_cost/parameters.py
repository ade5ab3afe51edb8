"""The parameters of a run: which tensors are timed, in which network swish is replaced, how networks are trained."""

from __future__ import annotations

from pydantic import field_validator

from studyctl.lab import Params, param

KNOWN = {
    "dtypes": ("float32", "bfloat16", "float16"),
    "activations": ("swish", "hard-swish", "gelu"),
    "norms": ("batch", "none"),
    "starts": ("tuned", "he"),
}


class ActivationCost(Params):
    """Which tensors are timed, in which network swish is replaced, how networks are trained."""

    sizes: list[int] = param([16, 256, 4096, 65536], "bytes of each tensor, in KiB")
    dtypes: list[str] = param(["float32", "bfloat16"], "float32, bfloat16, float16")
    every_size: bool = param(False, "the other dtypes at every size too, not only at the two that are cited")
    processes: int = param(6, "fresh processes of each cell; six for an interval", ge=1, le=48)
    pairs: int = param(9, "interleaved rounds in each process", ge=5, le=1000)
    margin: float = param(0.02, "a difference of times that is called one", ge=0, le=1)
    threads: int = param(1, "threads of each timed call; more wait for each other where others compute", ge=1, le=256)
    network: str = param("efficientnet_b3", "of torchvision, with swish; empty: no network is timed")
    side: int = param(300, "side of its image", unit="px", ge=64, le=2048)
    activations: list[str] = param(["swish"], "trained beside relu: swish, hard-swish, gelu")
    depths: list[int] = param([3], "residual blocks of two convolutions; the first is the main condition")
    norms: list[str] = param(["batch"], "batch, none: batch norm after each convolution or not")
    starts: list[str] = param(["tuned"], "tuned, he: gain of the initialisation chosen for each, or 2 ** .5 for all")
    epochs: int = param(10, "passes over the training images", ge=1, le=1000)
    seeds: int = param(20, "paired trainings of each: the same start, order and images", ge=3, le=1000)
    tunings: int = param(2, "trainings of each gain and rate that is tried, with seeds of their own", ge=1, le=100)
    gains: list[float] = param([1.0, 1.4, 1.8], "gains of the initialisation that are tried")
    rates: list[float] = param([0.03, 0.1, 0.3, 1.0], "learning rates that are tried")
    seed: int = param(0, "of tensors, orders, splits and trainings", ge=0)

    @field_validator("dtypes", "activations", "norms", "starts")
    @classmethod
    def _known(cls, value: list[str], info: object) -> list[str]:
        names = KNOWN[getattr(info, "field_name", "")]
        if not value:
            raise ValueError(f"has to name one at least: {', '.join(names)}")
        for one in value:
            if one not in names:
                raise ValueError(f"does not know {one}: {', '.join(names)}")
        return list(dict.fromkeys(value))

    @field_validator("activations")
    @classmethod
    def _swish(cls, value: list[str]) -> list[str]:
        if "swish" not in value:
            raise ValueError("has to name swish, which is what is asked about")
        return value

    @field_validator("sizes", "depths")
    @classmethod
    def _whole(cls, value: list[int]) -> list[int]:
        if not value or min(value) < 1:
            raise ValueError("has to be whole numbers from 1 on")
        return list(dict.fromkeys(value))

    @field_validator("sizes")
    @classmethod
    def _sizes(cls, value: list[int]) -> list[int]:
        if len(value) < 2 or max(value) > 1 << 20:
            raise ValueError("has to be two sizes at least, of up to 1048576 KiB")
        return sorted(value)

    @field_validator("gains", "rates")
    @classmethod
    def _positive(cls, value: list[float]) -> list[float]:
        if not value or min(value) <= 0:
            raise ValueError("has to be numbers above zero")
        return list(dict.fromkeys(value))
