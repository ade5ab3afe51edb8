"""One fresh process that times networks of keras.applications in TensorFlow: as a graph, or compiled by XLA.

It is run as a script, reads a task as JSON on stdin and writes what it measured as JSON on stdout, as `worker` does for
torch. A model has the random weights that it begins its training with, and gives scores (no softmax). Keras' networks
are not torchvision's: its ResNet-50 has the stride in the first 1 x 1 convolution (v1), its EfficientNets scale and
normalise the image within the network.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What torchvision's names are in keras.applications. Any other name is looked up there as it is.
KERAS = {
    "resnet50": "ResNet50", "resnet101": "ResNet101", "resnet152": "ResNet152",
    **{f"efficientnet_b{size}": f"EfficientNetB{size}" for size in range(8)},
    "efficientnet_v2_s": "EfficientNetV2S", "efficientnet_v2_m": "EfficientNetV2M",
    "efficientnet_v2_l": "EfficientNetV2L",
    "mobilenet_v2": "MobileNetV2", "mobilenet_v3_small": "MobileNetV3Small", "mobilenet_v3_large": "MobileNetV3Large",
    "densenet121": "DenseNet121", "densenet169": "DenseNet169", "densenet201": "DenseNet201",
    "vgg16": "VGG16", "vgg19": "VGG19", "inception_v3": "InceptionV3",
    "convnext_tiny": "ConvNeXtTiny", "convnext_small": "ConvNeXtSmall", "convnext_base": "ConvNeXtBase",
    "convnext_large": "ConvNeXtLarge",
}  # fmt: skip
AGREE = 1e-3  # how far two engines may differ, of the largest score


if __package__:
    from . import clocks
else:  # a script is in no package: what lies beside it is found by its plain name, for this one import only
    sys.path.insert(0, str(Path(__file__).parent))
    clocks = importlib.import_module("clocks")
    del sys.path[0]


class Networks:
    """The networks of one process: each is built once, and what its engines compute is compared."""

    def __init__(self, task: dict[str, Any]) -> None:
        import keras
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(task["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self.task, self.keras, self.tf = task, keras, tf
        self.built: dict[tuple[str, int], Any] = {}
        self.traced: dict[tuple[str, int], Any] = {}
        self.scores: dict[tuple[str, int], Any] = {}

    def _model(self, name: str, side: int, seed: int) -> Any:
        made = self.built.get((name, side))
        if made is None:
            build = getattr(self.keras.applications, KERAS.get(name, name), None)
            if not callable(build):
                raise clocks.Unavailable(f"keras.applications has no {name}")
            self.keras.utils.set_random_seed(seed)
            try:
                made = build(weights=None, input_shape=(side, side, 3), classifier_activation=None)
            except (TypeError, ValueError) as problem:
                said = str(problem).strip().splitlines()[0]
                raise clocks.Unavailable(f"keras.applications builds no {name} at {side} px: {said}") from None
            self.built[name, side] = made
        return made

    def prepared(self, arm: dict[str, Any]) -> Callable[[], Any]:
        """One pass of a model as a function, in the engine that the arm names."""
        tf, name, side = self.tf, arm["model"], arm["side"]
        if self.task["dtype"] != "float32":
            raise clocks.Unavailable("TensorFlow's engines are timed in float32 only")
        images = tf.random.stateless_normal((self.task["batch"], side, side, 3), seed=(arm["seed"], 0))
        signature = [tf.TensorSpec(images.shape, tf.float32)]
        if (name, side) not in self.traced:
            model = self._model(name, side, arm["seed"])
            self.traced[name, side] = tf.function(
                lambda picture: model(picture, training=False), input_signature=signature
            ).get_concrete_function()
        function = self.traced[name, side]
        if arm["engine"] == "xla":  # the same graph, compiled: tracing it takes seconds, and has been done
            graph = function
            function = tf.function(lambda picture: graph(picture), jit_compile=True, input_signature=signature)
            function = function.get_concrete_function()
        found = function(images).numpy()
        if not bool((abs(found) < float("inf")).all()) or float(found.std()) == 0:
            raise clocks.Unavailable(f"{name} gives values that are not finite, or all alike, with random weights")
        other = self.scores.setdefault((name, side), found)
        if float(abs(found - other).max()) > AGREE * float(abs(other).max()):
            raise clocks.Unavailable(f"{name}: {arm['engine']} computes something else than another engine")
        return lambda: function(images).numpy()  # what is fetched has been computed


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """What a task comes to, or why it cannot be done here."""
    networks = Networks(task)

    def prepare(arm: dict[str, Any]) -> Callable[[], Any]:
        try:
            return networks.prepared(arm)
        except networks.tf.errors.OpError as problem:  # an operator that XLA does not have
            said = str(problem).strip().splitlines()[0]
            raise clocks.Unavailable(f"{type(problem).__name__}: {said}"[:200]) from None

    found: dict[str, Any] = clocks.pairs(task, prepare)
    return found


if __name__ == "__main__":
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
    clocks.serve(measure)
