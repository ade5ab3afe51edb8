"""Documentation fails when it is wrong: links, commands, options, quoted outputs, the README's two commands."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import doc_pages
import pytest
from doc_pages import NAMES, PAGES, README, REPOSITORY

MAKE = "`python docs/make.py` makes it anew"
EVERYWHERE = {"-w", "--workspace", "-q", "--quiet", "--color", "--version", "--help"}
COMPLETION = {"--install-completion", "--show-completion"}


@pytest.fixture(scope="module")
def known(making: ModuleType) -> dict[str, set[str]]:
    """Every command with its options, a group as well."""
    found: dict[str, set[str]] = {}
    for name, command in making.commands():
        options = {word for param in command.params for word in (*param.opts, *param.secondary_opts)}
        found[name] = {word for word in options if word.startswith("-")} | EVERYWHERE
        group, _, _ = name.rpartition(" ")
        found.setdefault(group or "studyctl", set(EVERYWHERE))
    found["studyctl"] |= COMPLETION
    return found


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    for target in doc_pages.links(page):
        if target.startswith("https://"):
            continue
        path, _, fragment = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.is_relative_to(REPOSITORY) and linked.exists(), f"{target} leads nowhere"
        if fragment:
            assert fragment in doc_pages.anchors(linked), f"{target}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_and_options_exist(page: Path, known: dict[str, set[str]]) -> None:
    for line in doc_pages.commands(page):
        words = shlex.split(line.partition(" && ")[0].partition(" | ")[0])
        plain = [word for word in words[1:] if not word.startswith("-")]
        name = next(
            (name for count in (2, 1, 0) if (name := " ".join(["studyctl", *plain[:count]])) in known),
            "studyctl",
        )
        # A word that could be a command and is none: `studyctl todos list`.
        assert name != "studyctl" or not plain or not re.fullmatch(r"[a-z]+", plain[0]), f"{line}: no such command"
        for word in words[1:]:
            if re.match(r"--?[a-z]", word):
                assert word.partition("=")[0] in known[name], f"{line}: {name} has no {word}"


def test_every_command_is_documented(known: dict[str, set[str]]) -> None:
    """In the reference by its own heading, and each group and single command in a page that somebody wrote."""
    reference = (REPOSITORY / "docs" / "commands.md").read_text("utf-8")
    written = "\n".join(page.read_text("utf-8") for page in PAGES if page.name != "commands.md")
    for name in known:
        if any(other.startswith(f"{name} ") for other in known):
            continue  # a group
        assert f"\n## {name}\n" in reference
        group = " ".join(name.split()[:2])
        verb = name.split()[-1]
        assert group in written or f"`{verb}" in written or f" {verb}`" in written, f"{name} is explained nowhere"


# Pages with runs of experiments take long; `python docs/make.py` makes them, and CI looks.
LONG = ("bundles.md", "experiments.md")


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[pytest.mark.slow] if page.name in LONG else [])
        for page in PAGES
        if page != README and "decisions" not in page.parts
    ],
)
def test_what_is_made_is_as_it_would_be_made(page: Path, making: ModuleType) -> None:
    if page in making.PAGES:
        assert page.read_text("utf-8") == making.made(page), MAKE


def test_the_readme_quotes_what_is_printed(making: ModuleType) -> None:
    """Its blocks are run in a copy of this repository's workspace."""
    assert README.read_text("utf-8") == making.made(README), MAKE


def test_the_readme_fits_on_a_few_screens() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 180


def test_the_readme_shows_the_two_commands_that_ci_runs() -> None:
    """`.ci/run` takes them from the README by this expression; they are what an issue and a stranger expect."""
    script = (REPOSITORY / ".ci" / "run").read_text("utf-8")
    expression = re.search(r"sed -n '(s/.*?/p)' README\.md", script)
    assert expression is not None
    found = subprocess.run(
        ["sed", "-n", expression[1], str(README)], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert [re.sub(r"\s*#.*", "", line) for line in found.stdout.splitlines()] == [
        "python -m pip install -e . && studyctl run box-decoding",
        'python -m pip install -e ".[dev]" && python -m pytest',
    ]


def test_a_page_that_quotes_wrongly_is_noticed(making: ModuleType) -> None:
    """The check itself can fail: outputs that nobody printed are replaced, and a wrong edit is refused."""
    page = "<!-- session: empty -->\n```console\n$ echo one\ntwo\n```\n"
    assert making.with_outputs(page) == page.replace("two", "one")
    with pytest.raises(SystemExit, match="stands there 0 times"):
        making.with_outputs(
            "<!-- session: empty -->\n<!-- write: a.txt -->\n```text\nx\n```\n<!-- replace: a.txt: y => z -->\n"
        )


def test_decisions_are_all_in_their_index() -> None:
    folder = REPOSITORY / "docs" / "decisions"
    listed = set(doc_pages.links(folder / "README.md"))
    assert listed == {page.name for page in folder.glob("*.md")} - {"README.md"}


# What no committed file may hold: a folder of somebody's machine, an address of a package registry, a font or a
# script from elsewhere in a picture.
FORBIDDEN = {
    "a machine's folder": re.compile(r"(?<![\w/.])/(?:work|root|tmp|Users)/[\w.-]+|/home/(?!you\b)[\w.-]+"),
    "a package registry": re.compile(r"https?://(?:[\w.-]*pypi[\w.-]*|files\.pythonhosted|deb\.debian|registry\.)"),
}
OURS = ("README.md", "CHANGELOG.md", "docs", "notes", "experiments", "studyctl", "pyproject.toml", "studyctl.toml")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_committed_files_name_no_machine(what: str) -> None:
    for name in OURS:
        start = REPOSITORY / name
        for file in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if file.suffix in (".md", ".py", ".svg", ".toml", ".sql") and "__pycache__" not in file.parts:
                found = FORBIDDEN[what].search(file.read_text("utf-8"))
                assert found is None, f"{file.relative_to(REPOSITORY)} names {what}: {found and found[0]}"


def test_pictures_are_whole_and_call_nobody() -> None:
    pictures = REPOSITORY / "docs" / "pictures"
    session = (pictures / "session.svg").read_text("utf-8")
    assert "@font-face" not in session and "url(http" not in session and "@import" not in session
    assert set(re.findall(r"https?://[^\s\"'<)]+", session)) == {"http://www.w3.org/2000/svg"}
    for command in ("run box-decoding", "answer Q1"):
        assert f"studyctl&#160;{command.replace(' ', '&#160;')}" in session
    assert (pictures / "box-decoding.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_settings_are_documented_with_their_defaults() -> None:
    """The block of `docs/workspace.md` is a file that can be used as it stands, and changes nothing."""
    import dataclasses
    import tomllib

    from studyctl.config import Settings

    text = (REPOSITORY / "docs" / "workspace.md").read_text("utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert block is not None
    table = tomllib.loads(block[1])
    own = {what: table.pop(what) for what in ("labels", "marks")}
    labels = {f"{kind}_{what}": tuple(words) for what, kinds in own.items() for kind, words in kinds.items()}
    written = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()} | labels
    written["notes"] = (written["notes"],)
    assert written == dataclasses.asdict(Settings())


def test_what_a_machine_without_mlflow_installs_is_all_but_mlflow() -> None:
    """`docs/bundles.md` names the packages, because pip has no way to leave one out."""
    wanted = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[<>=~ ]", one)[0] for one in wanted}
    page = (REPOSITORY / "docs" / "bundles.md").read_text("utf-8")
    (line,) = re.findall(r"^python -m pip install (typer .*)$", page, re.MULTILINE)
    assert set(line.split()) == names - {"mlflow"}
