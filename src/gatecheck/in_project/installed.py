"""Says what a Python is and what is installed for it, as `gatecheck.interpreter` reads it.

Called as `python -c TEXT SHOWN CHECKOUT...` with the text of this module, by whatever Python the project has: even one
that is too old must be able to say so. SHOWN: the folders that can be seen, as JSON. The digest tells whether the same
modules would be imported: size and times of every file that there is, among them the time of its last change of any
kind, which no program can set.
"""

import hashlib
import json
import os
import site
import sys

_COMPILED = (".so", ".pyd", ".dll", ".dylib")
_NO_SOURCE = ("node_modules", "__pycache__", "site-packages")  # those that count are themselves on sys.path


def digest_of(folders: "list[str]", checkouts: "list[str]", prefix: str) -> str:
    """Give a digest of the files below some folders; below the user's checkouts, of the compiled modules alone.

    Of a checkout no other file is imported: the checked tree takes its place. prefix: the environment's own folder,
    which may lie in a checkout and is none of it.
    """
    digest = hashlib.sha256()
    for folder in sorted(folders):
        mine = _is_below(folder, checkouts) and not _is_below(folder, [prefix] if prefix else [])
        for path, entry in _files(folder, mine):
            times = (entry.st_size, entry.st_mtime_ns, entry.st_ctime_ns) if entry else (0, 0, 0)
            said = "%s %d %d %d\n" % (path, *times)
            digest.update(said.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _is_below(path, folders):
    real = os.path.realpath(path) + os.sep
    return any(real.startswith(os.path.realpath(folder) + os.sep) for folder in folders)


def _files(top, mine):
    """Give each file below a folder, or the one file that there is, with what the file system says of it.

    A folder has no more than its name: bytecode is written below it now and then.
    """
    if not os.path.isdir(top):
        return [(top, os.stat(top))] if os.path.exists(top) else []
    found, left, seen = [], [top], set()
    while left:
        folder = left.pop()
        for entry in _listed(folder):
            if entry.is_dir():
                known = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
                if known not in seen and entry.name not in _NO_SOURCE and not _is_apart(entry):
                    left.append(entry.path)
                    found += [] if mine else [(entry.path, None)]
                seen.add(known)
            elif not mine or entry.name.endswith(_COMPILED):
                found.append((entry.path, _state_of(entry)))
    return sorted(found, key=lambda one: one[0])


def _listed(folder):
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def _state_of(entry):
    """Give what the file system says of a file, None of one that is gone, or a link to nothing."""
    try:
        return entry.stat()
    except OSError:
        return None


def _is_apart(entry):
    """Tell whether nothing is imported from a folder: a hidden one, or another environment's."""
    return entry.name.startswith(".") or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))


def editable(folder: str) -> "list[str]":
    """Give the folders that the editable installs of a folder of packages lead to, by PEP 610's direct_url.json."""
    found = []
    for entry in _listed(folder):
        try:
            with open(os.path.join(entry.path, "direct_url.json"), encoding="utf-8") as file:
                said = json.load(file)
            if said["dir_info"]["editable"] and said["url"].startswith("file://"):
                found.append(_path_of(said["url"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def _path_of(url):
    from urllib.parse import unquote, urlparse

    return unquote(urlparse(url).path)


def named_in_pth(folders):
    """Give the folders that `.pth` files name: `site` leaves out what it does not see."""
    found = []
    for entry in (entry for folder in folders for entry in _listed(folder) if entry.name.endswith(".pth")):
        try:
            with open(entry.path, encoding="utf-8", errors="surrogateescape") as file:
                lines = [line.strip() for line in file]
        except OSError:
            continue
        found += [line for line in lines if os.path.isabs(line)]
    return found


def is_within(path, folders):
    """Tell whether a path is one of some folders or lies below one, by what is written."""
    return any((path + "/").startswith(folder.rstrip("/") + "/") for folder in folders)


def main(shown, checkouts):
    """Print what this Python is, as JSON on one line; the digest only where all that it needs can be seen."""
    names = []
    for folder in sys.path:
        for entry in _listed(folder) if os.path.isdir(folder) else ():
            if entry.name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth")):
                names.append([entry.name, entry.stat().st_mtime_ns])
    libraries = site.getsitepackages() + ([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])
    base = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    seen = set(sys.path) | {base} | {place for folder in sys.path for place in editable(folder)}
    places = sorted({sys.base_prefix, sys.base_exec_prefix, *seen, *named_in_pth(sys.path)})
    said = {
        "version": list(sys.version_info[:3]),
        "prefix": sys.prefix,
        "platform": sys.platform,
        "names": sorted(names),
        "base": base,
        "places": places,
        "unseen": [place for place in places if os.path.isabs(place) and not is_within(place, shown)],
        "libraries": [folder for folder in libraries if os.path.isdir(folder)],
    }
    if sys.version_info >= (3, 9) and not said["unseen"]:  # of an older one nothing more is asked
        said["contents"] = digest_of(list(seen), checkouts, sys.prefix)
    print(json.dumps(said))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
