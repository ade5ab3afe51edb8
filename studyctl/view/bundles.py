"""Bundles of runs: what was written or taken in, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.models import Run
from studyctl.view.words import plural

if TYPE_CHECKING:
    from studyctl.core.bundles import Written
    from studyctl.core.pages import Import, Imported

DID = {
    "new": ("imported", "would import"),
    "completed": ("added the files of", "would add the files of"),
    "restored": ("put back the files of", "would put back the files of"),
    "known": ("known already:", "known already:"),
}


def size(count: int) -> str:
    """Bytes as a person reads them."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.1f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def written_lines(written: Written, file: str, scrubbed: str = "") -> Iterator[str]:
    """What an export wrote; `scrubbed` says what was replaced in it."""
    manifest = written.manifest
    what = f"{plural(len(manifest.runs), 'run')}, {plural(len(manifest.files), 'file')}, {size(written.size)}"
    yield f"{'wrote' if written.changed else 'unchanged:'} {file}: {what}"
    yield f"digest {written.digest}"
    if manifest.public:
        yield f"public: {f'replaced {scrubbed}' if scrubbed else 'nothing had to be replaced'}"


def written_json(written: Written, file: str) -> dict[str, Any]:
    """The same for programs; fields are only ever added."""
    return {
        "file": file,
        "digest": written.digest,
        "public": written.manifest.public,
        "size": written.size,
        "changed": written.changed,
        "runs": list(written.manifest.runs),
        "files": [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in written.manifest.files],
    }


def import_lines(done: Sequence[Import], *, dry_run: bool) -> Iterator[str]:
    """What an import did, or would do: a line for each run, trials of a sweep together."""
    for one in done:
        trials = [taken for taken in one.runs if taken.run.role == "trial"]
        for taken in one.runs:
            if taken.run.role != "trial":
                yield f"{DID[taken.how][dry_run]} {named(taken.run)}{_with_trials(taken, trials)}"
        if one.answered:
            yield f"  answers {', '.join(answered.item.id for answered in one.answered)}"


def evidence_line(one: Import) -> str:
    """What a sync took from a bundle among the experiments."""
    runs = [run for run in one.new if run.role != "trial"]
    what = named(runs[0]) if len(runs) == 1 else plural(len(runs) or len(one.new), "run" if runs else "trial")
    answered = f", answers {', '.join(a.item.id for a in one.answered)}" if one.answered else ""
    return f"evidence: {what} from {one.file}{answered}"


def named(run: Run) -> str:
    """A run in a sentence."""
    what = "sweep" if run.role == "sweep" else "run"
    return f"{what} {run.short} ({run.experiment}{'' if run.state == 'finished' else f', {run.state}'})"


def _with_trials(taken: Imported, trials: Sequence[Imported]) -> str:
    own = [trial for trial in trials if trial.run.parent == taken.run.id]
    if not own:
        return ""
    new = sum(trial.how != "known" for trial in own)
    return f" with {plural(len(own), 'trial')}" + (f", {new} of them new" if 0 < new < len(own) else "")


def import_json(done: Sequence[Import]) -> list[dict[str, Any]]:
    """The same for programs; fields are only ever added."""
    return [
        {
            "file": one.file,
            "digest": one.digest,
            "public": one.public,
            "runs": [
                {
                    "id": taken.run.id,
                    "experiment": taken.run.experiment,
                    "role": taken.run.role,
                    "state": taken.run.state,
                    "how": taken.how,
                }
                for taken in one.runs
            ],
            "answers": [
                {"id": answered.item.id, "verdict": answered.answer.verdict if answered.answer else None}
                for answered in one.answered
            ],
        }
        for one in done
    ]
