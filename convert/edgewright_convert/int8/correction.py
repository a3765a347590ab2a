"""The corrected model: folded, equalized, weights on their grids, biases and ranges to match."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..fidelity import Fidelity, fidelity_of
from ..memory import return_freed_memory
from ..options import DEFAULT_EFFORT, NOT_CORRECTED, Effort
from .correction_progress import CorrectionProgress
from .correction_steps import DECISIONS, CorrectionSteps
from .fitting import correct_in_order, equalize
from .network import folded_model, graph_of, simulated_outputs, without_half_steps
from .quantization_grids import ActivationRange

_TRIED_ON = 50
"""Images on which biases alone are corrected while steps are decided; what is kept has seen all of them."""

_EQUALISED_ON = 64
"""Images whose largest values tell the channels' sizes; a few more or less change no factor."""


@dataclass(frozen=True)
class Trial:
    """Steps that were tried, and how near to the float model they came."""

    steps: CorrectionSteps
    fidelity: Fidelity


@dataclass(frozen=True)
class Corrected:
    """A model that is already what the INT8 file will be, still in Keras.

    Attributes:
        model: folded Keras model, raw pixels to probabilities. Its kernels are on symmetric INT8 grids with one scale
            per output channel, max|w| / 127, that float16 holds exactly.
        ranges: of each activation that the file has to hold, by the name of the layer that makes it.
        float_weights: of the model before they were put on the grids, in the order of `model.get_weights()`, float32;
            with them the model gives what the float model gives, its channels scaled as in the file.
        steps: that made it.
        trials: all that were tried, in order; none where nothing had to be decided.
    """

    model: Any
    ranges: Mapping[str, ActivationRange]
    float_weights: tuple[NDArray[np.float32], ...]
    steps: CorrectionSteps
    trials: tuple[Trial, ...] = ()


@dataclass(frozen=True)
class Correction:
    """What came of correcting a model.

    Attributes:
        corrected: the corrected model; None where the model cannot be corrected.
        why_not: a phrase for the user in that case; otherwise empty.
    """

    corrected: Corrected | None
    why_not: str = ""

    def as_options(self) -> dict[str, Any] | None:
        """What the manifest keeps of it: the steps, and how near to the float model those that were tried came."""
        if self.corrected is None:
            return None
        trials = [{"steps": str(trial.steps), **asdict(trial.fidelity)} for trial in self.corrected.trials]
        return {"steps": str(self.corrected.steps), "trials": trials}


class FidelityOfCandidate(Protocol):
    """What ranks candidates: the formats know how to write and run a file, `int8` does not."""

    def __call__(self, candidate: Corrected) -> Fidelity:
        """How near the candidate's INT8 file is to the float model, on images outside the calibration."""
        ...


def correction_of(
    model: Any,
    pixels: NDArray[np.uint8],
    fidelity: FidelityOfCandidate | None = None,
    *,
    effort: Effort = DEFAULT_EFFORT,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Correction:
    """What `corrected_model` gives, or why it gives nothing; the arguments are the same."""
    try:
        return Correction(corrected_model(model, pixels, fidelity, effort=effort, on_progress=on_progress))
    except (EdgewrightError, np.linalg.LinAlgError) as error:
        return Correction(None, f"{NOT_CORRECTED}{error}")


def corrected_model(
    model: Any,
    pixels: NDArray[np.uint8],
    fidelity: FidelityOfCandidate | None = None,
    *,
    effort: Effort = DEFAULT_EFFORT,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Corrected:
    """The model corrected for INT8; the same input gives the same result.

    Args:
        model: functional or Sequential Keras model from raw pixels 0..255 to probabilities; it is not changed.
        pixels: the representative dataset, uint8, shape (n, height, width, channels), classes taking turns.
        fidelity: what decides which steps are kept; None for the simulated outputs on the representative dataset.
        effort: which steps are tried, see `correction_steps.DECISIONS`. `fast` corrects biases only and tries nothing.
        on_progress: called with what is tried and how long it will still take, as a phrase.

    Raises:
        UnsupportedModelError: the model is no graph of layers; let the converter calibrate it.
    """
    decisions = DECISIONS[effort]
    progress = CorrectionProgress(on_progress, decisions)
    if not decisions:
        progress.candidate(CorrectionSteps())
        return corrected_by(model, pixels, CorrectionSteps(), progress.layer)
    compare = fidelity or simulated_fidelity(pixels, simulated_outputs(model, {}, pixels))
    tried: dict[CorrectionSteps, Trial] = {}

    def candidate_of(steps: CorrectionSteps) -> Corrected:
        progress.candidate(steps)
        candidate = corrected_by(model, pixels if steps.fits_kernels else pixels[:_TRIED_ON], steps, progress.layer)
        tried[steps] = Trial(steps, compare(candidate))
        return_freed_memory()
        return candidate

    best = candidate_of(CorrectionSteps())
    for decision in decisions:
        for steps in decision.alternatives(best.steps):
            if steps not in tried:
                candidate = candidate_of(steps)
                best = candidate if tried[steps].fidelity.is_nearer_than(tried[best.steps].fidelity) else best
    if not best.steps.fits_kernels:
        best = corrected_by(model, pixels, best.steps)
    return replace(best, trials=tuple(tried.values()))


def simulated_fidelity(pixels: NDArray[np.uint8], reference: NDArray[np.float32]) -> FidelityOfCandidate:
    """A function that compares candidates with the float model's outputs on these images, without writing files.

    Args:
        pixels: uint8, shape (n, height, width, channels).
        reference: the float model's probabilities of them, shape (n, classes).
    """

    def fidelity(candidate: Corrected) -> Fidelity:
        return fidelity_of(simulated_outputs(candidate.model, candidate.ranges, pixels), reference)

    return fidelity


def corrected_by(
    model: Any,
    pixels: NDArray[np.uint8],
    steps: CorrectionSteps,
    on_layer: Callable[[int, int], None] = lambda _done, _total: None,
) -> Corrected:
    """The model corrected by these steps and no others; the arguments are those of `corrected_model`.

    `on_layer` is called with how many layers are done, and of how many.
    """
    folded = folded_model(model)
    graph = graph_of(folded)
    without_half_steps(graph)
    if steps.equalization is not None:
        equalize(graph, pixels[:_EQUALISED_ON], steps.equalization)
    return_freed_memory()
    float_weights = tuple(folded.get_weights())
    ranges = correct_in_order(graph, pixels, steps, on_layer=on_layer)
    return_freed_memory()
    return Corrected(folded, ranges, float_weights, steps)
