"""Every check, a row each, in the tables of what they look at. Only the rows of networks import TensorFlow."""

from __future__ import annotations

from .data import classes, copies, files, labels, pixel_range, shapes, sizes
from .examination import Check

DATA_CHECKS = (
    Check("unreadable files", files.unreadable_files),
    Check("pixel range", pixel_range.pixel_range),
    Check("images in two splits", copies.copies_across_splits),
    Check("images under two labels", copies.copies_across_classes),
    Check("small classes", classes.few_images),
    Check("classes missing from a split", classes.missing_from_split),
    Check("the size of the validation split", classes.validation_too_small),
    Check("imbalance", classes.imbalance),
    Check("image sizes by class", sizes.size_tells_class),
    Check("the order of labels", labels.label_order),
    Check("what resizing distorts", shapes.resize_distorts),
)
"""Of a `data.seen.DataSeen`."""


WITHOUT_NETWORK = (Check("wrong labels", labels.label_noise),)
"""Of the same, where no network is looked at."""


def network_checks() -> tuple[Check, ...]:
    """Of a `network.seen.NetworkSeen`, before a training."""
    from .network import (
        augmentation,
        batch_norm,
        features,
        gradients,
        labels,
        loss_form,
        normalisation,
        one_batch,
        rates,
    )

    return (
        Check("the normalisation of pixels", normalisation.normalisation),
        Check("dead features", features.dead_features),
        Check("the first gradients", gradients.exploding_gradients),
        Check("the loss", loss_form.loss_of_recipe),
        Check("wrong labels", labels.label_noise),
        Check("augmentation", augmentation.augmentation_changes_labels),
        Check("BatchNorm", batch_norm.batch_norm),
        Check("learning rates", rates.learning_rate),
        Check("one batch learned by heart", one_batch.one_batch),
    )


def model_checks() -> tuple[Check, ...]:
    """Of a `network.given_model.ModelSeen`."""
    from .network import given_model

    return (
        Check("the model's outputs", given_model.outputs),
        Check("the model's loss", given_model.compiled_loss),
        Check("the model's trainable layers", given_model.frozen),
        Check("the normalisation of pixels", given_model.pixels),
        Check("the model's answers", given_model.answers),
    )


def training_checks() -> tuple[Check, ...]:
    """Of a `trained.seen.TrainingSeen`, after a training."""
    from .trained import curves, head, probes

    return (
        Check("the head's weights", head.frozen_head),
        Check("the head's answers", head.dead_head),
        Check("the learning rates", curves.learning_rate_by_history),
        Check("underfitting", curves.underfitting),
        Check("overfitting", curves.overfitting),
        Check("the head against a probe", probes.below_probe),
        Check("wrong labels", probes.label_noise_held_out),
    )
