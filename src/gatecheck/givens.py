"""What a run provides to gates and measurements: change, history, task, project, interpreter, snapshots."""

import datetime as dt
import hashlib
import json
import os
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache as once
from functools import cached_property
from pathlib import Path

import msgspec

from gatecheck import process
from gatecheck.change import Absent, Change, History, Side, Snapshot, Today, Watched
from gatecheck.checkout import Checkout, checkout_of, write_snapshot
from gatecheck.commits import CommitTrees
from gatecheck.committed_programs import refuse_committed_python
from gatecheck.docstrings import PROMPT, with_examples
from gatecheck.engine import Given, Request
from gatecheck.errors import MeasurementError, RepositoryError
from gatecheck.executing import checkouts_of, execution_of, key_of
from gatecheck.globs import matcher
from gatecheck.interpreter import Interpreter, find_interpreter, named_python, read_interpreter
from gatecheck.measurements.elsewhere import Pythons
from gatecheck.measurements.new_tests import NewTests
from gatecheck.objects import TreeEntry
from gatecheck.pinning import FILTERS, pin
from gatecheck.policy import LoadedPolicy, Policy
from gatecheck.project import Project, laid_out, project_of
from gatecheck.projects import DEEPEST
from gatecheck.pythons import OtherPython, find_pythons, named_pythons, read_requirements
from gatecheck.repository import Repository, read_history
from gatecheck.task import Task
from gatecheck.test_bed import TestBed
from gatecheck.tool_files import NAMES
from gatecheck.trials.budget import Budget
from gatecheck.workspace import Execution, Workspace

# Texts that hold scenarios or examples (what pytest-bdd reads, and doctest by pytest's globs), and are no data.
TEXTS = ("*.feature", "*.rst", "*.md", "test*.txt")
ZONE = Path("/etc/localtime")  # the machine's time zone, see localtime(5)
# Source of compiled modules, by the endings that their compilers take.
COMPILED = (
    *("*.c", "*.h", "*.cc", "*.cpp", "*.cxx", "*.hh", "*.hpp", "*.hxx", "*.pyx", "*.pxd", "*.pxi", "*.rs", "*.go"),
    *("*.f", "*.f90", "*.F90", "*.cu", "*.zig", "*.i", "*.m", "*.mm", "*.asm", "*.S"),
)


class Trees:
    """The listings of both trees, read when first needed."""

    def __init__(self, repository: Repository, change: Change) -> None:
        self.repository = repository
        self.change = change
        self._read: dict[str, bytes | None] = {}

    @cached_property
    def base(self) -> dict[str, TreeEntry]:
        """Give the base's files by path."""
        return self.repository.store.tree(self.change.base_tree)

    @cached_property
    def head(self) -> dict[str, TreeEntry]:
        """Give the head's files by path."""
        return self.repository.store.tree(self.change.head_tree)

    @property
    def tracked(self) -> ChainMap[str, TreeEntry]:
        """Give the files of either side by path."""
        return ChainMap(self.head, self.base)

    @cached_property
    def base_checkout(self) -> Checkout:
        """Give what a checkout of the base holds beyond its blobs."""
        return checkout_of(self.repository, self.change.base_tree)

    @cached_property
    def head_checkout(self) -> Checkout:
        """Give what a checkout of the head holds beyond its blobs."""
        return checkout_of(self.repository, self.change.head_tree)

    @cached_property
    def root(self) -> str:
        """Give the folder of the project, as far as no policy names it."""
        return laid_out(Policy(), self.head, self.read_base, self.base, self.brought).root

    @cached_property
    def brought(self) -> dict[str, bytes | None]:
        """Give the head's content of the changed files; None under a name that is no more."""
        gone: dict[str, bytes | None] = {file.old_path: None for file in self.change.files if file.old_path}
        return gone | {file.path: file.after for file in self.change.files}

    def read_base(self, path: str) -> bytes | None:
        """Give a file of the base, None where there is none; settings are asked for again and again, and read once."""
        if path not in self.base:
            return None
        if path not in self._read:  # the first time, every file of settings with it: they are asked for one by one
            settings = [] if self._read else [one for one in self.base if one.rpartition("/")[2] in NAMES]
            self.read_all([path, *(one for one in settings if one.count("/") <= DEEPEST)])
        return self._read[path]

    def read_all(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        """Give many files of the base, read by one process."""
        wanted = [path for path in paths if path in self.base]
        unread = [path for path in wanted if path not in self._read]
        blobs = self.repository.store.blobs(self.base[path].blob for path in unread)
        self._read |= {path: content for path, (_, content) in zip(unread, blobs, strict=True)}
        return {path: self._read[path] for path in wanted}


def provide(
    change: Change,
    trees: Trees,
    task: Task,
    policy: LoadedPolicy,
    workspace: Workspace,
    python: Path | None,
    budget: Budget,
    others: Sequence[Path] = (),
) -> dict[Request, Given]:
    """Lay out every given value; none is made before somebody needs it. others: Pythons besides the main one."""
    project = project_of(policy.policy, trees.head, trees.read_base, trees.base, trees.brought, trees.read_all)
    execution = once(lambda: execution_of(policy.policy, project, trees.repository, workspace))
    found = find_interpreter(trees.repository.top, python, policy.policy.python, project.root)
    ran_by = once(lambda: _circumstances(policy.policy, workspace, execution()))
    checkouts = checkouts_of(trees.repository)
    interpreter = once(lambda: _read(*found, checkouts))
    named = [(path, named_python(path)) for path in others]  # before anything is measured
    for interpreted in (found[0], *(other for _, other in named)):
        refuse_committed_python(interpreted, trees.repository.top, trees.tracked)
    today = dt.datetime.now(dt.UTC).date()
    values = {
        Request(Change): _value(change, f"{change.base}{change.head}{change.base_tree}{change.head_tree}"),
        Request(Task): _value(task, _digest(task)),
        Request(Project): _value(project, _digest(project)),
        Request(Execution): Given(lambda: f"Execution:{key_of(execution())}{ran_by()}", execution),
        Request(Today): _value(Today(today), str(today)),
        Request(Workspace): _value(workspace, "workspace"),
        Request(Budget): _value(budget, "budget"),  # what it cuts off is not remembered
        Request(CommitTrees): _commit_trees(trees, workspace),
        Request(Absent): Given(lambda: "absent", lambda: _absent(trees)),
        Request(History): Given(lambda: f"history{change.base}{change.head}", lambda: _history(trees)),
        Request(Interpreter): Given(lambda: _interpreter_key(interpreter()), lambda: _raised(interpreter())),
    }
    compiled = compiled_source(change, project)
    values[Request(TestBed)] = Given(
        lambda: f"TestBed:{_digest(project)}{key_of(execution())}{_interpreter_key(interpreter())}{ran_by()}{compiled}",
        lambda: TestBed(
            project,
            _raised(interpreter()),
            execution(),
            workspace,
            checkouts=checkouts,
            compiled=compiled,
        ),
    )
    values |= {Request(Watched, side): _watched(side, change, project) for side in Side}
    pythons = once(lambda: _pythons(change, trees, project, interpreter(), named_pythons(named, checkouts)))
    values |= {Request(Pythons, side): _sided(side, pythons) for side in Side}
    return values | {Request(Snapshot, side): _snapshot(side, trees, project, workspace) for side in Side}


def _circumstances(policy: Policy, workspace: Workspace, execution: Execution) -> str:
    """Give what else the project's code may see, for the key of what is remembered: variables, machine, user and day.

    What runs on the machine's network, be it by the policy or because nothing cuts it off, depends on services that
    nobody knows of: nothing of it is remembered, for each run has a folder of its own.
    """
    return _digest(
        {
            "variables": {name: os.environ.get(name) for name in (*process.ALLOWED_ENVIRONMENT, *policy.pass_env)},
            "services": str(workspace.scratch) if execution.cage.network == "host" else "",
            "machine": [*os.uname(), str(os.cpu_count())],
            "user": [os.geteuid(), os.getegid()],
            "zone": hashlib.sha256(ZONE.read_bytes()).hexdigest() if ZONE.is_file() else "",
            "day": [f"{dt.datetime.now(zone):%Y-%m-%d}" for zone in (dt.UTC, None)],
        }
    )


def compiled_source(change: Change, project: Project) -> str:
    """Give the first changed file that a compiler turns into a module of the project, "" for none."""
    files = (file for file in change.files if not project.is_test(file.path))
    edited = (path for file in files for path in (file.path, file.old_path or ""))
    return next((path for path in edited if matcher(COMPILED)(path)), "")


def _watched(side: Side, change: Change, project: Project) -> Given:
    """Watch the changed source on the head alone: what is known of a base serves every change that starts there."""
    changed = () if side in {Side.BASE, Side.BACKPORT} else change.python()
    watched = Watched(tuple(file.path for file in changed if project.is_source(file.path)))
    return _value(watched, _digest(watched))


def _pythons(
    change: Change,
    trees: Trees,
    project: Project,
    main: Interpreter | MeasurementError,
    named: tuple[OtherPython, ...],
) -> Pythons:
    """Give the Pythons that were named besides the main one, else those of environments that are there."""
    wanted, tests = read_requirements(trees.read_base, project.root), NewTests(change, project)
    if named or isinstance(main, MeasurementError):
        return Pythons(named, wanted, tests)
    return Pythons(find_pythons(trees.repository.top, project.root, main, wanted, trees.tracked), wanted, tests)


def _sided(side: Side, pythons: Callable[[], Pythons]) -> Given:
    """Give other Pythons to the head alone: what is known of a base serves every change that starts there."""
    none = Pythons()
    if side in {Side.BASE, Side.BACKPORT}:
        return Given(lambda: f"Pythons:{none.key()}", lambda: none)
    return Given(lambda: f"Pythons:{pythons().key()}", pythons)


def _absent(trees: Trees) -> Absent:
    return Absent(tuple(dict.fromkeys((*trees.head_checkout.absent, *trees.base_checkout.absent))))


def _paths_of(change: Change) -> Iterator[str]:
    for file in change.files:
        yield file.path
        yield file.old_path or file.path


def _value(value: object, key: str) -> Given:
    name = f"{type(value).__name__}:{key}"
    return Given(lambda: name, lambda: value)


def _digest(value: object) -> str:
    # msgspec's own encoder refuses the surrogates of a path that is no UTF-8
    return hashlib.sha256(json.dumps(msgspec.to_builtins(value), sort_keys=True).encode()).hexdigest()


def _tests(project: Project) -> tuple[tuple[str, ...], ...]:
    return project.tests, project.more_tests, project.product


def _commit_trees(trees: Trees, workspace: Workspace) -> Given:
    writer = CommitTrees(trees.repository, trees.change, workspace)
    return Given(lambda: "commit-trees", lambda: writer)  # the history's key tells which commits there are


def _history(trees: Trees) -> History:
    try:
        return read_history(trees.repository, trees.change)
    except RepositoryError as error:
        raise MeasurementError(f"the commits of the range cannot be read: {error}") from error


def _read(path: Path, chosen: str, checkouts: tuple[Path, ...]) -> Interpreter | MeasurementError:
    try:
        return read_interpreter(path, chosen, checkouts)
    except MeasurementError as error:
        return error


def _raised(found: Interpreter | MeasurementError) -> Interpreter:
    if isinstance(found, MeasurementError):
        raise found
    return found


def _interpreter_key(found: Interpreter | MeasurementError) -> str:
    return "interpreter" + (found.digest if isinstance(found, Interpreter) else "unreadable")


def backported(trees: Trees, project: Project) -> Iterator[tuple[str, TreeEntry]]:
    """Give what the head has of tests outside of test modules: examples of docstrings, and texts beside the source."""
    store = trees.repository.store
    for file in trees.change.files:
        entry = trees.base.get(file.path)
        if project.is_test(file.path) or file.after is None:
            continue
        if entry and file.is_python and file.before and PROMPT in file.after:
            text = with_examples(file.before, file.after)
            blob = store.git("hash-object", "-w", "--no-filters", "--stdin", feed=text).decode().strip()
            yield file.path, replace(entry, blob=blob)
        elif matcher(TEXTS)(file.path) and not matcher(project.source)(file.path):
            yield file.path, trees.head[file.path]


def _snapshot(side: Side, trees: Trees, project: Project, workspace: Workspace) -> Given:
    @once
    def contents() -> tuple[dict[str, TreeEntry], tuple[str, ...], str]:
        change = trees.change
        if side is Side.BASE:
            return trees.base, (), change.base_tree
        if side is Side.HEAD:
            return trees.head, (), change.head_tree
        entries, options, digest = pin(change, trees.base, trees.head)
        if side is Side.BACKPORT:
            texts = dict(backported(trees, project))
            brought = {path: entry for path, entry in entries.items() if project.is_test(path)} | texts
            source = {path: entry for path, entry in trees.base.items() if not project.is_test(path)}
            options = tuple(option for option in options if not option.startswith(FILTERS))  # the class may be new
            return (
                source | brought,
                options,
                f"{change.base_tree} tests of {change.head_tree}{_digest(_tests(project))}",
            )
        if side is Side.REPLAY and any(project.is_test(path) for path in _paths_of(change)):
            source = {path: entry for path, entry in entries.items() if not project.is_test(path)}
            entries = source | {path: entry for path, entry in trees.base.items() if project.is_test(path)}
            digest += f"tests of {change.base_tree}{_digest(_tests(project))}"
        return entries, options, change.head_tree + digest

    def write() -> Snapshot:
        entries, options, name = contents()
        root = workspace.folder() / "tree"
        try:
            paths = write_snapshot(trees.repository, entries, root, checkout())
        except (RepositoryError, OSError) as error:
            raise MeasurementError(f"the {side.value} tree cannot be written out: {error}") from error
        return Snapshot(root, name + checkout().key(), side, paths, options)

    @once
    def checkout() -> Checkout:
        return _checkout(side, trees, project)

    return Given(lambda: f"snapshot{contents()[2]}{checkout().key()}", write)


def _checkout(side: Side, trees: Trees, project: Project) -> Checkout:
    """Take the files of submodules from the side from which a file of their path is taken."""
    if side is Side.BASE:
        return trees.base_checkout
    if side is Side.BACKPORT:
        return trees.head_checkout.over(trees.base_checkout, project.is_test)
    if side is Side.REPLAY and any(project.is_test(path) for path in _paths_of(trees.change)):
        return trees.head_checkout.over(trees.base_checkout, lambda path: not project.is_test(path))
    return trees.head_checkout
