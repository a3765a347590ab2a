"""What `edgewright train` may be given, in the groups that its help shows."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from edgewright_runtime.command_line import Arguments, KeyValues, number, path, whole_number

MAX_DROP = 0.01
"""What a sweep's smallest model may be less accurate than its best, where nothing is said."""


class ListBackbones(argparse.Action):
    """As --help: it needs none of the arguments that a training must have."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Prints the table and ends."""
        from .network.listing import backbone_list

        print(backbone_list())
        parser.exit()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `train` takes."""
    parser.add_argument(
        "data",
        metavar="DATA",
        type=path,
        nargs="?",
        help="A folder of classes, or a CSV file with the columns filepath,label (and perhaps split).",
    )
    for heading, declare in _GROUPS:
        declare(parser.add_argument_group(heading))


def _of_the_training(group: Arguments) -> None:
    group.add_argument("--out", metavar="RUN", type=path, help="The run folder to write.")
    group.add_argument(
        "--recipe", metavar="NAME|FILE", help="digits, fast, banana, viewpoint, flowers, or a .toml file."
    )
    group.add_argument("--weights", metavar="W", help="imagenet, none, or a .h5 file, in place of the recipe's.")
    group.add_argument("--epochs", metavar="P1,P2", help="Epochs of the head, and of the phase that trains all layers.")
    group.add_argument(
        "--seed",
        metavar="N",
        type=whole_number(low=0),
        help="Of the split, the first weights, shuffling and augmentation; 0 if not given.",
    )
    group.add_argument("--labels", metavar="FILE", type=path, help="labels.txt with the classes in their order.")
    group.add_argument(
        "--deterministic",
        action="store_true",
        help="The same seed gives the same weights, bit by bit, on this machine; slower.",
    )


def _of_the_size(group: Arguments) -> None:
    group.add_argument(
        "--size", metavar="PIXELS", type=whole_number(low=1), help="Input side, in place of the recipe's."
    )
    group.add_argument("--alpha", metavar="A", type=number(), help="Width multiplier, in place of the recipe's.")
    group.add_argument(
        "--teacher",
        metavar="RUN|FILE",
        help="A run folder or a .keras file of a better classifier of the same classes, to learn from as well.",
    )
    group.add_argument(
        "--prune",
        metavar="SPARSITY",
        type=number(low=0, high=0.99),
        help="Share of the weights that become zero while all layers are trained, such as 0.5: a smaller download.",
    )


def _of_a_run_that_is_there(group: Arguments) -> None:
    group.add_argument(
        "--if-needed",
        action="store_true",
        help="Keep a RUN that was made from the same, refuse one that was not. What is not given (DATA and --recipe "
        "too) is as RUN has it.",
    )
    group.add_argument(
        "--overwrite", action="store_true", help="Replace the model in RUN, and remove what was made from it."
    )
    group.add_argument(
        "--resume",
        action="store_true",
        help="Go on with the training that was interrupted in RUN, after its last whole epoch; give what it was given.",
    )


def _of_several_trainings(group: Arguments) -> None:
    group.add_argument(
        "--folds",
        metavar="K",
        type=whole_number(low=2),
        help="Cross-validation: K trainings in RUN/fold-1 to RUN/fold-K, each with other images held out.",
    )
    group.add_argument(
        "--compare",
        metavar="A,B",
        help="Train several backbones in RUN/A, RUN/B, ... on one split, convert and time each, and say which to ship.",
    )
    group.add_argument(
        "--sweep",
        metavar="KEY=V1,V2 ...",
        action=KeyValues,
        help="Train every combination of the values in a run folder in RUN, convert and time each, and name the "
        "smallest that is accurate enough. KEY is alpha, size, backbone, or a field of the recipe: head.dropout.",
    )
    group.add_argument(
        "--max-drop",
        metavar="D",
        type=number(low=0, high=1),
        help="With --sweep: how much less accurate than the best the smallest may be, as a fraction; "
        f"{MAX_DROP} if not given.",
    )


def _of_what_is_printed(group: Arguments) -> None:
    group.add_argument("--json", action="store_true", help="Print metrics.json's object and nothing else.")
    group.add_argument(
        "--print-recipe",
        action="store_true",
        help="Print the whole recipe, with what it takes from its base and what options change, and train nothing.",
    )
    group.add_argument(
        "--list-backbones", action=ListBackbones, help="Print the backbones of recipes, and nothing else."
    )


_GROUPS: tuple[tuple[str, Callable[[Arguments], None]], ...] = (
    ("What is trained", _of_the_training),
    ("A smaller model", _of_the_size),
    ("Several trainings", _of_several_trainings),
    ("A run that is there", _of_a_run_that_is_there),
    ("What is printed", _of_what_is_printed),
)
