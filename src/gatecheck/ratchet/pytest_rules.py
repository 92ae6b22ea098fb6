"""The ratchet of pytest (its reference, "Configuration Options", "Command-line Flags"); other keys are neutral."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatecheck.ratchet.steps import (
    LOOSER,
    NEUTRAL,
    TIGHTER,
    UNCLEAR,
    Step,
    Table,
    arguments,
    difference,
    floor,
    free,
    keeps,
    lets_out,
    lines,
    listed,
    moves,
    softly,
    switch,
    truth,
    watched,
)

# Options of addopts that leave tests out, forgive them or read other settings. A value follows those with True.
NARROWING = {
    **dict.fromkeys(
        ("-k", "-m", "-p", "-c", "-o", "-W", "--deselect", "--ignore", "--ignore-glob", "--maxfail", "--reruns"), True
    ),
    **dict.fromkeys(("--only-rerun", "--config-file", "--override-ini", "--assert", "--pythonwarnings"), True),
    **dict.fromkeys(
        ("-x", "--exitfirst", "--lf", "--last-failed", "--sw", "--stepwise", "--co", "--collect-only"), False
    ),
    **dict.fromkeys(("--setup-only", "--setup-plan", "--no-cov", "--force-flaky", "--disable-warnings"), False),
}
DEMANDING = {"--doctest-modules": False, "--doctest-glob": True}
# Values that leave no test out.
HARMLESS = re.compile(
    r"-p (?!no:)|-p no:(cacheprovider|randomly|xdist|pastebin|nose|faulthandler)\b"
    r"|--assert rewrite|-W (error|default|always)"
    r"|(-o|--override-ini) (?!xfail|strict|addopts|python_|testpaths|norecursedirs|filterwarnings)"
)
# What pytest 9 spells `strict = true`, and older versions as options or by another name.
STRICTNESS = {
    "--strict": "strict_markers",
    "--strict-markers": "strict_markers",
    "--strict-config": "strict_config",
    "xfail_strict": "strict_xfail",
    "strict_parametrization_ids": "strict_parametrization_ids",
}


def pytest_moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Step]:
    """Compare two pytest configurations."""
    new_markers = _markers(after) - _markers(before)
    for step in moves(PYTEST, _one_spelling(before), _one_spelling(after)):
        marker = re.fullmatch(r"addopts gained `-m not (\w+)`", step.text)
        yield softly(step) if marker and marker[1] in new_markers else step  # no test of the base bears it


def _markers(settings: Mapping[str, Any]) -> set[str]:
    return {re.split(r"[:(]", line)[0].strip() for line in lines(settings.get("markers"))}


def _one_spelling(settings: Mapping[str, Any]) -> dict[str, Any]:
    strict = dict.fromkeys(STRICTNESS.values(), True) if truth(settings.get("strict")) else {}
    options = set(arguments(settings.get("addopts")))
    given = {key: True for option, key in STRICTNESS.items() if option in options}
    return strict | given | {STRICTNESS.get(key, key): value for key, value in settings.items() if key != "strict"}


def addopts(key: str, old: object, new: object) -> Iterator[Step]:
    """Rule of pytest's command line: options that leave tests out must not come, options that demand must not go."""
    was, now = arguments(old), arguments(new)
    lost, gained = difference(narrowing(was), narrowing(now))
    for option in gained:
        yield Step(LOOSER, f"{key} gained `{listed([option])}`")
    for option in lost:
        yield Step(TIGHTER, f"{key} lost `{listed([option])}`")
    for option in difference(_options(was, DEMANDING), _options(now, DEMANDING))[0]:
        yield Step(LOOSER, f"{key} lost `{listed([option])}`")
    yield from floor(f"{key} --cov-fail-under", _minimum(was), _minimum(now))
    yield from free(key, old, new)


def _minimum(given: list[str]) -> str | None:
    found = _options(given, {"--cov-fail-under": True})
    return found[-1].split(" ", 1)[1] if found else None


def narrowing(given: list[str]) -> list[str]:
    """Give the options of a command line that leave tests out, forgive them or read other settings."""
    return [option for option in _options(given, NARROWING) if not HARMLESS.match(option)]


def _options(given: list[str], known: Mapping[str, bool]) -> list[str]:
    """Give the known options on a command line, each as `-o value`."""
    found = []
    for place, word in enumerate(given):
        name, equals, value = word.partition("=")
        if known.get(word[:2]) and word[:2] != word:  # -kEXPRESSION
            found.append(f"{word[:2]} {word[2:]}")
        elif name in known:
            follows = value if equals else " ".join(given[place + 1 : place + 2])
            found.append(f"{name} {follows}" if known[name] else name)
    return found


def warning_filters(key: str, old: object, new: object) -> Iterator[Step]:
    """Rule of filterwarnings: losing `error` is looser; a new `ignore` is honest work more often than not."""
    gone, come = difference(lines(old), lines(new))
    softer = [line for line in come if line.startswith(("ignore", "once", "default", "module"))]
    if "error" in gone:
        yield Step(LOOSER, f"{key} lost `error`")
    if softer:
        yield Step(UNCLEAR, f"{key} gained {listed(softer)}")
    if len(come) > len(softer):
        yield Step(TIGHTER, f"{key} gained {listed(line for line in come if line not in set(softer))}")
    yield from free(key, old, new)


def _shell_words(value: object) -> list[str]:
    return [word for line in lines(value) for word in arguments(line)]


PYTEST: Table = {
    "addopts": addopts,
    "filterwarnings": warning_filters,
    "testpaths": keeps(_shell_words, first=UNCLEAR, last=NEUTRAL, paths=True),  # without it everything is collected
    **dict.fromkeys(
        ("python_files", "python_classes", "python_functions"), keeps(_shell_words, first=UNCLEAR, last=UNCLEAR)
    ),
    "norecursedirs": lets_out(_shell_words, paths=True),
    "strict*": switch(good=True),
    "collect_imported_tests": switch(good=True, default=True),
    "required_plugins": keeps(_shell_words),
    "empty_parameter_set_mark": watched,
}
