"""Who gets which mail of what happens, and what follows when no mail reaches her."""

from datetime import date
from typing import Any, get_args

import pytest

from municipality_gateway.commands.kommuner import Retire
from municipality_gateway.commands.links import Forward, SendLink
from municipality_gateway.commands.mails import AddressRefused
from municipality_gateway.commands.referrals import TakeBack
from municipality_gateway.letters import CAME_OF, INSTEAD, LETTERS, MISSING, WHY, came_of
from municipality_gateway.rules import cases
from municipality_gateway.rules.links import AGAIN
from municipality_gateway.state.kommuner import Contact
from shared.catalogue.codes import codes
from shared.events import followup, intake, matching
from shared.events import municipality_gateway as say
from shared.events.followup import ChallengeRaised
from shared.mail.rows import Language
from shared.spine.decision import Refused
from tests.unit.municipality_gateway.test_handing_over import DORA, EVA, UNA, asked_una, register
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    MATCH,
    PLACE,
    PLACEMENT,
    Gateway,
    about_place,
    agreed,
    match_event,
    placement_event,
    planned,
    proposed,
)

CHALLENGE = "30000000-0000-4000-8000-000000000001"


def told(gateway: Gateway) -> list[tuple[str, str]]:
    """Template and person of each mail since the last time this was asked; each is about the referral."""
    assert {mail.about["referral_id"] for mail in gateway.mails} <= {gateway.referral().id}
    found = [(mail.template, mail.person_id) for mail in gateway.mails]
    gateway.mails.clear()
    return found


def accepted(gateway: Gateway) -> str:
    referral = gateway.referral().id
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    told(gateway)
    return referral


def placed() -> Gateway:
    gateway = asked_una()
    proposed(gateway)
    gateway.tell(agreed(gateway))
    gateway.tell(planned(gateway))
    told(gateway)
    return gateway


def test_whoever_is_asked_is_told_by_mail() -> None:
    assert told(asked_una()) == [("asked", UNA)]


def test_silence_is_reminded_and_then_another_is_asked_instead() -> None:
    gateway = asked_una()
    told(gateway)
    gateway.morning(date(2026, 11, 26))
    assert told(gateway) == [("reminder", UNA)]
    gateway.morning(date(2026, 11, 27))
    (mail,) = gateway.mails
    assert (mail.template, mail.person_id, mail.about["before_id"]) == ("asked", DORA, UNA)


def test_who_searches_for_long_is_asked_how_it_goes() -> None:
    gateway = asked_una()
    accepted(gateway)
    gateway.morning(date(2026, 12, 15))
    assert told(gateway) == [("nudge", UNA)]


def test_a_yes_that_is_missing_is_asked_for_with_its_day() -> None:
    gateway = asked_una()
    told(gateway)
    proposed(gateway)
    (mail,) = gateway.mails
    assert (mail.template, mail.person_id) == ("yes-missing", UNA)
    assert mail.about == {
        "referral_id": gateway.referral().id, "match_id": MATCH, "kind": "young-person", "on": "2026-12-07",
    }  # fmt: skip


LEADERS_NO = {"party": "leader", "reason": "hours"}


@pytest.mark.parametrize(
    ("event", "facts", "is_told"),
    [
        (matching.MatchDeclined, LEADERS_NO, True),
        (matching.MatchDeclined, {"party": "young-person", "reason": "no-reason"}, False),  # by herself
        (matching.MatchDeclined, {"party": "kommune", "reason": "no-reason"}, False),
        (matching.MatchCancelled, {"reason": "expired"}, True),
        (matching.MatchCancelled, {"reason": "seat-taken"}, True),
        (matching.MatchCancelled, {"reason": "entered-in-error"}, True),
        (matching.MatchCancelled, {"reason": "R-FIT-HOURS"}, True),
        (matching.MatchCancelled, {"reason": "candidate-withdrawn"}, False),
        (matching.MatchCancelled, {"reason": "replaced"}, False),
        (matching.MatchCancelled, {"reason": "candidate-taken"}, False),
        (matching.MatchCancelled, {"reason": "place-paused"}, False),  # told of the referral
        (matching.MatchCancelled, {"reason": "referral-over"}, False),
    ],
)
def test_that_a_proposal_came_to_nothing_is_told_unless_the_kommune_knows(
    event: type[Any], facts: dict[str, Any], is_told: bool
) -> None:
    gateway = asked_una()
    proposed(gateway)
    told(gateway)
    gateway.tell(match_event(event, gateway, **facts))
    assert told(gateway) == ([("came-to-nothing", UNA)] if is_told else [])


def test_an_agreement_is_told_with_its_first_day() -> None:
    gateway = asked_una()
    proposed(gateway)
    told(gateway)
    gateway.tell(agreed(gateway))
    (mail,) = gateway.mails
    assert (mail.template, mail.person_id) == ("agreed", UNA)
    assert mail.about == {"referral_id": gateway.referral().id, "match_id": MATCH, "on": "2026-12-14"}


@pytest.mark.parametrize("language", get_args(Language))
def test_the_leaders_reason_is_told_in_words_and_a_missing_one_is_not(language: Language) -> None:
    assert came_of("leader", "no-reason", "x", language).endswith(" x.")
    assert came_of("expired", "expired", "x", language).endswith(" x.")
    said = came_of("leader", "hours", "forslag 1", "da")
    assert said == "Lederen sagde nej til forslag 1: timetallet passer ikke."
    assert set(CAME_OF[language]) == set(get_args(cases.End))


def test_what_is_taken_back_is_told_and_who_searches_is_asked_to_stop() -> None:
    gateway = asked_una()
    told(gateway)
    gateway.tell(TakeBack(referral_id=gateway.referral().id, reason="match-elsewhere"))
    assert told(gateway) == [("taken-back", UNA)]
    gateway = asked_una()
    accepted(gateway)
    gateway.tell(intake.PlacePaused(**about_place("paused", reason="busy")))
    assert told(gateway) == [("stop", UNA)]


def test_who_has_said_it_herself_or_was_asked_to_stop_before_hears_no_more_of_it() -> None:
    for day in (None, date(2026, 12, 10)):
        gateway = asked_una()
        referral = accepted(gateway)
        gateway.tell(intake.PlacePaused(**about_place("paused", reason="busy")))
        told(gateway)
        if day:
            gateway.morning(day)
        else:
            gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral})
        assert gateway.referral().state == "cancelled"
        assert told(gateway) == []
    gateway = asked_una()
    told(gateway)
    gateway.reply(ESBJERG, "rejected", {"referral_id": gateway.referral().id, "reason": "hours"})
    assert told(gateway) == []


@pytest.mark.parametrize(
    ("event", "facts", "template"),
    [
        (followup.PlacementCheckinDue, {"kind": "before-stage-ends", "on": date(2027, 1, 4)}, "approval-ends"),
        (followup.PlacementPaused, {"reason": "approval-expired"}, "approval-ended"),
    ],
)
def test_an_approval_that_runs_out_is_told_to_whoever_has_the_referral_now(
    event: type[Any], facts: dict[str, Any], template: str
) -> None:
    gateway = placed()
    gateway.tell(placement_event(event, gateway, **facts))
    assert told(gateway) == [(template, UNA)]
    gateway.tell(Retire(contact_id=UNA, kommune=ESBJERG))
    gateway.tell(placement_event(event, gateway, **facts))
    assert told(gateway) == [(template, DORA)]


@pytest.mark.parametrize("kind", ["weekly", "first-day", "before-support-ends"])
def test_other_check_ins_are_no_matter_of_the_kommunes(kind: str) -> None:
    gateway = placed()
    gateway.tell(placement_event(followup.PlacementCheckinDue, gateway, kind=kind, on=date(2027, 1, 4)))
    assert told(gateway) == []


def test_help_is_asked_for_once_and_only_where_the_kommunes_is_wanted() -> None:
    gateway = placed()
    about = {"challenge_id": CHALLENGE, "about": "placement", "about_id": PLACEMENT, "code": "C-PACE"}
    facts = {**about, "place_id": PLACE, "placement_id": PLACEMENT, "kommune": ESBJERG, "by": "leader"}
    known = {name: value for name, value in facts.items() if name in ChallengeRaised.model_fields}
    gateway.tell(ChallengeRaised(**known, help="kommune"))
    gateway.tell(ChallengeRaised(**known, help="kommune"))
    (mail,) = gateway.mails
    assert (mail.template, mail.person_id, mail.about["challenge_id"]) == ("help-wanted", UNA, CHALLENGE)


# -- no mail reaches her -----------------------------------------------------------------------------------------------


def test_whom_no_mail_reaches_stands_on_the_desk_and_her_deputy_is_asked() -> None:
    gateway = asked_una()
    told(gateway)
    gateway.news()
    gateway.tell(AddressRefused(contact_id=UNA))
    assert gateway.get(Contact, UNA).refused_on == date(2026, 11, 23)
    assert gateway.news() == ["referral.escalated", "referral.leader-guided"]
    assert gateway.last(say.ReferralEscalated).contact_id == DORA
    assert told(gateway) == [("asked", DORA)]
    gateway.tell(AddressRefused(contact_id=UNA))  # heard again, where the relay was killed in between
    assert gateway.news() == []


def test_where_nobody_else_is_reached_it_stays_with_her() -> None:
    gateway = asked_una()
    for contact in (DORA, EVA, UNA):
        gateway.tell(AddressRefused(contact_id=contact))
    assert gateway.referral().contact_id == UNA


def test_whoever_is_written_down_anew_is_tried_anew() -> None:
    gateway = asked_una()
    gateway.tell(AddressRefused(contact_id=UNA))
    gateway.news()
    register(gateway, UNA, "youth-unit")
    assert gateway.get(Contact, UNA).refused_on is None
    assert gateway.news() == []  # in the directory of others nothing has changed


# -- links -------------------------------------------------------------------------------------------------------------


def test_a_new_link_goes_to_its_contact_and_not_again_within_minutes() -> None:
    gateway = asked_una()
    told(gateway)
    ask = SendLink(referral_id=gateway.referral().id, contact_id=UNA)
    answers = [gateway.tell(ask), gateway.tell(ask)]
    assert told(gateway) == [("new-link", UNA)]
    gateway.now += AGAIN
    answers.append(gateway.tell(ask))
    assert told(gateway) == [("new-link", UNA)]
    gateway.tell(Retire(contact_id=UNA, kommune=ESBJERG))
    told(gateway)
    gateway.now += AGAIN
    answers.append(gateway.tell(ask))
    assert told(gateway) == []
    assert len(set(map(str, answers))) == 1


def test_a_referral_is_passed_on_to_a_colleague_who_is_told_and_to_nobody_else() -> None:
    gateway = asked_una()
    told(gateway)
    facts = {"referral_id": gateway.referral().id, "kommune": ESBJERG}
    gateway.tell(Forward(**facts, contact_id=EVA))
    assert gateway.referral().contact_id == EVA
    assert told(gateway) == [("asked", EVA)]
    with pytest.raises(Refused) as refused:
        gateway.tell(Forward(**facts, contact_id="50000000-0000-4000-8000-000000000001"))
    assert (refused.value.rule, refused.value.field) == ("unknown-id", "contact_id")
    gateway.reply(ESBJERG, "rejected", {"referral_id": gateway.referral().id, "reason": "hours"})
    with pytest.raises(Refused, match="referral-over"):
        gateway.tell(Forward(**facts, contact_id=DORA))


# -- words -------------------------------------------------------------------------------------------------------------


def test_every_mail_has_words_in_both_languages_for_every_reason() -> None:
    languages = set(get_args(Language))
    assert {name for name, words in LETTERS.items() if words.keys() != languages} == set()
    assert INSTEAD.keys() == MISSING.keys() == WHY.keys() == languages
    for language in languages:
        assert WHY[language].keys() == {code.code for code in codes("referral-cancelled")}


def test_all_templates_of_the_handlers_have_words() -> None:
    sent = {"asked", "reminder", "nudge", "yes-missing", "taken-back", "stop", "approval-ends", "approval-ended"}
    sent |= {"came-to-nothing", "agreed"}
    assert LETTERS.keys() == sent | {"help-wanted", "new-link"} | {"handed-over"}  # what `asked` is after a yes
