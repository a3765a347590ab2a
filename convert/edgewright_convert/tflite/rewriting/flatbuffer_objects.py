"""What is added to an unpacked .tflite model: objects of the generated schema, and rows of its table of operators."""

from __future__ import annotations

from typing import Any

from ai_edge_litert import schema_py_generated as schema


def filled(table: Any, **fields: Any) -> Any:
    """The table's object with these fields: the constructors of older generated classes take none."""
    for name, value in fields.items():
        setattr(table, name, value)
    return table


def code_of(model: Any, kind: int, *, version: int) -> int:
    """The place of an operator in the model's table of operator codes; a row is added where none is.

    Args:
        model: a `ModelT`.
        kind: a value of the schema's `BuiltinOperator`.
        version: that an interpreter must know at least.
    """
    for place, code in enumerate(model.operatorCodes):
        if code.builtinCode == kind and code.version >= version:
            return place
    code = filled(schema.OperatorCodeT(), deprecatedBuiltinCode=kind, version=version, builtinCode=kind)
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1
