"""The contract of a model, found with the photographs and what was declared, or doubted by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from edgewright_runtime.preprocessing.normalisations import normalisation_named

from .contract_search import (
    BareModel,
    Candidate,
    Found,
    Geometry,
    Known,
    Photographs,
    doubts_about,
    photographs_of,
    search,
)
from .declared import Declared
from .label_offset import labels_of_outputs

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Subject:
    """A model as it is, and the labels that come with it.

    Attributes:
        model: as it is.
        labels: as they are listed.
        labels_from: what sentences call that list.
    """

    model: BareModel
    labels: tuple[str, ...]
    labels_from: str

    def labels_of_outputs(self, candidate: Candidate) -> tuple[str, ...]:
        """One label for each output.

        Raises:
            EdgewrightError: labels are left over at the end.
        """
        model = self.model
        return labels_of_outputs(self.labels, candidate.label_offset, model.outputs, where=str(model.path))


@dataclass(frozen=True)
class Outcome:
    """What a search came to.

    Attributes:
        found: the contract, and all that were tried.
        notes: what to know, a sentence each.
        doubts: what speaks against the labels, a sentence each.
    """

    found: Found
    notes: tuple[str, ...]
    doubts: tuple[str, ...]


def known_of(declared: Declared) -> Known:
    """What was declared, for a search of the rest."""
    normalisation = None if declared.normalisation is None else normalisation_named(declared.normalisation)
    order = declared.channel_order
    if order is None and normalisation is not None:
        order = "BGR" if normalisation.bgr else "RGB"
    return Known(normalisation, order, _geometry(declared), declared.label_offset)


def _geometry(declared: Declared) -> Geometry | None:
    """None where nothing is said of it."""
    said = (declared.resize, declared.crop_fraction, declared.interpolation)
    if all(each is None for each in said):
        return None
    usual = Geometry()
    return Geometry(
        declared.resize or usual.resize_method,
        usual.crop_fraction if declared.crop_fraction is None else declared.crop_fraction,
        declared.interpolation or usual.interpolation,
    )


def found_contract(subject: Subject, data: Path, declared: Declared, on_step: OnStep) -> Outcome:
    """The contract under which the model does best on the photographs.

    Raises:
        EdgewrightError: there are too few photographs, or no contract fits the model's input.
    """
    photographs, notes = photographs_of(data, subject.labels, labels_from=subject.labels_from)
    found = search(subject.model, photographs, labels=len(subject.labels), known=known_of(declared), on_step=on_step)
    doubts = _doubts(subject, photographs, found.best.candidate, on_step, searched=True)
    return Outcome(found, (*notes, *found.doubts), doubts)


def doubts_about_declared(
    subject: Subject, data: Path | None, candidate: Candidate, on_step: OnStep
) -> tuple[str, ...]:
    """What speaks against the contract that was declared, a sentence each; none where there are no photographs."""
    if data is None:
        return ()
    photographs, _ = photographs_of(data, subject.labels, labels_from=subject.labels_from)
    return _doubts(subject, photographs, candidate, on_step, searched=False)


def _doubts(
    subject: Subject, photographs: Photographs, candidate: Candidate, on_step: OnStep, *, searched: bool
) -> tuple[str, ...]:
    labels = subject.labels_of_outputs(candidate)
    return doubts_about(subject.model, photographs, candidate, labels, searched=searched, on_step=on_step)


def declared_with(declared: Declared, candidate: Candidate) -> Declared:
    """What was declared, with all that a search has found."""
    values, geometry = candidate.values, candidate.geometry
    return replace(
        declared,
        normalisation=values.normalisation.name,
        channel_order=values.channel_order,
        resize=geometry.resize_method,
        crop_fraction=geometry.crop_fraction,
        interpolation=geometry.interpolation,
        label_offset=candidate.label_offset,
    )
