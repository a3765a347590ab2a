"""Who imports whom in the runtime, as import-linter sees it."""

from graphlib import CycleError, TopologicalSorter

import grimp


def test_no_module_imports_itself_by_way_of_others_nor_for_its_types_alone():
    graph = grimp.build_graph("edgewright_runtime")  # imports under `if TYPE_CHECKING` among them
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    try:
        list(TopologicalSorter(imported).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise AssertionError(circle) from error
