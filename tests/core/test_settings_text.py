"""Changes of the settings' file, which keep everything else in it."""

from __future__ import annotations

import tomllib

import pytest

from studyctl.core.settings_text import with_words, without_words

OWN = '# mine\nnotes = "."  # all of it\n\n[labels]\ntodo = [\n    "Fridge door",  # since May\n]\n'
SHARED = '[project]\nname = "x"\n\n[tool.studyctl]\nnotes = "."\n\n[tool.ruff]\nline-length = 100\n'


def test_a_word_is_added_beside_the_others() -> None:
    text = with_words(OWN, False, "labels", "todo", ["Before the exam", "Fridge door"])
    assert tomllib.loads(text)["labels"] == {"todo": ["Fridge door", "Before the exam"]}
    assert text.startswith('# mine\nnotes = "."  # all of it\n')
    assert "# since May" in text


@pytest.mark.parametrize("text", ["", "\n", 'notes = "."', OWN, OWN.replace("\n", "\r\n")])
def test_a_table_is_made_where_there_is_none_and_taken_out_when_it_is_empty(text: str) -> None:
    made = with_words(text, False, "marks", "question", ['"quoted" ??', "\\", "확인"])
    assert tomllib.loads(made)["marks"] == {"question": ['"quoted" ??', "\\", "확인"]}
    back = without_words(made, False, "marks", "question", ['"quoted" ??', "\\", "확인"])
    assert tomllib.loads(back) == tomllib.loads(text)


def test_a_shared_file_has_its_own_table() -> None:
    text = with_words(SHARED, True, "labels", "reading", ["Pile by the bed"])
    read = tomllib.loads(text)
    assert read["tool"]["studyctl"] == {"notes": ".", "labels": {"reading": ["Pile by the bed"]}}
    assert read["tool"]["ruff"] == {"line-length": 100}
    assert tomllib.loads(without_words(text, True, "labels", "reading", ["Pile by the bed"])) == tomllib.loads(SHARED)


def test_what_is_not_named_is_left() -> None:
    assert without_words(OWN, False, "labels", "todo", ["Elsewhere"]) == OWN
