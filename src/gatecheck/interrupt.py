"""Signals that ask a run to end: it ends by an exception, so that programs are ended and folders deleted on the way."""

import signal

# A person's Ctrl-C, a CI system's "stop", a terminal that was closed.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked for the end. No Exception: nothing on the way may take it for its own failure."""


def heed_signals() -> None:
    """Raise Interrupted when a signal comes; one that is ignored, as under nohup, is still ignored."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    for number in _SIGNALS:
        signal.signal(number, _already_heeded)
    raise Interrupted


def _already_heeded(*_: object) -> None:
    """Let the tidying up go on; to ignore the signals would have Python complain of one that is under way."""
