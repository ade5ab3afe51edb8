"""Looking for what is private in a bundle that is about to become public: in every file, and in what those pack.

Texts are searched by line. Of other files the bytes are searched, and inside of ZIP (also .npz and office files), GZIP,
PNG and PDF what is compressed there. What only shows as a picture cannot be seen.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from studyctl.core.bundles import ARTIFACTS, MANIFEST
from studyctl.core.scrubbing import Scrubber, lines_of
from studyctl.errors import NotPublicError

# Of one file; the rest of a larger one is searched as bytes, piece by piece.
TEXT_LIMIT = 64 << 20
WINDOW = 16 << 20
# What a packed file may unpack to while it is searched, and how often packed in packed.
LAYER_LIMIT = 256 << 20
DEEPEST = 3
# So many strange characters a text in an older encoding may have.
STRANGE = 0.3
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_PNG = b"\x89PNG\r\n\x1a\n"


def check(bundle: Path, scrubber: Scrubber) -> None:
    """BundleError naming file, run and line where a written bundle still says something private."""
    found: list[str] = []
    with zipfile.ZipFile(bundle) as archive:
        for name in archive.namelist():
            if leaks := _leaks(archive, name, scrubber):
                where = _where(name)
                found += [f"{where}, {one}" for one in leaks]
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise NotPublicError(
            f"it would not be public: {found[0]}{more}",
            "change what the experiment records; what may be seen by everybody: --allow TEXT",
            found,
        )


def _where(name: str) -> str:
    if name == MANIFEST:
        return name
    _, run, inside = name.split("/", 2)
    return f"{inside.removeprefix(f'{ARTIFACTS}/')} of run {run[:8]}"


def _leaks(archive: zipfile.ZipFile, name: str, scrubber: Scrubber) -> list[str]:
    size = archive.getinfo(name).file_size
    if size <= TEXT_LIMIT:
        return list(_searched(archive.read(name), scrubber, 0))
    found: dict[str, None] = {}
    with archive.open(name) as stream:
        before = b""
        while piece := stream.read(WINDOW):
            found |= dict.fromkeys(lines_of(list(scrubber.find_in_bytes(before + piece))))
            before = piece[-scrubber.longest_in_bytes :] if scrubber.longest_in_bytes else b""
    return list(found)


def _searched(data: bytes, scrubber: Scrubber, depth: int) -> Iterator[str]:
    """What is private in some bytes, and in what they pack."""
    text = as_text(data)
    if text is not None:
        yield from lines_of(list(scrubber.find(text)))
        return
    yield from lines_of(list(scrubber.find_in_bytes(data)))
    if depth < DEEPEST:
        for inside, layer in _layers(data):
            yield from (f"in {inside}, {one}" for one in _searched(layer, scrubber, depth + 1))


def as_text(data: bytes) -> str | None:
    """The text behind the bytes, whatever its encoding does to letters beyond ASCII; None where they are none."""
    if b"\0" in data:
        return None
    text = data.decode("utf-8", "replace")
    return text if text.count("\ufffd") <= len(text) * STRANGE else None


def _layers(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What is packed in some bytes, with a name for it; what is damaged is passed over."""
    if data.startswith(b"PK\x03\x04"):
        yield from _zip_members(data)
    elif data.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(data)) as stream:
                yield "it", stream.read(LAYER_LIMIT)
        except (OSError, EOFError, zlib.error):
            return
    elif data.startswith(_PNG):
        yield from (("its description", text) for text in _png_texts(data))
    elif data.startswith(b"%PDF"):
        for found in _PDF_STREAM.finditer(data):
            yield "a page", _inflated(found[1])


def _zip_members(data: bytes) -> Iterator[tuple[str, bytes]]:
    left = LAYER_LIMIT
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.flag_bits & 1 or left <= 0:
                    continue
                with archive.open(member) as stream:
                    content = stream.read(left)
                left -= len(content)
                yield member.filename, member.filename.encode("utf-8", "replace") + b"\n" + content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        return


def _png_texts(data: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if kind == b"zTXt":
            yield _inflated(content.partition(b"\0")[2][1:])
        elif kind == b"iTXt":
            head, _, rest = content.partition(b"\0")
            packed, text = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
            yield head + b"\n" + (_inflated(text) if packed else text)
        elif kind == b"tEXt":
            yield content.replace(b"\0", b"\n")
        at += 12 + length


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, LAYER_LIMIT)
    except zlib.error:
        return b""
