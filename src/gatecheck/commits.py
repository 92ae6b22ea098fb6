"""The trees of single commits of the range, written out for measurements that go through it commit by commit."""

from dataclasses import dataclass, replace

from gatecheck.change import Change, Side, Snapshot
from gatecheck.checkout import checkout_of, write_snapshot
from gatecheck.errors import MeasurementError, RepositoryError
from gatecheck.pinning import pin
from gatecheck.repository import Repository
from gatecheck.workspace import Workspace


@dataclass(frozen=True)
class CommitTrees:
    """Writes out a commit's files, under the base's tool configuration as everything else."""

    repository: Repository
    change: Change
    workspace: Workspace

    def snapshot(self, commit: str) -> Snapshot:
        """Write a commit out; raises MeasurementError where it cannot be."""
        root = self.workspace.folder() / "tree"
        store = self.repository.store
        try:
            files, _ = store.difference(self.change.base_tree, commit)
            until = replace(self.change, head=commit, files=files)
            entries, options, digest = pin(until, store.tree(self.change.base_tree), store.tree(commit))
            checkout = checkout_of(self.repository, commit)
            paths = write_snapshot(self.repository, entries, root, checkout)
        except (RepositoryError, OSError) as error:
            raise MeasurementError(f"the tree of commit {commit[:12]} cannot be written out: {error}") from error
        return Snapshot(root, commit + digest + checkout.key(), Side.PINNED, paths, options)
