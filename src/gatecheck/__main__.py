"""`python -m gatecheck` is `gatecheck`, and so is this file's path."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the working folder, which `-m` puts first: nothing may be imported from the checked tree
    home = __file__.removesuffix("/gatecheck/__main__.py")
    if home not in sys.path:
        sys.path.append(home)  # a package of the user's own, which an isolated Python does not see

    from gatecheck.isolated import main

    main()
