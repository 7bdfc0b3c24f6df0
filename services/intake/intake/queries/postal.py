"""In which kommuner a postal code lies."""

from datetime import date
from typing import Self

from shared.catalogue.kommuner import KOMMUNER, postal_code
from shared.frozen import Frozen


class ShareView(Frozen):
    """`share` of the postal code's area, from 0 to 1; null where none is known."""

    kommune: str
    name: str
    share: float | None


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
        shares = [
            ShareView(kommune=code, name=KOMMUNER[code].formal_name, share=share)
            for code, share in found.shares.items()
        ]
        return cls(postnr=postnr, town=found.town, clear=found.clear(today), kommuner=shares)
