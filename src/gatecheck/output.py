"""Where reports go: `--output FORMAT[=PATH]`, standard output where no path is named."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gatecheck import plugins, strict
from gatecheck.errors import UsageError
from gatecheck.printing import say
from gatecheck.report import Report


@dataclass(frozen=True)
class Destination:
    """A report format, and the file that it is written to (None: standard output)."""

    format: str
    path: Path | None = None


def destinations(outputs: Iterable[str]) -> tuple[Destination, ...]:
    """Read the options; raises UsageError for an unknown format, a folder that is not there, or two on one place."""
    wanted = tuple(_destination(text) for text in outputs) or (Destination("text"),)
    paths = [destination.path for destination in wanted]
    for path in paths:
        if paths.count(path) > 1:
            place = path or "standard output"
            raise UsageError(f"two reports cannot share {place}: write one as --output FORMAT=PATH")
    return wanted


def _destination(text: str) -> Destination:
    name, separator, path = text.partition("=")
    known = plugins.reports()
    if name not in known:
        raise UsageError(f"--output {text!r}: there is no format {name!r}{strict.suggestion(name, known)}")
    if separator and (not path or not Path(path).parent.is_dir() or Path(path).is_dir()):
        raise UsageError(f"--output {text!r}: {path!r} is not a file in an existing folder")
    return Destination(name, Path(path) if separator else None)


def write(report: Report, wanted: Iterable[Destination]) -> None:
    """Render every report and write it; a file appears whole or not at all."""
    for destination in wanted:
        if destination.path is None and destination.format == "text":
            say(for_terminal(report))
            continue
        rendered = plugins.reports()[destination.format].load()(report)
        if destination.path is None:
            say(rendered)
        else:
            _put(destination.path, rendered)


def for_terminal(report: Report) -> str:
    """Give the text report as standard output can show it: its width, colours and characters."""
    from gatecheck.reports.text import render
    from gatecheck.typeset import speaks_unicode

    terminal = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    width = min(max(shutil.get_terminal_size((80, 24)).columns, 40), 120) if terminal else 80
    color = terminal and not os.environ.get("NO_COLOR")
    return render(report, width=width, color=color, ascii_only=not speaks_unicode(sys.stdout))


def _put(path: Path, text: str) -> None:
    content = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to; a file in its place would end it
            path.write_bytes(content)
        else:
            _replace(path.resolve(), content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _replace(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        made = Path(file.name)
        try:
            file.write(content)
            file.flush()
            umask = os.umask(0)
            os.umask(umask)
            made.chmod(0o666 & ~umask)
            made.replace(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
