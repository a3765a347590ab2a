"""Choices of a recipe that do nothing, for tests that set the one they are about."""

from edgewright_train.recipes import Augmentation, Loss, Optimizer

NO_AUGMENTATION = Augmentation(
    horizontal_flip=False,
    vertical_flip=False,
    rotation_degrees=0,
    zoom=0,
    shift=0,
    shear=0,
    fill="reflect",
    brightness=0,
    brightness_factor=0,
    contrast=0,
    channel_shift=0,
    mixup=0,
    cutmix=0,
)
ADAM = Optimizer(name="adam", weight_decay=0, momentum=0.9, accumulation=1, mixed_precision=False)
CROSSENTROPY = Loss(kind="crossentropy", label_smoothing=0, gamma=2)
