"""The directory as CSV: what a spreadsheet holds, line by line; each one that is wrong is named with its field."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Annotated, Any

from pydantic import Field, ValidationError

from municipality_gateway.commands.kommuner import RegisterContact, RegisterContactBody
from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE
from shared.catalogue.refusal import of_value
from shared.frozen import Frozen
from shared.identifiers import RANDOM_UUID
from shared.spine.work import Strict

FACTS = ("role", "unit", "area", "deputy_id", "valid_from", "valid_to", "away_from", "away_to")
PERSON = ("name", "phone", "email")
COLUMNS = ("kommune", "contact_id", *FACTS, *PERSON)
# What a spreadsheet would take for a formula is written behind an apostrophe, and read without it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


class ImportBody(Strict):
    """The text of a CSV file with a heading; commas or semicolons. A dry run changes nothing."""

    csv: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    dry_run: bool = True


class WrongLine(Frozen):
    """`line` counts from 1, the heading."""

    line: int
    field: str
    da: str
    en: str


def written(rows: Iterable[Mapping[str, Any]]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(name, row.get(name)) for name in COLUMNS})
    return out.getvalue()


def _cell(name: str, value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and name != "phone" else text


def read(text: str) -> tuple[dict[int, RegisterContact], list[WrongLine]]:
    """The contacts by their line, and what is wrong. One without `contact_id` has an empty one."""
    text = text.removeprefix("\ufeff")
    heading = text.partition("\n")[0]
    rows = csv.reader(StringIO(text), delimiter=";" if heading.count(";") > heading.count(",") else ",")
    names = [name.strip().lower() for name in next(rows, [])]
    if missing := [name for name in ("kommune", "role", "valid_from", "name") if name not in names]:
        return {}, [
            WrongLine(line=1, field=name, da="Kolonnen mangler.", en="The column is missing.") for name in missing
        ]
    if odd := [place for place, name in enumerate(names, 1) if name not in COLUMNS or names.count(name) > 1]:
        known = ", ".join(COLUMNS)
        da, en = f"Kolonnen kendes ikke. Brug: {known}.", f"The column is not known. Use: {known}."
        return {}, [WrongLine(line=1, field=f"column {place}", da=da, en=en) for place in odd]
    found: dict[int, RegisterContact] = {}
    wrong: list[WrongLine] = []
    lines: dict[str, int] = {}
    for row in rows:
        line = rows.line_num
        if not any(cell.strip() for cell in row):
            continue
        contact = _contact(line, names, row)
        if isinstance(contact, WrongLine):
            wrong.append(contact)
        elif contact.contact_id and contact.contact_id in lines:
            da, en = (
                f"Samme id står i linje {lines[contact.contact_id]}.",
                f"Line {lines[contact.contact_id]} has this id.",
            )
            wrong.append(WrongLine(line=line, field="contact_id", da=da, en=en))
        else:
            lines[contact.contact_id] = line
            found[line] = contact
    return found, wrong


def _contact(line: int, names: list[str], row: list[str]) -> RegisterContact | WrongLine:
    if len(row) > len(names):
        return WrongLine(
            line=line, field="row", da="Der er flere felter end kolonner.", en="It has more cells than columns."
        )
    cells = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
    values = {name: cell.removeprefix("'") if name != "phone" else cell for name, cell in cells.items() if cell}
    kommune, contact_id = values.pop("kommune", ""), values.pop("contact_id", "").lower()
    if kommune.zfill(4) not in {*KOMMUNER, TEST_KOMMUNE}:
        da, en = (
            "Kommunen findes ikke. Skriv koden med fire cifre: 0561.",
            "No such kommune. Write its four digits: 0561.",
        )
        return WrongLine(line=line, field="kommune", da=da, en=en)
    try:
        body = _Row.model_validate({**values, **({"contact_id": contact_id} if contact_id else {})})
    except ValidationError as error:
        return _wrong(line, error)
    return RegisterContact(
        contact_id=body.contact_id or "",
        kommune=kommune.zfill(4),
        person=body.model_dump(include=set(PERSON), exclude_none=True),
        **body.model_dump(include=set(FACTS)),
    )


class _Row(RegisterContactBody):
    contact_id: Annotated[str, Field(pattern=RANDOM_UUID)] | None = None


def _wrong(line: int, error: ValidationError) -> WrongLine:
    """The first thing that is wrong with it, never what stood there."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "valid_to"
    _, da, en = of_value(first)
    return WrongLine(line=line, field=field, da=da, en=en)
