"""How findings are counted in a summary."""

from collections import Counter
from collections.abc import Iterable

from gatecheck.model import Finding


def counted_rules(findings: Iterable[Finding]) -> str:
    """Give how many findings there are of each rule, such as "2 no-cases, 1 shadowed-test"."""
    counted = Counter(finding.rule for finding in findings)
    return ", ".join(f"{count} {rule}" for rule, count in sorted(counted.items()))
