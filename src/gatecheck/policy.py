"""What is demanded of a change: read from the base tree, or from a file that whoever runs gatecheck names.

A policy is `[tool.gatecheck]` in pyproject.toml or the whole of gatecheck.toml, at the top of the base tree or in the
folder of its project; either way its paths are those of the repository. The head's edits to it never take effect on
their own change (DESIGN section 6, point 1).
"""

import hashlib
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from gatecheck import globs, strict
from gatecheck.errors import PolicyError
from gatecheck.model import ITEMS, Level

POLICIES = POLICY_FILE, PROJECT_FILE = "gatecheck.toml", "pyproject.toml"
_DURATION = re.compile(r"(\d+)\s*(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_SIZE = re.compile(r"(\d+)\s*(MB|GB)")
_BYTES = {"MB": 2**20, "GB": 2**30}


class SuitePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A suite of tests, by path, pytest marker, or the command that runs it."""

    paths: tuple[str, ...] = ()
    marker: str = ""
    command: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A policy as written; every key is optional.

    root: the project's folder in the repository. source, tests, generated: globs. elsewhere: globs of Python
    that other runs judge, each with a policy of its own. python: the project's interpreter.
    pass_env: environment variables that tests may see. timeout: per test suite, such as "10m". network: what the tests
    reach, "none" but their own loopback, or all that this machine ("host") does. memory: for a test suite and all that
    it starts, such as "8GB". readable: files and folders of the user's that they read besides what they always see,
    such as "~/.cache/models". checkout: whether tests run in a git checkout ("git") or a plain folder ("none").
    prepare: commands that make the files which a build makes, each a text or a list of words. items: twelve-item
    ids to "on" or "off". suites: unit and integration. gates: gate id to "block", "warn", "off" or a table with `level`
    and the gate's options.
    """

    root: str = ""
    source: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    generated: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    python: str = ""
    pass_env: tuple[str, ...] = ()
    timeout: str = "30m"
    network: Literal["none", "host"] = "none"
    memory: str = "8GB"
    readable: tuple[str, ...] = ()
    checkout: Literal["git", "none"] = "git"
    prepare: tuple[str | tuple[str, ...], ...] = ()
    items: dict[str, Literal["on", "off"]] = {}
    suites: dict[Literal["unit", "integration"], SuitePolicy] = {}
    gates: dict[str, Level | dict[str, Any]] = {}


class LoadedPolicy(msgspec.Struct, frozen=True):
    """A policy with where it came from and the digest of its text (16 hex digits)."""

    policy: Policy
    source: str
    digest: str

    def level(self, gate: str) -> Level:
        """Give a gate's level; block unless the policy says otherwise."""
        said = self.policy.gates.get(gate, Level.BLOCK)
        return said if isinstance(said, Level) else Level(said.get("level", Level.BLOCK))

    def options(self, gate: str) -> dict[str, Any]:
        """Give a gate's options as written."""
        said = self.policy.gates.get(gate, {})
        return {key: value for key, value in said.items() if key != "level"} if isinstance(said, dict) else {}


def policy_of_tree(read: Callable[[str], bytes | None], tree: str, folder: str = "") -> LoadedPolicy:
    """Find the policy of a tree, at its top or in the folder of its project; `read` gives a file's content or None."""
    places = [f"{where}{name}" for where in dict.fromkeys(("", f"{folder}/" if folder else "")) for name in POLICIES]
    found = [(place, loaded) for place in places if (loaded := _policy_in(place, read(place), tree))]
    if found[1:]:
        both = " and ".join(
            f"[tool.gatecheck] in {place}" if PROJECT_FILE in place else place for place, _ in found[:2]
        )
        raise PolicyError(f"{both} at {tree} both hold a policy: keep one")
    nothing = LoadedPolicy(Policy(), "built-in defaults (the base holds no policy)", _digest({}))
    return found[0][1] if found else nothing


def _policy_in(path: str, text: bytes | None, tree: str) -> LoadedPolicy | None:
    place = f"{path} at {tree}"
    if not path.endswith(PROJECT_FILE):
        return None if text is None else parse_policy(text, place)
    section = _section(text, place)
    return None if section is None else _checked(section, place, "tool.gatecheck")


def policy_of_file(path: Path) -> LoadedPolicy:
    """Read the policy that whoever runs gatecheck names; a pyproject.toml gives its section."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"cannot read the policy {path}: {error.strerror}") from error
    if path.name == PROJECT_FILE:
        section = _section(text, str(path))
        if section is None:
            raise PolicyError(f"{path} has no [tool.gatecheck] section")
        return _checked(section, str(path), "tool.gatecheck")
    return parse_policy(text, str(path))


def parse_policy(text: bytes, place: str) -> LoadedPolicy:
    """Parse the text of a gatecheck.toml."""
    return _checked(strict.parse(text, place, PolicyError), place, "")


def _section(text: bytes | None, place: str) -> dict[str, Any] | None:
    if text is None or b"gatecheck" not in text:
        return None  # a pyproject.toml that is broken elsewhere is not this function's business
    tool = strict.parse(text, place, PolicyError).get("tool", {})
    section = tool.get("gatecheck") if isinstance(tool, dict) else None
    if section is not None and not isinstance(section, dict):
        raise PolicyError(f"{place}: tool.gatecheck: a table is needed")
    return section


def _checked(data: dict[str, Any], place: str, prefix: str) -> LoadedPolicy:
    where = f"{place}: {prefix}" if prefix else place
    policy = strict.convert(data, Policy, where, PolicyError)
    if policy.root.startswith(("/", "~")) or ".." in policy.root.split("/"):
        raise PolicyError(f"{where}: root: {policy.root!r} leaves the repository; it is relative to its top")
    for key in ("source", "tests", "generated", "elsewhere"):
        globs.check(getattr(policy, key), f"{where}: {key}", PolicyError)
    for name, suite in policy.suites.items():
        globs.check(suite.paths, f"{where}: suites.{name}.paths", PolicyError)
    for item in policy.items:
        if item not in (known_items := [item.id for item in ITEMS]):
            raise PolicyError(f"{where}: items: unknown item {item!r}{strict.suggestion(item, known_items)}")
    _check_levels(policy, where)
    seconds(policy.timeout, f"{where}: timeout")
    size(policy.memory, f"{where}: memory")
    commands(policy.prepare, f"{where}: prepare")
    return LoadedPolicy(policy, place, _digest(data))


def _check_levels(policy: Policy, where: str) -> None:
    for gate, said in policy.gates.items():
        level = said.get("level", "block") if isinstance(said, dict) else said
        if level not in list(Level):
            raise PolicyError(f"{where}: gates.{gate}.level: {level!r} is not block, warn or off")


def seconds(text: str, place: str) -> int:
    """Read a duration such as "90s", "10m" or "1h"."""
    match = _DURATION.fullmatch(text.strip())
    if not match or not int(match[1]):
        raise PolicyError(f"{place}: {text!r} is not a duration; write 90s, 10m or 1h")
    return int(match[1]) * _SECONDS[match[2]]


def size(text: str, place: str) -> int:
    """Read a number of bytes such as "500MB" or "8GB"; a GB is 2**30 of them."""
    match = _SIZE.fullmatch(text.strip())
    if not match or not int(match[1]):
        raise PolicyError(f"{place}: {text!r} is no size; write 500MB or 8GB")
    return int(match[1]) * _BYTES[match[2]]


def commands(written: Sequence[str | tuple[str, ...]], place: str) -> tuple[tuple[str, ...], ...]:
    """Read commands, each a list of words or a text that is parted as a shell would; nothing is expanded."""
    read = []
    for number, command in enumerate(written):
        try:
            words = tuple(shlex.split(command)) if isinstance(command, str) else command
        except ValueError as error:
            raise PolicyError(f"{place}[{number}]: {command!r} is no command: {str(error).lower()}") from error
        if not words or not words[0]:
            raise PolicyError(f"{place}[{number}]: a command is needed")
        read.append(words)
    return tuple(read)


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(data, order="deterministic")).hexdigest()[:16]
