"""Everything gatecheck raises on purpose. Each message is one line that names the place and the mend."""


class GatecheckError(Exception):
    """Something the user can mend: shown as one line, exit code 2."""


class UsageError(GatecheckError):
    """An option or argument that cannot be meant."""


class RepositoryError(GatecheckError):
    """Not a repository, an unknown revision, a range without a base, a git that fails."""


class NothingError(GatecheckError):
    """Nothing is about to be committed: no acceptance, and in the hook of an empty commit no objection either."""


class PolicyError(GatecheckError):
    """A policy with an unknown key, a wrong type or a bad glob."""


class TaskError(GatecheckError):
    """A task file that is missing or does not say what a task says."""


class PlanError(GatecheckError):
    """A gate or measurement that asks for what nobody measures, or for itself."""


class MeasurementError(GatecheckError):
    """A measurement that could not be taken; whatever needs it is unproven, with this reason."""


class UnreadableError(GatecheckError):
    """Settings in force that no parser may be given: too big, too deep, or made to take very long."""


class UnprovenError(GatecheckError):
    """What is to be checked could not be found out, and nothing says that it is wrong: exit code 3."""
