"""Seeding the random number generators that an experiment may use, and saying what a seed cannot fix."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence


def seed_everything(seed: int | None, requires: Sequence[str] = ()) -> list[str]:
    """Seed random, numpy, torch and tensorflow; returns what stays undetermined, one sentence each.

    The two large ones are seeded when they are loaded or required: importing them to seed them would cost
    seconds.
    """
    if seed is None:
        return ["the experiment has no parameter named seed: its random numbers differ from run to run"]
    import numpy

    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    notes = []
    if "torch" in sys.modules or "torch" in requires:
        notes += _torch(seed)
    if "tensorflow" in sys.modules or "tensorflow" in requires:
        notes += _tensorflow(seed)
    return notes


def _torch(seed: int) -> list[str]:
    import importlib

    torch = importlib.import_module("torch")
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    if torch.cuda.is_available():
        return ["some CUDA kernels of torch have no deterministic form"]
    return []


def _tensorflow(seed: int) -> list[str]:
    import importlib

    tensorflow = importlib.import_module("tensorflow")
    tensorflow.random.set_seed(seed)
    return ["operations of tensorflow on a GPU may differ from run to run"]
