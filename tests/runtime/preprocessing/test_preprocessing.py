import dataclasses
import json
import pickle

import numpy as np

from edgewright_runtime.preprocessing import Contract, Preprocessing


def test_whatever_is_made_of_a_preprocessing_can_be_applied(tmp_path, scene):
    made = Preprocessing(8, 8, resize_method="pad")
    made.save(tmp_path / "preprocessing.json")
    others = {
        "loaded": Preprocessing.load(tmp_path / "preprocessing.json"),
        "read": Preprocessing.from_dict(json.loads(json.dumps(made.to_dict()))),
        "replaced": dataclasses.replace(made, pad_colour=(0, 0, 0)),
        "unpickled": pickle.loads(pickle.dumps(made)),
    }

    assert others == dict.fromkeys(others, made)
    for other in others.values():
        assert np.array_equal(other.apply(scene), made.apply(scene))


def test_contract_is_data_alone():
    assert not hasattr(Contract, "apply")
    assert Preprocessing.__bases__ == (Contract,)
    assert Contract(8, 8).to_dict() == Preprocessing(8, 8).to_dict()
