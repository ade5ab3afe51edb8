"""The canonical digest of a module, and what its source imports."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.closure import digest_code, digest_data, imports_of

SOURCE = '''"""Doc."""
import math

LIMIT = 1


@cache
def f(x, *, y=2):
    """Doc."""
    # a comment
    return math.exp(x) + y * 1.0


class A:
    """Doc."""

    b: int = 3
'''

COSMETIC = """# another comment
import math
LIMIT = 0x1
@cache
def f(
    x,
    *,
    y=2,
):
    return (math.exp(x)
            + (y * 1.0))
class A:
    "Another doc."
    b: int = 3
"""


def test_layout_comments_and_docstrings_change_nothing() -> None:
    assert digest_code(SOURCE.encode()) == digest_code(COSMETIC.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 1", "LIMIT = 1.0"),
        ("LIMIT = 1", "LIMIT = True"),
        ("LIMIT = 1", "LIMIT = -1"),
        ("LIMIT = 1", "LIMIT = '1'"),
        ("LIMIT = 1", "LIMIT: int = 1"),
        ("y=2", "y=3"),
        ("math.exp(x) + y", "math.exp(x) - y"),
        ("math.exp(x)", "math.expm1(x)"),
        ("x, *, y=2", "x, y=2"),
        ("@cache\n", ""),
        ("def f", "async def f"),
        ("import math", "from math import exp"),
        ("class A:", "class A(B):"),
    ],
)
def test_what_changes_a_result_changes_the_digest(old: str, new: str) -> None:
    assert old in SOURCE
    assert digest_code(SOURCE.encode()) != digest_code(SOURCE.replace(old, new, 1).encode())


def test_a_digest_is_the_same_everywhere() -> None:
    """On every version of Python and every machine: a committed record compares it."""
    assert digest_code(SOURCE.encode()) == PINNED
    assert digest_data(b"a,b\n") == "sha256:5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313"


def test_source_that_is_no_python_is_digested_as_bytes() -> None:
    assert digest_code(b"def (") == digest_data(b"def (")


def test_long_and_odd_constants() -> None:
    source = f"x = 0x{'f' * 5000}\ny = '\\ud800'\nz = b'\\xff', ..., None, 1e999, 2j\n"
    assert digest_code(source.encode()).startswith("ast1:")
    assert digest_code(("x = " + " + ".join(["1"] * 900)).encode()).startswith("ast1:")


EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", "1", "1.5", "'s'", "None", "b'x'"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        inner.map(lambda part: f"f({part}, k={part})"),
        inner.map(lambda part: f"(lambda a: {part})"),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(EXPRESSIONS, EXPRESSIONS)
def test_equal_digests_mean_equal_trees(one: str, other: str) -> None:
    same = ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    assert (digest_code(one.encode()) == digest_code(other.encode())) is same


@settings(deadline=None, max_examples=100)
@given(EXPRESSIONS)
def test_unparsing_changes_nothing(expression: str) -> None:
    assert digest_code(expression.encode()) == digest_code(ast.unparse(ast.parse(expression)).encode())


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a.b.c, d as e", ("a.b.c", "d")),
        ("from a import b as c, d", ("a", "a.b", "a.d")),
        ("from a import *", ("a",)),
        ("from . import x", ("pkg.mod", "pkg.mod.x")),
        ("from .x import y", ("pkg.mod.x", "pkg.mod.x.y")),
        ("from .. import x", ("pkg", "pkg.x")),
        ("def f():\n    import late", ("late",)),
        ("try:\n    import fast\nexcept ImportError:\n    import slow", ("fast", "slow")),
        ("import importlib\nimportlib.import_module('a.b')", ("a.b", "importlib")),
        ("__import__('a')", ("a",)),
    ],
)
def test_imports_wherever_they_stand(source: str, names: tuple[str, ...]) -> None:
    found = imports_of(source.encode(), "pkg.mod", package=True)
    assert (found.names, found.gaps) == (names, ())


def test_a_relative_import_starts_from_its_package() -> None:
    assert imports_of(b"from .x import y", "pkg.mod", package=False).names == ("pkg.x", "pkg.x.y")


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("import importlib\nname = 'a'\nimportlib.import_module(name)", 3, "import_module"),
        ("__import__(f'{a}')", 1, "__import__"),
        ("exec(text)", 1, "exec"),
        ("import runpy\nrunpy.run_path('x.py')", 2, "run_path"),
        ("from ... import x", 1, "out of its package"),
        ("def (", 1, "syntax error"),
    ],
)
def test_what_cannot_be_followed_is_a_gap(source: str, line: int, said: str) -> None:
    gaps = imports_of(source.encode(), "pkg.mod", package=False).gaps
    assert [at for at, _ in gaps] == [line]
    assert said in gaps[0][1]


def test_a_method_called_eval_is_none() -> None:
    assert imports_of(b"frame.eval('a + b')\nmodel.eval()", "m", package=False).gaps == ()


PINNED = "ast1:6a6cdba8bf061b63ac6332761d5c150fe839dfd6e6e69d714fed79d307454b0d"
