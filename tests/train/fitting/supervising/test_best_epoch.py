"""The best epoch is the one that the recipe's monitor says."""

from edgewright_train.fitting.supervising.best_epoch import best_of
from edgewright_train.fitting.supervising.epoch import Epoch


def test_best_is_the_first_with_the_lowest_loss_or_the_highest_accuracy():
    epochs = [
        Epoch("head", number, 1.0, 0.5, val_loss, val_accuracy, 0.01, 1.0)
        for number, (val_loss, val_accuracy) in enumerate([(0.9, 0.6), (0.7, 0.8), (0.8, 0.9), (0.7, 0.9)], 1)
    ]
    assert best_of(epochs, "val_loss").epoch == 2
    assert best_of(epochs, "val_accuracy").epoch == 3
