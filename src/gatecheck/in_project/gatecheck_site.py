"""Makes every Python of an overlay environment see the checked tree, whatever environment variables it was given.

The overlay (see `gatecheck.overlay`) is a virtual environment over the project's own. When one of its Pythons starts,
`site` reads the line `import gatecheck_site` there, long before any other code. This module then adds the folders of
the project's own environment, whose editable installs lead to the user's working files, and leads all that is found
there into the checked tree: entries of `sys.path`, and what the finders of editable installs give. A program that the
tests start is measured as well.
"""

import importlib.machinery
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_EXTENSIONS = tuple(importlib.machinery.EXTENSION_SUFFIXES)
_STANDARD = frozenset(getattr(sys, "stdlib_module_names", ())) | frozenset(sys.builtin_module_names)
# What importlib.util gives as well; every program that the tests start waits for this module, and for what it imports.
_spec_of = vars(sys.modules["_frozen_importlib_external"])["spec_from_file_location"]
_AT_START = ("sitecustomize", "usercustomize")  # see the manual of `site`
_LIBRARIES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)


class Tree:
    """The checked tree, and the user's checkout that editable installs lead to.

    roots: the folders of the tree that modules are imported from. kept: folders in the checkout that are no part of
    the tree, such as an environment.
    """

    def __init__(self, told):
        self.top = told["tree"]
        self.roots = told["roots"]
        self.checkouts = [checkout for checkout in told["checkouts"] if checkout]
        self.kept = tuple(prefix + os.sep for prefix in told["kept"])

    def twin(self, path):
        """Give the place in the tree of a path that lies in the user's checkout, None for any other."""
        real = os.path.realpath(path)
        if (real + os.sep).startswith(self.kept) or any(name in real + os.sep for name in _LIBRARIES):
            return None
        for checkout in self.checkouts:
            if real == checkout or real.startswith(checkout + os.sep):
                return os.path.normpath(os.path.join(self.top, os.path.relpath(real, checkout)))
        return None

    def holds(self, path):
        """Tell whether a path lies in the tree."""
        return path == self.top or path.startswith(self.top + os.sep)

    def originals(self, folder):
        """Give the folders of the checkouts that a folder of the tree stands for."""
        return [os.path.join(checkout, os.path.relpath(folder, self.top)) for checkout in self.checkouts]

    def mapped(self, name, spec):
        """Lead a module's spec into the tree; None where the tree has no such module.

        A compiled module that the tree does not hold is the one that was built in the checkout.
        """
        origin = spec.origin if spec.has_location else None
        locations = spec.submodule_search_locations
        twins = [self.twin(path) for path in [*([origin] if origin else []), *(locations or ())]]
        if not any(twins):
            return spec
        if origin and self.twin(origin) and not os.path.exists(self.twin(origin)):
            return spec if is_compiled(origin) else None
        if locations is not None:
            locations = [self.twin(path) or path for path in locations]
        if not origin:
            spec.submodule_search_locations = [path for path in locations if os.path.isdir(path)]
            return spec if spec.submodule_search_locations else None
        return _spec_of(name, self.twin(origin) or origin, submodule_search_locations=locations)


def is_compiled(path):
    """Tell whether a path is a compiled module's."""
    return path.endswith(_EXTENSIONS)


class TreeFinder:
    """Finds what the tree holds before any other finder of `sys.meta_path` is asked."""

    def __init__(self, tree, libraries):
        self.tree = tree
        self.libraries = libraries

    def find_spec(self, name, path=None, target=None):
        """Find a module of the tree; None for any other."""
        if name in _AT_START:
            return self._outside(name)
        if path is None:
            return None if name in _STANDARD else self._top_level(name)
        folders = [folder for folder in path if isinstance(folder, str) and self.tree.holds(folder)]
        if not folders:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path, target)
        return found or self._compiled(name, folders)

    def _top_level(self, name):
        found = importlib.machinery.PathFinder.find_spec(name, self.tree.roots)
        return found if found and found.loader else None  # a namespace may have more folders than those of the tree

    def _outside(self, name):
        """Find what Python runs at its start in the environment alone: the tree is not to run before all else."""
        folders = [folder for folder in sys.path if not self.tree.holds(folder)]
        found = importlib.machinery.PathFinder.find_spec(name, folders)
        if found is None or found.loader is None:
            raise ModuleNotFoundError("No module named %r outside of the checked tree" % name, name=name)
        return found

    def _compiled(self, name, folders):
        """Find a compiled module where it was built: beside the working files, or in an installed package."""
        below = name.split(".")[:-1]
        places = [place for folder in folders for place in self.tree.originals(folder)]
        places += [os.path.join(library, *below) for library in self.libraries]
        for place in places:
            loaders = (importlib.machinery.ExtensionFileLoader, _EXTENSIONS)
            found = importlib.machinery.FileFinder(place, loaders).find_spec(name) if os.path.isdir(place) else None
            if found and found.loader:
                return found
        return None


class Led:
    """A finder of an editable install, whose answers are led into the tree."""

    def __init__(self, finder, tree):
        self.finder = finder
        self.tree = tree

    def __getattr__(self, name):
        """Be the finder in all else."""
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        """Give what the finder gives, in the tree."""
        spec = self.finder.find_spec(name, path, target)
        return spec and self.tree.mapped(name, spec)


def install(told, tree):
    """Add the environment's own folders, and lead what they find into the tree."""
    import site

    before = list(sys.meta_path)
    site.PREFIXES.append(told["prefix"])  # what `getsitepackages` gives the folders of
    for folder in told["libraries"]:
        site.addsitedir(folder)
    for finder in sys.meta_path:
        _keep_from_building(finder)
    sys.meta_path[:] = [
        finder if finder in before or _is_of_setuptools(finder) else Led(finder, tree) for finder in sys.meta_path
    ]
    sys.meta_path.insert(0, TreeFinder(tree, told["libraries"]))
    sys.path[:] = _led(sys.path, tree)


def _led(entries, tree):
    """Lead the entries of a path into the tree; the tree's roots come after Python's own library."""
    led = []
    for entry in entries:
        twin = tree.twin(entry) if os.path.isabs(entry) else None
        if entry == _HERE:
            led += tree.roots
        if twin is None or os.path.isdir(twin):
            led.append(twin or entry)
    return list(dict.fromkeys(led))


def _is_of_setuptools(finder):
    """Tell whether a finder is the one that stands in for distutils: it takes itself off the list by identity."""
    return type(finder).__module__ == "_distutils_hack"


def _keep_from_building(finder):
    """Keep the finders of scikit-build-core and meson-python from building in the user's checkout at an import."""
    if hasattr(finder, "rebuild_flag"):
        finder.rebuild_flag = False
    if hasattr(finder, "_build_cmd"):
        finder._build_cmd = ["true"]  # noqa: SLF001 - the variable that keeps it from building takes the modules away


def start_coverage(rcfile):
    """Measure this process by coverage.py from here on, where it has one; gives it, or None.

    Its tracer in C is asked for: sys.monitoring has no branches before Python 3.14.
    """
    import coverage

    before = os.environ.get("COVERAGE_CORE")
    try:
        import coverage.tracer

        os.environ["COVERAGE_CORE"] = "ctrace"
    except ImportError:
        pass
    try:
        measured = coverage.Coverage(config_file=rcfile, auto_data=False)
        measured.start()
    finally:
        os.environ.pop("COVERAGE_CORE", None)
        if before is not None:
            os.environ["COVERAGE_CORE"] = before
    return measured


def measure_to_the_end(rcfile):
    """Measure a program that the tests started until it ends."""
    import atexit

    measured = start_coverage(rcfile)

    def save():
        measured.stop()
        measured.save()

    atexit.register(save)


def main(told, tree):
    """Do what the module beside this one says."""
    sys.pycache_prefix = told["bytecode"]  # before the bytecode of anything of the tree could be believed
    if "PYTHONDONTWRITEBYTECODE" not in os.environ:
        sys.dont_write_bytecode = True
    import gatecheck_bytecode

    gatecheck_bytecode.believe(told["prefix"])
    install(told, tree)
    sys.path.extend(told["lent"])
    if told["rcfile"] and "gatecheck" not in sys._xoptions:  # noqa: SLF001 - documented by the manual's `-X`
        try:
            measure_to_the_end(told["rcfile"])
        except Exception:  # this program then counts as one that ran nothing
            return


try:
    from gatecheck_told import TOLD  # written beside this module, see gatecheck.overlay
except ImportError:  # no overlay: gatecheck's own tests and tools read this module
    TREE = None
else:
    TREE = Tree(TOLD)
    main(TOLD, TREE)
