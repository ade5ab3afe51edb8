"""Builds what exporting and importing runs needs of the other rooms, as `wiring` does for everything else."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.errors import UsageError
from studyctl.wiring.opening import now, open_ledger, open_reader, run_is_lost
from studyctl.wiring.tracking import deliver_imported

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studyctl.config import Workspace
    from studyctl.core.bundles import Written
    from studyctl.core.pages import Import
    from studyctl.core.ports import Reader


def export_runs(
    workspace: Workspace,
    reader: Reader,
    prefixes: Sequence[str],
    output: Path | None,
    *,
    public: bool,
    allowed: Sequence[str] = (),
) -> tuple[Written, str]:
    """Write runs into one file; `output` is a file that ends in .zip, or a folder.

    `public`: without what names a machine or a person; the text says what was taken out.
    """
    from studyctl.app.export_runs import to_export
    from studyctl.core.bundles import default_name, digest_of, manifest_text
    from studyctl.runner.bundle_writer import contents_of, manifest_of, write

    runs = to_export(reader, prefixes, run_is_lost, lambda run_id: workspace.runs / run_id)
    contents = {path: one for run in runs for path, one in contents_of(run, workspace.runs / run.id).items()}
    check: Callable[[Path], None] = lambda file: None  # noqa: E731
    said = ""
    if public:
        from studyctl.core.publishing import said as taken_out
        from studyctl.runner import bundle_scan
        from studyctl.runner.bundle_public import publish

        published = publish(workspace.root, runs, contents, allowed)
        contents, said = dict(published.contents), taken_out(published.counted)
        check = partial(bundle_scan.check, scrubber=published.scrubber)
    manifest = manifest_of(runs, contents, public=public)
    digest = digest_of(manifest_text(manifest).encode())
    target = output or Path()
    if output is None or output.suffix.lower() != ".zip":
        target = target / default_name(runs, digest, public)
    return write(target, manifest, contents, check), said


def import_runs(
    workspace: Workspace, files: Sequence[Path], *, limit: int, dry_run: bool
) -> tuple[list[Import], str | None]:
    """Take in the runs of bundles, all or none, then write them into MLflow; what MLflow could not take."""
    from studyctl.app import freshness
    from studyctl.app.import_runs import outlook, take_in, verify
    from studyctl.runner.bundle_reader import opened
    from studyctl.runner.bundle_shelf import Shelf
    from studyctl.runner.digests import current_digests

    with ExitStack() as stack:
        shelf = stack.enter_context(Shelf(workspace, keep=not dry_run))
        reader = open_reader(workspace)
        stack.callback(reader.close)
        bundles = []
        for file in files:
            if not file.is_file():
                raise UsageError(f"there is no file {file}", "name files that `studyctl runs export` wrote")
            bundle, name = stack.enter_context(opened(file, limit)), origin_of(workspace, file)
            verify(bundle, shelf, reader, name)
            bundles.append((bundle, name))
        if dry_run:
            return [outlook(bundle, shelf, reader, name) for bundle, name in bundles], None
        ledger = open_ledger(workspace)
        stack.callback(ledger.close)
        with ledger.transaction():
            done = [take_in(ledger, bundle, shelf, name, now=now()) for bundle, name in bundles]
        shelf.settle()
        if not any(one.new for one in done):
            return done, None
        freshness.keep(ledger, workspace.root, current_digests)
        return done, deliver_imported(workspace, ledger)


def origin_of(workspace: Workspace, file: Path) -> str:
    """How a bundle's file is remembered: from the workspace, or by its name where it lies elsewhere."""
    real = file.resolve()
    return real.relative_to(workspace.root).as_posix() if real.is_relative_to(workspace.root) else file.name
