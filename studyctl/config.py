"""Settings of a workspace, and how a workspace is found.

A workspace is the folder that holds `studyctl.toml`, or a `pyproject.toml` with a `[tool.studyctl]` table.
The file is validated with Pydantic when it changes; the validated settings are kept beside the database, so
that a command that only reads pays neither for Pydantic nor for a TOML parser.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

from studyctl.errors import WorkspaceError

CONFIG_NAME = "studyctl.toml"
STATE_FOLDER = ".studyctl"
WORKSPACE_VARIABLE = "STUDYCTL_WORKSPACE"
# A file whose mtime is this close to the moment it was read may change again without its mtime moving.
RACY_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What `studyctl.toml` may say; every field has a default that suits a plain folder of notes."""

    notes: tuple[str, ...] = (".",)
    experiments: str = "experiments"
    record: str = "studyctl-record.jsonl"
    exclude: tuple[str, ...] = ()
    todo_labels: tuple[str, ...] = ()
    question_labels: tuple[str, ...] = ()
    reading_labels: tuple[str, ...] = ()
    todo_marks: tuple[str, ...] = ()
    question_marks: tuple[str, ...] = ()
    reading_marks: tuple[str, ...] = ()
    rules_off: tuple[str, ...] = ()
    tracking_uri: str = ""  # an MLflow server that runs are sent to, in place of the workspace's own store


@dataclass(frozen=True, slots=True)
class Workspace:
    """A found workspace: its root folder (absolute, resolved) and its settings."""

    root: Path
    config_file: Path
    settings: Settings = field(default_factory=Settings)

    @property
    def state(self) -> Path:
        """The folder that is ours: databases, runs, caches, locks."""
        return self.root / STATE_FOLDER

    @property
    def database(self) -> Path:
        return self.state / "study.db"

    @property
    def mlflow_database(self) -> Path:
        return self.state / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """Where the MLflow mirror keeps the files of runs."""
        return self.state / "mlartifacts"

    @property
    def runs(self) -> Path:
        return self.state / "runs"

    @property
    def experiments(self) -> Path:
        return self.root / self.settings.experiments

    @property
    def record(self) -> Path:
        return self.root / self.settings.record


def make_state(workspace: Workspace) -> None:
    """Make the folder that is ours, hidden from git by a file of its own; WorkspaceError where it cannot be."""
    ignore = workspace.state / ".gitignore"
    try:
        workspace.state.mkdir(exist_ok=True)
        if not ignore.exists():
            ignore.write_text("# Made by studyctl: databases, runs and caches of this machine.\n*\n", "utf-8")
            load_settings(workspace.config_file)  # now that there is a place to keep them for the next command
    except OSError as error:
        raise WorkspaceError(
            f"cannot write in {workspace.root}: {error.strerror}", "check the permissions of the folder"
        ) from error


def find_config(start: Path) -> Path | None:
    """The configuration file of the workspace around `start`, searched upward, or None."""
    for folder in (start, *start.parents):
        own = folder / CONFIG_NAME
        if own.is_file():
            return own
        shared = folder / "pyproject.toml"
        # Cheap first: only a file that names the table is parsed.
        if shared.is_file() and b"[tool.studyctl" in shared.read_bytes():
            return shared
    return None


def find_workspace(explicit: str | None = None, start: Path | None = None) -> Workspace:
    """The workspace named by `explicit`, else by STUDYCTL_WORKSPACE, else the one around `start`.

    Raises WorkspaceError (exit 3) where there is none, or where its settings are wrong.
    """
    named = explicit or os.environ.get(WORKSPACE_VARIABLE)
    if named:
        folder = Path(named).expanduser().resolve()
        config = next((c for c in (folder / CONFIG_NAME, folder / "pyproject.toml") if c.is_file()), None)
        if config is None or (config.name != CONFIG_NAME and b"[tool.studyctl" not in config.read_bytes()):
            raise WorkspaceError(f"{named} is no workspace: it has no {CONFIG_NAME}", f"studyctl init {named}")
    else:
        here = (start or Path.cwd()).resolve()
        found = find_config(here)
        if found is None:
            raise WorkspaceError(
                f"no workspace here: no {CONFIG_NAME} in {here} or above it",
                "`studyctl init` makes one; `studyctl scan NOTE.md` needs none",
            )
        config = found
    return Workspace(config.parent, config, load_settings(config))


def load_settings(config: Path) -> Settings:
    """Validated settings of `config`: from the cache while the file's size and mtime are unchanged."""
    stat = config.stat()
    stamp = [config.name, stat.st_size, stat.st_mtime_ns]
    cache = config.parent / STATE_FOLDER / "settings.json"
    try:
        kept = json.loads(cache.read_text("utf-8"))
        if kept["stamp"] == stamp:
            values: Any = kept["settings"]
            listed: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
            return Settings(**listed)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no cache, or one of another version: the file itself decides
    settings = validate_settings(config)
    if cache.parent.is_dir() and time.time_ns() - stat.st_mtime_ns > RACY_NS:
        scratch = cache.with_name(f"settings.{os.getpid()}.tmp")
        try:
            scratch.write_text(json.dumps({"stamp": stamp, "settings": asdict(settings)}), "utf-8")
            scratch.replace(cache)
        except OSError:  # a read-only workspace is read without a cache
            with contextlib.suppress(OSError):
                scratch.unlink(missing_ok=True)  # half of it, where the disk is full
    return settings


def validate_settings(config: Path) -> Settings:
    """Parse and validate the file with Pydantic; WorkspaceError names the field, the value and the bound."""
    import tomllib

    from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

    Words = list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]]

    class ByKind(BaseModel):
        model_config = ConfigDict(extra="forbid")
        todo: Words = []
        question: Words = []
        reading: Words = []

    class File(BaseModel):
        model_config = ConfigDict(extra="forbid")
        notes: str | list[str] = "."
        experiments: str = Field("experiments", min_length=1)
        record: str = Field("studyctl-record.jsonl", min_length=1)
        exclude: list[str] = []
        labels: ByKind = ByKind()
        marks: ByKind = ByKind()
        rules_off: list[str] = []
        tracking_uri: str = ""

    try:
        table = tomllib.loads(config.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{config.name} is not valid TOML: {error}", f"mend {config}") from error
    except OSError as error:
        raise WorkspaceError(f"cannot read {config}: {error.strerror}", "check its permissions") from error
    if config.name != CONFIG_NAME:
        table = table.get("tool", {}).get("studyctl", {})
    try:
        parsed = File.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WorkspaceError(
            f"{config.name}: {where} = {first['input']!r}: {first['msg']}",
            "known settings: notes, experiments, record, exclude, labels.{todo,question,reading},"
            " marks.{todo,question,reading}, rules_off, tracking_uri",
        ) from error
    if "@" in parsed.tracking_uri.partition("://")[2].partition("/")[0]:
        raise WorkspaceError(  # the file is committed
            f"{config.name}: tracking_uri holds a user or a password",
            "leave them out: MLflow reads MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
        )
    return Settings(
        notes=(parsed.notes,) if isinstance(parsed.notes, str) else tuple(parsed.notes),
        experiments=parsed.experiments,
        record=parsed.record,
        exclude=tuple(parsed.exclude),
        todo_labels=tuple(parsed.labels.todo),
        question_labels=tuple(parsed.labels.question),
        reading_labels=tuple(parsed.labels.reading),
        todo_marks=tuple(parsed.marks.todo),
        question_marks=tuple(parsed.marks.question),
        reading_marks=tuple(parsed.marks.reading),
        rules_off=tuple(parsed.rules_off),
        tracking_uri=parsed.tracking_uri.strip(),
    )
