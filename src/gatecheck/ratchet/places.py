"""Which files hold rules, and which of them is in force for a tool in a folder."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from gatecheck.globs import matcher
from gatecheck.ratchet.reading import table

# In the order in which each tool looks (the tools' references): the first file that holds a section is in force alone.
LOOKS = {
    "pytest": ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"),
    "coverage": (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml"),
    "ruff": (".ruff.toml", "ruff.toml", "pyproject.toml"),
    "mypy": ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"),
}
NAMES = frozenset(name for names in LOOKS.values() for name in names)
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
            held = ((place, settings_of(tool, place, contents[place])) for place in places if place in contents)
            if first := next(((place, settings) for place, settings in held if settings is not None), None):
                found[tool, folder] = Config(*first)
    return found


def folder_of(path: str) -> str:
    """Give a path's folder, "" at the top."""
    return path.rpartition("/")[0]


def settings_of(tool: str, path: str, content: Any) -> dict[str, Any] | None:  # noqa: ANN401 - what a file holds
    """Give what a parsed file says to a tool; None where it says nothing and the tool looks on."""
    name = PurePosixPath(path).name
    if name not in LOOKS[tool] or not isinstance(content, dict):
        return None
    if name == "pyproject.toml":
        return _of_project(tool, table(content, "tool"))
    return {"pytest": _pytest, "coverage": _coverage, "ruff": _ruff, "mypy": _mypy}[tool](name, content)


def _of_project(tool: str, tools: Mapping[str, Any]) -> dict[str, Any] | None:
    own = tools.get(tool)
    if tool == "pytest" and isinstance(own, dict):
        return {
            **{key: value for key, value in own.items() if key != "ini_options"},
            **table(own, "ini_options"),
        } or None
    return own if isinstance(own, dict) and own else None


def _pytest(name: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
    section = content.get("tool:pytest" if name == "setup.cfg" else "pytest")
    return section if isinstance(section, dict) else {} if name.endswith(("pytest.ini", "pytest.toml")) else None


def _coverage(name: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
    nested = table(content, "tool", "coverage") if name.endswith(".toml") else {}
    own = (("", "coverage:") if name.startswith(".coveragerc") else ("coverage:",)) if not nested else ("",)
    found = {
        part: table(nested or content, prefix + part)
        for prefix in own
        for part in ("run", "report", "paths", "html", "xml")
    }
    return {part: section for part, section in found.items() if section} or (
        {} if name.startswith(".coveragerc") else None
    )


def _ruff(_name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return dict(content)


def _mypy(name: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
    modules = {
        section.removeprefix("mypy-"): options for section, options in content.items() if section.startswith("mypy-")
    }
    if "mypy" not in content and name == "setup.cfg":
        return None
    return {**table(content, "mypy"), "of_modules": modules}


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
