from __future__ import annotations

from types import SimpleNamespace

from edgewright_convert.tensorrt.progress import BuildProgress, progress_monitor


def test_progress_names_the_outermost_share_and_the_innermost_phase():
    told = []
    progress = BuildProgress(told.append)
    progress.start("Building engine", 4)
    assert progress.step("Building engine", 0)
    progress.start("Timing tactics", 2)
    progress.finish("Timing tactics")
    assert told == ["Building engine 0 %", "Building engine 25 %", "Building engine 25 %: Timing tactics"]
    assert progress.text() == "Building engine 25 %"


def test_interrupt_while_building_stops_tensorrt_instead_of_crossing_it():
    def interrupted(_):
        raise KeyboardInterrupt

    progress = BuildProgress(interrupted)
    progress.start("Building engine", 4)
    assert not progress.step("Building engine", 0)


def test_library_without_a_progress_monitor_builds_silently():
    assert progress_monitor(SimpleNamespace(), BuildProgress(print)) is None
