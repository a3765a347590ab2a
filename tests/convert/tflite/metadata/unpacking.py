"""What tests of .tflite files take apart, with the schema's generated classes and LiteRT's interpreter."""

import flatbuffers
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter


def metadata_in(data):
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    (entry,) = [each for each in model.metadata if each.name == b"TFLITE_METADATA"]
    return bytes(model.buffers[entry.buffer].data)


def stripped(data):
    """The file without TFLite metadata, packed anew as other tools do it."""
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    model.metadata = [entry for entry in model.metadata if entry.name != b"TFLITE_METADATA"]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def output(data, pixels):
    interpreter = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
