"""What is wrong with a data set, in words: the worst first, each with its evidence and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from edgewright_runtime.suggestion import named

from .duplicates import CLASSES, EXACT, SPLITS, Duplicates
from .inspection import Inspection
from .shortcuts import GIVES_AWAY, Shortcut

ERROR, WARNING, NOTE = "error", "warning", "note"
_ORDER = (ERROR, WARNING, NOTE)

UNEVEN = 3.0
"""Ratio of the largest class to the smallest from which it is worth a word."""

FEW = 20
"""Images of a class below which neither a training nor a test of it means much."""

MANY_WRONG = 0.02
"""Share of labels that are likely to be wrong from which they are more than what any data set has."""

_SHOWN_CLASSES = 5


@dataclass(frozen=True)
class Finding:
    """One thing to know.

    Attributes:
        code: what kind it is, for programs.
        severity: `error` (figures of a model trained on this would mislead), `warning` or `note`.
        what: in one sentence.
        evidence: in numbers or names.
        remedy: what to do.
    """

    code: str
    severity: str
    what: str
    evidence: str
    remedy: str


def findings(inspection: Inspection) -> tuple[Finding, ...]:
    """All that was found, the worst first; empty for a data set with nothing to say about."""
    found = [finding for look in _LOOKS for finding in look(inspection)]
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.severity)))


def _file_shortcuts(inspection: Inspection) -> Iterator[Finding]:
    told = [each for each in inspection.shortcuts if each.is_told and each.row.of_file]
    if not told:
        return
    first, *others = told
    further = f" {_listed([each.row.words for each in others])} too." if others else ""
    yield Finding(
        "shortcut",
        ERROR if first.score >= GIVES_AWAY or _names_a_class(first) else WARNING,
        f"The {first.row.words} alone gives classes away (score {first.score:.2f}): a model may learn where "
        f"an image comes from and not what it shows.",
        f"{_typical(first)}.{_capital(further)}",
        "Photograph every class with the same cameras and save it in the same way; until then, test on photographs "
        "from one source, and take augmentation that changes sharpness and crop.",
    )


def _picture_shortcuts(inspection: Inspection) -> Iterator[Finding]:
    for each in inspection.shortcuts:
        if each.is_told and not each.row.of_file:
            yield Finding(
                "shortcut",
                WARNING,
                f"The {each.row.words} alone tells classes apart (score {each.score:.2f}).",
                f"{_recalls(each)}.",
                "Where that is the subject's own, well; where it is the light or the camera, photograph all classes "
                "in the same light, or augment brightness and colour.",
            )


def _crossing(inspection: Inspection) -> Iterator[Finding]:
    of_classes = [each for each in inspection.duplicates if CLASSES in each.crosses]
    of_splits = [each for each in inspection.duplicates if SPLITS in each.crosses]
    if of_splits:
        yield Finding(
            "leakage",
            ERROR,
            f"{_kinds(of_splits)} lie in more than one split, so a test would ask what was trained on.",
            _pairs(of_splits),
            "Move each group into one split; without splits of your own, edgewright train keeps them together.",
        )
    if of_classes:
        yield Finding(
            "two-labels",
            ERROR,
            f"{_kinds(of_classes)} have more than one label.",
            _pairs(of_classes),
            "Keep the copy whose label is right; a training leaves out exact copies with two labels.",
        )


def _unreadable(inspection: Inspection) -> Iterator[Finding]:
    if inspection.unreadable:
        count = len(inspection.unreadable)
        first = inspection.unreadable[0]
        yield Finding(
            "unreadable",
            ERROR,
            f"{_files(count)} cannot be read.",
            f"{named(_name(each.path) for each in inspection.unreadable)}; {_name(first.path)}: {first.reason}.",
            "Copy or export them again, or delete them; a training leaves them out.",
        )


def _label_errors(inspection: Inspection) -> Iterator[Finding]:
    probed = inspection.probed
    if probed is None or not probed.errors:
        return
    count = len(probed.errors)
    first = probed.errors[0]
    yield Finding(
        "label-errors",
        WARNING if count >= MANY_WRONG * len(inspection.images) else NOTE,
        f"{count} label{'s are' if count > 1 else ' is'} likely to be wrong ({count / len(inspection.images):.1%} of "
        f"the images).",
        f"The likeliest: {_name(first.path)}, labelled {first.given!r}, looks like {first.suggested!r}. The probe "
        f"names {probed.accuracy:.0%} of the labels of images that it has not seen.",
        "Look at them, the likeliest first, and put right what is wrong.",
    )


def _small_classes(inspection: Inspection) -> Iterator[Finding]:
    counts = inspection.counts
    few = {name: count for name, count in counts.items() if count < FEW}
    if few:
        yield Finding(
            "few-images",
            WARNING,
            f"{len(few)} class{'es have' if len(few) > 1 else ' has'} fewer than {FEW} images.",
            f"{named(f'{name} ({count})' for name, count in sorted(few.items(), key=lambda pair: pair[1]))}.",
            "Add photographs, or leave the class out: with so few, neither training nor test says much of it.",
        )
    largest, least = max(counts.values()), max(1, min(counts.values()))
    if largest >= UNEVEN * least:
        most, smallest = max(counts, key=lambda each: counts[each]), min(counts, key=lambda each: counts[each])
        yield Finding(
            "imbalance",
            WARNING,
            f"The classes are uneven: the largest has {largest / least:.1f} times the images of the smallest.",
            f"{most} has {largest}, {smallest} {counts[smallest]}.",
            "Look at the recall of each class and not only at the accuracy; recipes have balance for it.",
        )


def _copies(inspection: Inspection) -> Iterator[Finding]:
    inside = [each for each in inspection.duplicates if not each.crosses]
    if inside:
        yield Finding(
            "duplicates",
            NOTE,
            f"{_kinds(inside)} within their class and split.",
            _pairs(inside),
            "They count double; keep one of each where that matters. A training keeps them on one side of the split.",
        )


def _odd_ones(inspection: Inspection) -> Iterator[Finding]:
    blank = [each for each in inspection.outliers if each.why == "blank"]
    if blank:
        yield Finding(
            "blank",
            WARNING,
            f"{_images(len(blank))} show{'s' if len(blank) == 1 else ''} next to nothing.",
            f"{named(_name(each.path) for each in blank)}.",
            "Look at them, and delete what holds no subject.",
        )
    far = [each for each in inspection.outliers if each.why != "blank"]
    if far:
        yield Finding(
            "outliers",
            NOTE,
            f"{_images(len(far))} look{'s' if len(far) == 1 else ''} like no other.",
            f"{named(_name(each.path) for each in far)}.",
            "Look whether they belong: drawings, screenshots and photographs of something else are often among them.",
        )


def _rotated(inspection: Inspection) -> Iterator[Finding]:
    turned = Counter(image.label for image in inspection.images if image.orientation != 1)
    if turned:
        total = turned.total()
        yield Finding(
            "rotation",
            NOTE,
            f"{_images(total)} {'are' if total > 1 else 'is'} stored turned, with an EXIF mark that says so.",
            f"{named(f'{name} ({count})' for name, count in turned.most_common())}.",
            "Nothing here: Edgewright turns them upright. Another program that reads the files may not.",
        )


def _tiny(inspection: Inspection) -> Iterator[Finding]:
    sides = np.array([min(image.width_px, image.height_px) for image in inspection.images])
    share = float((sides < 64).mean())
    if share >= 0.05:
        yield Finding(
            "small-images",
            NOTE,
            f"{share:.0%} of the images are smaller than 64 pixels.",
            f"The median of the shorter side is {int(np.median(sides))} pixels.",
            "A backbone for photographs sees little in them; the recipe digits has a network for small images.",
        )


_Look = Callable[[Inspection], Iterator[Finding]]
# In this order where they are equally grave.
_LOOKS: tuple[_Look, ...] = (
    _file_shortcuts, _crossing, _unreadable, _label_errors, _picture_shortcuts, _small_classes, _odd_ones, _copies,
    _rotated, _tiny,
)  # fmt: skip


def _names_a_class(shortcut: Shortcut) -> bool:
    """Whether some class is all but told by it, though others are not."""
    return sum(recall >= 0.95 for recall in shortcut.recall.values()) >= 1 and shortcut.score >= 0.3


def _typical(shortcut: Shortcut) -> str:
    shown = shortcut.typical[:_SHOWN_CLASSES]
    return "; ".join(f"{count} of {total} of {name}: {value}" for name, value, count, total in shown)


def _recalls(shortcut: Shortcut) -> str:
    best = sorted(shortcut.recall.items(), key=lambda pair: -pair[1])[:_SHOWN_CLASSES]
    return "It names " + ", ".join(f"{recall:.0%} of {name}" for name, recall in best)


def _kinds(groups: Sequence[Duplicates]) -> str:
    exact = sum(each.kind == EXACT for each in groups)
    near = len(groups) - exact
    parts = [f"{exact} group{'s' if exact > 1 else ''} of exact copies"] if exact else []
    parts += [f"{near} group{'s' if near > 1 else ''} of near-duplicates"] if near else []
    return " and ".join(parts)


def _pairs(groups: Sequence[Duplicates]) -> str:
    return f"{named(' = '.join(_name(path) for path in each.paths[:3]) for each in groups)}."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _capital(text: str) -> str:
    return f" {text.strip()[:1].upper()}{text.strip()[1:]}" if text else ""


def _name(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def _files(count: int) -> str:
    return f"{count} file{'s' if count > 1 else ''}"


def _images(count: int) -> str:
    return f"{count} image{'s' if count > 1 else ''}"
