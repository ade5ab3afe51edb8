"""What a run says of data outside of its workspace, once it leaves its machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from run_values import run

from studyctl.core.models import FileDigest
from studyctl.core.portable import is_outside, portable


@pytest.mark.parametrize(
    ("path", "outside"),
    [("/data/a.json", True), ("C:/data/a.json", True), ("data/a.json", False), ("site:pkg/a.py", False)],
)
def test_what_lies_outside(path: str, outside: bool) -> None:
    assert is_outside(path) == outside


def test_a_run_without_such_files_stays_as_it_is() -> None:
    one = run(data="1")
    assert portable(one) is one


def test_a_file_is_named_without_its_place_and_so_are_parameters() -> None:
    one = run(params={"annotations": "/data/coco/val.json", "other": "/data/no.json", "side": 640})
    one = replace(
        one,
        files=(*one.files, FileDigest("/data/coco/val.json", "data", "sha256:ab")),
        provenance={"unwatched": ["cells"]},
    )
    found = portable(one)
    assert [file.path for file in found.files] == ["experiments/x.py", "experiments/_y.py"]
    assert found.provenance["unwatched"] == ["cells", "val.json (sha256:ab), which lies outside of the workspace"]
    assert found.params == {"annotations": "val.json", "other": "/data/no.json", "side": 640}
    assert portable(found) is found


def test_many_files_of_a_folder_are_counted() -> None:
    files = tuple(FileDigest(f"/data/VOC/{n}.xml", "data", "sha256:0") for n in range(9))
    found = portable(replace(run(params={"truth": "/data/VOC"}), files=files))
    assert found.provenance["unwatched"] == ["9 files of VOC, which lie outside of the workspace"]
    assert found.params == {"truth": "VOC"}
