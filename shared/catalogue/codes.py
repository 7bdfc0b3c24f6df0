"""Code lists: what `GET /codes/{list}` publishes, and the types that check a field against its list.

A code is never renamed or reused. Functional only: no code names a condition of a person.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.catalogue.files import Dated, rows, text, validity, words
from shared.catalogue.refusal import refusal


@dataclass(frozen=True, slots=True)
class Entry(Dated):
    """One code with its labels."""

    code: str
    da: str
    en: str
    source: str | None = None
    replies: tuple[str, ...] = ()
    """Where several replies share a list: those that take this code."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A published list. Iterating gives the entries; `in` asks for a code that is known, on whatever day."""

    name: str
    da: str
    en: str
    entries: Mapping[str, Entry]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __contains__(self, code: object) -> bool:
        return code in self.entries

    def __len__(self) -> int:
        return len(self.entries)

    def has(self, code: str, on: date) -> bool:
        return code in self.entries and self.entries[code].holds(on)

    def label(self, code: str, language: Literal["da", "en"]) -> str:
        entry = self.entries[code]
        return entry.da if language == "da" else entry.en


OWN_WORDS = "design"
"""Where the codes are from by which something is said in own words."""


def codes(list_name: str) -> CodeList:
    """KeyError where there is no such list."""
    return _lists()[list_name]


@cache
def _lists() -> Mapping[str, CodeList]:
    written: dict[str, list[Entry]] = {}
    for row in rows("codes.csv"):
        written.setdefault(row["list"], []).append(_entry(row))
    for name in ("forms", "rules", "tasks"):
        written[name] = [_entry(row) for row in rows(f"{name}.csv")]
    for row in rows("task_categories.csv"):
        own_words = Entry(f"{row['category']}-00", row["own_da"], row["own_en"], OWN_WORDS)
        written["tasks"].append(own_words)

    def entries(name: str, declared: Mapping[str, Any]) -> Mapping[str, Entry]:
        found = {entry.code: entry for entry in written.get(declared.get("codes_of", name), ())}
        for also in declared.get("also", ()):  # "rules", or "rule:rules" for codes like rule:R-PAY-1
            prefix, colon, source = also.rpartition(":")
            for e in written[source]:
                code = f"{prefix}{colon}{e.code}"
                found[code] = Entry(code, e.da, e.en, e.source, valid_from=e.valid_from, valid_to=e.valid_to)
        return MappingProxyType(found)

    declared = json.loads(text("lists.json"))
    return MappingProxyType(
        {name: CodeList(name, d["da"], d["en"], entries(name, d)) for name, d in declared.items()},
    )


def _entry(row: Mapping[str, str]) -> Entry:
    return Entry(
        row["code"], row["da"], row["en"], row["source"] or None, words(row.get("replies") or ""), **validity(row)
    )


LISTS: tuple[str, ...] = tuple(_lists())


@dataclass(frozen=True, slots=True)
class InList:
    """`reason: Annotated[str, InList("match-declined")]`: a code of that list, whatever day it is valid on.

    In JSON Schema a string with `x-code-list`, not an enum: another code is no breaking change. `reply`: of those codes
    the ones that this reply takes.
    """

    list_name: str
    reply: str | None = None

    def check(self, code: str) -> str:
        known = codes(self.list_name)
        if code in known and (self.reply is None or self.reply in known.entries[code].replies):
            return code
        if self.reply:
            right = ", ".join(entry.code for entry in known if self.reply in entry.replies)
            raise refusal(
                "unknown-code",
                f"`{self.reply}` does not take this code. It takes: {right}.",
                f"Koden hører ikke til `{self.reply}`. Brug en af disse: {right}.",
            )
        # What was sent is not said again: it could be anything.
        raise refusal(
            "unknown-code",
            f"The code is not on the list {self.list_name}. GET /codes/{self.list_name} shows those that are.",
            f"Koden findes ikke på listen {self.list_name}. GET /codes/{self.list_name} viser dem, der gør.",
        )

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        codes(self.list_name)  # a misspelt list fails when the model is built
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        only = {"description": f"those of its codes that are for `{self.reply}`"} if self.reply else {}
        return {**handler(schema), "x-code-list": self.list_name, **only}


CallOutcome = Annotated[str, InList("call-outcome")]
PlacePaused = Annotated[str, InList("place-paused")]
PlaceClosed = Annotated[str, InList("place-closed")]
PlaceReopened = Annotated[str, InList("place-reopened")]
# One list, as it was published; each takes its own codes of it.
Rejected = Annotated[str, InList("referral-rejected", "rejected")]
Held = Annotated[str, InList("referral-rejected", "held")]
Closed = Annotated[str, InList("referral-rejected", "closed")]
ReferralCancelled = Annotated[str, InList("referral-cancelled")]
ReferralWhy = Annotated[str, InList("referral-why")]
MatchDeclined = Annotated[str, InList("match-declined")]
MatchCancelled = Annotated[str, InList("match-cancelled")]
MatchRefused = Annotated[str, InList("match-refused")]
CandidateWithdrawn = Annotated[str, InList("candidate-withdrawn")]
PlacementEnded = Annotated[str, InList("placement-ended")]
PlacementPaused = Annotated[str, InList("placement-paused")]
PlacementCancelled = Annotated[str, InList("placement-cancelled")]
Gain = Annotated[str, InList("gains")]
Purpose = Annotated[str, InList("purpose")]
AgeBand = Annotated[str, InList("age-band")]
Sector = Annotated[str, InList("sectors")]
SizeBand = Annotated[str, InList("size-band")]
TimeOfDay = Annotated[str, InList("times-of-day")]
Strength = Annotated[str, InList("strengths")]
Interest = Annotated[str, InList("interests")]
Support = Annotated[str, InList("support")]
Frame = Annotated[str, InList("frame")]
Instruction = Annotated[str, InList("instruction")]
Job = Annotated[str, InList("job")]
GateQuestion = Annotated[str, InList("gate-questions")]
CheckinKind = Annotated[str, InList("check-in-kind")]
Learning = Annotated[str, InList("learning")]
InterventionResult = Annotated[str, InList("intervention-result")]
SupportGranted = Annotated[str, InList("support-granted")]
LeaderDevelopment = Annotated[str, InList("leader-development")]
ColleagueRole = Annotated[str, InList("colleague-role")]
ContactRole = Annotated[str, InList("contact-role")]
ReplyRefused = Annotated[str, InList("reply-refused")]
Form = Annotated[str, InList("forms")]
Challenge = Annotated[str, InList("challenges")]
Intervention = Annotated[str, InList("interventions")]
Outcome = Annotated[str, InList("outcomes")]
Concept = Annotated[str, InList("terms")]
FitComponent = Annotated[str, InList("fit")]
LearningProgress = Annotated[str, InList("learning-progress")]
Attention = Annotated[str, InList("attention")]
