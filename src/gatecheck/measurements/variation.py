"""Other circumstances for a run of tests: what nobody promised to be so, and a sound test does not rely on."""

from dataclasses import dataclass, replace
from pathlib import Path

_ZONES = Path("/usr/share/zoneinfo")  # where no zones are known, a named one would be UTC in disguise


@dataclass(frozen=True)
class Variation:
    """How a run differs from the plain one. only: the ids that run, none for all.

    times: how often each test runs in the one process. zone: of the time, by its IANA name.
    """

    only: tuple[str, ...] = ()
    backwards: bool = False
    times: int = 1
    hash_seed: str = ""
    zone: str = ""
    locale: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Give the environment variables that it sets."""
        zone = self.zone if (_ZONES / self.zone).exists() else ""
        named = {"PYTHONHASHSEED": self.hash_seed, "TZ": zone, "LC_ALL": self.locale}
        return {name: value for name, value in named.items() if value}

    @property
    def orders(self) -> dict[str, object]:
        """Give what the program that runs the tests is told of it."""
        return {"only": self.only, "backwards": self.backwards, "times": self.times}

    def alone(self) -> list[tuple[str, "Variation"]]:
        """Give each single difference by a name, the plain run of the chosen tests first."""
        plain = Variation(self.only)
        single = {
            "in reversed order": replace(plain, backwards=self.backwards),
            f"{self.times} times in one process": replace(plain, times=self.times),
            f"under PYTHONHASHSEED={self.hash_seed}": replace(plain, hash_seed=self.hash_seed),
            f"in the time zone {self.zone}": replace(plain, zone=self.zone),
            f"under LC_ALL={self.locale}": replace(plain, locale=self.locale),
        }
        return [("without the other tests", plain), *((name, one) for name, one in single.items() if one != plain)]


PLAIN = Variation()
