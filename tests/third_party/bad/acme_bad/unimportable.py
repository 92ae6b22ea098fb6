"""A module that cannot be imported."""

from typing import ClassVar

import a_module_that_nobody_has  # type: ignore[import-not-found]  # noqa: F401


class Unimportable:
    """A gate that is never seen."""

    id: ClassVar[str] = "unimportable"
    item: ClassVar[str] = "validated-inputs"
