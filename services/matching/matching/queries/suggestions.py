"""Suggestions as they are shown: who fits a place, which places fit somebody, why, and what is missing where it nearly
does. A kommune sees its own young people, and places that it is asked about."""

import asyncio
from collections.abc import Iterable
from typing import Self
from uuid import UUID

from pydantic import Field

from matching import texts
from matching.queries.matches import ReasonView
from matching.queries.pool import (
    Asked,
    Person,
    fits,
    open_places,
    open_referrals,
    persons,
    proposed_at,
    was_asked,
    was_proposed,
)
from matching.rules import suggestions
from matching.rules.suggestions import Fit
from matching.state.places import Place
from shared.catalogue import calendar
from shared.catalogue.kommuner import KOMMUNER
from shared.events.base import Profile
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import get_or_404, seen_by
from shared.web.problems import NOT_FOUND, Problem


class MissingView(Frozen):
    """`code`: a rule that stands in the way, or support that the workplace does not give and that excludes nobody."""

    component: str
    code: str
    da: str
    en: str


class SuggestionView(Frozen):
    """`fits`: no hard rule stands in the way. `rank`: from 1 among those that fit; null for one that nearly does."""

    rank: int | None
    fits: bool
    place_id: str
    referral_id: str
    candidate_id: str
    kommune: str
    score: int = Field(description="the sum of the reasons' points, 0 to 100")
    reasons: list[ReasonView]
    missing: list[MissingView]

    @classmethod
    def of(cls, asked: Asked, person: Person, profile: Profile, place: Place, fit: Fit, rank: int | None) -> Self:
        return cls(
            rank=rank,
            fits=not fit.missing,
            place_id=place.id,
            referral_id=asked.referral_id,
            candidate_id=person.candidate_id,
            kommune=person.kommune,
            score=fit.score,
            reasons=[ReasonView.of_reason(reason) for reason in fit.reasons],
            missing=[
                MissingView(component=component, code=code, **texts.missing(code, place.offer, profile))
                for component, code in suggestions.missing(fit, place.offer, profile)
            ],
        )


async def suggestions_for_place(runtime: Runtime, place_id: UUID, who: Principal) -> list[SuggestionView]:
    """Of the kommuner that are asked about it now: the five that fit best, then up to five that nearly fit."""
    today = calendar.today(runtime.clock.now())
    async with seen_by(runtime, who) as conn:
        asked = [one for one in await open_referrals(conn, place_id=str(place_id)) if who.sees(kommune=one.kommune)]
        registered = await persons(conn, today, kommuner={one.kommune for one in asked})
        known = await was_asked(conn, str(place_id))
    if not any(who.sees(kommune=code) for code in known):
        who.own("place_id")  # nobody's own but the staff's
    await get_or_404(runtime, Place, place_id, "place_id")
    by_kommune = {one.kommune: one for one in asked}
    found = await open_places(runtime.pool, [str(place_id)])
    proposed = await proposed_at(runtime.pool, found)
    free = {person: profile for person, profile in registered.items() if (str(place_id), person) not in proposed}
    found_fits = (
        ((by_kommune[person.kommune], person), registered[person], place, fit)
        for place in found.values()
        for person, fit in fits(place, free, today)
    )
    return await asyncio.to_thread(_shown, found_fits)  # there may be many


async def suggestions_for_candidate(runtime: Runtime, candidate_id: UUID, who: Principal) -> list[SuggestionView]:
    """Among the places that their kommune is asked about now; none for one who is not registered, or no longer."""
    today = calendar.today(runtime.clock.now())
    async with seen_by(runtime, who) as conn:
        own = [(p, profile) for p, profile in (await persons(conn, today, candidate_id=str(candidate_id))).items()
               if who.sees(kommune=p.kommune)]  # fmt: skip
        asked = await open_referrals(conn, kommune=own[0][0].kommune) if own else []
    if not own:
        codes = KOMMUNER if "consultant" in who.roles else who.kommuner
        if not await was_proposed(runtime.pool, str(candidate_id), codes):
            who.own("candidate_id")
            raise Problem(NOT_FOUND, field="candidate_id")
        return []
    person, profile = own[0]
    found = await open_places(runtime.pool, {one.place_id for one in asked})
    proposed = await proposed_at(runtime.pool, found)
    return _shown(
        ((one, person), profile, found[one.place_id], fit)
        for one in asked
        if one.place_id in found and (one.place_id, person) not in proposed
        for _, fit in fits(found[one.place_id], {person: profile}, today)
    )


def _shown(found: Iterable[tuple[tuple[Asked, Person], Profile, Place, Fit]]) -> list[SuggestionView]:
    looked_at = {who: (profile, place, fit) for who, profile, place, fit in found}
    all_of_them = [(who, fit) for who, (_, _, fit) in looked_at.items()]
    ranked = enumerate(suggestions.best(all_of_them), 1)
    nearly = ((None, one) for one in suggestions.best(all_of_them, fits=False))
    shown = []
    for rank, ((asked, person), fit) in (*ranked, *nearly):
        profile, place, _ = looked_at[asked, person]
        shown.append(SuggestionView.of(asked, person, profile, place, fit, rank))
    return shown
