"""Which files hold rules, and which of them is in force for a tool in a folder."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from gatecheck.globs import matcher
from gatecheck.tool_files import LOOKS, NAMES, settings_in

CLIMBING = {"pytest", "ruff"}  # they look in the folders above as well

HOSTED = (
    *("/.github/workflows/*.yml", "/.github/workflows/*.yaml", "/.github/actions/**/action.y*ml", "/.circleci/**"),
    *("/.gitlab-ci.yml", "/.gitlab/ci/**", "/azure-pipelines.y*ml", "/.azure-pipelines.yml", "/.azure-pipelines/**"),
    *("/Jenkinsfile", "/.buildkite/**", "/bitbucket-pipelines.yml", "/.travis.yml", "/appveyor.yml", "/.appveyor.yml"),
    "/.cirrus.yml",
)
RUNNERS = ("tox.ini", "tox.toml", "noxfile.py", "pyproject.toml", "setup.cfg")
# Scripts at the top that CI calls by these customary names (encode's projects, full-stack-fastapi-template, our own).
SCRIPTS = ("/scripts/", "/script/", "/bin/", "/ci/", "/.ci/")
SCRIPT_NAME = re.compile(
    r"(run|all|ci|cov\w*|tests?|checks?|lint|format|typing|types|mypy)([-_]\w+)?(\.sh|\.bash|\.py)?"
)
HOOKS = (".pre-commit-config.yaml", ".pre-commit-config.yml")
NOTED = ("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Taskfile.yml")
OWNERS = ("/CODEOWNERS", "/.github/CODEOWNERS", "/.gitlab/CODEOWNERS", "/docs/CODEOWNERS")
POLICIES = ("gatecheck.toml", "pyproject.toml")

is_hosted, is_owners, _in_scripts = matcher(HOSTED), matcher(OWNERS), matcher(SCRIPTS)


@dataclass(frozen=True)
class Config:
    """A tool's settings in the file that holds them."""

    path: str
    settings: Mapping[str, Any]


def holds_rules(path: str) -> bool:
    """Tell by its name whether a file may hold rules."""
    name = PurePosixPath(path).name
    named = name in NAMES or name in {*RUNNERS, *HOOKS, *NOTED, *POLICIES}
    return named or is_hosted(path) or is_owners(path) or is_script(path)


def is_script(path: str) -> bool:
    """Tell by its place and name whether a script runs checks."""
    return _in_scripts(path) and SCRIPT_NAME.fullmatch(PurePosixPath(path).name) is not None


def configs(contents: Mapping[str, Any]) -> dict[tuple[str, str], Config]:
    """Give the configuration in force by tool and folder ("" at the top), from the parsed files."""
    found: dict[tuple[str, str], Config] = {}
    for tool, names in LOOKS.items():
        for folder in sorted({folder_of(path) for path in contents}):
            places = (f"{folder}/{name}" if folder else name for name in names)
            held = ((place, settings_in(tool, place, contents[place])) for place in places if place in contents)
            if first := next(((place, settings) for place, settings in held if settings is not None), None):
                found[tool, folder] = Config(*first)
    return found


def folder_of(path: str) -> str:
    """Give a path's folder, "" at the top."""
    return path.rpartition("/")[0]


def inherited(tool: str, folder: str, found: Mapping[tuple[str, str], Config]) -> Config | None:
    """Give the configuration that a folder has from the folders above it."""
    return (
        next((found[tool, above] for above in _above(folder) if (tool, above) in found), None)
        if tool in CLIMBING
        else None
    )


def _above(folder: str) -> Iterator[str]:
    while folder:
        folder = folder_of(folder)
        yield folder
