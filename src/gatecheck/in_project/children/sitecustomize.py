"""Starts coverage.py in the Python programs that the tests start, then lets the environment's own sitecustomize run.

The folder of this file comes first on such a program's path, and is taken off it again.
"""

import gatecheck_bytecode  # noqa: F401, I001 - before all others, which it speeds up

import contextlib
import importlib.machinery
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def start_coverage():
    """Measure this program where it has a coverage.py that it can run."""
    with contextlib.suppress(Exception):  # another environment's Python: nothing of it is measured
        import coverage

        coverage.process_startup()


def step_aside():
    """Run the sitecustomize that would have run without this one."""
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize")
    if spec and spec.loader:
        sys.modules["sitecustomize"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


start_coverage()
step_aside()
