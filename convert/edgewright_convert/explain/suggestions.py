"""What to try against the loss: one row per remedy, in the order in which they are worth trying."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass

from edgewright_runtime.suggestion import named, quoted

from ..options import BASELINE, DEFAULT_REPRESENTATIVE_SIZE, FLOAT_OUTPUT_GAIN, ConvertOptions
from .findings import Findings
from .trials import FloatOutput, Trial
from .wording import counted, percent

_ENOUGH_EXPECTED = 0.995
"""Agreement to be expected above which even a remedy that only costs time is not worth it: `balanced` files reach it on
the models of docs/explanation/int8-accuracy.md."""

_FEW_IMAGES = 50
"""See `DEFAULT_REPRESENTATIVE_SIZE`: from here on more images changed the accuracy by less than a point."""

_WEIGHTS_COUNT = 0.3
"""Share of the error from which on it is worth trying more ways of rounding weights."""

_GAINS_OF_BALANCED = {
    BASELINE: "elsewhere agreement rose from 98.2% to 99.6% (photographs of five flowers) and from 96.7% to 98.5% "
    "(1000 classes)",
    "fast": "elsewhere agreement rose from 99.3% to 99.6% (photographs of five flowers)",
}
"""The means of the tables in docs/explanation/int8-accuracy.md: flowers5, "unseen"; EfficientNet-Lite0, three draws."""


@dataclass(frozen=True)
class Suggestion:
    """One thing to try.

    Attributes:
        name: of its row.
        advice: what to do.
        expected_gain: what it brings, measured where that was cheap.
        cost: what it costs.
        command: to be typed as it is; empty where there is none.
    """

    name: str
    advice: str
    expected_gain: str
    cost: str
    command: str = ""


@dataclass(frozen=True)
class Remedy:
    """One row: when it is worth suggesting, and how."""

    name: str
    applies: Callable[[Findings], bool]
    advice: Callable[[Findings], str]
    expected_gain: Callable[[Findings], str]
    cost: Callable[[Findings], str]
    command: Callable[[Findings], str] = lambda _: ""

    def of(self, found: Findings) -> Suggestion:
        """The row, filled in."""
        return Suggestion(
            self.name, self.advice(found), self.expected_gain(found), self.cost(found), self.command(found)
        )


def suggestions_of(found: Findings) -> tuple[Suggestion, ...]:
    """The remedies that are worth trying, the first to try first; none where nothing is to be gained."""
    return tuple(row.of(found) for row in REMEDIES if row.applies(found))


def evaluate_command(found: Findings) -> str:
    """The command that compares the conversion with the float model on the test split, made first where need be."""
    evaluated = _evaluate_own(found)
    return evaluated if found.is_own else f"{convert_command(found)} && {evaluated}"


def _evaluate_own(found: Findings) -> str:
    return f"edgewright evaluate {quoted(found.run)} --format tflite-int8"


def convert_command(
    found: Findings, *, effort: str = "", keep_float: int = 0, size: int = 0, float_output: bool = False
) -> str:
    """The command that makes the run's INT8 .tflite file with the options that it had, but for those given."""
    options, usual = found.options, ConvertOptions()
    values = {
        "--calibrate": options.calibrate,
        "--representative-size": size or _unless(options.representative_size, usual.representative_size),
        "--seed": _unless(options.seed, usual.seed),
        "--int8-effort": effort or _unless(options.int8_effort, usual.int8_effort),
        "--keep-float": keep_float,
        "--model-name": _unless(options.model_name, usual.model_name),
        "--model-version": _unless(options.model_version, usual.model_version),
        "--licence": _unless(options.licence, usual.licence),
    }
    words = [f"{name} {shlex.quote(str(value))}" for name, value in values.items() if value]
    words += ["--integer-only"] if options.integer_only else []
    words += ["--float-output"] if float_output or options.float_output else []
    return " ".join([f"edgewright convert {quoted(found.run)} --to tflite-int8", *words])


def _unless(value: object, usual: object) -> object:
    return None if value == usual else value


# --- A higher effort ---
def _effort_is_low(found: Findings) -> bool:
    low = found.effort in _GAINS_OF_BALANCED and not found.why_not_corrected
    tried = found.correction_did_not_help and found.own is not None and found.own.requested != "fast"
    return low and not tried and found.labels.fidelity.expected < _ENOUGH_EXPECTED


def _own_is_better(found: Findings) -> bool:
    return found.own is not None and found.own.effort not in _GAINS_OF_BALANCED


def _raise_effort(found: Findings) -> str:
    if _own_is_better(found) and found.own is not None:
        return f"keep the run's own model_int8.tflite, which is the {found.own.effort} conversion already"
    return "convert with --int8-effort balanced, which corrects weights and biases"


def _gain_of_effort(found: Findings) -> str:
    agreement = found.own.agreement if found.own is not None and _own_is_better(found) else None
    if agreement is None:
        return _GAINS_OF_BALANCED[found.effort]
    return f"it names the float model's label on {percent(agreement)} of the held-out images"


def _cost_of_effort(found: Findings) -> str:
    return "none" if _own_is_better(found) else "one to several minutes of conversion; size and latency stay"


def _command_of_effort(found: Findings) -> str:
    if _own_is_better(found):
        return _evaluate_own(found)
    return convert_command(found, effort="balanced")


# --- Another representative dataset ---
def _calibration_lacks(found: Findings) -> bool:
    return found.labels.matters and (_few(found) or bool(found.calibration.faults))


def _few(found: Findings) -> bool:
    return found.calibration.images < _FEW_IMAGES


def _drawable(found: Findings) -> int:
    """Images to draw where few were drawn and there are more; otherwise 0."""
    size = min(DEFAULT_REPRESENTATIVE_SIZE, found.calibration.available)
    return size if _few(found) and size > found.calibration.images else 0


def _more_images(found: Findings) -> str:
    if _drawable(found):
        return f"draw more images for the ranges: --representative-size {_drawable(found)}"
    reasons = found.calibration.faults or (
        f"the representative dataset has {counted(found.calibration.images, 'image')}",
    )
    return f"calibrate on photographs of what the model will meet, --calibrate FOLDER, for {'; '.join(reasons)}"


def _cost_of_images(found: Findings) -> str:
    return "seconds of conversion" if _drawable(found) else "collecting some 200 of them; they need no labels"


def _command_of_images(found: Findings) -> str:
    return convert_command(found, size=_drawable(found)) if _drawable(found) else ""


# --- Layers in float ---
def _float_layers_pay(found: Findings) -> bool:
    tried = found.float_layers
    return (
        found.labels.matters
        and tried is not None
        and bool(tried.layers)
        and tried.trial.fidelity.expected > found.labels.fidelity.expected
    )


def _layers_in_float(found: Findings) -> str:
    layers = found.float_layers.layers if found.float_layers is not None else ()
    return f"leave {named(layers)} in float32 with --keep-float {len(layers)}"


def _of_float_layers(found: Findings, say: Callable[[Findings, Trial], str]) -> str:
    return "" if found.float_layers is None else say(found, found.float_layers.trial)


def _gain(found: Findings, trial: Trial) -> str:
    before, after = found.labels.fidelity, trial.fidelity
    return (
        f"agreement to be expected {percent(before.expected)} to {percent(after.expected)}, difference of "
        f"probabilities {before.distance:.4f} to {after.distance:.4f}, measured on these images"
    )


def _cost(_found: Findings, trial: Trial) -> str:
    return f"size x{trial.size_ratio:.2f}, latency x{trial.latency_ratio:.2f} on this machine"


def _command_of_float_layers(found: Findings) -> str:
    layers = found.float_layers.layers if found.float_layers is not None else ()
    return convert_command(found, keep_float=len(layers))


# --- Output in float ---
def _float_output_pays(found: Findings) -> bool:
    tried = found.float_output
    return (
        found.labels.matters and tried is not None and tried.trial.fidelity.expected - tried.before >= FLOAT_OUTPUT_GAIN
    )


def _of_float_output(found: Findings, say: Callable[[FloatOutput], str]) -> str:
    return "" if found.float_output is None else say(found.float_output)


# --- Several tries ---
def _best_is_left(found: Findings) -> bool:
    if not found.labels.matters:
        return False
    if found.correction_did_not_help:
        return found.own is not None and found.own.requested == "balanced"
    weights = found.shares.weights
    return found.effort == "balanced" and (weights is None or weights >= _WEIGHTS_COUNT)


# --- Another format ---
def _each_other(found: Findings, say: Callable[[Trial], str]) -> str:
    return "; ".join(f"{name} {say(trial)}" for name, trial in found.formats_nearer.items())


def _command_of_others(found: Findings) -> str:
    formats = ",".join(found.formats_nearer)
    run = quoted(found.run)
    return f"edgewright convert {run} --to {formats} && edgewright evaluate {run} --format {formats}"


REMEDIES: tuple[Remedy, ...] = (
    Remedy(
        "raise-effort",
        applies=_effort_is_low,
        advice=_raise_effort,
        expected_gain=_gain_of_effort,
        cost=_cost_of_effort,
        command=_command_of_effort,
    ),
    Remedy(
        "rebuild-model",
        applies=lambda found: found.labels.matters and bool(found.why_not_corrected),
        advice=lambda found: (
            "save the model as a graph of Keras layers (functional or Sequential) and import it again, for as it is it "
            f"cannot be corrected: {found.why_not_corrected}"
        ),
        expected_gain=lambda _: _GAINS_OF_BALANCED[BASELINE],
        cost=lambda _: "changes in the code that builds the model; size and latency stay",
    ),
    Remedy(
        "more-images",
        applies=_calibration_lacks,
        advice=_more_images,
        expected_gain=lambda _: "not known beforehand: ranges and biases then suit the images in use",
        cost=_cost_of_images,
        command=_command_of_images,
    ),
    Remedy(
        "keep-float",
        applies=_float_layers_pay,
        advice=_layers_in_float,
        expected_gain=lambda found: _of_float_layers(found, _gain),
        cost=lambda found: _of_float_layers(found, _cost),
        command=_command_of_float_layers,
    ),
    Remedy(
        "float-output",
        applies=_float_output_pays,
        advice=lambda _: "compute the last layer and the probabilities in float32 with --float-output",
        expected_gain=lambda found: _of_float_output(
            found,
            lambda tried: (
                f"agreement to be expected {percent(tried.before)} to {percent(tried.trial.fidelity.expected)}, "
                "measured on these images"
            ),
        ),
        cost=lambda found: _of_float_output(found, lambda tried: _cost(found, tried.trial)),
        command=lambda found: convert_command(found, float_output=True),
    ),
    Remedy(
        "best-effort",
        applies=_best_is_left,
        advice=lambda _: "convert with --int8-effort best, which tries more ways of rounding weights",
        expected_gain=lambda _: (
            "0 to 0.1 points over balanced on photographs of flowers and leaves; it is for models whose channels "
            "differ in other ways"
        ),
        cost=lambda _: "twice the conversion's time or more; size and latency stay",
        command=lambda found: convert_command(found, effort="best"),
    ),
    Remedy(
        "other-format",
        applies=lambda found: found.labels.matters and bool(found.formats_nearer),
        advice=lambda found: f"ship {' or '.join(found.formats_nearer)} instead",
        expected_gain=lambda found: (
            f"agreement to be expected {_each_other(found, lambda trial: percent(trial.fidelity.expected))}, measured "
            "on these images"
        ),
        cost=lambda found: _each_other(
            found, lambda trial: f"size x{trial.size_ratio:.2f} and latency x{trial.latency_ratio:.2f} on this machine"
        ),
        command=_command_of_others,
    ),
)
