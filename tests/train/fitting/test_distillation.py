"""A student is shown what its teacher answers for the same view, and learns from it in both phases."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from edgewright_runtime.console import Silent
from edgewright_train.data.batches import training_batches
from edgewright_train.data.pixels import decoded
from edgewright_train.fitting.distillation import Distilled, accuracy_of_labels, blended, with_answers
from edgewright_train.fitting.frozen.lower_layers import lower_layers
from edgewright_train.fitting.full_phase import train_all
from edgewright_train.fitting.head_phase import train_head
from edgewright_train.fitting.learning_task import LearningTask
from edgewright_train.fitting.losses import made_loss
from edgewright_train.fitting.teaching import Teacher
from edgewright_train.network import backbone_named, starting_weights
from edgewright_train.network.network import build_network, freeze_for_fine_tuning
from edgewright_train.recipes import Distillation

from ..choices import CROSSENTROPY
from ..tiny import tiny_network

pytestmark = pytest.mark.numeric

LABELS = ("blue", "green", "red")


def softmax(values):
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("temperature", "weight"), [(1.0, 0.3), (4.0, 0.7), (2.0, 1.0)])
def test_loss_is_that_of_the_labels_and_the_divergence_from_the_teacher(temperature, weight):
    draw = np.random.default_rng(0)
    logits, given = draw.normal(size=(2, 6, 3)) * 2
    labels = np.eye(3)[draw.integers(3, size=6)]
    p, q = softmax(logits / temperature), softmax(given / temperature)
    divergence = temperature**2 * (q * np.log(q / p)).sum(axis=1)
    cross_entropy = -(labels * np.log(softmax(logits))).sum(axis=1)
    loss = Distilled(made_loss(CROSSENTROPY), Distillation(temperature, weight))
    truth = np.concatenate([labels, softmax(given)], axis=1).astype(np.float32)
    found = loss(tf.constant(truth), tf.constant(softmax(logits), tf.float32))
    assert float(found) == pytest.approx(((1 - weight) * cross_entropy + weight * divergence).mean(), rel=1e-3)
    without = loss(tf.constant(labels, tf.float32), tf.constant(softmax(logits), tf.float32))
    assert float(without) == pytest.approx(cross_entropy.mean(), rel=1e-3)


def test_accuracy_is_that_of_the_labels():
    metric = accuracy_of_labels()
    answers = np.float32([[0.1, 0.9], [0.8, 0.2]])
    metric.update_state(np.float32([[0, 1, 1, 0], [0, 1, 0, 1]]), answers)
    assert float(metric.result()) == 0.5


def test_small_answers_are_left_out_of_what_a_regression_sees():
    labels = np.float32([[1, 0, 0, 0.5, 0.495, 0.005]])
    np.testing.assert_allclose(blended(labels, Distillation(2, 0.5)), [[0.7513, 0.2487, 0]], atol=1e-3)


def mean_colours(images):
    """Answers that tell of an image how much of each colour it has."""
    means = tf.reduce_mean(images, axis=(1, 2))
    return means / tf.reduce_sum(means, axis=1, keepdims=True)


def batches_of(pixels, recipe):
    return training_batches(
        pixels, batch_size=8, augmentation=recipe.augmentation, classes=3, seed=5, class_weight={0: 1.0, 1: 2.0, 2: 3.0}
    )


def test_answers_stand_behind_the_labels_in_the_students_order(colour_pixels, small_recipe):
    batches = batches_of(colour_pixels, small_recipe)
    teacher = Teacher(mean_colours, (2, 1, 0), colour_pixels)
    seen = list(with_answers(batches, batches, teacher))
    assert len(seen) == len(batches)
    for images, labels, weights in seen:
        np.testing.assert_allclose(labels[:, 3:], mean_colours(images).numpy()[:, ::-1], rtol=1e-4)
        np.testing.assert_allclose(np.sum(labels[:, :3], axis=1), 1)
        assert weights.shape == (len(images),)


def test_a_teacher_of_another_size_sees_the_same_view(colour_pixels, small_recipe, colours, head_run, tmp_path):
    from edgewright_runtime.run.splits import read_splits

    contract = replace(small_recipe.preprocessing(), height=40, width=40)
    rows = read_splits(head_run / "splits.csv")
    with (
        decoded(rows, labels=LABELS, contract=small_recipe.preprocessing(), out=tmp_path) as small,
        decoded(rows, labels=LABELS, contract=contract, out=tmp_path) as large,
    ):
        teacher = Teacher(mean_colours, (0, 1, 2), large)
        # Of views that were not the same the brightness and the order of the images would not be.
        for images, labels, _ in with_answers(
            batches_of(small, small_recipe), batches_of(large, small_recipe), teacher
        ):
            np.testing.assert_allclose(labels[:, 3:], mean_colours(images), atol=0.02)


def always(answer, pixels):
    """A teacher that gives one answer whatever it sees."""
    return Teacher(lambda images: tf.tile(tf.constant([answer], tf.float32), (len(images), 1)), (0, 1, 2), pixels)


def answers(network, pixels):
    return np.asarray(network.model(pixels.values.astype(np.float32), training=False)).argmax(axis=1)


def believing(recipe):
    """The recipe for a student that looks at nothing but the teacher's answers."""
    recipe = replace(recipe, distillation=Distillation(2.0, 1.0))
    phases = {
        name: replace(getattr(recipe, name), epochs=12, learning_rate=0.05, early_stopping_patience=99)
        for name in ("head_phase", "fine_tune")
    }
    return replace(recipe, **phases)


@pytest.mark.parametrize("solver", ["gradient", "logistic_regression"])
def test_the_head_learns_from_the_teacher(colour_pixels, small_recipe, solver):
    recipe = believing(small_recipe)
    recipe = replace(recipe, head_phase=replace(recipe.head_phase, solver=solver))
    told = {}
    for teacher in (None, always([0.02, 0.96, 0.02], colour_pixels)):
        result = train_head(tiny_network(), LearningTask(colour_pixels, recipe, seed=3, teacher=teacher))
        told[teacher is None] = max(epoch.val_loss for epoch in result.epochs[1:])
    assert told[False] > told[True]  # a third of the images is green, and to call all so costs


def test_all_layers_learn_from_the_teacher(colour_pixels, small_recipe):
    recipe, network = believing(small_recipe), tiny_network()
    teacher = always([0.02, 0.96, 0.02], colour_pixels)
    task, phase = LearningTask(colour_pixels, recipe, seed=2, teacher=teacher), recipe.fine_tune
    epochs = train_all(network, task, name="fine_tune", phase=replace(phase, monitor="val_loss"))
    assert epochs[-1].loss < 0.5 * epochs[0].loss
    assert epochs[-1].val_accuracy == pytest.approx(1 / 3)


def test_answers_come_with_frozen_layers_that_are_computed_once(colour_pixels, small_recipe, backbone_weights):
    row, recipe = backbone_named("mobilenet_v2"), believing(small_recipe)
    phase = replace(recipe.fine_tune, epochs=8, learning_rate=1e-3, unfreeze_layers=4, views=1)
    recipe = replace(recipe, fine_tune=phase)
    start = starting_weights(str(backbone_weights), backbone=row, alpha="auto", size=32)
    network = build_network(row, start, contract=recipe.preprocessing(), classes=3, head=recipe.head)
    freeze_for_fine_tuning(network, 4)
    task = LearningTask(colour_pixels, recipe, seed=1, teacher=always([0.02, 0.96, 0.02], colour_pixels))
    with lower_layers(network, task, reporter=Silent()) as lower:
        assert lower is not None
        np.testing.assert_allclose(lower.train.labels[:, 3:], [[0.02, 0.96, 0.02]] * 24, rtol=1e-5)
        epochs = train_all(network, replace(task, seed=2), name="fine_tune", phase=recipe.fine_tune, lower=lower)
    assert epochs[-1].loss < epochs[0].loss
