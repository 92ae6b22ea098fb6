"""What a change can bring that a reviewer of its diff does not see; pure functions from a changed file to findings."""
