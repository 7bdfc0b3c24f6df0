"""HTTP about code lists."""

from datetime import date

from fastapi import APIRouter, Depends

from shared.catalogue import codes
from shared.frozen import Frozen
from shared.web.access import open_route
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter()


class CodeView(Frozen):
    """Valid from and to: the first and the last day, both included; null where there is no such day."""

    code: str
    da: str
    en: str
    valid_from: date | None
    valid_to: date | None


class CodeListView(Frozen):
    list: str
    da: str
    en: str
    codes: tuple[CodeView, ...]


@router.get("/codes/{list_name}", dependencies=[Depends(open_route)])
async def code_list(list_name: str) -> CodeListView:
    """A code list with Danish and English labels, and from when to when each code is valid."""
    if list_name not in codes.LISTS:
        raise Problem(NOT_FOUND, field="list")
    found = codes.codes(list_name)
    entries = tuple(
        CodeView(code=entry.code, da=entry.da, en=entry.en, valid_from=entry.valid_from, valid_to=entry.valid_to)
        for entry in found
    )
    return CodeListView(list=found.name, da=found.da, en=found.en, codes=entries)
