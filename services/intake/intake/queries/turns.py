"""Whose turn it is with everything that is known.

The turn itself is decided in `rules/day.py`; a consultant's lines of it are `day.py`, a leader's steps `steps.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from intake.rules import day as rules
from intake.rules.day import Turn
from intake.state.day import Challenge, Match, Placement
from intake.state.leaders import Company, Leader
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.catalogue import calendar

Thing = Literal["leader", "place", "referral", "match", "placement", "challenge"]


@dataclass(frozen=True)
class Known:
    """Things, and what they belong to."""

    leaders: dict[str, Leader]
    companies: dict[str, Company]
    places: dict[str, Place]
    referrals: dict[str, Referral]
    matches: list[Match]
    placements: dict[str, Placement]
    challenges: list[Challenge]
    of_companies: dict[str, str]
    """Company -> whoever of its leaders joined first and is still there; of those that something is about."""
    gone: frozenset[str] = frozenset()
    """Of those who are named: who is erased."""

    @cached_property
    def proposed(self) -> frozenset[str | None]:
        """Referrals to which somebody is proposed."""
        return frozenset(match.referral_id for match in self.matches if match.state == "proposed")

    def whom(self, place: Place | None, own: str | None, leader_id: str | None, company_id: str | None) -> str | None:
        """Who is to be rung, else the place's contact, its leader, its buddy, another leader of the company."""
        near = (own, place.found.contact_id, place.leader_id, place.found.buddy_id) if place else (own, leader_id)
        return next(
            (id_ for id_ in (*near, self.of_companies.get(company_id or "")) if id_ and id_ not in self.gone), None
        )

    def contact_of(self, referral_id: str | None, kommune: str | None) -> str | None:
        """The kommune's, where it is that kommune which was asked."""
        referral = self.referrals.get(referral_id or "")
        return referral.asked.contact_id if referral and referral.asked and referral.kommune == kommune else None


@dataclass(frozen=True)
class Found:
    """A thing with its turn, before anybody's contact data are opened."""

    thing: Thing
    id: str
    turn: Turn
    leader_id: str | None
    company_id: str | None = None
    place_id: str | None = None
    referral_id: str | None = None
    placement_id: str | None = None
    person_id: str | None = None
    """Whom to ring at the workplace; None where nobody is left."""
    kommune: str | None = None
    contact_id: str | None = None
    hard: str | None = None
    intervention_id: str | None = None
    happened: tuple[str, ...] = ()
    """Around a placement, since somebody last asked."""
    say: str | None = None
    """Which words it has, where it has its own."""


def turns(known: Known, now: datetime) -> list[Found]:
    """Every thing that is there, each once."""
    today = calendar.today(now)
    places_of: dict[str, list[Place]] = {}
    for place in known.places.values():
        places_of.setdefault(place.leader_id, []).append(place)
    asked: dict[str, list[Referral]] = {}
    for referral in known.referrals.values():
        asked.setdefault(referral.place_id, []).append(referral)
    return [
        *(of_leader(leader, places_of.get(leader.id, []), today) for leader in known.leaders.values()),
        *(of_place(p, known, asked.get(p.id, []), now) for p in known.places.values()),
        *(of_referral(referral, known, today) for referral in known.referrals.values()),
        *(of_match(match, known) for match in known.matches),
        *(of_placement(placement, known) for placement in known.placements.values()),
        *(of_challenge(challenge, known, today) for challenge in known.challenges),
    ]


def of_leader(leader: Leader, places: Sequence[Place], today: date) -> Found:
    turn = rules.of_leader(leader, places, today)
    unopened = [place.id for place in places if place.state in rules.UNOPENED]
    place_id = unopened[0] if len(unopened) == 1 else None
    return Found("leader", leader.id, turn, leader.id, leader.company_id, place_id, person_id=leader.id)


def of_place(place: Place, known: Known, asked: Sequence[Referral], now: datetime) -> Found:
    turn = rules.of_place(place, known.leaders.get(place.leader_id), asked, now)
    freed = known.placements.get(place.freed_by or "")
    return Found(
        "place",
        place.id,
        turn,
        place.leader_id,
        place.company_id,
        place.id,
        person_id=known.whom(place, place.leader_id, None, place.company_id),
        kommune=place.kommune,
        say="seat-free-success" if turn.what == "seat-free" and freed and rules.success(freed) else None,
    )


def of_referral(referral: Referral, known: Known, today: date) -> Found:
    place = known.places.get(referral.place_id)
    guidance = place.found.guidance if place else None
    turn = rules.of_referral(referral, guidance, today, proposed=referral.id in known.proposed)
    about = referral.asked or place
    return Found(
        "referral",
        referral.id,
        turn,
        (place or about).leader_id if about else None,
        about.company_id if about else None,
        referral.place_id,
        referral.id,
        person_id=known.whom(place, (place or about).leader_id, None, about.company_id) if about else None,
        kommune=referral.kommune,
        contact_id=referral.asked.contact_id if referral.asked else None,
    )


def of_match(match: Match, known: Known) -> Found:
    place = known.places.get(match.place_id)
    turn, leader_id = rules.of_match(match), place.leader_id if place else match.leader_id
    company_id = place.company_id if place else None
    return Found(
        "match",
        match.id,
        turn,
        leader_id,
        company_id,
        match.place_id,
        match.referral_id,
        person_id=known.whom(place, leader_id, None, company_id),
        say="kommune-approval" if turn.what == "kommune-yes" and "young-person" not in match.missing else None,
        kommune=match.kommune,
        contact_id=known.contact_of(match.referral_id, match.kommune),
    )


def of_placement(placement: Placement, known: Known) -> Found:
    place = known.places.get(placement.place_id)
    person_id = known.whom(place, placement.contact_id, placement.leader_id, placement.company_id)
    turn = rules.of_placement(placement, nobody=person_id is None)
    return Found(
        "placement",
        placement.id,
        turn,
        place.leader_id if place else placement.leader_id,
        placement.company_id,
        placement.place_id,
        placement.referral_id,
        placement.id,
        person_id=person_id,
        kommune=placement.kommune,
        contact_id=known.contact_of(placement.referral_id, placement.kommune),
        happened=placement.attention,
        say=_of_its_own(placement, turn),
    )


def _of_its_own(placement: Placement, turn: Turn) -> str | None:
    if turn.what == "aftercare" and (why := rules.success(placement)):
        return f"aftercare-{why}"
    if turn.what == "check-in" and placement.state == "planned":
        return "check-in-before"
    if turn.what == "check-in" and (placement.resumed or placement.state == "paused"):
        return "check-in-resumed" if placement.resumed else "check-in-paused"
    return None


def of_challenge(challenge: Challenge, known: Known, today: date) -> Found:
    """About a placement, a place, or a company: whoever of it joined first is rung."""
    at_work = known.placements.get(challenge.placement_id or "")
    place = known.places.get(challenge.place_id or "")
    around = at_work or place
    company_id = around.company_id if around else challenge.about_id
    leader_id = (place or around).leader_id if around else known.of_companies.get(challenge.about_id or "")
    return Found(
        "challenge",
        challenge.id,
        rules.of_challenge(challenge, today),
        leader_id,
        company_id,
        challenge.place_id,
        challenge.referral_id,
        challenge.placement_id,
        person_id=known.whom(place, at_work.contact_id if at_work else None, leader_id, company_id),
        kommune=challenge.kommune,
        contact_id=known.contact_of(challenge.referral_id, challenge.kommune),
        hard=challenge.code,
        intervention_id=challenge.intervention_id,
    )


def yeses(found: Iterable[Found]) -> dict[str, tuple[str, ...]]:
    """Match -> all that wait for the leader's yes at its place; empty for those that another one's line speaks for."""
    at: dict[str | None, list[str]] = {}
    wait = [one for one in found if one.turn.what == "leader-yes"]
    for one in sorted(wait, key=lambda one: (one.turn.by or date.max, one.turn.since, one.id)):
        at.setdefault(one.place_id, []).append(one.id)
    return {id_: tuple(ids) if n == 0 else () for ids in at.values() for n, id_ in enumerate(ids)}
