"""What runs between gatecheck and the project's code: a process that takes from it what it must not reach.

`start` is its first program, run by gatecheck's own interpreter; `gatecheck.confinement` writes its words. Nothing here
imports anything else of gatecheck: a start costs milliseconds.
"""
