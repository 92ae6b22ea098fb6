"""What kind of text a path is: the weight of a hidden character depends on it."""

from collections.abc import Iterable
from enum import Enum

from gatecheck.change import SYMLINK, FileChange, Kind, lines_of
from gatecheck.globs import matcher
from gatecheck.model import Finding, Location, Severity
from gatecheck.project import Project

SCRIPTS = ("*.sh", "*.bash", "*.zsh", "*.ps1", "*.bat", "*.cmd", "*.js", "*.jsx", "*.mjs", "*.cjs", "*.ts", "*.tsx")
COMPILED = ("*.pyx", "*.pxd", "*.c", "*.h", "*.cc", "*.cpp", "*.hpp", "*.rs", "*.go", "*.java", "*.rb", "*.php", "*.pl")
CONFIGURATION = (
    *("*.toml", "*.cfg", "*.ini", "*.yml", "*.yaml", "Makefile", "makefile", "*.mk", "Dockerfile*", "Jenkinsfile"),
    *(".gitattributes", ".gitmodules", "CODEOWNERS", "requirements*.txt", "*.in", "*.gradle", "justfile"),
)
# Words in their own language, where a mark of direction or an invisible joint belongs to the script.
TRANSLATIONS = (
    *("*.po", "*.pot", "*.mo", "*.xlf", "*.xliff", "*.arb", "*.ftl", "locale/", "locales/", "i18n/", "l10n/"),
    *("lang/", "langs/", "languages/", "translations/", "cldr/"),
)
PROSE = ("*.md", "*.markdown", "*.rst", "*.txt", "*.adoc", "*.tex")


class Text(Enum):
    """What a text is: the first that fits."""

    PYTHON = "Python"
    CODE = "code"  # another language, or configuration
    PROSE = "prose"
    DATA = "data"  # all else, translations and generated files among it


def kind_of(path: str, project: Project, content: bytes | None = None) -> Text:
    """Tell what kind of text a path is; a script without a suffix says by its content who runs it."""
    if (content or b"").startswith(b"#!") and "." not in path.rsplit("/", 1)[-1]:
        return Text.PYTHON if b"python" in lines_of(content)[0] else Text.CODE
    if matcher(TRANSLATIONS)(path) and not path.endswith((".py", ".pyi")):
        return Text.DATA
    if path.endswith((".py", ".pyi", ".pyw")):
        return Text.PYTHON
    if is_code(path):
        return Text.DATA if project.is_generated(path) else Text.CODE
    return Text.PROSE if matcher(PROSE)(path) else Text.DATA


def is_code(path: str) -> bool:
    """Tell whether a path is code of another language, or configuration."""
    return matcher((*SCRIPTS, *COMPILED, *CONFIGURATION))(path)


def arrivals(files: Iterable[FileChange]) -> list[FileChange]:
    """Give the changes that bring a path that was not there."""
    return [file for file in files if file.kind in {Kind.ADDED, Kind.RENAMED, Kind.COPIED}]


def is_plain(file: FileChange) -> bool:
    """Tell whether the head has a file whose content is known: no link, no submodule."""
    return file.after is not None and file.new_mode != SYMLINK


def new_lines(file: FileChange) -> list[tuple[int, bytes]]:
    """Give the lines that the change adds, by number; of what git calls binary, those that the base has not."""
    numbered = list(enumerate(lines_of(file.after), 1))
    if not file.binary:
        return [(number, line) for number, line in numbered if number in file.added_lines]
    known = set(lines_of(file.before))
    return [(number, line) for number, line in numbered if line not in known]


def at_lines(
    rule: str, path: str, lines: list[int], message: str, mend: str, level: Severity = Severity.ERROR
) -> Finding:
    """Say once a file what some of its lines hide: at the first, and on how many more."""
    more = f" (and on {len(lines) - 1} more lines)" if lines[1:] else ""
    return Finding(rule, message + more, Location(path, lines[0]), level, mend)
