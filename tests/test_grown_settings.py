"""Checks of changes whose settings files are made to take long; `benchmarks/bounded.py` tries many more."""

import random
from pathlib import Path

import pytest

from grown_settings import FORMS, NAMES, PROJECT, Answer, checked, grown, mixed
from repositories import GitRepository

_SOME = random.Random(7).sample(  # noqa: S311 - the same in every run
    [(name, form, side) for name in NAMES for form in FORMS for side in ("base", "head")], 8
)
KNOWN = [  # each took minutes or gigabytes
    ("pyproject.toml", "dotted key", "head"),
    ("pyproject.toml", "dotted key", "base"),
    (".gitattributes", "stars", "head"),
    (".gitattributes", "macros", "head"),
    (".pre-commit-config.yaml", "hook's pattern", "base"),
    (".pre-commit-config.yaml", "laughs", "head"),
    ("setup.cfg", "defaults", "base"),
    ("tox.ini", "spaces", "head"),
]


def _answer(repository: GitRepository, name: str, content: bytes, side: str, cache: Path) -> Answer:
    repository.commit(PROJECT)
    return checked(repository, name, content, side, cache)


@pytest.mark.parametrize(
    ("name", "form", "side"), [*KNOWN, *(pytest.param(*one, marks=pytest.mark.slow) for one in _SOME)]
)
def test_a_grown_file_is_answered_within_bounds(
    repo: GitRepository, lasting: Path, name: str, form: str, side: str
) -> None:
    """5 s of CPU and 500 MB at most, and an answer that is no bug of gatecheck."""
    answer = _answer(repo, name, grown(form, 100_000), side, lasting)

    assert not answer.problem()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_random_file_is_answered_within_bounds(repo: GitRepository, lasting: Path, seed: int) -> None:
    """Pieces of the forms put together, bytes of no encoding among them."""
    answer = _answer(repo, NAMES[seed * 5 % len(NAMES)], mixed(seed, 100_000), "head", lasting)

    assert not answer.problem()
