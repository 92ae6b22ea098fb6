"""Snapshots from plain texts, for the tests of measurements."""

from collections.abc import Mapping
from pathlib import Path

from gatecheck.change import Side, Snapshot


def snapshot_of(root: Path, files: Mapping[str, str | bytes]) -> Snapshot:
    """Write files below a new folder and give its snapshot."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    root.mkdir(parents=True, exist_ok=True)
    return Snapshot(root, root.name, Side.HEAD, tuple(files))
