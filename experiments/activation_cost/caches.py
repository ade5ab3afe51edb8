"""The caches of this machine, and which tensors fit into them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/devices/system/cpu")
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
# Elements below which torch uses one thread. Source: at::internal::GRAIN_SIZE, aten/src/ATen/Parallel.h.
GRAIN = 32768


@dataclass(frozen=True, slots=True)
class Cache:
    """One level, as the first processor sees it."""

    name: str  # L1, L2, L3
    bytes: int
    count: int  # how many of it the machine has

    def tensor(self, threads: int) -> int:
        """Bytes of a float32 tensor that fills it together with an output of its size, shared out among threads."""
        alone = self.bytes // 2
        if alone < 4 * GRAIN:
            return alone
        return alone * min(threads, self.count)


def read(root: Path = ROOT) -> list[Cache]:
    """Data caches from the innermost on, as Linux tells them; none where it does not."""
    found: dict[int, tuple[int, set[str]]] = {}
    for folder in sorted(root.glob("cpu[0-9]*/cache/index[0-9]*")):
        try:
            kind, level, size, shared = (
                (folder / name).read_text().strip() for name in ("type", "level", "size", "shared_cpu_list")
            )
            number = int(size[:-1]) * UNITS[size[-1]] if size[-1] in UNITS else int(size)
        except (OSError, ValueError, KeyError, IndexError):
            continue
        if kind != "Instruction":
            _, owners = found.setdefault(int(level), (number, set()))
            owners.add(shared)
    return [Cache(f"L{level}", size, len(owners)) for level, (size, owners) in sorted(found.items()) if size]


# Where the machine does not tell: half a MiB is within the second caches of today's processors.
USUAL = 512 << 10


@dataclass(frozen=True, slots=True)
class Cited:
    """The two sizes that sentences are about, in bytes, and whether the caches say what they are."""

    cached: int
    bound: int
    known: bool
    beyond: bool  # the larger is twice what fills the last cache, at least


def cited(sizes: list[int], caches: list[Cache], threads: int) -> Cited:
    """The largest size that leaves half of the second cache free, or the nearest to that; and the largest of all."""
    inner = {cache.name: cache.tensor(threads) for cache in caches}
    room = inner["L2"] // 2 if "L2" in inner else USUAL
    fitting = [size for size in sizes if size <= room]
    cached = max(fitting) if fitting else min(sizes)
    known = bool(caches) and bool(fitting)
    beyond = bool(caches) and max(sizes) >= 2 * caches[-1].tensor(threads)
    return Cited(cached, max(sizes), known, beyond)
