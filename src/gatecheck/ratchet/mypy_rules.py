"""The ratchet of mypy (its manual, "The mypy configuration file"); other keys are neutral."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from gatecheck.parsing import entries, table
from gatecheck.ratchet.steps import (
    LOOSER,
    NEUTRAL,
    UNCLEAR,
    Rule,
    Step,
    Table,
    free,
    keeps,
    lets_out,
    lets_out_matches,
    moves,
    shown,
    softly,
    switch,
    truth,
    watched,
    words,
)

# What `strict = true` stands for (mypy --help, 2.4, and the manual of 1.x), so that writing the list out is no step.
STRICT = (
    *("disallow_any_generics", "disallow_subclassing_any", "disallow_untyped_calls", "disallow_untyped_defs"),
    *("disallow_incomplete_defs", "check_untyped_defs", "disallow_untyped_decorators", "warn_redundant_casts"),
    *(
        "warn_unused_ignores",
        "warn_return_any",
        "no_implicit_reexport",
        "strict_equality",
        "extra_checks",
        "strict_bytes",
    ),
)
DEMANDS, EXCUSES = switch(good=True), switch(good=False)


def followed(key: str, old: object, new: object) -> Iterator[Step]:
    """Rule of follow_imports: `skip` makes Any of what is imported, `silent` may hide errors."""
    direction = LOOSER if new == "skip" else UNCLEAR if new == "silent" else NEUTRAL
    yield Step(direction, f"{key} changed from {shown(old)} to {shown(new)}")


MYPY: Table = {
    **dict.fromkeys(("warn_unused_configs", "warn_incomplete_stub", "strict_concatenate"), free),
    **dict.fromkeys(("strict_optional", "no_implicit_optional"), switch(good=True, default=True)),
    **dict.fromkeys(("strict*", "disallow_*", "check_untyped_defs", "extra_checks", "local_partial_types"), DEMANDS),
    **dict.fromkeys(("warn_*", "no_implicit_*"), DEMANDS),
    **dict.fromkeys(("ignore_errors", "ignore_missing_imports", "allow_*", "implicit_*"), EXCUSES),
    "files": keeps(words, first=UNCLEAR, last=UNCLEAR, paths=True),
    **dict.fromkeys(("packages", "modules"), keeps(words, first=UNCLEAR, last=UNCLEAR)),
    "disable_error_code": lets_out(words),
    "enable_error_code": keeps(words),
    "exclude": lets_out_matches,
    "follow_imports": followed,
    **dict.fromkeys(("always_true", "always_false"), watched),
    "plugins": keeps(words),
}


def mypy_moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Step]:
    """Compare two mypy settings: the global ones, then what is in force for each module that is named."""
    old, new = _written_out(before), _written_out(after)
    stricter = truth(after.get("strict")) and not truth(
        before.get("strict")
    )  # one word for a list of flags: mostly tighter
    for step in moves(MYPY, old, new):
        yield softly(step) if stricter else step
    was, now = _modules(before), _modules(after)
    for module in sorted({*was, *now}):
        keys = {*was.get(module, {}), *now.get(module, {})}
        sides = (
            {key: own.get(module, {}).get(key, all_.get(key)) for key in keys} for own, all_ in ((was, old), (now, new))
        )
        for step in moves(_of_module(module), *sides):
            yield step.prefixed(f"for {module}: ")


def _of_module(module: str) -> Table:
    """Give a module's table: a missing import tells of somebody else's package; tests are looser in most projects."""
    rules: dict[str, Rule] = {**MYPY, "ignore_missing_imports": free, "follow_imports": _lenient(followed)}
    lenient = {"ignore_errors": _lenient(EXCUSES), "disallow_*": _lenient(DEMANDS)}
    return rules | lenient if fnmatchcase(module, "*test*") else rules


def _lenient(rule: Rule) -> Rule:
    return lambda key, old, new: map(softly, rule(key, old, new))


def _written_out(settings: Mapping[str, Any]) -> dict[str, Any]:
    strict = dict.fromkeys(STRICT, True) if truth(settings.get("strict")) else {}
    return strict | {key: value for key, value in settings.items() if key not in {"overrides", "of_modules", "strict"}}


def _modules(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the options of each module that is named: by TOML's overrides, or by an ini file's [mypy-...]."""
    found: dict[str, dict[str, Any]] = {}
    sections = ({**table(own), "module": name} for name, own in table(settings.get("of_modules")).items())
    for own in [*map(table, entries(settings.get("overrides"))), *sections]:
        for module in words(own.get("module")):
            found.setdefault(module, {}).update({key: value for key, value in own.items() if key != "module"})
    return found
