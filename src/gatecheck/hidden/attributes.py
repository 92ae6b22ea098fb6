"""What `.gitattributes` says: which diffs are hidden, and which files are checked out as something else than stored.

The patterns are those of git's manual, "gitattributes": like .gitignore's, but a folder's does not reach below it, and
there is no negation. Of several lines that fit, the last decides, and a file nearer to the path is later.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gatecheck.change import FileChange, lines_of
from gatecheck.errors import UnreadableError
from gatecheck.globs import attribute_pattern
from gatecheck.hidden.kinds import Text, is_plain, kind_of
from gatecheck.model import Finding, Location, Severity
from gatecheck.project import Project

NAME = ".gitattributes"
_MACROS = {"binary": ("-diff", "-merge", "-text")}
_PLAIN_FILTERS = {"lfs"}  # git-lfs stores a pointer, and the diff says so
_SWEEPING = {"*", "**", "**/*", "*.*", "*.py", "**/*.py", "*.pyi"}
_TOLD = {"diff", "linguist-generated", "export-ignore", "working-tree-encoding", "filter", "ident"}
_MOST = 5_000_000  # paths held against rules: some seconds
_GENERATED = re.compile(rb"(?i)generated|do not edit|don't edit")


@dataclass(frozen=True)
class Rule:
    """One line: the folder of its file (ending in a slash), its pattern, and what it sets (False: unset)."""

    path: str
    line: int
    pattern: str
    settings: tuple[tuple[str, str | bool], ...]

    def fits(self, path: str) -> bool:
        """Tell whether the rule is about a path."""
        folder = self.path.removesuffix(NAME)
        if not path.startswith(folder):
            return False
        below = path.removeprefix(folder)
        compared = below if "/" in self.pattern else below.rsplit("/", 1)[-1]
        return attribute_pattern(self.pattern).fullmatch(compared) is not None

    def covers(self, path: str) -> bool:
        """Tell whether the rule is about a path or a folder that it is in."""
        parts = path.split("/")
        return any(self.fits("/".join(parts[:count])) for count in range(1, len(parts) + 1))


def rules_of(path: str, text: bytes | None) -> list[Rule]:
    """Read one attributes file; lines that git would not understand are left out, as git does."""
    macros: dict[str, tuple[str, ...]] = dict(_MACROS)
    rules: list[Rule] = []
    for number, raw in enumerate(lines_of(text), 1):
        line = raw.decode("utf-8", "replace").strip()
        if not line or line.startswith("#"):
            continue
        pattern, rest = _split(line)
        if pattern.startswith("[attr]"):
            macros[pattern.removeprefix("[attr]")] = tuple(rest.split())
        else:
            rules.append(Rule(path, number, pattern, tuple(_settings(rest.split(), macros))))
    return rules


def _split(line: str) -> tuple[str, str]:
    if line.startswith('"'):
        pattern, _, words = line[1:].partition('"')
        return pattern, words
    pattern, *rest = line.split(None, 1)
    return pattern, rest[0] if rest else ""


def _settings(words: Iterable[str], macros: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str | bool]]:
    """Give what a line sets, the last word of an attribute first: it decides, and a macro stands for its words once."""
    waiting, settled = list(words), set[str]()
    while waiting:
        word = waiting.pop()
        name, _, value = word.lstrip("-!").partition("=")
        if name not in settled:
            settled.add(name)
            yield name, value or not word.startswith(("-", "!"))
            waiting += macros.get(name, ()) if word == name else ()


@dataclass(frozen=True)
class Surroundings:
    """What a rule is weighed by: the head's paths, the changed files, how the project is laid out."""

    paths: frozenset[str]
    changed: Mapping[str, FileChange]
    project: Project

    def code(self, rule: Rule) -> list[str]:
        """Give the code and configuration that a rule is about, tests and generated files left out."""
        return [path for path in self._code if rule.fits(path)]

    def tests(self, rule: Rule) -> list[str]:
        """Give the test code that a rule is about."""
        return [path for path in self._tests if rule.fits(path)]

    def source(self, rule: Rule) -> str:
        """Give the first source file that a rule is about, or whose folder it is about; "" for none."""
        return next((path for path in self._source if rule.covers(path)), "")

    @cached_property
    def _code(self) -> list[str]:
        return [path for path in sorted(self.paths) if self._counts(path)]

    @cached_property
    def _tests(self) -> list[str]:
        return [path for path in sorted(self.paths) if path.endswith(".py") and self.project.is_test(path)]

    @cached_property
    def _source(self) -> list[str]:
        return [path for path in sorted(self.paths) if self.project.is_source(path)]

    def _counts(self, path: str) -> bool:
        aside = self.project.is_test(path) or self.project.is_generated(path) or path.endswith(NAME)
        return not aside and kind_of(path, self.project) in {Text.PYTHON, Text.CODE}


def new_rules(files: Iterable[FileChange], around: Surroundings) -> Iterator[Finding]:
    """Look for added lines that hide diffs, or alter what is checked out."""
    for file in files:
        if file.path.rsplit("/", 1)[-1] == NAME and is_plain(file):
            known = {(rule.pattern, rule.settings) for rule in rules_of(file.path, file.before)}
            told = [rule for rule in rules_of(file.path, file.after) if (rule.pattern, rule.settings) not in known]
            told = [rule for rule in told if not _TOLD.isdisjoint(dict(rule.settings))]
            _refuse(file.path, len(told), len(around.paths))
            for rule in told:
                yield from _judged(rule, around)


def _refuse(path: str, rules: int, paths: int) -> None:
    if rules * paths > _MOST:
        raise UnreadableError(f"{path}: {rules} rules over {paths} files are too many to be held against each other")


def _judged(rule: Rule, around: Surroundings) -> Iterator[Finding]:
    code, tests, sweeping = around.code(rule), around.tests(rule), rule.pattern in _SWEEPING
    about = f", such as {(code or tests)[0]}" if code or tests else ""
    for name, value in dict(rule.settings).items():
        if said := _said(name, value, rule, around):
            message, certain = said
            if code or sweeping:
                level = Severity.ERROR if certain else Severity.WARNING
            else:
                level = Severity.WARNING if tests or name == "export-ignore" else Severity.NOTE
            text = f"{rule.pattern} {_written(name, value)}: {message}{about}"
            yield Finding("attribute", text, Location(rule.path, rule.line), level, "leave the attribute out for code")


def _written(name: str, value: str | bool) -> str:
    return f"{name}={value}" if isinstance(value, str) else name if value else f"-{name}"


def _said(name: str, value: str | bool, rule: Rule, around: Surroundings) -> tuple[str, bool] | None:
    """Say what a setting does, and whether that is an error for code; None when it is harmless."""
    code, sweeping = around.code(rule), rule.pattern in _SWEEPING
    if (name, value) == ("diff", False):
        return ("git shows no diff of the files", True) if code or around.tests(rule) or sweeping else None
    if name == "linguist-generated" and value not in {False, "false"} and code:
        written = [path for path in code if path in around.changed and not _says_generated(around.changed[path])]
        return "review pages fold the files away", bool(written) or sweeping
    if name == "export-ignore" and value and (source := around.source(rule)):
        return f"{source} is left out of archives of the repository", False
    return _altered(name, value)


def _altered(name: str, value: str | bool) -> tuple[str, bool] | None:
    """Say whether a setting makes the checked-out file another than the stored one."""
    if name == "working-tree-encoding" and isinstance(value, str) and value.upper() not in {"UTF-8", "UTF8"}:
        return "what is checked out is not what is stored and compared", True
    if name == "filter" and isinstance(value, str) and value not in _PLAIN_FILTERS:
        return "a program of each clone's own alters what is checked out", True
    if name == "ident" and value is True:
        return "git writes $Id$ anew in what is checked out", False
    return None


def _says_generated(file: FileChange) -> bool:
    return bool(_GENERATED.search((file.after or b"")[:2000]))


def in_force(files: Iterable[FileChange], attributes: Mapping[str, bytes], project: Project) -> Iterator[Finding]:
    """Look for changed code that attributes of before hide, or check out as something else."""
    ordered = [
        rule
        for path in sorted(attributes, key=lambda path: path.count("/"))
        for rule in rules_of(path, attributes[path])
        if not _TOLD.isdisjoint(dict(rule.settings))
    ]
    if not any(_hides(rule.settings) for rule in ordered):
        return
    files = list(files)
    _refuse(NAME, len(ordered), len(files))
    for file in files:
        if not is_plain(file) or kind_of(file.path, project) not in {Text.PYTHON, Text.CODE}:
            continue
        settings = {name: value for rule in ordered if rule.fits(file.path) for name, value in rule.settings}
        for message in _hides(settings.items()):
            said, mend = f"by .gitattributes, {message}: a reviewer does not see it", "take the attribute out for code"
            yield Finding("attribute-in-force", said, Location(file.path), Severity.WARNING, mend)


def _hides(settings: Iterable[tuple[str, str | bool]]) -> list[str]:
    found = []
    for name, value in settings:
        if (name, value) == ("diff", False):
            found.append("git shows no diff of the file")
        elif (said := _altered(name, value)) and said[1]:
            found.append(said[0])
    return found
