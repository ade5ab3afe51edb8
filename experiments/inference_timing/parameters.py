"""The parameters of a run: which two models, in which engines, on what, and how often."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator, model_validator

from studyctl.lab import Params, param

ENGINES = ("nchw", "channels_last", "folded", "tf", "xla", "compiled", "onnx", "graph")
ALLOCATORS = ("shipped", "pinned")
CHANGES = ("bn", "se", "swish", "resolution")


class InferenceTiming(Params):
    """Which two models, in which engines, on what, and how often."""

    a: str = param("resnet50", "the one model, as torchvision (or, for TensorFlow alone, keras.applications) names it")
    b: str = param("efficientnet_b3", "the other; ratios are its time over that of the one")
    a_side: int = param(224, "side of the image that the one gets", unit="px", ge=32, le=2048)
    b_side: int = param(300, "side of the image that the other gets", unit="px", ge=32, le=2048)
    equal_sides: list[int] = param([224], "sides at which both are compared, to see what resolution does")
    device: Literal["cpu", "cuda"] = param("cpu", "where; a GPU's runs are never pooled with a processor's")
    engines: list[str] = param(
        ["nchw", "channels_last", "folded", "tf", "xla"],
        "torch: nchw, channels_last, folded (channels_last, batch norm folded), compiled (torch.compile), onnx "
        "(ONNX Runtime), graph (CUDA only); TensorFlow (extra keras): tf (its graph), xla (the graph compiled by XLA)",
    )
    allocators: list[str] = param(["shipped", "pinned"], "glibc's malloc as shipped, or told never to give memory back")
    crossed: bool = param(False, "every engine under every allocator; else TensorFlow's and folded under one each")
    dtypes: list[str] = param(["float32"], "float32, float16, bfloat16")
    batches: list[int] = param([1], "images in a pass; each has processes of its own")
    tf32: bool = param(False, "on a GPU: let float32 products be rounded to TF32")
    changes: list[str] = param(["bn", "se", "swish", "resolution"], "interventions that are to explain the ratio")
    processes: int = param(6, "fresh processes of each cell at the first look; six for a verdict", ge=1, le=48)
    extend: bool = param(False, "twelve processes for cells that six leave open, as was planned beforehand")
    pairs: int = param(5, "interleaved pairs in each process", ge=5, le=1000)
    margin: float = param(0.02, "a difference that is called one", ge=0, le=1)
    threads: int = param(2, "threads of each pass on a processor", ge=1, le=256)
    zoo: list[str] = param(
        ["alexnet", "densenet121", "efficientnet_b0", "mnasnet1_0", "mobilenet_v2", "mobilenet_v3_large",
         "regnet_x_1_6gf", "regnet_y_800mf", "resnet18", "resnet34", "resnext50_32x4d", "shufflenet_v2_x1_0",
         "squeezenet1_1", "vgg11_bn"],
        "other models that a prediction of the ratio is fitted on; none: no prediction",
    )  # fmt: skip
    figures: bool = param(True, "draw them")
    seed: int = param(0, "of weights, images and orders", ge=0)

    @field_validator("engines", "allocators", "changes", "dtypes")
    @classmethod
    def _known(cls, value: list[str], info: object) -> list[str]:
        names = {
            "engines": ENGINES,
            "allocators": ALLOCATORS,
            "changes": CHANGES,
            "dtypes": ("float32", "float16", "bfloat16"),
        }[getattr(info, "field_name", "")]
        if getattr(info, "field_name", "") != "changes" and not value:
            raise ValueError(f"has to name one at least: {', '.join(names)}")
        for one in value:
            if one not in names:
                raise ValueError(f"does not know {one}: {', '.join(names)}")
        return list(dict.fromkeys(value))

    @field_validator("batches", "equal_sides")
    @classmethod
    def _positive(cls, value: list[int]) -> list[int]:
        if any(one < 1 for one in value):
            raise ValueError("has to be whole numbers above zero")
        return list(dict.fromkeys(value))

    @model_validator(mode="after")
    def _together(self) -> InferenceTiming:
        if not self.batches:
            raise ValueError("batches: name one at least")
        if self.device == "cuda" and (here := [one for one in self.engines if one in ("tf", "xla", "onnx")]):
            raise ValueError(f"engines: {', '.join(here)} are timed on a processor only; name others with device=cuda")
        if "graph" in self.engines and self.device != "cuda":
            raise ValueError("engines: graph is a CUDA graph, and needs device=cuda")
        return self
