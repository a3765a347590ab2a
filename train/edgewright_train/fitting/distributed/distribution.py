"""The processes and devices that train one network together, by `tf.distribute`."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError

from ...cluster import Cluster
from ...recipes import Recipe
from ...recipes.together import why_alone
from ..supervising.checkpoint import Checkpoint, checkpoint_in

_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.DeadlineExceededError,
    tf.errors.CancelledError,
    tf.errors.FailedPreconditionError,
)
"""What a collective operation raises when one of those that take part in it is gone."""


@dataclass(frozen=True)
class Distribution:
    """Who trains together.

    Attributes:
        strategy: a tf.distribute.Strategy of more than one replica.
        cluster: the processes; None where there is one, with several GPUs.
    """

    strategy: Any
    cluster: Cluster | None = None

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run folder and its checkpoints."""
        return self.cluster is None or self.cluster.is_chief

    @property
    def replicas(self) -> int:
        """How many parts a batch is cut into."""
        return int(self.strategy.num_replicas_in_sync)

    def from_chief(self, content: bytes) -> bytes:
        """The chief's content, in every process; each must call this at the same point.

        Raises:
            EdgewrightError: another process is gone.
        """
        if self.cluster is None:
            return content
        with peers_explained(self):
            own = len(content) if self.is_chief else 0
            length = int(self._sum(np.array([own], np.int64))[0])
            if not length:  # a sum of nothing ends the process
                return b""
            # Collective operations know no bytes, and add; the others give nothing.
            words = np.zeros(-(-length // 4), np.int32)
            if self.is_chief:
                words = np.frombuffer(content.ljust(4 * len(words), b"\0"), np.int32)
            return bytes(self._sum(words).tobytes()[:length])

    def unfinished(self, content: bytes) -> Checkpoint | None:
        """The unfinished training that the chief goes on with, in every process; None where it begins anew.

        Args:
            content: of this process's checkpoint file; the chief's counts.
        """
        chiefs = self.from_chief(content)
        return checkpoint_in(io.BytesIO(chiefs)) if chiefs else None

    def wait_for_all(self) -> None:
        """Returns when every process has come here.

        Raises:
            EdgewrightError: another process is gone.
        """
        self.from_chief(b"")

    def _sum(self, values: Any) -> Any:
        """Over processes: an array of each, of the same shape and dtype."""

        def of_replica(context: Any) -> Any:
            first_here = context.replica_id_in_sync_group % self._replicas_here() == 0
            return tf.constant(values if first_here else np.zeros_like(values))

        given = self.strategy.experimental_distribute_values_from_function(of_replica)
        return np.asarray(self.strategy.reduce(tf.distribute.ReduceOp.SUM, given, axis=None))

    def _replicas_here(self) -> int:
        return self.replicas // (1 if self.cluster is None else len(self.cluster.addresses))


def distribution(cluster: Cluster | None, recipe: Recipe, reporter: Reporter) -> Distribution | None:
    """Who trains together: the workers of the cluster, or the GPUs of this machine; None where there is but one device.

    To be called before anything is computed, for TensorFlow takes a cluster only then; and when all workers are there,
    for it waits without end.

    Raises:
        EdgewrightError: the address of this worker is taken.
    """
    if cluster is not None:
        return Distribution(_joined(cluster, reporter), cluster)
    if len(tf.config.list_physical_devices("GPU")) > 1:
        why = why_alone(recipe)
        if why:
            reporter.line(f"Note: the training is on one GPU of several, for the recipe has {why}.")
            return None
        found = Distribution(tf.distribute.MirroredStrategy())
        reporter.line(f"Training on {found.replicas} GPUs; each takes its part of every batch.")
        return found
    return None


@contextlib.contextmanager
def peers_explained(together: Distribution | None) -> Iterator[None]:
    """A block in which a worker that is gone is told in one sentence.

    Raises:
        EdgewrightError: one is gone.
    """
    try:
        yield
    except _LOST as error:
        if together is None or together.cluster is None:
            raise
        raise EdgewrightError(
            f"{together.cluster.described()} has lost another one of the training, which has ended or cannot be "
            f"reached; its own last line says why. Start all of them again, with --resume where an epoch has ended"
        ) from error


def _joined(cluster: Cluster, reporter: Reporter) -> Any:
    """The strategy of all workers, which have met before."""
    role = "the chief, which writes the run folder" if cluster.is_chief else "which writes no files"
    reporter.line(f"{cluster.described()}, {role}; each takes its part of every batch behind phase 1.")
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except (tf.errors.OpError, RuntimeError, ValueError) as error:
        raise EdgewrightError(
            f"{cluster.described()} cannot train with the others as {cluster.addresses[cluster.place]} "
            f"({str(error).splitlines()[0]}); is the address taken, or not this machine's?"
        ) from error
