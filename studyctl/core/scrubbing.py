"""What names a machine or a person in a text: replaced where that does no harm, found where it would.

Pure: what is private on this machine comes in as a value (`runner.private` collects it), texts come out. Folders that
say where something lies become `<workspace>`, `<home>`, `<site-packages>`; any other absolute path keeps its last part.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
import urllib.parse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SECRET = "<secret>"
ENVIRONMENT = "<environment>"
PATH = "<path>"
HOST = "<host>"
USER = "<user>"
PLACEHOLDERS = ("<workspace>", "<home>", "<site-packages>", "<python>", PATH)

# Names that many machines and people share say nothing about one.
COMMON_HOSTS = frozenset({"localhost", "localdomain"})
COMMON_USERS = frozenset(
    {"root", "user", "users", "admin", "administrator", "ubuntu", "debian", "guest", "nobody", "runner", "student"}
    | {"test", "public", "default", "home", "jovyan", "studyctl", "python"}
)
SHORTEST_HOST = 2
SHORTEST_USER = 3
# In bytes that are no text, shorter ones are met by chance.
SHORTEST_IN_BYTES = 5
SHORTEST_SECRET = 6
# A variable of such a name is taken to hold a secret.
SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|(?:API|ACCESS|PRIVATE|SIGNING|ENCRYPTION)_?KEY|_KEY$|^KEY$|CREDENTIAL|AUTH|COOKIE"
    r"|SESSION_ID|_DSN$|_PWD$|_PW$|CONNECTION_STRING|WEBHOOK",
    re.IGNORECASE,
)
# Values that switch something on or off, whatever the variable is called.
_SWITCHES = frozenset(
    {"", "0", "1", "true", "false", "yes", "no", "on", "off", "none", "null", "auto", "always", "never"}
)

# A folder's name in a path of POSIX: what usually ends a path in a text ends it.
_PART = r"[^\s/'\"<>|:;,()\[\]{}*?`\\]+"
_AFTER_PLACEHOLDER = "".join(rf"(?<!{re.escape(one)})" for one in PLACEHOLDERS)
_POSIX_PATH = rf"(?<![\w.)\]}}:/\\~$*?<+%-])(?<!base64,){_AFTER_PLACEHOLDER}(?:/(?!/){_PART}){{2,}}/?"
_DOUBLED = rf"(?<=>)//(?!/){_PART}(?:/{_PART})*"  # a folder and an absolute path, put together
_FILE_URL = rf"(?<=file://)(?:/(?!/){_PART})+/?"
_WINDOWS_PATH = r"(?<![A-Za-z0-9])[A-Za-z]:(?:\\{1,2}|/(?!/))[^\s'\"<>|:*?]+"
_UNC_PATH = r"(?<![\\\w])\\\\[\w.-]+\\[^\s'\"<>|:*?]+"
_CREDENTIALS = r"(?<=://)[^\s/:@'\"<>]+:[^\s/@'\"<>]+(?=@)"
_ANY_PATH = "|".join((_POSIX_PATH, _DOUBLED, _FILE_URL, _WINDOWS_PATH, _UNC_PATH))
# What stands between a variable and its value: `A=b`, `"A": "b"`, `('A', 'b')`.
_BETWEEN = r"['\"]{0,2}[:=, ]{1,3}['\"]{0,2}"
_PAIR = re.compile(rf"[^:=, '\"]+{_BETWEEN}")
_QUOTED = r"(?:': '|\": \"|', '|\", \")(?!<environment>)(?:[^'\"\\\n]|\\.)+"
# A variable that this machine may not have, by its name: `MY_API_TOKEN=…`.
_SECRET_WORDS = (
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
)
_NAMED_SECRET = (
    rf"(?<![A-Z0-9_])[A-Z0-9_]*(?:{'|'.join(_SECRET_WORDS)})[A-Z0-9_]*(?:=|['\"]: ?['\"]|['\"], ?['\"])"
    r"(?!<(?:secret|environment)>)[^\s'\",;})\]]{4,}"
)
_HOME = re.compile(r"(?:/home/|/Users/|\\Users\\{1,2}|/Users\\{1,2})([^\s/\\'\"<>|:;,()\[\]{}*?`]+)")


@dataclass(frozen=True, slots=True)
class Private:
    """What must not stand in a public bundle."""

    folders: tuple[tuple[str, str], ...] = ()  # each with its placeholder
    hosts: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()  # variable and value
    variables: tuple[tuple[str, str], ...] = ()  # of the environment: name and value, found side by side
    allowed: tuple[str, ...] = ()  # what a person said may stay


@dataclass(frozen=True, slots=True)
class Leak:
    """Something private in a text."""

    line: int  # from 1; 0 in bytes that are no text
    what: str  # for the person whose machine it is; a secret itself is not said


def homes_in(text: str) -> set[str]:
    """The names of people whose home folders a text names."""
    return {name for name in _HOME.findall(text) if name not in PLACEHOLDERS}


def is_secret(name: str, value: str) -> bool:
    """Whether a variable of the environment holds what nobody else should know, by its name."""
    if SECRET_NAME.search(name) is None or len(value) < SHORTEST_SECRET or value.lower() in _SWITCHES:
        return False
    return not re.fullmatch(r"/(?:[\w.-]+/)*[\w.-]*(?:sock(?:et)?|agent[\w.]*|ssh-[\w/.]+)", value)


@dataclass(frozen=True, slots=True)
class _Needle:
    """One thing to look for: its pattern, what stands in its place, what it is called, and what it cannot do without.

    A text that has none of the `probes` is not searched: a pattern of everything that an environment holds is slow.
    """

    pattern: str
    placeholder: str
    what: str
    probes: tuple[str, ...] = ()


class Scrubber:
    """Finds and replaces what is private in texts."""

    def __init__(self, private: Private) -> None:
        self._allowed = private.allowed
        self._needles = (*_secrets(private), *_paths(private), *_names(private))
        self._patterns: dict[tuple[int, ...], re.Pattern[str]] = {}
        self._bytes = list(_in_bytes(private))
        self.longest_in_bytes = max((len(needle) for needle, _ in self._bytes), default=0)

    def scrub(self, text: str, counted: Counter[str] | None = None) -> str:
        """The text without what is private; `counted` learns what was replaced."""

        def replace(found: re.Match[str]) -> str:
            needle = self._needle(found)
            if self._may_stay(found, needle):
                return found[0]
            if counted is not None:
                counted[needle.placeholder] += 1
            if needle.placeholder == PATH:
                name = re.split(r"[/\\]", found[0].rstrip("/\\"))[-1]
                return f"{PATH}/{name}"
            if needle.placeholder == ENVIRONMENT or needle.pattern == _NAMED_SECRET:
                pair = _PAIR.match(found[0])  # the name stays
                return f"{pair[0] if pair else ''}{needle.placeholder}"
            return needle.placeholder

        before, text = text, self._pattern(text).sub(replace, text)
        # A name may have stood in that part of a path which is kept.
        return text if text == before else self._pattern(text).sub(replace, text)

    def scrub_value(self, value: Any, counted: Counter[str] | None = None) -> Any:
        """A value of JSON with every text in it scrubbed, names of fields included."""
        if isinstance(value, str):
            return self.scrub(value, counted)
        if isinstance(value, dict):
            return {self.scrub(str(k), counted): self.scrub_value(one, counted) for k, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.scrub_value(one, counted) for one in value]
        return value

    def find(self, text: str) -> Iterator[Leak]:
        """What is private in a text, with its line."""
        line, at = 1, 0
        for found in self._pattern(text).finditer(text):
            needle = self._needle(found)
            if self._may_stay(found, needle):
                continue
            line += text.count("\n", at, found.start())
            at = found.start()
            secret = needle.placeholder in (SECRET, ENVIRONMENT)
            yield Leak(line, needle.what if secret else f"{needle.what}, {found[0]}")

    def find_in_bytes(self, data: bytes) -> Iterator[Leak]:
        """What is private in bytes that are no text: folders, secrets, and names that are long enough."""
        for needle, what in self._bytes:
            if needle in data:
                yield Leak(0, what)

    def _needle(self, found: re.Match[str]) -> _Needle:
        return self._needles[int(str(found.lastgroup)[1:])]

    def _may_stay(self, found: re.Match[str], needle: _Needle) -> bool:
        if needle.placeholder == PATH:
            return found[0].startswith(self._allowed)
        return found[0] in self._allowed

    def _pattern(self, text: str) -> re.Pattern[str]:
        folded = text.casefold()
        active = tuple(
            n
            for n, needle in enumerate(self._needles)
            if not needle.probes or any(probe in text or probe.casefold() in folded for probe in needle.probes)
        )
        if active not in self._patterns:
            parts = [f"(?P<n{n}>{self._needles[n].pattern})" for n in active]
            self._patterns[active] = re.compile("|".join(parts) or "(?!)")  # nothing to look for is found nowhere
        return self._patterns[active]


def _secrets(private: Private) -> Iterator[_Needle]:
    for name, value in sorted(private.secrets, key=lambda one: -len(one[1])):
        yield _Needle(_any_form(value), SECRET, f"the value of {name}", tuple(forms(value)))
    yield _Needle(_CREDENTIALS, SECRET, "a password in an address", ("://",))
    for name, value in private.variables:
        # With its value of now, anywhere; with another one where an environment was printed.
        side_by_side = rf"(?<![A-Za-z0-9_]){re.escape(name)}{_BETWEEN}{_any_form(value)}(?![A-Za-z0-9_])"
        printed = rf"(?m:^{re.escape(name)}=(?!<environment>).+$)|(?<=['\"]){re.escape(name)}{_QUOTED}"
        pattern = f"{side_by_side}|{printed}"
        yield _Needle(pattern, ENVIRONMENT, f"the variable {name} of the environment", (name,))
    yield _Needle(_NAMED_SECRET, SECRET, "what looks like a secret", _SECRET_WORDS)


def _paths(private: Private) -> Iterator[_Needle]:
    for folder, placeholder in sorted(private.folders, key=lambda one: -len(one[0])):
        pattern = rf"(?<![\w.-]){_any_form(folder)}(?![\w-]|\.\w)"
        yield _Needle(pattern, placeholder, f"the folder {placeholder}", tuple(forms(folder)))
    yield _Needle(_ANY_PATH, PATH, "an absolute path", ("/", "\\"))


def _names(private: Private) -> Iterator[_Needle]:
    for host in _longest_first(private.hosts):
        any_case = _any_form(host) if len(host) < SHORTEST_IN_BYTES else f"(?i:{_any_form(host)})"
        yield _Needle(rf"(?<![^\W_]){any_case}(?![^\W_])", HOST, "the name of the machine", tuple(forms(host)))
    for user in _longest_first(private.users):
        yield _Needle(rf"(?<![^\W_]){_any_form(user)}(?![^\W_])", USER, "the name of the user", tuple(forms(user)))


def _longest_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (-len(name), name))


def forms(text: str) -> list[str]:
    """A text as it may stand in JSON, in an address, in HTML, or in another Unicode form; the longest first."""
    found = {
        text,
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        repr(text)[1:-1],
        urllib.parse.quote(text),
        html.escape(text),
        text.replace("\\", "/"),
        unicodedata.normalize("NFC", text),
        unicodedata.normalize("NFD", text),
    }
    return _longest_first(found)


def _any_form(text: str) -> str:
    return f"(?:{'|'.join(map(re.escape, forms(text)))})"


def _in_bytes(private: Private) -> Iterator[tuple[bytes, str]]:
    needles: list[tuple[str, str]] = [(folder, f"the folder {mark}") for folder, mark in private.folders]
    needles += [(value, f"the value of {name}") for name, value in private.secrets]
    needles += [(host, f"the name of the machine ({host})") for host in private.hosts]
    needles += [(user, f"the name of the user ({user})") for user in private.users]
    for needle, what in needles:
        if len(needle) < SHORTEST_IN_BYTES or any(word in needle for word in private.allowed):
            continue
        for form in forms(needle):
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                yield form.encode(encoding, "surrogatepass"), what


def lines_of(leaks: Sequence[Leak]) -> list[str]:
    """Leaks in words, each once."""
    said = [f"line {leak.line}: {leak.what}" if leak.line else leak.what for leak in leaks]
    return list(dict.fromkeys(said))
