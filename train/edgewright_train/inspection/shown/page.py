"""The page of an inspection: first what is wrong and what to do, then what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from ...results.inside.gallery import Exhibit
from ...results.names import readable
from ...results.page.document import document
from ...results.page.markup import bar, plot, table, tiles
from ..answer import imbalance, measured
from ..findings import ERROR, WARNING, Finding, findings
from ..images.thumbnails import spread_out, thumbnail
from ..inspection import Inspection
from .pictures import class_counts, property_histograms, shortcut_bars

_LABEL_ERRORS, _GROUPS, _PER_GROUP, _OUTLIERS = 24, 16, 4, 16
_CLASSES, _PER_CLASS = 60, 6
_FILES = 50
_PLAIN_UP_TO = 40  # classes in a chart that a phone can show whole

_SHORTCUTS_TOLD = (
    "How well classes can be told from one property alone, of images that the rule has not seen: 0 is chance, 1 names "
    "every class. Brightness and colourfulness may be the subject's own; the others belong to the file."
)
_DUPLICATES_TOLD = "Groups that lie in several splits or have several labels come first."
_SAMPLES_TOLD = "Taken evenly from the list of files. What does not belong is often seen at once."


def page_html(inspection: Inspection, names: Mapping[str, str]) -> str:
    """The page, which loads nothing; whatever comes from data is escaped.

    Args:
        inspection: what was found.
        names: of the classes as the page is to call them, by the name that they have.
    """
    sections = [section for section in _sections(inspection, names) if section[2]]
    title = f"{inspection.source.resolve().name or inspection.source}: what is in it, what is wrong with it"
    return document(title, origin=_origin(inspection), summary=_summary(inspection), sections=sections)


def _origin(inspection: Inspection) -> str:
    part = f"a random {len(inspection.images)} of {inspection.files} files" if inspection.sampled else "every file"
    return f"edgewright inspect looked at {part}. {inspection.splits.note}"


def _summary(inspection: Inspection) -> str:
    found = findings(inspection)
    counts = Counter(each.severity for each in found)
    if not found:
        lead = "Nothing found that calls for a change."
    else:
        parts = [
            f"{counts[severity]} {word if counts[severity] == 1 else words}"
            for severity, word, words in (
                (ERROR, "thing to put right first", "things to put right first"),
                (WARNING, "warning", "warnings"),
                ("note", "note", "notes"),
            )
            if counts[severity]
        ]
        lead = ", ".join(parts) + "."
    items = "".join(_finding(number, each) for number, each in enumerate(found, start=1))
    return f'<section class="card summary"><p class="lead">{lead}</p>{items}</section>\n{_figures(inspection)}'


def _finding(number: int, finding: Finding) -> str:
    return (
        f'<div class="finding {finding.severity}"><p><b>{number}. {escape(finding.what)}</b></p>'
        f'<p class="small">{escape(finding.evidence)}</p>'
        f'<p class="small"><b>Do:</b> {escape(finding.remedy)}</p></div>'
    )


def _figures(inspection: Inspection) -> str:
    ratio, probed = imbalance(inspection), inspection.probed
    cards = [
        (str(len(inspection.images)), f"readable images of {len(inspection.counts)} classes"),
        ("-" if ratio is None else f"{ratio:.1f}", "largest class by smallest"),
        (str(len(inspection.unreadable)), "unreadable files"),
        (str(len(inspection.duplicates)), "groups of duplicates"),
        ("-" if probed is None else str(len(probed.errors)), "labels likely to be wrong"),
    ]
    if inspection.shortcuts:
        first = inspection.shortcuts[0]
        cards.append((f"{first.score:.2f}", f"strongest shortcut: {first.row.words}"))
    items = (
        f'<div class="card"><b>{figure}</b><span class="soft">{escape(what)}</span></div>' for figure, what in cards
    )
    return f'<div class="figures">{"".join(items)}</div>'


def _sections(inspection: Inspection, names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        ("classes", "Images per class", _classes(inspection, names)),
        ("shortcuts", "Shortcuts", _shortcuts(inspection, names)),
        ("labels", "Labels likely to be wrong", _label_errors(inspection, names)),
        ("duplicates", "Duplicates", _duplicates(inspection, names)),
        ("unreadable", "Unreadable files", _unreadable(inspection)),
        ("outliers", "Unlike the others", _outliers(inspection, names)),
        ("images", "What the images are like", _images(inspection)),
        ("samples", "A sample of each class", _samples(inspection, names)),
        ("notes", "Notes", _notes(inspection)),
    ]


def _classes(inspection: Inspection, names: Mapping[str, str]) -> str:
    shown = [names[name] for name in inspection.names]
    drawn = class_counts(shown, [inspection.counts[name] for name in inspection.names])
    return plot(drawn, "images per class", large=len(shown) > _PLAIN_UP_TO)


def _shortcuts(inspection: Inspection, names: Mapping[str, str]) -> str:
    if not inspection.shortcuts:
        return ""
    told = [each for each in inspection.shortcuts if each.is_told]
    below = "".join(
        f"<h3>{escape(_capital(each.row.words))}</h3>"
        + table(
            ("class", "named by it", "most frequent"),
            [
                (
                    escape(readable(names[name])),
                    f"{bar(each.recall[name])}{each.recall[name]:.0%}",
                    f"{escape(value)} ({count} of {total})",
                )
                for name, value, count, total in each.typical[:_CLASSES]
            ],
        )
        for each in told
    )
    return f'<p class="soft small">{_SHORTCUTS_TOLD}</p>' + plot(shortcut_bars(inspection.shortcuts), "scores") + below


def _label_errors(inspection: Inspection, names: Mapping[str, str]) -> str:
    probed = inspection.probed
    if probed is None or not probed.errors:
        return ""
    shown = probed.errors[:_LABEL_ERRORS]
    captions = [
        f'{escape(readable(names[each.given]))}<br><span class="said">{escape(readable(names[each.suggested]))} '
        f'{each.score:.0%}</span><br><span class="soft">{escape(_file(each.path))}</span>'
        for each in shown
    ]
    more = (
        f" {len(probed.errors) - len(shown)} more are in what --json prints." if len(probed.errors) > len(shown) else ""
    )
    told = (
        f"The label of the file, then what it looks like. Judged by {inspection.features}: the probe names "
        f"{probed.accuracy:.0%} of the labels of images that it has not seen.{more}"
    )
    return f'<p class="soft small">{escape(told)}</p>' + tiles(
        [Exhibit(thumbnail(each.path)) for each in shown], captions
    )


def _duplicates(inspection: Inspection, names: Mapping[str, str]) -> str:
    if not inspection.duplicates:
        return ""
    label = {image.path: image.label for image in inspection.images}
    split = dict(zip((image.path for image in inspection.images), inspection.splits.of_images, strict=True))
    rows = []
    for each in inspection.duplicates[:_GROUPS]:
        crossing = f", across {' and '.join(each.crosses)}" if each.crosses else ""
        more = f", {len(each.paths)} images" if len(each.paths) > _PER_GROUP else ""
        captions = [
            f"{escape(readable(names[label[path]]))}{_in(split[path])}<br>"
            f'<span class="soft">{escape(_file(path))}</span>'
            for path in each.paths[:_PER_GROUP]
        ]
        exhibits = [Exhibit(thumbnail(path), wrong=bool(each.crosses)) for path in each.paths[:_PER_GROUP]]
        rows.append(f"<h4>{each.kind}{crossing}{more}</h4>{tiles(exhibits, captions)}")
    hidden = len(inspection.duplicates) - _GROUPS
    rest = f'<p class="soft small">{hidden} more groups are in what --json prints.</p>' if hidden > 0 else ""
    shown = "".join(f"<div>{row}</div>" for row in rows)
    return f'<p class="soft small">{_DUPLICATES_TOLD}</p><div class="pairs">{shown}</div>{rest}'


def _unreadable(inspection: Inspection) -> str:
    rows = [(escape(_file(each.path)), escape(each.reason)) for each in inspection.unreadable]
    if not rows:
        return ""
    rest = f'<p class="soft small">{len(rows) - _FILES} more.</p>' if len(rows) > _FILES else ""
    return table(("file", "why"), rows[:_FILES], names=2) + rest


def _outliers(inspection: Inspection, names: Mapping[str, str]) -> str:
    shown = inspection.outliers[:_OUTLIERS]
    captions = [
        f'{escape(readable(names[each.label]))}<br><span class="soft">{escape(each.why)}<br>'
        f"{escape(_file(each.path))}</span>"
        for each in shown
    ]
    return tiles([Exhibit(thumbnail(each.path)) for each in shown], captions) if shown else ""


def _images(inspection: Inspection) -> str:
    facts = measured(inspection.images)
    ranges = [
        (words, *(f"{facts[name][key]:g}" for key in ("least", "median", "most")))
        for name, words in (
            ("width_px", "width, pixels"),
            ("height_px", "height, pixels"),
            ("aspect", "aspect ratio"),
            ("brightness", "perceived brightness, 0 to 1"),
            ("colourfulness", "colourfulness"),
        )
    ]
    channels = [
        ("red, green, blue: mean", *(f"{value:.1f}" for value in facts["channel_mean"])),
        ("red, green, blue: deviation", *(f"{value:.1f}" for value in facts["channel_deviation"])),
    ]
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(facts["file_types"].items()))
    told = f"{kinds}; {facts['turned_by_exif']} stored turned, with an EXIF mark."
    return (
        plot(property_histograms(inspection.images), "sizes, aspect ratios, brightness, colourfulness")
        + f'<p class="soft small">{escape(told)}</p>'
        + table(("", "least", "median", "most"), ranges)
        + table(("", "red", "green", "blue"), channels)
    )


def _samples(inspection: Inspection, names: Mapping[str, str]) -> str:
    rows = []
    for name in inspection.names[:_CLASSES]:
        paths = [image.path for image in inspection.images if image.label == name]
        exhibits = [Exhibit(thumbnail(path)) for path in spread_out(paths, _PER_CLASS)]
        rows.append(f"<h3>{escape(readable(names[name]))} ({len(paths)})</h3>{tiles(exhibits)}")
    hidden = len(inspection.names) - _CLASSES
    rest = f'<p class="soft small">{hidden} more classes are not shown.</p>' if hidden > 0 else ""
    return f'<p class="soft small">{_SAMPLES_TOLD}</p><div class="samples">{"".join(rows)}</div>{rest}'


def _notes(inspection: Inspection) -> str:
    said = [*inspection.notes, inspection.splits.note, f"The probe stands on {inspection.features}."]
    if inspection.probed is not None and inspection.probed.left_out:
        said.append(f"Too few images for the probe: {', '.join(inspection.probed.left_out)}.")
    said += [f"Left out: {file.path}: {file.reason}" for file in inspection.left_out[:_FILES]]
    return "".join(f'<p class="soft">{escape(each)}</p>' for each in said)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _in(split: str) -> str:
    return f", {split}" if split else ""


def _file(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def sheet_paths(inspection: Inspection, name: str, count: int) -> Sequence[str]:
    """So many images of a class, for its sheet."""
    return spread_out([image.path for image in inspection.images if image.label == name], count)
