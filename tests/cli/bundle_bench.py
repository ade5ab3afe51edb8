"""Bundles as somebody may have changed them on their way."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from study_bench import Study


def the_run(study: Study) -> str:
    """The id of the one run in full."""
    (run,) = [one["id"] for one in study("runs", "list", "--json").json if one["preset"] == "default"]
    return str(run)


def entries(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def pack(file: Path, content: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in content.items():
            bundle.writestr(name, data)
    return file


def manifest_for(content: Mapping[str, bytes], **fields: Any) -> bytes:
    """A manifest that names this content, and what `fields` say."""
    plain = json.loads(content["manifest.json"]) | {
        "files": [
            {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(content.items())
            if path != "manifest.json"
        ]
    }
    return json.dumps(plain | fields).encode()


def repacked(
    file: Path,
    fields: Mapping[str, Any] | None = None,
    *,
    change: Callable[[dict[str, Any]], None] = lambda run: None,
    damage: str = "",
    **manifest: Any,
) -> Path:
    """The bundle with a changed record, and a manifest that fits; `damage` changes a file behind its back."""
    content = entries(file)
    for path in [one for one in content if one.endswith("/run.json")]:
        run = json.loads(content[path]) | dict(fields or {})
        change(run)
        content[path] = json.dumps(run).encode()
    content["manifest.json"] = manifest_for(content, **manifest)
    for path in [one for one in content if damage and one.endswith(damage)]:
        content[path] = content[path][:-1] + bytes([content[path][-1] ^ 1])
    return pack(file.with_name(f"repacked-{len(list(file.parent.iterdir()))}.zip"), content)
