"""The table of backbones: one row each. One that keras.applications builds is one more row, and its facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Normalisation
from edgewright_runtime.suggestion import row_named

from .head_choices import ACTIVATIONS

_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications/"
_NO_PREPROCESSING = (("include_preprocessing", False),)

MINUS_ONE_TO_ONE = Normalisation()
"""Values -1 to 1."""

# Mean and standard deviation of ImageNet's red, green and blue, of values 0 to 1 (torchvision, and Keras since).
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
IMAGENET_STATISTICS = Normalisation(
    scale=tuple(1 / (255 * deviation) for deviation in _DEVIATION),
    offset=tuple(-mean / deviation for mean, deviation in zip(_MEAN, _DEVIATION, strict=True)),
)
"""Each channel without its mean over ImageNet, divided by its standard deviation."""

IMAGENET_MEAN = Normalisation(scale=(1.0, 1.0, 1.0), offset=(-123.68, -116.779, -103.939))
"""0 to 255 without ImageNet's mean, as in Caffe; red first, as the pixels are (Keras's own takes blue first)."""


@dataclass(frozen=True)
class Backbone:
    """One kind of feature extractor.

    Attributes:
        name: what a recipe calls it.
        min_size: smallest input side, pixels.
        max_size: largest input side, pixels.
        native_size: input side for which it was designed, pixels; its multiply-adds are told for it.
        normalisation: of raw pixels, in front of it in the graph.
        block: regular expression that finds, in the name of a layer, the block that it is part of (group 1).
        published: address of its ImageNet weights with `{alpha}` and `{size}`; empty where there are none.
        published_sizes: input sides that there are weights for; other sides take the last one's.
        alphas: the width multipliers that it has; where weights are published, those that they are for.
        activations: that a recipe can choose from, besides `auto`.
        builder: dotted name of the function that builds it, see `keras_application.build`.
        after_loading: dotted name of a function of the built model that makes of weights, as Keras publishes them,
            what fits `normalisation`; empty where they do.
        application: name in keras.applications, of what that builds.
        arguments: of it, names and values.
        delicate: where training it is known to go wrong, and what to do; empty for none.
    """

    name: str
    min_size: int
    max_size: int
    native_size: int
    normalisation: Normalisation
    block: str
    published: str = ""
    published_sizes: tuple[int, ...] = (224,)
    alphas: tuple[float, ...] = (1.0,)
    activations: tuple[str, ...] = ()
    builder: str = "edgewright_train.network.keras_application.build"
    after_loading: str = ""
    application: str = ""
    arguments: tuple[tuple[str, Any], ...] = ()
    delicate: str = ""

    def check_size(self, size: int) -> None:
        """Refuses an input side that this backbone is not built for.

        Raises:
            EdgewrightError: naming the limits.
        """
        if not self.min_size <= size <= self.max_size:
            raise EdgewrightError(
                f"input_size must be from {self.min_size} to {self.max_size} pixels for {self.name}, not {size}"
            )

    def check_alpha(self, alpha: Any) -> None:
        """Refuses a width multiplier that is not in the table.

        Raises:
            EdgewrightError: naming those that are.
        """
        if alpha not in self.alphas:
            raise EdgewrightError(
                f'alpha must be one of {", ".join(map(str, self.alphas))} or "auto" for {self.name}, not {alpha!r}'
            )

    def check_activation(self, activation: str) -> None:
        """Refuses an activation where the backbone has its own, or not this one.

        Raises:
            EdgewrightError: naming what it can have.
        """
        if activation not in ("auto", *self.activations):
            choices = ", ".join(self.activations)
            own = f'{choices} or "auto"' if choices else '"auto", as it has its own,'
            raise EdgewrightError(f"activation must be {own} for {self.name}, not {activation!r}")

    def check_published(self) -> None:
        """Refuses a backbone of which there are no ImageNet weights.

        Raises:
            EdgewrightError: saying what to give instead.
        """
        if not self.published:
            raise EdgewrightError(
                f"There are no ImageNet weights of {self.name}; train it from scratch with --weights none, or give a "
                f"file with --weights PATH"
            )

    def imagenet_url(self, *, alpha: float, size: int) -> str:
        """Where Keras publishes the ImageNet weights without the top; of another side where this one has none.

        Raises:
            EdgewrightError: there are none.
        """
        self.check_published()
        nearest = size if size in self.published_sizes else self.published_sizes[-1]
        return self.published.format(alpha=float(alpha), size=nearest)


_STALE_AVERAGES = (
    "Keras gives its BatchNormalization a momentum of {momentum}: trained with it on few images, its averages do not "
    "arrive, and the validation accuracy stays at chance while the training accuracy reaches 1. Edgewright freezes "
    "them in fine-tuning and trains from scratch with 0.9."
)
_V3 = (
    "Keras's own model scales pixels to -1..1 inside: a recipe that scales them too shows it an even black, and its "
    "validation accuracy stays at chance whatever is trained. Here they are scaled once. "
    + _STALE_AVERAGES.format(momentum=0.999)
)
_STATISTICS_INSIDE = (
    "Keras's own model takes raw pixels and normalises them inside; a recipe that scales them too shows it an even "
    "black. Here they are normalised once."
)

BACKBONES: tuple[Backbone, ...] = (
    Backbone(
        name="mobilenet_v2",
        application="MobileNetV2",
        alphas=(0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
        min_size=32,
        max_size=224,
        native_size=224,
        normalisation=MINUS_ONE_TO_ONE,
        block=r"^(expanded_conv|block_\d+)_",
        published=_KERAS + "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{alpha}_{size}_no_top.h5",
        published_sizes=(96, 128, 160, 192, 224),
        delicate=_STALE_AVERAGES.format(momentum=0.999),
    ),
    Backbone(
        name="mobilenet_v3_small",
        application="MobileNetV3Small",
        arguments=_NO_PREPROCESSING,
        alphas=(0.75, 1.0),
        min_size=32,
        max_size=224,
        native_size=224,
        normalisation=MINUS_ONE_TO_ONE,
        block=r"^(expanded_conv(?:_\d+)?)_",
        published=_KERAS + "mobilenet_v3/weights_mobilenet_v3_small_224_{alpha}_float_no_top_v2.h5",
        delicate=_V3,
    ),
    Backbone(
        name="mobilenet_v3_large",
        application="MobileNetV3Large",
        arguments=_NO_PREPROCESSING,
        alphas=(0.75, 1.0),
        min_size=32,
        max_size=224,
        native_size=224,
        normalisation=MINUS_ONE_TO_ONE,
        block=r"^(expanded_conv(?:_\d+)?)_",
        published=_KERAS + "mobilenet_v3/weights_mobilenet_v3_large_224_{alpha}_float_no_top_v2.h5",
        delicate=_V3,
    ),
    Backbone(
        name="efficientnet_b0",
        application="EfficientNetB0",
        min_size=32,
        max_size=512,
        native_size=224,
        normalisation=IMAGENET_STATISTICS,
        block=r"^(block\d+[a-z])_",
        published="https://storage.googleapis.com/keras-applications/efficientnetb0_notop.h5",
        builder="edgewright_train.network.efficientnet.build",
        after_loading="edgewright_train.network.efficientnet.normalise_as_published",
        delicate=_STATISTICS_INSIDE,
    ),
    Backbone(
        name="efficientnet_b3",
        application="EfficientNetB3",
        min_size=32,
        max_size=512,
        native_size=300,
        normalisation=IMAGENET_STATISTICS,
        block=r"^(block\d+[a-z])_",
        published="https://storage.googleapis.com/keras-applications/efficientnetb3_notop.h5",
        builder="edgewright_train.network.efficientnet.build",
        after_loading="edgewright_train.network.efficientnet.normalise_as_published",
        delicate=_STATISTICS_INSIDE,
    ),
    Backbone(
        name="efficientnet_v2_b0",
        application="EfficientNetV2B0",
        arguments=_NO_PREPROCESSING,
        min_size=32,
        max_size=512,
        native_size=224,
        normalisation=IMAGENET_STATISTICS,
        block=r"^(block\d+[a-z])_",
        published=_KERAS + "efficientnet_v2/efficientnetv2-b0_notop.h5",
        delicate=_STATISTICS_INSIDE,
    ),
    Backbone(
        name="resnet50",
        application="ResNet50",
        min_size=32,
        max_size=512,
        native_size=224,
        normalisation=IMAGENET_MEAN,
        block=r"^(conv\d_block\d+)_",
        published=_KERAS + "resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        after_loading="edgewright_train.network.resnet50.red_first",
        delicate=(
            "Its weights are for blue, green, red without their means; the first kernel is turned round when they are "
            "loaded, so that the graph takes red first as all others do."
        ),
    ),
    Backbone(
        name="nasnet_mobile",
        application="NASNetMobile",
        min_size=32,
        max_size=224,
        native_size=224,
        normalisation=MINUS_ONE_TO_ONE,
        block=r"_(stem_\d|reduce_\d+|\d+)$",
        published=_KERAS + "nasnet/NASNet-mobile-no-top.h5",
        delicate="Its 769 layers are slow to build, to train and to convert. "
        + _STALE_AVERAGES.format(momentum=0.9997),
    ),
    Backbone(
        name="small_cnn",
        alphas=(0.5, 1.0, 2.0),
        activations=ACTIVATIONS,
        min_size=16,
        max_size=224,
        native_size=32,
        normalisation=MINUS_ONE_TO_ONE,
        block=r"^(stage_\d+_\d+)_",
        builder="edgewright_train.network.small_cnn.build",
        delicate="It starts from nothing: a thousand images of small things are enough for it, photos of scenes not.",
    ),
)

_BY_NAME = {row.name: row for row in BACKBONES}


def backbone_named(name: str) -> Backbone:
    """The row of that name.

    Raises:
        EdgewrightError: no such backbone; the sentence names the nearest one.
    """
    return row_named("backbone", name, _BY_NAME)
