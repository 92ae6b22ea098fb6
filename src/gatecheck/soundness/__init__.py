"""Whether tests can fail at all, and whether source looks out for tests: read from syntax trees, nothing is run."""
