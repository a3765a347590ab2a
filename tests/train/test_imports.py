"""Who imports whom in the training, and what comes in before it is needed."""

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

ROOMS = ("data", "network", "fitting", "diagnosis", "results", "recipes", "provenance")


def test_no_module_imports_itself_by_way_of_others_nor_for_its_types_alone():
    graph = grimp.build_graph("edgewright_train")  # imports under `if TYPE_CHECKING` among them
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    try:
        list(TopologicalSorter(imported).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise AssertionError(circle) from error


@pytest.mark.parametrize(
    "name",
    ["", ".command", ".digits_command", ".doctor_command", ".doctor", ".pipeline", *(f".{room}" for room in ROOMS)],
)
def test_what_is_imported_before_the_data_are_read_brings_no_heavy_library(name):
    heavy = "{'tensorflow', 'keras', 'h5py', 'sklearn', 'matplotlib'}"
    script = f"import sys, edgewright_train{name}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
