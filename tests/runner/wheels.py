"""A small package that declares experiments, built and installed as pip does it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

EXPERIMENT = '''\
"""How many dice show a six?"""

from studyctl.lab import Params, Run, experiment

from .chance import SIXES, share


class Dice(Params):
    n: int = 600
    seed: int = 0


@experiment(title="Sixes", presets={{"quick": {{"n": 60}}}})
def sixes(params: Dice, run: Run) -> None:
    run.metric("share", {share})
    run.finding(
        "share", claim="a sixth of them", when="0.1 < share < 0.2", unless="share > 0.2", text="{{share:.2f}} of them"
    )


@experiment(title="It fails in its package")
def failing(params: Dice, run: Run) -> None:
    share(0, 1)
'''
CHANCE = "SIXES = 6\n\n\ndef share(n: int, seed: int) -> float:\n    return n / SIXES / n\n"
ENTRIES = {
    "sixes": "tinydice.games.six:sixes",
    "six-fails": "tinydice.games.six:failing",
    "gone": "tinydice.nowhere:f",
    "Undecorated": "tinydice.games.chance:share",
    "odd": "tinydice",
    "broken": "tinydice.broken:f",
}
FILES = {
    "tinydice/__init__.py": "raise_if_imported = True\n",
    "tinydice/games/__init__.py": "",
    "tinydice/games/six.py": EXPERIMENT.format(share="share(params.n, params.seed)"),
    "tinydice/games/chance.py": CHANCE,
    "tinydice/broken.py": "x = 1\ndef f(:\n",
    "tinydice/unrelated.py": "raise SystemExit('executed')\n",
}


def build(
    folder: Path,
    version: str = "1.0",
    files: Mapping[str, str] = FILES,
    entries: Mapping[str, str] = ENTRIES,
    name: str = "tiny-dice",
) -> Path:
    """A wheel, by the format's own rules: https://packaging.python.org/specifications/binary-distribution-format/"""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    declared = "".join(f"{key} = {value}\n" for key, value in entries.items())
    contents = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: more\n"
        f"Requires-Dist: nothing-of-that-name; extra == 'more'\n\nName: not this one\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\nx = y:z\n\n[studyctl.experiments]\n{declared}",
    }
    rows = []
    for path, text in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text.encode())}")
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,"]) + "\n")
    return wheel


def install(wheel: Path, site: Path) -> Path:
    """Install a wheel into a folder; an earlier version in it is replaced, as an upgrade replaces it."""
    for old in site.glob(f"{wheel.name.partition('-')[0]}-*.dist-info"):  # pip leaves it in a --target
        shutil.rmtree(old)
    options = ["--quiet", "--no-deps", "--no-index", "--upgrade", "--disable-pip-version-check", "--no-compile"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(site), str(wheel)], check=True, timeout=120
    )
    return site
