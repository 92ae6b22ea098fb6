"""What a change writes down: head, commits and messages; what is new; what is masked."""

import base64
from pathlib import Path

import msgspec
import pytest

from gatecheck.change import Change, Commit, History, Limit
from gatecheck.measurements.secrets import Kind, Place, Secret, Secrets, measure_secrets
from gatecheck.measurements.secrets.places import place_of
from gatecheck.project import Project
from gatecheck.ranges import resolve
from gatecheck.repository import Repository, read_history
from gatecheck.testing import change_of, file_change
from gatecheck.workspace import Workspace
from repositories import GitRepository

PASSWORD = "correct7-horses!Kx"  # noqa: S105 - made up, and plausible on purpose
TOKEN = "made-up-9b1d-for-a-fixture-4c7e2"  # noqa: S105 - same
LINE = f'PASSWORD = "{PASSWORD}"\n'


@pytest.fixture
def workspace(tmp_path: Path, own_cache: Path) -> Workspace:
    """Give a workspace whose cache lasts for the session, so that the engine's rules are compiled once."""
    return Workspace(tmp_path, own_cache)


def measure(change: Change, workspace: Workspace, history: History | None = None) -> Secrets:
    """Take the measurement with everything at its default."""
    return measure_secrets(change, history or History(), Project(), workspace)


def measure_range(repo: GitRepository, text: str, workspace: Workspace) -> tuple[Secret, ...]:
    """Take the measurement of a range in a real repository."""
    opened = Repository.open(repo.path, workspace.folder())
    change = resolve(opened, text)
    return measure(change, workspace, read_history(opened, change)).found


def test_a_staged_change_is_judged_by_its_head_alone(workspace: Workspace) -> None:
    """There is no history yet."""
    (secret,) = measure(change_of({"shop.py": ("x = 1\n", "x = 1\n" + LINE)}), workspace).found

    assert (secret.rule, secret.path, secret.line, secret.name) == ("hardcoded-password", "shop.py", 2, "PASSWORD")
    assert (secret.kind, secret.place, secret.weak, secret.commit) == (Kind.GENERIC, Place.SOURCE, False, "")


def test_what_one_commit_adds_and_the_next_removes_is_found(repo: GitRepository, workspace: Workspace) -> None:
    """It has leaked."""
    repo.commit({"shop.py": "x = 1\n"})
    leaked = repo.commit({"shop.py": "x = 1\n" + LINE})
    repo.commit({"shop.py": "x = 1\ny = 2\n"})
    (secret,) = measure_range(repo, "HEAD~2..HEAD", workspace)

    assert (secret.path, secret.line, secret.commit) == ("shop.py", 2, leaked)


def test_what_the_head_still_holds_is_told_once(repo: GitRepository, workspace: Workspace) -> None:
    """By its place in the head, not again for each commit that carried it."""
    repo.commit({"shop.py": "x = 1\n"})
    repo.commit({"shop.py": "x = 1\n" + LINE})
    repo.commit({"shop.py": "x = 1\ny = 2\n" + LINE})
    (secret,) = measure_range(repo, "HEAD~2..HEAD", workspace)

    assert (secret.line, secret.commit) == (3, "")


def test_a_commits_message_is_read(repo: GitRepository, workspace: Workspace) -> None:
    """It is as public as the files."""
    repo.commit({"shop.py": "x = 1\n"})
    commit = repo.commit({"shop.py": "x = 2\n"}, f"Set the key\n\nadafruit_key = '{TOKEN}'")
    (secret,) = measure_range(repo, "HEAD~1..HEAD", workspace)

    assert (secret.rule, secret.path, secret.commit) == ("adafruit-api-key", "", commit)


def test_a_line_of_the_base_that_is_taken_away_and_put_back_is_not_new(
    repo: GitRepository, workspace: Workspace
) -> None:
    """A commit and its revert leave no file changed, and the base holds the line."""
    repo.commit({"shop.py": "x = 1\n" + LINE})
    repo.commit({"shop.py": "x = 1\n"})
    repo.commit({"shop.py": "x = 1\n" + LINE, "other.py": ""})

    assert measure_range(repo, "HEAD~2..HEAD", workspace) == ()


def test_what_a_merge_takes_over_from_the_base_is_not_new(repo: GitRepository, workspace: Workspace) -> None:
    """The main branch's lines are the main branch's, though the merge commit resolved a conflict beside them."""
    repo.commit({"shop.py": "x = 1\n"})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"shop.py": "x = 2\n"})
    repo.git("switch", "--quiet", "main")
    repo.commit({"shop.py": "x = 3\n" + LINE})
    repo.git("switch", "--quiet", "topic")
    repo.git("merge", "--quiet", "--strategy", "ours", "main")
    repo.write({"shop.py": "x = 4\n" + LINE})
    repo.git("commit", "--quiet", "--all", "--amend", "--no-edit")

    assert measure_range(repo, "main...topic", workspace) == ()


def test_a_line_that_moved_is_not_new(workspace: Workspace) -> None:
    """Within a file, to another file, with another indent or other quotes."""
    moved = {"a.py": (LINE, "x = 1\n"), "b.py": (None, f"class B:\n    PASSWORD = '{PASSWORD}'\n")}

    assert measure(change_of(moved), workspace).found == ()


def test_a_renamed_files_added_lines_are_read(repo: GitRepository, workspace: Workspace) -> None:
    """Git says where the file came from, and nobody need look at what it was."""
    same = "".join(f"x{number} = {number}\n" for number in range(30))
    repo.commit({"a.py": same})
    repo.git("mv", "a.py", "b.py")
    repo.commit({"b.py": same + LINE})
    (secret,) = measure_range(repo, "HEAD~1..HEAD", workspace)

    assert (secret.path, secret.line, secret.source) == ("b.py", 31, f'PASSWORD = "{PASSWORD[:4]}…"')


def test_a_line_that_moves_from_a_test_into_source_is_new(workspace: Workspace) -> None:
    """It was only a test's password."""
    moved = {"tests/test_a.py": (LINE, "x = 1\n"), "b.py": (None, LINE)}

    assert [secret.path for secret in measure(change_of(moved), workspace).found] == ["b.py"]


def test_another_keys_first_line_makes_no_key_old(workspace: Workspace) -> None:
    """Every key begins with the same line."""
    old, new = (
        f"-----BEGIN PRIVATE KEY-----\n{(letter * 60 + chr(10)) * 4}-----END PRIVATE KEY-----\n" for letter in "xy"
    )

    assert [
        secret.path for secret in measure(change_of({"a.pem": (old, None), "b.pem": (None, new)}), workspace).found
    ] == ["b.pem"]
    assert measure(change_of({"a.pem": (old, None), "b.pem": (None, old)}), workspace).found == ()


def test_nothing_that_is_kept_holds_a_value(workspace: Workspace) -> None:
    """Four characters of a long one are all that is shown; the fingerprint is salted and slow."""
    long, short = PASSWORD, "kJ8#mPq2"
    encoded = base64.b64encode(long.encode()).decode()
    source = f'PASSWORD = "{long}"\nPWD = "{short}"\nSECRET = b64decode("{encoded}")\n'
    kept = msgspec.json.encode(measure(change_of({"a.py": (None, source)}), workspace)).decode()

    assert not any(value in kept for value in (long, long[:5], short, short[:3], encoded))
    assert long[:4] in kept


def test_a_fingerprint_is_bound_to_rule_path_and_value(workspace: Workspace) -> None:
    """What was accepted in one file is not accepted in another."""
    texts = {"a.py": (None, LINE), "b.py": (None, LINE), "c.py": (None, f'y = 1\nx = [1]\nPASSWORD = "{PASSWORD}"\n')}
    prints = {secret.path: secret.fingerprint for secret in measure(change_of(texts), workspace).found}
    again = measure(change_of({"c.py": (None, LINE)}), workspace).found[0]

    assert len(set(prints.values())) == 3
    assert prints["c.py"] == again.fingerprint


def test_what_is_taken_out_is_told_by_its_fingerprint(workspace: Workspace) -> None:
    """So that an entry of the policy can be called stale; what only moved within its file is still there."""
    (added,) = measure(change_of({"a.py": (None, LINE)}), workspace).found
    taken = measure(change_of({"a.py": (LINE, "x = 1\n")}), workspace)
    moved = measure(change_of({"a.py": (LINE + "x = 1\n", "x = 1\n" + LINE)}), workspace)

    assert (taken.gone, taken.found) == ((added.fingerprint,), ())
    assert moved.gone == ()


def test_what_has_no_width_takes_no_value_apart(workspace: Workspace) -> None:
    """Nobody sees it, and a scanner that does not either reads two halves."""
    split = f"adafruit_key = '{TOKEN[:9]}\u200b{TOKEN[9:]}'\n"

    assert [secret.rule for secret in measure(change_of({"a.cfg": (None, split)}), workspace).found] == [
        "adafruit-api-key"
    ]


def test_a_token_outweighs_the_name_it_stands_under(workspace: Workspace) -> None:
    """One value on one line is told once."""
    found = measure(change_of({"a.py": (None, f'ADAFRUIT_TOKEN = "{TOKEN}"\n')}), workspace).found

    assert [secret.rule for secret in found] == ["adafruit-api-key"]


def test_python_that_cannot_be_parsed_is_read_line_by_line(workspace: Workspace) -> None:
    """A syntax error hides nothing."""
    found = measure(change_of({"a.py": (None, f"def broken(:\n{LINE}")}), workspace).found

    assert [(secret.rule, secret.line) for secret in found] == [("hardcoded-password", 2)]


def test_a_binary_file_is_read_for_tokens(workspace: Workspace) -> None:
    """Compiled bytecode, databases."""
    raw = bytes(range(128, 256)) + b"\0\n\0adafruit_key = '" + TOKEN.encode() + b"'\n"
    (secret,) = measure(change_of({"shop.db": (None, raw)}), workspace).found

    assert (secret.rule, secret.line) == ("adafruit-api-key", None)


def test_what_could_not_be_read_is_said(workspace: Workspace) -> None:
    """Too big a text, and commits beyond the limit; an image is no text."""
    files = tuple(file_change(path, None, None, unread=True, new_mode=0o100644) for path in ("big.sql", "big.png"))
    change = Change("r", "b", "h", "1", "2", files)
    history = History((Commit("c", "say nothing"),), (Limit("commits", 1000, 1200),))

    assert measure(change, workspace, history).unread == (
        "big.sql is too big to be read",
        "200 of the range's 1200 commits are too many",
    )


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("src/shop/a.py", Place.SOURCE),
        (".github/workflows/ci.yaml", Place.SOURCE),
        ("requirements-dev.txt", Place.SOURCE),
        ("deploy/.env.production", Place.SOURCE),
        ("tests/test_a.py", Place.ASIDE),
        ("docs/conf.py", Place.ASIDE),
        ("README.md", Place.ASIDE),
        ("example_configs/oidc/proxy.yaml", Place.ASIDE),
        (".env.example", Place.ASIDE),
        ("web/app.test.ts", Place.ASIDE),
        ("src/shop/vendor/x.js", Place.ASIDE),
        ("", Place.ASIDE),
        ("uv.lock", Place.LOCK),
    ],
)
def test_places(path: str, place: Place) -> None:
    """What runs and configures is source; tests, documents and what no person wrote stand aside."""
    assert place_of(path, Project()) is place
