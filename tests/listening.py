"""A reporter that remembers what it was told."""


class Listening:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)

    def step(self, what: str, done: int, total: int) -> None: ...

    def finish(self) -> None: ...
