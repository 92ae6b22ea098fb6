"""Files that run and cannot be read: bytecode, libraries, programs, and archives of them, under whatever name."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from gatecheck.change import FileChange
from gatecheck.hidden.kinds import Text, is_plain
from gatecheck.model import Finding, Location, Severity

BYTECODE = (".pyc", ".pyo")
LIBRARIES = (".so", ".pyd", ".dll", ".dylib", ".exe")
ARCHIVES = (".whl", ".egg", ".jar", ".war", ".class", ".pyz", ".pyzw", ".wasm", ".dex", ".apk")
# Documents and data that are ZIP archives by their format, and hold no programs.
ZIPPED = (
    *(
        ".zip",
        ".docx",
        ".xlsx",
        ".pptx",
        ".odt",
        ".ods",
        ".odp",
        ".epub",
        ".npz",
        ".kmz",
        ".3mf",
        ".sb3",
        ".pt",
        ".pth",
    ),
    *(
        ".vsix",
        ".xpi",
        ".crx",
        ".jmod",
        ".ora",
        ".kra",
        ".sketch",
        ".fig",
        ".xmind",
        ".mcworld",
        ".cbz",
        ".dotx",
        ".usdz",
    ),
    *(".keras", ".safetensors", ".mxl", ".gpkg", ".twbx", ".ipa", ".nupkg", ".oxt", ".aar"),
)
WRAPPERS = ("gradle/wrapper/gradle-wrapper.jar", ".mvn/wrapper/maven-wrapper.jar")  # in every project of their kind
_MACH = {bytes.fromhex(magic) for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe")}
_FAT = bytes.fromhex("cafebabe")  # Java's classes and Mach-O for several processors
_BYTECODE_END = b"\r\n"  # the last two of the four bytes that begin Python's bytecode


def programs(file: FileChange, kind: Text, tested: bool) -> Iterator[Finding]:
    """Look for what runs and is no text; archives beside tests are what the tests are about."""
    name = file.path.rsplit("/", 1)[-1].lower()
    if file.before == file.after and PurePosixPath(file.old_path or "").suffix == PurePosixPath(file.path).suffix:
        return  # it only moved
    what, certain = _by_name(file.path, name)
    if not what and is_plain(file):
        what, certain = _by_content(file.after or b"", name)
    if what:
        level = Severity.ERROR if certain or not tested else Severity.WARNING
        if file.path.endswith(WRAPPERS):
            level = Severity.WARNING
        yield Finding("program", f"{what}: it can run, and no reviewer can read it", Location(file.path), level, _MEND)
    elif is_plain(file) and _hides_text(file, kind):
        level = Severity.WARNING if tested else Severity.ERROR
        message = "code that git takes for binary, and does not show (a NUL in its first 8000 bytes)"
        yield Finding("binary-code", message, Location(file.path), level, "write it as UTF-8 text")


_MEND = "leave it out and build it from source, where it is needed"


def _by_name(path: str, name: str) -> tuple[str, bool]:
    """Say what the name tells, and whether that can run where it lies."""
    if "__pycache__" in path.split("/")[:-1] or name.endswith(BYTECODE):
        return "compiled Python", True
    suffix = PurePosixPath(name).suffix
    if suffix in LIBRARIES or ".so." in name:
        return f"a compiled file ({suffix})", suffix in {".so", ".pyd"}
    return (f"an archive of programs ({suffix})", False) if suffix in ARCHIVES else ("", False)


def _by_content(content: bytes, name: str) -> tuple[str, bool]:
    if content.startswith(b"\x7fELF") or content[:4] in _MACH or _is_pe(content):
        return "a program or library by its first bytes", True
    if content.startswith(_FAT) and b"\0" in content[:16]:
        return "a program or class by its first bytes", True
    if content[2:4] == _BYTECODE_END and b"\0" in content[4:16] and b"\xe3" in content[16:17]:
        return "compiled Python by its first bytes", True
    if content.startswith(b"PK\x03\x04") and b"__main__.py" in content and not name.endswith(ZIPPED):
        return "an archive that Python runs", True
    return "", False


def _is_pe(content: bytes) -> bool:
    place = int.from_bytes(content[0x3C:0x40], "little")
    return content.startswith(b"MZ") and content[place : place + 4] == b"PE\0\0"


def _hides_text(file: FileChange, kind: Text) -> bool:
    """Tell whether code became what git calls binary."""
    was = file.before is not None and b"\0" in file.before[:8000]
    return kind in {Text.PYTHON, Text.CODE} and b"\0" in (file.after or b"")[:8000] and not was
