"""How long COCO's twelve figures take by faster-coco-eval, as a ratio to pycocotools on the same boxes.

    python -m pip install -e ".[detection]" pycocotools
    python -m benchmarks.detection_metrics [--images 5000] [--classes 80] [--pairs 3]

Both take turns in one process; each is given documents of its own, since both write into them. The figures are compared
first: they have to agree to 1e-6. What is measured goes from the documents to the figures.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import statistics
import time
from typing import Any

from experiments.detection_metrics.library import as_coco
from experiments.detection_metrics.making import made


def by_pycocotools(dataset: Any, results: Any) -> list[float]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    objects = COCO()
    objects.dataset = dataset
    objects.createIndex()
    return _figures(COCOeval(objects, objects.loadRes(results), "bbox"))


def by_faster(dataset: Any, results: Any) -> list[float]:
    from faster_coco_eval import COCO, COCOeval_faster

    objects = COCO(dataset)
    return _figures(COCOeval_faster(objects, objects.loadRes(results), "bbox"))


def _figures(one: Any) -> list[float]:
    one.evaluate()
    one.accumulate()
    one.summarize()
    return [float(value) for value in one.stats[:12]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--classes", type=int, default=80)
    parser.add_argument("--pairs", type=int, default=3)
    given = parser.parse_args()
    truth, found = made(given.images, given.classes, 0.05, 0)
    print(f"{given.images} images, {given.classes} classes, {truth.image.size} objects, {found.image.size} detections")
    dataset, results = as_coco(truth, found)
    ratios = []
    for pair in range(given.pairs):
        seconds: dict[str, float] = {}
        figures: dict[str, list[float]] = {}
        ways = [("pycocotools", by_pycocotools), ("faster-coco-eval", by_faster)]
        for name, way in ways if pair % 2 else ways[::-1]:
            documents = copy.deepcopy((dataset, results))
            began = time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()):
                figures[name] = way(*documents)
            seconds[name] = time.perf_counter() - began
        apart = max(abs(a - b) for a, b in zip(*figures.values(), strict=True))
        if apart > 1e-6:
            raise SystemExit(f"the figures differ by {apart}")
        ratios.append(seconds["pycocotools"] / seconds["faster-coco-eval"])
        shown = ", ".join(f"{name} {value:.2f} s" for name, value in sorted(seconds.items()))
        print(f"pair {pair + 1}: {shown}; {ratios[-1]:.1f} times; figures apart by {apart:.1e}", flush=True)
    print(f"median {statistics.median(ratios):.1f} times, from {min(ratios):.1f} to {max(ratios):.1f}")


if __name__ == "__main__":
    main()
