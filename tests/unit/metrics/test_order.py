"""No order of arrival changes a figure, nothing counts twice, and what never falls never falls on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import figures
from shared.events import followup, intake, matching
from shared.events import municipality_gateway as gateway
from shared.events.base import Event
from tests.journeys import Journey
from tests.unit.metrics.projection import Projection, Told, versioned
from tests.unit.metrics.test_handlers import (
    CHALLENGE,
    LEADER,
    MATCHED,
    PLACE,
    PLACEMENT,
    RAISED,
    STARTED,
    match,
    referral,
    sent,
)  # fmt: skip

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOURS = timedelta(hours=1)


def in_order(told: list[Told]) -> Projection:
    found = Projection()
    for one in told:
        found.take(one)
    assert found.waiting == []
    return found


def interleaved(told: list[Told], chance: Random) -> Iterator[Told]:
    """Each stream in its own order, some of it once more."""
    streams: dict[tuple[str, str], list[Told]] = {}
    for one in told:
        streams.setdefault(one.stream, []).append(one)
    come: list[Told] = []
    while streams:
        key = chance.choice(sorted(streams))
        come.append(streams[key].pop(0))
        yield come[-1]
        if chance.random() < 0.2:
            yield chance.choice(come)
        if not streams[key]:
            del streams[key]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_any_interleaving_ends_in_the_same_figures_and_none_falls_on_the_way(seed: int, chance: Random) -> None:
    told = versioned([entry for n in range(2) for entry in Journey(seed + n).events])
    found, before = Projection(), dict[str, int]()
    for one in interleaved(told, chance):
        found.take(one)
        now = found.figures
        assert [name for name, number in before.items() if now.get(name, 0) < number] == []
        before = now
    assert found.waiting == []
    assert found.all == in_order(told).all


def signed_up() -> Event:
    ids = {"company_id": str(uuid4()), "workplace_id": str(uuid4()), "first_of_company": True}
    return intake.LeaderSignedUp.model_validate({"leader_id": LEADER, "kommune": "0561", **ids})


def opened() -> Event:
    terms = {
        "workplace_id": str(uuid4()), "postnr": "6700", "contact_id": LEADER, "tasks": (), "hours_from": 10,
        "hours_to": 30, "times_of_day": ("day",), "forms": ("SMAAJOB",), "purpose": "clarification", "seats": 1,
        "guidance": "page", "max_kommuner": 3, "at_once": "one-by-one", "agreed_at": "2026-11-02",
    }  # fmt: skip
    about = {"place_id": PLACE, "leader_id": LEADER, "company_id": str(uuid4()), "kommune": "0561", "state": "open"}
    return intake.PlaceOpened.model_validate({**about, **terms})


def tried(first: bool | None = True) -> Event:
    what = {"challenge_id": CHALLENGE, "placement_id": PLACEMENT, "code": "I-PACE", "by": "leader", "minutes": 5}
    return followup.InterventionTried.model_validate(
        {"intervention_id": str(uuid4()), **what, "first_of_challenge": first}
    )


REACHED = intake.LeaderCalled(leader_id=LEADER, kommune="0561", outcome="reached", attempt=1)
ACCEPTED = referral(gateway.ReferralAccepted)
CONTACTED = referral(gateway.ReferralLeaderContacted, at=MONDAY)
AGREED = match(matching.MatchAgreed, first_of_referral=True)
# What a step joins: events at these hours; the step takes as long as stated.
JOINED: dict[str, tuple[list[tuple[Event, int]], int]] = {
    "signup-to-call": ([(signed_up(), 0), (REACHED, 5)], 5),
    "agreed-to-referral": ([(opened(), 0), (sent(), 3)], 3),
    "referral-to-answer": ([(sent(), 0), (ACCEPTED, 7)], 7),
    "answer-to-contact": ([(sent(), 0), (ACCEPTED, 7), (CONTACTED, 9)], 2),
    "referral-to-match": ([(sent(), 0), (MATCHED[0], 1), (AGREED, 30)], 30),
    "match-to-start": ([(MATCHED[0], 0), (AGREED, 1), (STARTED[0], 2), (STARTED[1], 25)], 24),
    "challenge-to-help": ([(STARTED[0], 0), (RAISED, 1), (tried(), 3)], 2),
}


def at_hours(*events: tuple[Event, int]) -> list[Told]:
    return versioned([(event, MONDAY + hours * HOURS) for event, hours in events])


def test_every_step_is_among_those_that_are_joined_here() -> None:
    assert list(JOINED) == [step.name for step in figures.STEPS]


@pytest.mark.parametrize("step", JOINED)
@settings(deadline=None, max_examples=20)
@given(chance=st.randoms(use_true_random=False))
def test_a_step_takes_as_long_whichever_of_its_events_comes_first(step: str, chance: Random) -> None:
    events, hours = JOINED[step]
    found = Projection()
    for one in interleaved(at_hours(*events), chance):
        found.take(one)
    assert found.durations[step] == [hours * 3600]


def test_a_second_help_that_overtakes_the_first_does_not_count() -> None:
    events = at_hours((STARTED[0], 0), (RAISED, 1), (tried(), 3), (tried(first=False), 49))
    for order in (events, [*events[:2], events[3], events[2]]):
        assert in_order(list(order)).durations["challenge-to-help"] == [2 * 3600]


def test_help_of_which_nobody_says_whether_it_was_the_first_counts_each_and_never_takes_a_second_off() -> None:
    late, early = (tried(first=None), 49), (tried(first=None), 3)
    found = Projection()
    for one in at_hours((STARTED[0], 0), (RAISED, 1), late):
        found.take(one)
    before = found.figures["challenge-to-help sum"]
    found.take(at_hours(early)[0])
    assert found.figures["challenge-to-help sum"] == before + 2 * 3600


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("referred", sent(first_of_place=True), sent(first_of_place=False, referral_id=str(uuid4()))),
        ("matched", AGREED, match(matching.MatchAgreed, first_of_referral=False)),
    ],
)
def test_only_what_is_the_first_of_its_journey_makes_a_duration(kind: str, first: Event, second: Event) -> None:
    for event, expected in ((first, True), (second, False)):
        proposed = [MATCHED[0]] if kind == "matched" else []
        found = in_order(versioned([(one, MONDAY) for one in (*proposed, event)]))
        assert [moment.first for moment in found.moments.values() if moment.kind == kind] == [expected]


def test_what_a_leaders_stream_says_later_with_an_earlier_time_revises_nothing() -> None:
    again: Any = intake.LeaderCalled(leader_id=LEADER, kommune="0561", outcome="reached", attempt=2)
    found = in_order(at_hours((signed_up(), 0), (REACHED, 48), (again, 2)))
    assert found.durations["signup-to-call"] == [48 * 3600]
