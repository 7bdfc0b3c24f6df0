"""Which days can be meant in a reply, seen from the day on which it lay on its topic."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from shared.spine.consumer import record_of
from tests.unit.municipality_gateway.test_asking_back import accepted
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    MATCH,
    PLACEMENT,
    PROFILE,
    PROPOSAL,
    agreed,
    asked,
    planned,
    proposed,
)

SAID = datetime(2026, 11, 24, 14, tzinfo=UTC)  # 15 o'clock in Denmark


def test_a_proposal_says_on_which_day_it_lay_on_the_topic() -> None:
    gateway, referral = asked()
    lay = gateway.now
    gateway.morning(date(2026, 11, 25))
    assert gateway.reply(ESBJERG, "candidate-proposed", {"referral_id": referral, **PROPOSAL}, at=lay) == "taken"
    assert gateway.last(say.CandidateProposed).said_on == date(2026, 11, 23)


def test_a_hold_until_tomorrow_is_taken_also_when_we_read_it_the_day_after() -> None:
    gateway, referral = asked()
    gateway.now = datetime(2026, 11, 26, 8, tzinfo=UTC)
    held = {"referral_id": referral, "reason": "wait-candidate", "until": "2026-11-25"}
    assert gateway.reply(ESBJERG, "held", held) == "date-order"
    assert gateway.reply(ESBJERG, "held", held, at=SAID) == "taken"
    assert gateway.referral().state == "requested"  # and that day has passed by now


def test_a_first_day_that_was_to_come_when_it_was_said_is_taken_also_after_an_outage() -> None:
    gateway, referral = asked()
    gateway.now = datetime(2026, 11, 27, 8, tzinfo=UTC)
    soon = {"referral_id": referral, **PROPOSAL, "start": "2026-11-25", "profile": {**PROFILE, "from": "2026-11-01"}}
    assert gateway.reply(ESBJERG, "candidate-proposed", soon) == "date-order"
    assert gateway.reply(ESBJERG, "candidate-proposed", soon, at=SAID) == "taken"


def test_a_broker_whose_clock_runs_ahead_makes_nothing_early() -> None:
    gateway, referral = asked()
    outcome = {"referral_id": referral, "at": "2026-12-24T09:00:00+01:00"}
    ahead = datetime(2026, 12, 24, 9, tzinfo=UTC)
    assert gateway.reply(ESBJERG, "leader-contacted", outcome, at=ahead) == "date-future"


def test_only_the_brokers_clock_is_trusted() -> None:
    raw = {"topic": "t", "partition": 0, "offset": 1, "key": None, "value": None, "headers": (), "timestamp": 1000}
    assert record_of(SimpleNamespace(**raw, timestamp_type=1)).at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert record_of(SimpleNamespace(**raw, timestamp_type=0)).at is None


LATER = "2026-12-14"


@pytest.mark.parametrize(
    ("what", "data", "rule", "field"),
    [
        ("candidate-proposed", {"start": "2026-11-22"}, "date-order", "start"),
        ("candidate-proposed", {"start": "2026-11-30"}, "date-order", "start"),  # before profile.from
        ("candidate-proposed", {"start": "2000-01-01"}, "date-order", "start"),
        ("candidate-proposed", {"start": "2100-01-01"}, "date-far", "start"),
        ("candidate-proposed", {"until": "2062-01-01"}, "date-far", "until"),
        ("candidate-proposed", {"profile": {**PROFILE, "from": "2027-11-24"}}, "date-far", "profile.from"),
        ("candidate-proposed", {"start": "2026-12-01", "until": "2031-12-01"}, "taken", ""),
        ("candidate-proposed", {"start": "2027-11-23"}, "taken", ""),
        ("leader-contacted", {"at": "2026-11-24T09:00:00+01:00"}, "date-future", "at"),
        ("leader-contacted", {"at": "2026-11-22T09:00:00+01:00"}, "date-order", "at"),  # before it was sent
        ("leader-contacted", {"at": "2026-11-23T23:59:00+01:00"}, "taken", ""),
        ("meeting-missed", {"at": "2026-11-24T09:00:00+01:00"}, "date-future", "at"),
        ("meeting-planned", {"at": "2028-11-24T09:00:00+01:00"}, "date-far", "at"),
        ("meeting-planned", {"at": "2026-11-24T09:00:00+01:00"}, "taken", ""),
    ],
)
def test_what_cannot_be_meant_is_refused_on_its_field(what: str, data: dict[str, Any], rule: str, field: str) -> None:
    gateway, referral = accepted()
    whole = {"referral_id": referral, **(PROPOSAL if what == "candidate-proposed" else {}), **data}
    assert gateway.reply(ESBJERG, what, whole) == rule
    if rule != "taken":
        assert gateway.last(copy.ReplyRefused).field == field


@pytest.mark.parametrize(
    ("what", "data", "rule"),
    [
        ("outcome-reported", {"placement_id": PLACEMENT, "outcome": "O-EDUCATION", "on": "2100-01-01"}, "date-future"),
        ("kommune-approved", {"from": "2062-12-14"}, "date-far"),
        ("kommune-approved", {"from": LATER, "to": "2062-12-14"}, "date-far"),
    ],
)
def test_an_outcome_is_not_foretold_and_no_approval_lasts_for_ever(what: str, data: dict[str, Any], rule: str) -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.tell(agreed(gateway))
    gateway.tell(planned(gateway))
    about = {"match_id": MATCH, "form": "SMAAJOB", "hours": 12} if what == "kommune-approved" else {}
    assert gateway.reply(ESBJERG, what, {**about, **data}) == rule


def test_the_waiting_begins_on_the_day_on_which_we_read_it() -> None:
    """Nobody is out of time because we were away."""
    gateway, referral = asked()
    gateway.now = datetime(2026, 11, 27, 8, tzinfo=UTC)
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral}, at=SAID)
    assert gateway.referral().since == date(2026, 11, 27)
