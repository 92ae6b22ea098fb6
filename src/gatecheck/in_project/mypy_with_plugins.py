"""Runs mypy with plugins that are modules of given folders. Called as `python mypy_with_plugins.py JSON WORD...`.

The JSON has `roots`, the folders, and `plugins`, the modules. The folders come before installed packages, among them
the project itself, and after the standard library and mypy, which are loaded first.
"""

import importlib.util
import json
import os
import sys

_INSTALLED = ("site-packages", "dist-packages")


def main():
    """Run mypy, unless a plugin would come from elsewhere."""
    del sys.path[0]  # this file's own folder
    from mypy.__main__ import console_entry

    told = json.loads(sys.argv.pop(1))
    places = [index for index, path in enumerate(sys.path) if os.path.basename(path) in _INSTALLED]
    first = min(places, default=len(sys.path))
    sys.path[first:first] = told["roots"]
    for name in told["plugins"]:
        spec = importlib.util.find_spec(name)
        origin = str(spec and spec.origin)
        if not origin.startswith(tuple(root + os.sep for root in told["roots"])):
            sys.exit("the plugin %s is imported from %s, and not from the base's tree" % (name, origin))
    console_entry()


if __name__ == "__main__":
    main()
