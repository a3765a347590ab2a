"""What an engine's builder is doing, told while it works: TensorRT before 10 cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class BuildProgress:
    """The phases that are under way, as TensorRT's progress monitor reports them.

    Attributes:
        interrupted: Ctrl-C was pressed; an exception must not cross TensorRT, so it is told to stop instead.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._phases: dict[str, tuple[int, int]] = {}
        self.interrupted = False

    def start(self, phase: str, steps: int) -> None:
        """A phase of so many steps begins; others may lie around it."""
        self._phases[phase] = (0, steps)
        self._show()

    def step(self, phase: str, number: int) -> bool:
        """The step of that number, from 0, is done; False asks TensorRT to stop."""
        _, steps = self._phases.get(phase, (0, 0))
        self._phases[phase] = (number + 1, steps)
        self._show()
        return not self.interrupted

    def finish(self, phase: str) -> None:
        """The phase is over."""
        self._phases.pop(phase, None)

    def text(self) -> str:
        """The outermost phase with its share, and the innermost: `Building engine 40 %: Timing tactics`."""
        if not self._phases:
            return ""
        phases = list(self._phases)
        done, steps = self._phases[phases[0]]
        share = f"{phases[0]} {round(100 * done / steps)} %" if steps > 0 else phases[0]
        return share if len(phases) == 1 else f"{share}: {phases[-1]}"

    def _show(self) -> None:
        try:
            self._tell(self.text())
        except KeyboardInterrupt:
            self.interrupted = True


def progress_monitor(library: Any, progress: BuildProgress) -> Any:
    """A progress monitor of that library, or None where it has none (TensorRT 8)."""
    if not hasattr(library, "IProgressMonitor"):
        return None

    class _Monitor(library.IProgressMonitor):  # type: ignore[misc]
        def __init__(self) -> None:
            library.IProgressMonitor.__init__(self)

        def phase_start(self, phase_name: str, parent_phase: str, num_steps: int) -> None:  # noqa: ARG002
            progress.start(phase_name, num_steps)

        def step_complete(self, phase_name: str, step: int) -> bool:
            return progress.step(phase_name, step)

        def phase_finish(self, phase_name: str) -> None:
            progress.finish(phase_name)

    return _Monitor()
