"""Standard output: a reader that leaves early changes no exit code, a full disk is said in a line."""

import os
import sys

from gatecheck.errors import UsageError


def say(text: str) -> None:
    """Print, with escapes for what the stream cannot show; raises UsageError where it cannot be printed at all."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        silence()
        if not isinstance(error, BrokenPipeError):  # as `head` leaves
            raise UsageError(f"cannot print: {error.strerror}") from error


def silence() -> None:
    """Send what is printed nowhere from here on, or Python would fail once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
