"""`edgewright train`."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.command_line import Command
from edgewright_runtime.errors import DEBUG_VARIABLE, EXIT_DONE, EdgewrightError

from .arguments import MAX_DROP, add_arguments
from .cluster import cluster_from_environment

if TYPE_CHECKING:
    from edgewright_runtime.console import Reporter

    from .options import TrainOptions
    from .provenance import Asked


def run(arguments: argparse.Namespace) -> int:
    """Trains, or keeps the run that is there."""
    from edgewright_runtime.console import watching

    from .fitting.supervising.interruption import TrainingInterrupted

    _refuse_contradictions(arguments)
    asked = _asked(arguments)
    if arguments.print_recipe:
        print(_recipe_text(asked), end="")
        return EXIT_DONE
    if arguments.out is None:
        raise EdgewrightError("edgewright train needs --out RUN; see edgewright train --help")
    if not os.environ.get(DEBUG_VARIABLE):
        # TensorFlow looks for a GPU again with the first step, and calls it an error that there is none.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    work = next((does for name, does in _SERIES.items() if getattr(arguments, name) is not None), _one_training)
    try:
        with watching(sys.stderr) as reporter:
            show = work(arguments, asked, reporter)
    except TrainingInterrupted as end:
        print(f"{end}{_how_to_go_on(arguments)}", file=sys.stderr)
        return end.exit_status
    show()
    return EXIT_DONE


COMMAND = Command(
    summary="Train a classifier and write its run folder; a RUN that holds a model already is refused.",
    example="edgewright train data/digits --recipe digits --out runs/digits",
    add_arguments=add_arguments,
    run=run,
)


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    if arguments.if_needed and arguments.overwrite:
        raise EdgewrightError("--if-needed keeps the model in RUN and --overwrite replaces it; give one of them")
    given = [name for name in _SERIES if getattr(arguments, name) is not None]
    if len(given) > 1:
        raise EdgewrightError(f"--{given[0]} and --{given[1]} exclude each other; give one of them")
    if given and arguments.if_needed:
        raise EdgewrightError(
            f"--if-needed is for one run; with --{given[0]}, --resume leaves finished trainings as they are"
        )
    if arguments.max_drop is not None and arguments.sweep is None:
        raise EdgewrightError("--max-drop is for --sweep, which names the smallest model within it")


def _asked(arguments: argparse.Namespace) -> Asked:
    from .provenance import Asked
    from .recipes import RecipeChanges, epochs_from

    epochs = None if arguments.epochs is None else epochs_from(arguments.epochs)
    return Asked(
        data=arguments.data,
        recipe=arguments.recipe,
        changes=RecipeChanges(epochs, arguments.size, arguments.alpha, arguments.prune),
        weights=arguments.weights,
        seed=arguments.seed,
        labels=arguments.labels,
        teacher=arguments.teacher,
        deterministic=arguments.deterministic,
    )


def _recipe_text(asked: Asked) -> str:
    from .recipes import load_recipe, recipe_names, toml_from_recipe

    if asked.recipe is None:
        raise EdgewrightError(f"--print-recipe needs --recipe: one of {', '.join(recipe_names())}, or a .toml file")
    return toml_from_recipe(asked.changes.applied_to(load_recipe(asked.recipe)))


def _how_to_go_on(arguments: argparse.Namespace) -> str:
    from .fitting.supervising.checkpoint import CheckpointFolder

    # Of several trainings one that is whole is something to go on from too.
    several = any(getattr(arguments, name) is not None for name in _SERIES)
    if not CheckpointFolder(arguments.out).exists() and not (several and any(arguments.out.glob("*/"))):
        return ""
    typed = [word for word in sys.argv[1:] if word != "--resume"]
    return f" Go on with: {shlex.join(['edgewright', *typed, '--resume'])}"


Show = Callable[[], None]
"""Prints what a training or several of them came to, when the line that moves on the terminal is gone."""


def _one_training(arguments: argparse.Namespace, asked: Asked, reporter: Reporter) -> Show:
    from .pipeline import train_run
    from .printed import print_trained

    out, as_json = arguments.out, arguments.json
    if _may_be_kept(arguments) and (kept := _kept(out, asked, reporter, as_json=as_json)) is not None:
        return lambda: print(kept)
    data, options = _told(asked, out)
    trained = train_run(data, out, options, **_how(arguments, reporter))
    cluster = cluster_from_environment()
    if cluster is not None and not cluster.is_chief:
        return lambda: None  # the folder is on the chief's machine, and the last line has named it
    return lambda: print_trained(trained, out, as_json=as_json)


def _may_be_kept(arguments: argparse.Namespace) -> bool:
    """Whether a finished run stays: where that is asked for, and where there is nothing left to go on with."""
    from .fitting.supervising.checkpoint import CheckpointFolder

    return bool(arguments.if_needed or (arguments.resume and not CheckpointFolder(arguments.out).exists()))


def _kept(out: Path, asked: Asked, reporter: Reporter, *, as_json: bool) -> str | None:
    """What to print of a run that stays as it is; None where there is none."""
    from edgewright_runtime.run.run_folder import RunFolder
    from edgewright_runtime.strict_json import read_object

    from .provenance import kept_run

    line = kept_run(out, asked, reporter=reporter)
    if line is None or not as_json:
        return line
    reporter.line(line)
    return json.dumps(read_object(RunFolder(out).metrics), indent=2, ensure_ascii=False)


def _cross_validation(arguments: argparse.Namespace, asked: Asked, reporter: Reporter) -> Show:
    from .folds import train_folds
    from .printed import print_folds

    data, options = _told(asked, arguments.out)
    found = train_folds(data, arguments.out, options, folds=arguments.folds, **_how(arguments, reporter))
    return lambda: print_folds(found, arguments.out, as_json=arguments.json)


def _comparison(arguments: argparse.Namespace, asked: Asked, reporter: Reporter) -> Show:
    from .comparison import compare_backbones
    from .printed import print_comparison

    data, options = _told(asked, arguments.out)
    rows = compare_backbones(data, arguments.out, options, arguments.compare, **_how(arguments, reporter))
    return lambda: print_comparison(rows, arguments.out, as_json=arguments.json)


def _sweep(arguments: argparse.Namespace, asked: Asked, reporter: Reporter) -> Show:
    from .printed import print_sweep
    from .sweep import sweep_grid

    data, options = _told(asked, arguments.out)
    max_drop = MAX_DROP if arguments.max_drop is None else arguments.max_drop
    swept = sweep_grid(data, arguments.out, options, arguments.sweep, max_drop=max_drop, **_how(arguments, reporter))
    return lambda: print_sweep(swept, arguments.out, as_json=arguments.json)


_SERIES: dict[str, Callable[[argparse.Namespace, Asked, Reporter], Show]] = {
    "folds": _cross_validation,
    "compare": _comparison,
    "sweep": _sweep,
}
"""What trains several times, by the option that asks for it."""


def _how(arguments: argparse.Namespace, reporter: Reporter) -> dict[str, Any]:
    """What all of these take in the same way."""
    from edgewright_runtime.library_noise import captured

    return {
        "overwrite": arguments.overwrite,
        "resume": arguments.resume,
        "reporter": reporter,
        "capture": captured,
    }


def _told(asked: Asked, out: Path) -> tuple[Path, TrainOptions]:
    """What a new run is trained on, and how: both must be named, where a run that is there has them."""
    from .options import DEFAULT_SEED, TrainOptions
    from .recipes import recipe_names

    if asked.data is None or asked.recipe is None:
        absent = " and ".join(
            name for name, value in (("DATA", asked.data), ("--recipe", asked.recipe)) if value is None
        )
        raise EdgewrightError(
            f"A new run needs {absent}: edgewright train DATA --recipe NAME --out {shlex.quote(str(out))}, where DATA "
            f"is a folder of classes or a CSV file, and NAME one of {', '.join(recipe_names())} or a .toml file"
        )
    options = TrainOptions(
        asked.recipe,
        weights=asked.weights,
        epochs=asked.changes.epochs,
        seed=DEFAULT_SEED if asked.seed is None else asked.seed,
        labels=asked.labels,
        size=asked.changes.input_size,
        alpha=asked.changes.alpha,
        teacher=asked.teacher,
        prune=asked.changes.sparsity,
        deterministic=asked.deterministic,
    )
    return asked.data, options
