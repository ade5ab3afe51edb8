"""Figures that papers and reference repositories print, as they print them, with where they stand.

A figure is told with the step of its last digit: 0.39 G is anything from 0.385 to 0.395 G. What differs by more is
named, and stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

RESNET = "ResNet paper, arXiv:1512.03385, table 1 and section 4.1"
EFFICIENTNET = "EfficientNet paper, arXiv:1905.11946, table 2"
MOBILENET_V1 = "tensorflow/models research/slim/nets/mobilenet_v1.md"
MOBILENET = "tensorflow/models research/slim/nets/mobilenet/README.md"
MOBILENET_V3 = "MobileNetV3 paper, arXiv:1905.02244v5"
MNASNET = "tensorflow/tpu models/official/mnasnet/README.md"
TIMM = "huggingface/pytorch-image-models results/benchmark-infer-fp32-nchw-pt240-cpu-i7_12700h-dynamo.csv"


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure of multiply-adds, in millions; NaN parameters where the source has none."""

    key: str
    title: str
    model: str  # the name that it is built by
    side: int
    millions: float
    step: float  # of the last digit
    source: str

    @property
    def half(self) -> float:
        """Half of the last digit's step: how far off rounding can be."""
        return self.step / 2


def _billions(key: str, title: str, model: str, side: int, printed: str, source: str) -> Figure:
    digits = len(printed.partition(".")[2])
    return Figure(key, title, model, side, float(printed) * 1000, 1000 * 10.0**-digits, source)


def _millions(key: str, title: str, model: str, printed: str, source: str) -> Figure:
    digits = len(printed.partition(".")[2])
    return Figure(key, title, model, 224, float(printed), 10.0**-digits, source)


_SIDES = (224, 240, 260, 300, 380, 456, 528, 600)
_FLOPS = ("0.39", "0.70", "1.0", "1.8", "4.2", "9.9", "19", "37")

FIGURES = (
    *(
        _billions(f"efficientnet-b{n}", f"EfficientNet-B{n}", f"efficientnet_b{n}", side, printed, EFFICIENTNET)
        for n, (side, printed) in enumerate(zip(_SIDES, _FLOPS, strict=True))
    ),
    _billions("resnet-18", "ResNet-18", "resnet18", 224, "1.8", RESNET),
    _billions("resnet-34", "ResNet-34", "resnet34", 224, "3.6", RESNET),
    _billions("resnet-50-v1", "ResNet-50 (v1, the paper's)", "resnet50_v1", 224, "3.8", RESNET),
    _billions("resnet-50-v1-5", "ResNet-50 (v1.5, torchvision's)", "resnet50", 224, "4.1", EFFICIENTNET),
    _billions("vgg-16", "VGG-16", "vgg16", 224, "15.3", RESNET),
    _billions("vgg-19", "VGG-19", "vgg19", 224, "19.6", RESNET),
    _millions("mobilenet-v1", "MobileNetV1", "mobilenet_v1", "569", MOBILENET_V1),
    _millions("mobilenet-v2", "MobileNetV2", "mobilenet_v2", "300", MOBILENET),
    _millions("mobilenet-v3-large", "MobileNetV3-Large", "mobilenet_v3_large", "219", MOBILENET_V3),
    _millions("mobilenet-v3-large-slim", "MobileNetV3-Large (slim)", "mobilenet_v3_large", "217", MOBILENET),
    _millions("mobilenet-v3-small", "MobileNetV3-Small", "mobilenet_v3_small", "56", MOBILENET_V3),
    _millions("mobilenet-v3-small-slim", "MobileNetV3-Small (slim)", "mobilenet_v3_small", "66", MOBILENET),
    _millions("mnasnet-a1", "MnasNet-A1", "mnasnet_a1", "312", MNASNET),
    _millions("mnasnet-a1-table", "MnasNet-A1 (table)", "mnasnet_a1", "315.2", MNASNET),
)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A row of timm's benchmark tables: millions of parameters, G multiply-adds, millions of activations."""

    name: str  # there
    model: str  # here
    side: int
    parameters: float
    gmacs: float
    activations: float


# timm's own networks of the same names are built from the same papers; those that differ from torchvision's in more
# than names are left out. It counts with fvcore, whose multiply-adds have batch norm and pooling among them.
BENCHMARKS = (
    Benchmark("resnet18", "resnet18", 224, 11.69, 1.82, 2.48),
    Benchmark("resnet50", "resnet50", 224, 25.56, 4.11, 11.11),
    Benchmark("resnet101", "resnet101", 224, 44.55, 7.83, 16.23),
    Benchmark("resnext50_32x4d", "resnext50_32x4d", 224, 25.03, 4.26, 14.4),
    Benchmark("densenet121", "densenet121", 224, 7.98, 2.87, 6.9),
    Benchmark("densenet169", "densenet169", 224, 14.15, 3.4, 7.3),
    Benchmark("densenet201", "densenet201", 224, 20.01, 4.34, 7.85),
    Benchmark("mobilenetv1_100", "mobilenet_v1", 224, 4.23, 0.58, 5.04),
    Benchmark("mobilenetv2_100", "mobilenet_v2", 224, 3.5, 0.31, 6.68),
    Benchmark("mobilenetv3_large_100", "mobilenet_v3_large", 224, 5.48, 0.23, 4.41),
    Benchmark("mobilenetv3_small_100", "mobilenet_v3_small", 224, 2.54, 0.06, 1.42),
    Benchmark("mnasnet_050", "mnasnet0_5", 224, 2.22, 0.11, 3.07),
    Benchmark("mnasnet_100", "mnasnet1_0", 224, 4.38, 0.33, 5.46),
    Benchmark("semnasnet_100", "mnasnet_a1", 224, 3.89, 0.32, 6.23),
    Benchmark("efficientnet_b0", "efficientnet_b0", 224, 5.29, 0.4, 6.75),
    Benchmark("efficientnet_b1", "efficientnet_b1", 240, 7.79, 0.71, 10.88),
    Benchmark("efficientnet_b2", "efficientnet_b2", 288, 9.11, 1.12, 16.2),
    Benchmark("tf_efficientnet_b3", "efficientnet_b3", 300, 12.23, 1.87, 23.83),
    Benchmark("regnetx_004_tv", "regnet_x_400mf", 224, 5.5, 0.42, 3.17),
    Benchmark("regnety_008_tv", "regnet_y_800mf", 224, 6.43, 0.84, 5.42),
    Benchmark("convnext_tiny", "convnext_tiny", 224, 28.59, 4.47, 13.44),
    Benchmark("vit_base_patch32_224", "vit_b_32", 224, 88.22, 4.41, 5.01),
)
