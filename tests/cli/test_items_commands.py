"""Commands on items, beyond what the transcripts show: odd notes, other programs, several at once."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NOTE = "notes/study-note.md"


def listed(studyctl: Any, *argv: str) -> list[dict[str, Any]]:
    ran = studyctl(*argv, "--json")
    assert ran.code == 0, ran.err
    value: list[dict[str, Any]] = json.loads(ran.out)
    return value


def test_the_real_note_is_read_as_its_owner_reads_it(real: Path, studyctl: Any) -> None:
    """The table of the project's first promise: every item with its line, parents included."""
    items = {item["id"]: item for item in listed(studyctl, "item", "list")}
    questions = [8, 10, 11, 12, 13, 15, 17, 18, 21, 23, 24, 25, 26, 30, 36, 38, 40]
    todos = [33, 45, *range(46, 53), 54, 55, 56, 57, 59, *range(60, 64), 65, 68, 69, 70, 71, 73, 74, 76, 78]
    readings = [28, 29, 31, 32, 34, 83, 84, 85]
    claims = [14, 19, 20]
    for letter, lines in (("Q", questions), ("T", todos), ("R", readings), ("C", claims)):
        assert [items[f"{letter}{n}"]["line"] for n in range(1, len(lines) + 1)] == lines
    assert len(items) == len(questions) + len(todos) + len(readings) + len(claims)
    assert [items[claim]["parent"] for claim in ("C1", "C2", "C3")] == ["Q5", "Q8", "Q8"]
    assert [one["id"] for one in listed(studyctl, "todo", "list") if one["kind"] == "question"] == ["Q14"]
    assert all(item["rule"] and item["note"] == NOTE for item in items.values())


def test_filters_combine_and_json_is_what_the_table_shows(real: Path, studyctl: Any) -> None:
    assert [i["id"] for i in listed(studyctl, "question", "list", "-t", "yolo3", "-m", "objectness")] == ["Q5"]
    assert [i["id"] for i in listed(studyctl, "question", "list", "-t", "efficientnet", "-t", "논문")] == ["Q14"]
    assert [i["id"] for i in listed(studyctl, "item", "list", "-n", "study-note", "-m", "inference")] == [
        *("Q8", "C2", "C3", "T17"),
    ]
    assert listed(studyctl, "reading", "list", "--status", "done") == []
    assert listed(studyctl, "item", "list", "--note", "elsewhere") == []


def test_ids_are_found_however_they_are_typed(real: Path, studyctl: Any) -> None:
    assert [i["id"] for i in listed(studyctl, "show", "q1", "T3-5", "C1,c2")] == ["Q1", "T3", "T4", "T5", "C1", "C2"]


def test_writing_leaves_every_other_byte_alone(vault: Path, studyctl: Any) -> None:
    note = vault / "daily.md"
    source = "\ufeff# Day\r\n\r\n## Todo\r\n\r\n*\tbuy milk  \r\n\t- [ ] call\r\n\ttext\u2028more".encode()
    note.write_bytes(source)
    note.chmod(0o640)
    assert studyctl("todo", "done", "T1", "T2").code == 0
    assert note.read_bytes() == source.replace(b"*\tbuy", b"*\t[x] buy").replace(b"[ ] call", b"[x] call")
    assert stat.S_IMODE(note.stat().st_mode) == 0o640
    assert studyctl("undo").code == 0
    assert note.read_bytes() == source


def test_undo_finds_the_line_where_it_stands_now(vault: Path, studyctl: Any) -> None:
    assert studyctl("todo", "done", "T1").code == 0
    note = vault / "daily.md"
    note.write_text("A new beginning.\n\n" + note.read_text())
    assert studyctl("undo").out == "taken back: todo done: T1 done\n"
    assert "- [ ] buy [milk] :smile:" in note.read_text()


def test_undo_refuses_where_the_line_was_changed_since(vault: Path, studyctl: Any) -> None:
    assert studyctl("todo", "done", "T1").code == 0
    note = vault / "daily.md"
    note.write_text(note.read_text().replace("milk", "bread"))
    before = note.read_bytes()
    ran = studyctl("undo")
    assert ran.code == 5 and "changed since" in ran.err
    assert note.read_bytes() == before
    # And it is still there to be undone, once the line is as it was.
    note.write_text(note.read_text().replace("bread", "milk"))
    assert studyctl("undo").code == 0


def test_a_note_changed_by_an_editor_just_now_is_read_before_it_is_written(vault: Path, studyctl: Any) -> None:
    studyctl("sync")
    note = vault / "daily.md"
    note.write_text("# Day\n\nSomething new above.\n\n## Todo\n\n- [ ] buy [milk] :smile:\n- [x] call\n")
    assert studyctl("todo", "done", "T1").code == 0
    assert "- [x] buy [milk] :smile:" in note.read_text()


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_a_read_only_note_is_not_written(vault: Path, studyctl: Any) -> None:
    note = vault / "daily.md"
    note.chmod(0o444)
    ran = studyctl("todo", "done", "T1")
    assert ran.code == 5 and "daily.md is read-only" in ran.err
    assert studyctl("undo", "--list").out == "no command has written anything yet\n"


def test_adding_goes_where_the_last_one_went(vault: Path, studyctl: Any) -> None:
    assert studyctl("todo", "add", "one", "--note", "ssd").out == "T5 added, papers/ssd.md:6: one\n"
    assert studyctl("todo", "add", "two").out == "T6 added, papers/ssd.md:7: two\n"
    assert studyctl("todo", "add", "three", "--under", "t1").out.startswith("T7 added, daily.md:6: three")
    # Below the same parent, not in the same note's list.
    assert studyctl("todo", "add", "four").out.startswith("T8 added, daily.md:7: four")
    (vault / "daily.md").unlink()
    assert studyctl("todo", "add", "five").out.startswith("T9 added, papers/ssd.md:8: five")


def test_adding_the_text_of_a_dropped_item_gives_its_number_back(vault: Path, studyctl: Any) -> None:
    studyctl("sync")
    note = vault / "papers" / "ssd.md"
    note.write_text("# SSD\n\n## Todo\n\n")
    studyctl("sync")
    assert studyctl("todo", "add", "run it", "--note", "ssd", "--json").out.count('"T4"') == 1


def test_a_persons_text_is_neither_markup_nor_structure(vault: Path, studyctl: Any) -> None:
    text = "[bold]is[/bold] `x` :smile: [/] <b>?"
    ran = studyctl("question", "add", text, "--note", "yolo")
    assert ran.code == 0 and text in ran.out
    assert text in studyctl("question", "list").out
    assert text in studyctl("show", ran.out.split()[0]).out
    assert studyctl("question", "add", "# why?\n- and why?", "--note", "yolo").out.endswith("why? - and why?\n")


def test_links_to_experiments_follow_the_place_of_the_note(vault: Path, studyctl: Any) -> None:
    (vault / "experiments").mkdir()
    (vault / "experiments" / "iou.py").write_text("")
    assert studyctl("link", "Q2", "iou#mean").code == 0
    assert "* What is IoU? ([iou](../experiments/iou.py#mean))\n" in (vault / "papers" / "yolo.md").read_text()
    assert studyctl("link", "T1", "iou").code == 0
    assert "- [ ] buy [milk] :smile: ([iou](experiments/iou.py))\n" in (vault / "daily.md").read_text()
    assert listed(studyctl, "show", "Q2")[0]["experiments"] == ["iou#mean"]
    assert studyctl("unlink", "Q2", "iou#mean").code == 0
    assert "* What is IoU?\n" in (vault / "papers" / "yolo.md").read_text()


def test_open_gives_the_line_to_the_editor(vault: Path, studyctl: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    log = vault.parent / "opened"
    editor = vault.parent / "vim"
    editor.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{log}"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", f'"{editor}" -n')
    assert studyctl("open", "q2").code == 0
    assert log.read_text() == f"-n\n+7\n{vault}/papers/yolo.md\n"
    editor.write_text("#!/bin/sh\nexit 3\n")
    assert studyctl("open", "Q2").code == 1
    monkeypatch.setenv("VISUAL", "no-such-editor")
    ran = studyctl("open", "Q2")
    assert ran.code == 2 and "cannot start no-such-editor" in ran.err


@pytest.mark.slow
def test_todos_done_at_once_are_all_done(real: Path, studyctl: Any) -> None:
    studyctl("sync")
    started = [
        subprocess.Popen([sys.executable, "-m", "studyctl", "todo", "done", f"T{n}"], cwd=real, stdout=subprocess.PIPE)
        for n in range(3, 7)
    ]
    assert [process.wait() for process in started] == [0] * 4
    for process in started:
        assert process.stdout is not None
        process.stdout.close()
    assert (real / NOTE).read_text().count("[x]") == 4
    assert len(listed(studyctl, "todo", "list", "--status", "done")) == 4
    for _ in range(4):
        assert studyctl("undo").code == 0
    assert (real / NOTE).read_bytes() == (real / ".original").read_bytes()


def completions(folder: Path, line: str) -> list[str]:
    """What bash is offered at the end of a line."""
    words = line.split(" ")
    done = subprocess.run(
        [sys.executable, "-m", "studyctl"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"_STUDYCTL_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_the_shell_completes_ids_statuses_notes_and_experiments(real: Path, studyctl: Any) -> None:
    studyctl("sync")
    assert completions(real, "studyctl show Q1")[:3] == ["Q1", "Q10", "Q11"]
    assert completions(real, "studyctl todo done t2")[0] == "t2"
    assert completions(real, "studyctl claim show ") == ["C1", "C2", "C3"]
    assert completions(real, "studyctl todo list --status d") == ["doing", "done", "dropped"]
    assert completions(real, "studyctl link Q1 bo") == ["box-decoding"]
    assert completions(real, "studyctl item list --note n") == [NOTE]
    assert completions(real, "studyctl item as q") == ["question"]
    assert completions(real, "studyctl un") == ["unlink", "undo"]
    assert completions(real.parent, f"studyctl -w {real} show C") == ["C1", "C2", "C3"]
    assert completions(real.parent, "studyctl show C") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_show_the_text_beside_the_id(vault: Path, studyctl: Any, shell: str) -> None:
    (vault / "daily.md").write_text("- [ ] [/b] odd [bold] text\n")
    studyctl("sync")
    done = subprocess.run(
        [sys.executable, "-m", "studyctl"],
        cwd=vault,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {
            "_STUDYCTL_COMPLETE": f"complete_{shell}",
            "_TYPER_COMPLETE_ARGS": "studyctl show T",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    )
    assert done.stderr == ""
    assert "[/b] odd [bold] text" in done.stdout


def test_scan_takes_the_settings_of_the_workspace_that_reads_a_vault_elsewhere(
    tmp_path: Path, studyctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("vault", "desk", "other"):
        (tmp_path / folder).mkdir()
    (tmp_path / "desk" / "studyctl.toml").write_text('notes = "../vault"\nlabels.question = ["Rätsel"]\n', "utf-8")
    for folder in ("vault", "other"):
        (tmp_path / folder / "a.md").write_text("## Rätsel\n- warum\n", "utf-8")
    monkeypatch.chdir(tmp_path / "desk")
    found = [len(json.loads(studyctl("scan", f"../{folder}/a.md", "--json").out)) for folder in ("vault", "other")]
    assert found == [1, 0]


def test_scan_reads_stdin_and_the_labels_of_the_workspace_around(vault: Path, studyctl: Any) -> None:
    (vault / "studyctl.toml").write_text('[labels]\ntodo = ["Einkauf"]\n')
    (vault / "shop.md").write_text("## Einkauf\n\n- milk\n")
    found = json.loads(studyctl("scan", "shop.md", "--json").out)
    assert [(one["kind"], one["text"], one["rule"]) for one in found] == [("todo", "milk", "todo-label")]
    found = json.loads(studyctl("scan", "-", "--json", stdin=b"- [ ] from a pipe\n").out)
    assert [(one["note"], one["text"]) for one in found] == [("stdin", "from a pipe")]
    ran = studyctl("scan", "-", "shop.md", stdin=b"\xff\xfe")
    assert ran.code == 5 and "milk" in ran.out


def test_init_touches_nothing_that_is_there(tmp_path: Path, studyctl: Any) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("- [ ] x\n")
    before = sorted(path for path in tmp_path.rglob("*"))
    assert studyctl("init", "--notes", "notes").code == 0
    added = {path.relative_to(tmp_path).parts[0] for path in set(tmp_path.rglob("*")) - set(before)}
    assert added == {"studyctl.toml", ".studyctl"}
    assert [item["text"] for item in listed(studyctl, "todo", "list")] == ["x"]


def test_what_init_makes_runs(tmp_path: Path, studyctl: Any) -> None:
    assert studyctl("init").code == 0
    assert studyctl("run", "monty-hall", "--quick").code == 0
    items = {item["id"]: item["status"] for item in listed(studyctl, "item", "list")}
    assert items["Q1"] == "answered" and items["C1"] == "refuted"


def test_quiet_says_only_what_was_asked_for(vault: Path, studyctl: Any) -> None:
    assert studyctl("-q", "todo", "done", "T1").out == ""
    assert studyctl("todo", "list", "-q").out.splitlines()[-1] == "T4  run it     open       5"
    assert studyctl("sync", "--quiet").out == ""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
def test_a_terminal_is_shown_the_first_of_many_and_a_program_all(vault: Path, studyctl: Any) -> None:
    (vault / "many.md").write_text("# Many\n\n" + "".join(f"- [ ] task {n}\n" for n in range(250)))
    assert len(listed(studyctl, "todo", "list", "--note", "many")) == 250
    assert studyctl("todo", "list", "--note", "many").out.endswith("\n250 todos: 250 open\n")
    assert len(listed(studyctl, "todo", "list", "--note", "many", "--limit", "3")) == 3
    inner, outer = os.openpty()
    command = [sys.executable, "-m", "studyctl", "todo", "list", "--note", "many"]
    process = subprocess.Popen(command, cwd=vault, stdout=outer, stderr=subprocess.DEVNULL)
    os.close(outer)
    shown = b""
    try:
        while more := os.read(inner, 65536):
            shown += more
    except OSError:  # how the end of a terminal shows on Linux
        pass
    finally:
        os.close(inner)
    assert process.wait() == 0
    assert b"task 199" in shown and b"task 200" not in shown
    assert shown.splitlines()[-1] == b"200 of 250 todos; --limit 0 shows all"
