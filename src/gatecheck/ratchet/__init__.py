"""Compares the rules of two trees: they may be tightened and reworded freely, and not loosened.

`comparing.compare` is the way in. `reading` parses the files, `places` knows which are in force, `steps` has the rules
for one setting each; the modules beside them hold one tool's ratchet each, as a table wherever a table will do.
"""
