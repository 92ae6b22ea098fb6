"""Runs of selected tests on an altered head: what the tests notice, told apart from what they merely run."""
