"""TensorBoard's files hold every epoch's scalars, and are on the disk at its end."""

from dataclasses import replace

import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2

from edgewright_train.fitting import Epoch
from edgewright_train.fitting.supervising.event_log import EventLog

FIRST = Epoch("head", 1, 0.9, 0.5, 0.8, 0.6, 0.001, 1.5)
SECOND = replace(FIRST, phase="fine_tune", loss=0.7, val_loss=0.75)


def scalars_in(folder) -> list[tuple[int, str, float]]:
    (path,) = folder.glob("events.out.tfevents.*")
    events = [event_pb2.Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))]
    return [(event.step, value.tag, value.simple_value) for event in events for value in event.summary.value]


def test_every_epoch_is_there_before_the_file_is_closed(tmp_path):
    log = EventLog(tmp_path / "logs")
    log.add(FIRST, step=0)
    log.add(SECOND, step=1)
    train, validation = scalars_in(tmp_path / "logs" / "train"), scalars_in(tmp_path / "logs" / "validation")
    assert [row for row in train if row[1] == "epoch_loss"] == [
        (0, "epoch_loss", pytest.approx(0.9)),
        (1, "epoch_loss", pytest.approx(0.7)),
    ]
    assert {tag for _, tag, _ in train} == {"epoch_loss", "epoch_accuracy", "epoch_learning_rate"}
    assert validation[-2:] == [(1, "epoch_loss", pytest.approx(0.75)), (1, "epoch_accuracy", pytest.approx(0.6))]
    log.close()


def test_a_second_log_of_the_same_folder_has_files_of_its_own(tmp_path):
    for step, epoch in enumerate((FIRST, SECOND)):
        log = EventLog(tmp_path)
        log.add(epoch, step=step)
        log.close()
    assert len(list((tmp_path / "train").iterdir())) == 2
