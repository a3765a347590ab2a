"""What TensorFlow does not promise, tried with the installed version; `make test-versions` runs it with the oldest."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from edgewright_convert.tensorflow_internals import with_constants


def test_weights_become_constants_and_stay_what_they_were_when_the_variable_changes():
    weight = tf.Variable([[2.0], [3.0]])
    traced = tf.function(lambda x: x @ weight).get_concrete_function(tf.TensorSpec((None, 2), tf.float32))
    frozen = with_constants(traced)
    assert len(frozen.inputs) == 1
    assert not {node.op for node in frozen.graph.as_graph_def().node} & {"ReadVariableOp", "VarHandleOp"}
    weight.assign([[0.0], [0.0]])
    (outputs,) = frozen(tf.constant([[1.0, 1.0]]))
    np.testing.assert_array_equal(np.asarray(outputs).reshape(-1), [5.0])
