"""Adds the line that isolates gatecheck to what is installed; see src/gatecheck/isolated.py."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Run by `site` in each Python of the environment; `sitedir` is its variable for the folder of the .pth file.
_LINE = (
    "import os, sys; 'gatecheck' in ' '.join(sys.orig_argv[1:6]) and not sys.flags.isolated and "
    "(lambda file, names: os.path.exists(file) and (exec(open(file).read(), names), names['isolate'](file)))"
    "({file}, {{'__name__': 'gatecheck.isolated'}})\n"
)


class IsolationHook(BuildHookInterface):  # type: ignore[type-arg]
    """Writes the .pth file, of a name that comes first; an editable install has the package elsewhere."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the file included in the wheel."""
        here = repr(str(Path(self.root, "src/gatecheck/isolated.py")))
        installed = "os.path.join(sitedir, 'gatecheck', 'isolated.py')"
        editable = version == "editable"
        written = Path(self.directory, "00-gatecheck-isolated.pth")
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(_LINE.format(file=here if editable else installed))
        build_data["force_include_editable" if editable else "force_include"][str(written)] = written.name
