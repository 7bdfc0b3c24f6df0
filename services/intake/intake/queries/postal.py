"""In which kommuner a postal code lies."""

from datetime import date
from typing import Self

from shared.catalogue.kommuner import KOMMUNER, postal_code
from shared.frozen import Frozen


class ShareView(Frozen):
    """`share` of the postal code's area, from 0 to 1; null where none is known."""

    kommune: str
    name: str
    share: float | None = None

    @classmethod
    def of(cls, kommune: str, share: float | None = None) -> Self:
        return cls(kommune=kommune, name=KOMMUNER[kommune].formal_name, share=share)


class PostalView(Frozen):
    """The largest first. Not `clear`: a place there opens only once its `kommune` is chosen."""

    postnr: str
    town: str
    clear: bool
    kommuner: list[ShareView]

    @classmethod
    def of(cls, postnr: str, today: date) -> Self:
        """KeyError where there is no such postal code."""
        found = postal_code(postnr)
        if found is None:
            raise KeyError(postnr)
        shares = [ShareView.of(code, share) for code, share in found.shares.items()]
        return cls(postnr=postnr, town=found.town, clear=found.clear(today), kommuner=shares)


def which(postnr: str, today: date) -> list[ShareView]:
    """The kommuner among which somebody has to say where a workplace of this postal code lies; [] where it is clear."""
    found = postal_code(postnr)
    return [] if found is None or found.whole(today) else [ShareView.of(*lies) for lies in found.shares.items()]


def guess(postnr: str, kommune: str, today: date, *, chosen: bool) -> ShareView | None:
    """The kommune that was taken because nobody has said which; None where it is known."""
    if chosen or not (among := which(postnr, today)):
        return None
    return next((one for one in among if one.kommune == kommune), ShareView.of(kommune))
