"""Where and how the project's tests run, as every measurement needs it that runs some."""

import contextlib
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from gatecheck.change import Watched
from gatecheck.interpreter import Interpreter, read_interpreter
from gatecheck.project import Project
from gatecheck.workspace import Execution, Workspace

# Tests of one project that have the machine's network share its ports and databases: two runs at once would break each
# other. Without it each run has ports of its own.
_TURN = threading.Lock()


@dataclass(frozen=True)
class TestBed:
    """Where and how a project's tests run: all that a run needs besides the snapshot.

    watched: the files of which it is recorded which test runs which line. checkouts: the folders of the user's working
    files, to which an editable install may lead. compiled: a file that the change edits and that is compiled, "" for
    none: what was built of it before is not what the change makes of it.
    """

    __test__ = False  # pytest: this is no test class

    project: Project
    interpreter: Interpreter
    execution: Execution
    workspace: Workspace
    watched: Watched = field(default_factory=Watched)
    checkouts: tuple[Path, ...] = ()
    compiled: str = ""

    def on(self, python: str) -> "TestBed":
        """Give the same with another Python, this one for "" (see `Outcome.python`)."""
        return replace(self, interpreter=read_interpreter(Path(python), "")) if python else self

    @property
    def turn(self) -> AbstractContextManager[object]:
        """Give what to hold while tests run."""
        return contextlib.nullcontext() if self.isolated else _TURN

    @property
    def isolated(self) -> bool:
        """Tell whether a run cannot meet another one."""
        return self.execution.cage.network == "none"
