"""Tables for people, on standard output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its heading, and whether it holds numbers."""

    heading: str
    numeric: bool = False


def print_table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Prints the rows; cells may hold rich's markup."""
    from rich.console import Console
    from rich.table import Table

    # Off a terminal (CI logs, pipes) rich would fold lines at 80 columns, in the middle of numbers.
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        table.add_column(column.heading, justify="right" if column.numeric else "left", no_wrap=column.numeric)
    for row in rows:
        table.add_row(*row)
    console.print(table)
