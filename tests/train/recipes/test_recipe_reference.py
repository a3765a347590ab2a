"""docs/reference/recipes.md names every option there is, and what flowers has for it."""

import re
import sys
from dataclasses import asdict
from pathlib import Path

from edgewright_train.recipes import load_recipe

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "recipes.md").read_text(encoding="utf-8")
TABLES = ("head", "optimizer", "loss", "augmentation", "distillation", "pruning")
PHASES = ("head_phase", "fine_tune", "from_scratch")


def rows_below(heading: str) -> dict[str, list[str]]:
    """The cells behind the name of each option in the table below that heading."""
    below = PAGE.split(f"\n### {heading}\n")[1].split("\n#")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in below.splitlines() if line[:3] == "| `"]
    return {name.strip("`"): cells for name, *cells in rows}


def value_of(cell: str) -> object:
    value = tomllib.loads(f"value = {re.fullmatch('`(.*)`', cell)[1]}")["value"]
    return tuple(value) if isinstance(value, list) else value


def test_every_option_is_there_with_the_value_that_flowers_has():
    flowers = asdict(load_recipe("flowers"))
    top = {name: value for name, value in flowers.items() if not isinstance(value, dict)}
    tables = {
        "At the top": top,
        **{
            f"`[{name}]`": flowers[name]
            for name in ("head", "optimizer", "loss", "augmentation", "distillation", "pruning")
        },
    }
    for heading, values in tables.items():
        assert {name: value_of(cells[1]) for name, cells in rows_below(heading).items()} == values


def test_every_option_of_the_phases_is_there_with_the_values_that_flowers_has():
    flowers, rows = asdict(load_recipe("flowers")), rows_below(", ".join(f"`[{phase}]`" for phase in PHASES))
    for place, phase in enumerate(PHASES, 1):
        assert {name: value_of(cells[place]) for name, cells in rows.items() if cells[place]} == flowers[phase]
