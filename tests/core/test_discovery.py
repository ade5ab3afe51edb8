"""What a module declares, read without executing it."""

from __future__ import annotations

import pytest

from studyctl.core.discovery import read_experiment
from studyctl.core.models import ExperimentProblem, ExperimentSpec

BODY = "def f(params, run):\n    raise SystemExit\n"


def read(source: str | bytes, module: str = "box_decoding") -> ExperimentSpec | ExperimentProblem:
    data = source.encode() if isinstance(source, str) else source
    return read_experiment(data, module, f"experiments/{module}.py")


def test_everything_that_the_decorator_says() -> None:
    spec = read(
        '"""Is it unstable?\n\nLong.\n"""\n'
        "import sys\n"
        "from studyctl.lab import Params, experiment\n"
        "sys.exit('never executed')\n"
        '@experiment(title="Box decoding", requires=["torch"], data=("d.csv",), measures=["time"],\n'
        '            presets={"quick": {"n": 1}, "full": {}})\n' + BODY
    )
    assert spec == ExperimentSpec(
        name="box-decoding",
        path="experiments/box_decoding.py",
        function="f",
        title="Box decoding",
        doc="Is it unstable?",
        requires=("torch",),
        data=("d.csv",),
        measures=("time",),
        presets=("quick", "full"),
        line=10,
    )


@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("from studyctl.lab import experiment", "experiment"),
        ("from studyctl.lab import Run, experiment as study", "study"),
        ("import studyctl.lab", "studyctl.lab.experiment"),
        ("import studyctl.lab as lab", "lab.experiment"),
        ("from studyctl import lab", "lab.experiment"),
        ("from studyctl import lab as l", "l.experiment"),
    ],
)
def test_under_whatever_name_it_was_imported(imports: str, decorator: str) -> None:
    spec = read(f"{imports}\n@{decorator}(title='T')\n{BODY}")
    assert isinstance(spec, ExperimentSpec)


HEAD = "from studyctl.lab import experiment\n"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("x = 1\n", 1, "no top-level function"),
        ("from mlflow import experiment\n@experiment(title='T')\n" + BODY, 1, "from studyctl.lab import"),
        (HEAD + "if True:\n    @experiment(title='T')\n    def f(params, run): ...\n", 1, "no top-level function"),
        (HEAD + f"@experiment(title='T')\n{BODY}@experiment(title='U')\ndef g(p, r): ...\n", 6, "here are 2: f, g"),
        (HEAD + "@experiment\n" + BODY, 2, "needs its arguments"),
        (HEAD + "@experiment()\n" + BODY, 2, "has no title"),
        (HEAD + "@experiment('T')\n" + BODY, 2, "by name"),
        (HEAD + "@experiment(title='')\n" + BODY, 2, "not empty"),
        (HEAD + "@experiment(\n    title='T',\n    extras=[])\n" + BODY, 4, "no argument extras"),
        (HEAD + "@experiment(title='T', **more)\n" + BODY, 2, "no argument **"),
        (HEAD + "T = 'T'\n@experiment(title=T)\n" + BODY, 3, "title is not a literal"),
        (HEAD + "@experiment(title=f'{1}')\n" + BODY, 2, "title is not a literal"),
        (HEAD + "@experiment(title='T', data='d.csv')\n" + BODY, 2, "data is a list"),
        (HEAD + "@experiment(title='T', measures=['speed'])\n" + BODY, 2, "not 'speed'"),
        (HEAD + "@experiment(title='T', presets=['quick'])\n" + BODY, 2, "presets maps names"),
        (HEAD + "@experiment(title='T', presets={'q q': {}})\n" + BODY, 2, "preset 'q q'"),
        (HEAD + "@experiment(title='T', presets={'quick': {1: 2}})\n" + BODY, 2, "maps names of parameters"),
        (HEAD + "@experiment(title='T')\nasync " + BODY, 3, "a coroutine"),
        (HEAD + "@experiment(title='T')\nclass F: ...\n", 3, "a class"),
        ("def f(:\n", 1, "syntax error"),
        ("x = 1\ny = (\n", 2, "syntax error"),
        (b"x = 1\ny = '\xff'\n", 2, "not UTF-8 (byte 0xff)"),
        (b"x = '\0'\n", 1, ""),
        ("x = " + "(" * 5000, 1, ""),
    ],
)
def test_a_problem_has_its_line(source: str | bytes, line: int, said: str) -> None:
    problem = read(source)
    assert isinstance(problem, ExperimentProblem)
    assert problem.line == line
    assert said in problem.message
    assert problem.name == "box-decoding"


@pytest.mark.parametrize("module", ["box-decoding", "3d", "상자", "a b"])
def test_a_module_that_cannot_be_imported(module: str) -> None:
    problem = read(HEAD + "@experiment(title='T')\n" + BODY, module)
    assert isinstance(problem, ExperimentProblem)
    assert "cannot be imported" in problem.message


def test_an_invalid_escape_is_no_problem_here() -> None:
    spec = read(HEAD + "x = '\\d'\n@experiment(title='T')\n" + BODY)
    assert isinstance(spec, ExperimentSpec)
