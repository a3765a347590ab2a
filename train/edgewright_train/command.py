"""`edgewright train`."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from edgewright_runtime.command_line import Command, number, path, whole_number
from edgewright_runtime.errors import DEBUG_VARIABLE, EXIT_DONE, EdgewrightError

if TYPE_CHECKING:
    from edgewright_runtime.console import Reporter

    from .options import TrainOptions
    from .provenance import Asked
    from .results import Trained


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `train` takes."""
    parser.add_argument(
        "data",
        metavar="DATA",
        type=path,
        nargs="?",
        help="A folder of classes, or a CSV file with the columns filepath,label (and perhaps split).",
    )
    parser.add_argument("--out", metavar="RUN", type=path, help="The run folder to write.")
    parser.add_argument(
        "--recipe", metavar="NAME|FILE", help="digits, fast, banana, viewpoint, flowers, or a .toml file."
    )
    parser.add_argument(
        "--print-recipe",
        action="store_true",
        help="Print the whole recipe, with what it takes from its base and what options change, and train nothing.",
    )
    parser.add_argument("--weights", metavar="W", help="imagenet, none, or a .h5 file, in place of the recipe's.")
    parser.add_argument(
        "--epochs", metavar="P1,P2", help="Epochs of the head, and of the phase that trains all layers."
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole_number(low=0),
        help="Of the split, the first weights, shuffling and augmentation; 0 if not given.",
    )
    parser.add_argument("--labels", metavar="FILE", type=path, help="labels.txt with the classes in their order.")
    parser.add_argument(
        "--size", metavar="PIXELS", type=whole_number(low=1), help="Input side, in place of the recipe's."
    )
    parser.add_argument("--alpha", metavar="A", type=number(), help="Width multiplier, in place of the recipe's.")
    parser.add_argument(
        "--if-needed",
        action="store_true",
        help="Keep a RUN that was made from the same, refuse one that was not. What is not given (DATA and --recipe "
        "too) is as RUN has it.",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="Replace the model in RUN, and remove what was made from it."
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="Go on with the training that was interrupted in RUN, after its last whole epoch; give what it was given.",
    )
    parser.add_argument(
        "--folds",
        metavar="K",
        type=whole_number(low=2),
        help="Cross-validation: K trainings in RUN/fold-1 to RUN/fold-K, each with other images held out.",
    )
    parser.add_argument(
        "--compare",
        metavar="A,B",
        help="Train several backbones in RUN/A, RUN/B, ... on one split, convert and time each, and say which to ship.",
    )
    parser.add_argument(
        "--deterministic",
        action="store_true",
        help="The same seed gives the same weights, bit by bit, on this machine; slower.",
    )
    parser.add_argument("--json", action="store_true", help="Print metrics.json's object and nothing else.")
    parser.add_argument(
        "--list-backbones", action=_ListBackbones, help="Print the backbones of recipes, and nothing else."
    )


def run(arguments: argparse.Namespace) -> int:
    """Trains, or keeps the run that is there."""
    from edgewright_runtime.console import watching

    from .fitting.interruption import TrainingInterrupted

    if arguments.if_needed and arguments.overwrite:
        raise EdgewrightError("--if-needed keeps the model in RUN and --overwrite replaces it; give one of them")
    asked, out = _asked(arguments), arguments.out
    if arguments.print_recipe:
        print(_recipe_text(asked), end="")
        return EXIT_DONE
    if out is None:
        raise EdgewrightError("edgewright train needs --out RUN; see edgewright train --help")
    if not os.environ.get(DEBUG_VARIABLE):
        # TensorFlow looks for a GPU again with the first step, and calls it an error that there is none.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with watching(sys.stderr) as reporter:
            if arguments.compare is not None:
                return _compared(arguments, asked, reporter)
            if arguments.folds is not None:
                return _cross_validated(arguments, asked, reporter)
            if _may_be_kept(arguments) and (kept := _kept(out, asked, reporter, as_json=arguments.json)) is not None:
                print(kept)
                return EXIT_DONE
            trained = _trained(out, asked, reporter, overwrite=arguments.overwrite, resume=arguments.resume)
    except TrainingInterrupted as end:
        print(f"{end}{_how_to_go_on(arguments)}", file=sys.stderr)
        return end.exit_status
    if arguments.json:
        print(json.dumps(trained.metrics(), indent=2, ensure_ascii=False))
    else:
        _show(trained, out)
    return EXIT_DONE


COMMAND = Command(
    summary="Train a classifier and write its run folder; a RUN that holds a model already is refused.",
    example="edgewright train data/digits --recipe digits --out runs/digits",
    add_arguments=add_arguments,
    run=run,
)


class _ListBackbones(argparse.Action):
    """As --help: it needs none of the arguments that a training must have."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from .network.listing import backbone_list

        print(backbone_list())
        parser.exit()


def _asked(arguments: argparse.Namespace) -> Asked:
    from .provenance import Asked
    from .recipes import RecipeChanges, epochs_from

    epochs = None if arguments.epochs is None else epochs_from(arguments.epochs)
    return Asked(
        data=arguments.data,
        recipe=arguments.recipe,
        changes=RecipeChanges(epochs, arguments.size, arguments.alpha),
        weights=arguments.weights,
        seed=arguments.seed,
        labels=arguments.labels,
        deterministic=arguments.deterministic,
    )


def _may_be_kept(arguments: argparse.Namespace) -> bool:
    """Whether a finished run stays: where that is asked for, and where there is nothing left to go on with."""
    from .fitting.checkpoint import CheckpointFolder

    return bool(arguments.if_needed or (arguments.resume and not CheckpointFolder(arguments.out).exists()))


def _how_to_go_on(arguments: argparse.Namespace) -> str:
    from .fitting.checkpoint import CheckpointFolder

    # Of several trainings one that is whole is something to go on from too.
    several = arguments.folds is not None or arguments.compare is not None
    if not CheckpointFolder(arguments.out).exists() and not (several and any(arguments.out.glob("*/"))):
        return ""
    typed = [word for word in sys.argv[1:] if word != "--resume"]
    return f" Go on with: {shlex.join(['edgewright', *typed, '--resume'])}"


def _recipe_text(asked: Asked) -> str:
    from .recipes import load_recipe, recipe_names, toml_from_recipe

    if asked.recipe is None:
        raise EdgewrightError(f"--print-recipe needs --recipe: one of {', '.join(recipe_names())}, or a .toml file")
    return toml_from_recipe(asked.changes.applied_to(load_recipe(asked.recipe)))


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


def _trained(out: Path, asked: Asked, reporter: Reporter, *, overwrite: bool, resume: bool) -> Trained:
    from edgewright_runtime.library_noise import captured

    from .pipeline import train_run

    data, options = _told(asked, out)
    return train_run(data, out, options, overwrite=overwrite, resume=resume, reporter=reporter, capture=captured)


def _cross_validated(arguments: argparse.Namespace, asked: Asked, reporter: Reporter) -> int:
    from edgewright_runtime.library_noise import captured

    from .folds import summary, train_folds

    if arguments.if_needed:
        raise EdgewrightError("--if-needed is for one run; with --folds, --resume leaves finished folds as they are")
    data, options = _told(asked, arguments.out)
    found = train_folds(
        data,
        arguments.out,
        options,
        folds=arguments.folds,
        overwrite=arguments.overwrite,
        resume=arguments.resume,
        reporter=reporter,
        capture=captured,
    )
    figures = {name: summary([getattr(row, f"{name}_accuracy") for row in found]) for name in ("val", "test")}
    if arguments.json:
        print(json.dumps({"folds": list(map(asdict, found)), **{n: asdict(f) for n, f in figures.items()}}, indent=2))
        return EXIT_DONE
    print("\nfold  images  held-out accuracy  test accuracy")
    for row in found:
        print(f"{row.fold:>4}  {row.val:>6}  {row.val_accuracy:>17.4f}  {row.test_accuracy:>13.4f}")
    for name, figure in zip(("Held-out", "Test"), figures.values(), strict=True):
        print(
            f"{name} accuracy {figure.mean:.4f}, deviation {figure.deviation:.4f}, 95 % interval of the mean "
            f"{figure.low:.4f} to {figure.high:.4f}."
        )
    print(f"Table: {arguments.out / 'folds.csv'}")
    return EXIT_DONE


def _compared(arguments: argparse.Namespace, asked: Asked, reporter: Reporter) -> int:
    from edgewright_runtime.library_noise import captured

    from .comparison import compare_backbones, print_rows

    other = [name for name in ("folds", "if_needed") if getattr(arguments, name)]
    if other:
        raise EdgewrightError(f"--compare and --{other[0].replace('_', '-')} exclude each other; give one of them")
    data, options = _told(asked, arguments.out)
    rows = compare_backbones(
        data,
        arguments.out,
        options,
        arguments.compare,
        overwrite=arguments.overwrite,
        resume=arguments.resume,
        reporter=reporter,
        capture=captured,
    )
    if arguments.json:
        print(json.dumps(list(map(asdict, rows)), indent=2))
        return EXIT_DONE
    print_rows(rows)
    print(f"Table: {arguments.out / 'comparison.csv'}, plot: {arguments.out / 'comparison.png'}")
    return EXIT_DONE


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
        deterministic=asked.deterministic,
    )
    return asked.data, options


def _show(trained: Trained, out: Path) -> None:
    from edgewright_runtime.run.run_folder import RunFolder

    test = trained.scores["test"]
    width = max(len("class"), *(len(name) for name in test.per_class))
    print(f"\n{'class':<{width}}  precision  recall      f1  images")
    for name, scores in test.per_class.items():
        numbers = "  ".join(
            f"{'-' if value is None else f'{value:.3f}':>{room}}"
            for value, room in ((scores.precision, 9), (scores.recall, 6), (scores.f1, 6))
        )
        print(f"{name:<{width}}  {numbers}  {scores.support:>6}")
    print(f"\nTest accuracy {test.accuracy:.4f} on {test.n} images (validation {trained.scores['val'].accuracy:.4f}).")
    print(f"Run folder: {out}")
    print(f"Next: edgewright convert {shlex.quote(str(out))} --to tflite-int8")
    page = RunFolder(out).report
    if page.name in trained.files:
        print(f"How good it is, and where it errs: {page}")
