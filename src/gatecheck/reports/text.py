"""The text report: for people, at 80 columns, on a dumb terminal and in a CI log."""

from gatecheck.report import Report


def render(report: Report) -> str:
    """Give the checklist, what failed first."""
    lines = [f"{report.change.range}: {report.result}"]
    for item in report.items:
        lines.append(f"{item.status:15} {item.id:22} {item.summary}")
    for gate in report.gates:
        for f in gate.findings:
            lines.append(f"  {gate.id} {f.level} {f.path}:{f.line} {f.message} {f.mend}")
    return "\n".join(lines) + "\n"
