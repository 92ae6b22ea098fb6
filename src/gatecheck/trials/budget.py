"""How long a run may try altered code."""

import math
import time
from dataclasses import dataclass, field

DEFAULT_S = 600  # seconds; the trials of a median commit take about 10, see benchmarks/trials.md


@dataclass(frozen=True)
class Budget:
    """The seconds for all trials of a run: the clock starts with the first, and all measurements share it."""

    seconds: float = DEFAULT_S
    _began: list[float] = field(default_factory=list, repr=False, compare=False)

    def left(self) -> float:
        """Give the seconds that are left, 0 when all are spent."""
        if not self._began:
            self._began.append(time.monotonic())
        return max(0.0, self._began[0] + self.seconds - time.monotonic())

    @property
    def spent(self) -> str:
        """Say why something was not tried."""
        return f"the budget of {self.seconds:g} s was spent: `--budget {self.enough(2 * self.seconds)}` gives more"

    @staticmethod
    def enough(seconds: float) -> str:
        """Give seconds as the option takes them, in whole minutes."""
        return f"{max(1, math.ceil(seconds / 60))}m"
