"""The parameters of a run: what is measured, on which boxes, and how often."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from studyctl.lab import Params


class BoxDecoding(Params):
    """What is measured, on which boxes, and how often."""

    anchor: float = Field(373.0, ge=1, le=4096, description="side of the anchor", json_schema_extra={"unit": "px"})
    target: float = Field(
        150.0,
        ge=1,
        le=4096,
        description="side of the target that a runaway prediction leaves behind",
        json_schema_extra={"unit": "px"},
    )
    image: float = Field(640.0, ge=256, le=8192, description="side of the image", json_schema_extra={"unit": "px"})
    mismatch: float = Field(1.25, gt=1, le=10, description="prediction over target where limits are scanned")
    tolerance: float = Field(
        0.1, gt=0, lt=1, description="relative error of loss or gradient above which a result is wrong"
    )
    boxes: int = Field(4_000, ge=100, le=1_000_000, description="boxes of the encode-decode round trip")
    noise_loss: float = Field(
        0.2, ge=0.02, le=0.5, description="expected IoU loss to which each decoder's noise is calibrated"
    )
    noise_size: float = Field(
        100.0,
        ge=20,
        le=120,
        description="side at which it is calibrated, and the anchor there",
        json_schema_extra={"unit": "px"},
    )
    noise_samples: int = Field(20_000, ge=1_000, le=2_000_000, description="samples of the noise")
    bin_spread: float = Field(
        0.7, ge=0.2, le=3, description="spread of a predicted distribution", json_schema_extra={"unit": "bins"}
    )
    rate_low: float = Field(0.00125, gt=0, description="lowest learning rate")
    rate_high: float = Field(10.24, gt=0, le=1e4, description="highest learning rate")
    rates: int = Field(14, ge=3, le=100, description="learning rates, in equal ratios")
    seeds: int = Field(16, ge=4, le=256, description="trainings for each rate, loss and decoder")
    steps: int = Field(250, ge=20, le=20_000, description="steps of each training")
    momentum: float = Field(0.9, ge=0, lt=1, description="of SGD")
    clip: float = Field(1.0, gt=0, description="norm to which gradients are clipped, where they are")
    warm_up: float = Field(0.2, gt=0, lt=1, description="share of the steps over which the rate rises, where it does")
    factorial: bool = Field(
        False, description="train every loss, decoder, optimizer, guard and number format with every other"
    )
    adam: bool = Field(True, description="train with Adam as well")
    figures: Literal["all", "main", "none"] = Field(
        "all", description="main: the training comparison, without limits, slopes and noise"
    )
    seed: int = Field(0, ge=0, description="of boxes, first weights, mini-batches and noise")

    @field_validator("rate_high")
    @classmethod
    def _above_the_lowest(cls, value: float, info: ValidationInfo) -> float:
        if value <= info.data.get("rate_low", 0.0):
            raise ValueError("has to be above rate_low")
        return value
