"""Lets Python's own library and installed packages be loaded from the bytecode that lies beside them.

PYTHONPYCACHEPREFIX keeps what the checked tree holds as bytecode from being believed, and leaves everything else to be
compiled anew in each process: 0.6 s of processor time for pytest and coverage.py alone. Only what is read is elsewhere:
nothing is ever written beside the sources. To be imported before anything else.
"""

import os
import sys

_external = vars(sys.modules["_frozen_importlib_external"])
_asked = _external["cache_from_source"]
_write = _external["SourceFileLoader"].set_data
_installed = ()


def believe(*prefixes):
    """Load what is installed below some prefixes from the bytecode that lies beside it."""
    global _installed  # noqa: PLW0603 - the import system calls what follows, with arguments of its own
    _installed += tuple(
        os.path.join(prefix, lib, name, "")
        for prefix in prefixes
        for lib in ("lib", "lib64")
        for name in ("python%d.%d" % sys.version_info[:2], "python3")  # Debian's packages are in the second
    )


def cache_from_source(path, *args, **options):
    """Give where a module's bytecode is: beside an installed source, where there is any, else below the prefix."""
    inside = _asked(path, *args, **options)
    if path.startswith(_installed):
        folder, name = os.path.split(path)
        beside = os.path.join(folder, "__pycache__", os.path.basename(inside))
        if name.endswith(".py") and os.path.exists(beside):
            return beside
    return inside


def set_data(self, path, data, **options):
    """Write bytecode, but none beside an installed source."""
    if not path.startswith(_installed):
        _write(self, path, data, **options)


believe(*{sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix})
if sys.pycache_prefix:
    _external["cache_from_source"] = cache_from_source
    _external["SourceFileLoader"].set_data = set_data
