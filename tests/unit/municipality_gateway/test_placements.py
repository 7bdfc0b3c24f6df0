"""A placement: its kommune hears how it goes, approves its stages and says what came of it."""

from datetime import date

import pytest

from shared.events import followup
from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from shared.spine.decision import NotYet
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    ESBJERG,
    FANOE,
    MATCH,
    PLACEMENT,
    STAGE,
    Gateway,
    agreed,
    asked,
    placement_event,
    planned,
    proposed,
    stage,
)

OUT = f"k.{ESBJERG}.referrals.v1"
CHALLENGE = "30000000-0000-4000-8000-000000000001"
STRANGER = "90000000-0000-4000-8000-000000000001"


def in_placement() -> Gateway:
    gateway, _ = asked()
    proposed(gateway)
    gateway.tell(agreed(gateway))
    gateway.tell(planned(gateway))
    gateway.news()
    gateway.news(OUT)
    return gateway


def test_a_placement_that_is_heard_of_before_its_match_waits_for_it() -> None:
    gateway, _ = asked()
    with pytest.raises(NotYet):
        gateway.tell(planned(gateway))


def test_the_kommune_hears_of_the_agreement_before_it_hears_of_the_placement() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.news(OUT)
    with pytest.raises(NotYet, check=lambda waits: waits.waits_for == ("match", MATCH)):
        gateway.tell(planned(gateway))
    with pytest.raises(NotYet):
        gateway.tell(placement_event(followup.PlacementCancelled, gateway, reason="place-closed"))
    gateway.tell(agreed(gateway))
    gateway.tell(planned(gateway))
    gateway.tell(placement_event(followup.PlacementCancelled, gateway, reason="place-closed"))
    assert gateway.news(OUT) == ["match.agreed", "referral.completed", "placement.planned", "placement.cancelled"]


def test_the_kommune_hears_how_its_placement_goes() -> None:
    gateway = in_placement()
    gateway.tell(placement_event(followup.PlacementStarted, gateway, on=date(2026, 12, 14), stage=stage()))
    gateway.tell(placement_event(followup.PlacementCheckinDue, gateway, kind="first-week", on=date(2026, 12, 21)))
    assert gateway.news(OUT) == ["placement.started", "placement.checkin-due"]
    assert gateway.news() == []


def test_a_stage_is_approved_by_its_own_kommune() -> None:
    gateway = in_placement()
    later = stage("10000000-0000-4000-8000-000000000009", form="LOENTILSKUD")
    gateway.tell(placement_event(followup.PlacementStagePlanned, gateway, stage=later, approval_needed=True))
    yes = {"stage_id": later.stage_id, "form": "LOENTILSKUD", "hours": 12, "from": "2027-01-11"}
    assert gateway.reply(FANOE, "kommune-approved", yes) == "not-yours"
    assert gateway.reply(ESBJERG, "kommune-approved", yes) == "taken"
    answered = gateway.last(say.PlacementAnswered)
    assert (answered.placement_id, answered.stage_id, answered.answer) == (PLACEMENT, later.stage_id, "yes")


def test_the_approval_of_a_stage_that_is_void_is_refused_and_says_so() -> None:
    gateway = in_placement()
    later = stage("10000000-0000-4000-8000-000000000009", form="LOENTILSKUD")
    gateway.tell(placement_event(followup.PlacementStagePlanned, gateway, stage=later, approval_needed=True))
    gateway.tell(placement_event(followup.PlacementCorrected, gateway, what="stage", stage_id=later.stage_id))
    assert gateway.last(copy.PlacementCorrected).stage_id == later.stage_id
    yes = {"stage_id": later.stage_id, "form": "LOENTILSKUD", "hours": 12, "from": "2026-12-14"}
    assert gateway.reply(ESBJERG, "kommune-approved", yes) == "state"
    assert "Perioden gælder ikke mere" in gateway.last(copy.ReplyRefused).da


def test_a_stage_that_was_put_right_may_still_be_approved() -> None:
    gateway = in_placement()
    gateway.tell(placement_event(followup.PlacementCorrected, gateway, what="stage", stage_id=STAGE, stage=stage()))
    yes = {"stage_id": STAGE, "form": "SMAAJOB", "hours": 12, "from": "2026-12-14"}
    assert gateway.reply(ESBJERG, "kommune-approved", yes) == "taken"


def test_voice_and_outcome_are_passed_on_without_saying_more_than_codes() -> None:
    gateway = in_placement()
    voice = {"placement_id": PLACEMENT, "wellbeing": 4, "learning": ["instructions"]}
    assert gateway.reply(ESBJERG, "voice-passed-on", voice) == "taken"
    assert gateway.last(say.CandidateHeard).candidate_id == CANDIDATE
    outcome = {"placement_id": PLACEMENT, "outcome": "O-ORDINARY", "hours": 37, "on": "2026-11-23"}
    assert gateway.reply(ESBJERG, "outcome-reported", outcome) == "taken"
    assert gateway.news() == ["placement.reported"]


def test_a_challenge_is_told_only_where_the_kommunes_help_is_wanted() -> None:
    gateway = in_placement()
    raised = {
        "challenge_id": STRANGER, "about": "placement", "about_id": PLACEMENT, "code": "C-TRANSPORT",
        "placement_id": PLACEMENT, "referral_id": gateway.referral().id, "kommune": ESBJERG,
    }  # fmt: skip
    gateway.tell(followup.ChallengeRaised.model_validate(raised))
    assert gateway.news(OUT) == []
    gateway.tell(followup.ChallengeRaised.model_validate({**raised, "help": "kommune"}))
    assert gateway.news(OUT) == ["challenge.raised"]


def test_a_stage_that_the_kommune_declined_is_seen_by_all_and_so_is_what_was_put_right() -> None:
    gateway = in_placement()
    gateway.tell(placement_event(followup.PlacementStageDeclined, gateway, stage_id=STAGE, reason="support"))
    gateway.tell(placement_event(followup.PlacementCorrected, gateway, what="start", on=date(2026, 12, 15)))
    assert gateway.news(OUT) == ["placement.stage-declined", "placement.corrected"]
    assert gateway.last(copy.PlacementCorrected).on == date(2026, 12, 15)


def wanting_help() -> Gateway:
    gateway = in_placement()
    raised = {
        "challenge_id": CHALLENGE, "about": "placement", "about_id": PLACEMENT, "code": "C-SUPPORT-GAP",
        "placement_id": PLACEMENT, "referral_id": gateway.referral().id, "kommune": ESBJERG, "help": "kommune",
    }  # fmt: skip
    gateway.tell(followup.ChallengeRaised.model_validate(raised))
    return gateway


def test_a_kommune_grants_the_support_that_was_wanted_and_the_same_answer_again_has_no_effect() -> None:
    gateway = wanting_help()
    granted = {"challenge_id": CHALLENGE, "answer": "granted", "support": "mentor-hours", "minutes": 60}
    dated = {**granted, "from": "2026-12-01", "to": "2027-03-01"}
    assert gateway.reply(ESBJERG, "support-answered", dated, id="mentor") == "taken"
    told = gateway.last(say.PlacementSupportAnswered)
    assert (told.placement_id, told.answer, told.support, told.minutes) == (PLACEMENT, "granted", "mentor-hours", 60)
    assert (told.from_, told.to, told.reply_id) == (date(2026, 12, 1), date(2027, 3, 1), "mentor")
    assert gateway.reply(ESBJERG, "support-answered", dated) == "taken"
    assert gateway.news().count("placement.support-answered") == 1
    assert gateway.reply(ESBJERG, "support-answered", {"challenge_id": CHALLENGE, "answer": "later"}) == "taken"
    assert gateway.last(say.PlacementSupportAnswered).answer == "later"


def test_support_is_answered_by_the_young_persons_kommune_and_says_what_is_granted() -> None:
    gateway = wanting_help()
    refused = {"challenge_id": CHALLENGE, "answer": "refused"}
    assert gateway.reply(FANOE, "support-answered", refused) == "not-yours"
    assert gateway.reply(ESBJERG, "support-answered", {**refused, "challenge_id": STRANGER}) == "unknown-id"
    assert gateway.reply(ESBJERG, "support-answered", {**refused, "answer": "granted"}) == "missing-field"
    over = {**refused, "from": "2026-12-02", "to": "2026-12-01"}
    assert gateway.reply(ESBJERG, "support-answered", over) == "date-order"


@pytest.mark.parametrize("what", ["kommune-declined", "outcome-reported"])
def test_what_follow_up_refuses_is_told_with_all_that_is_known_of_the_reply(what: str) -> None:
    gateway = in_placement()
    data = {
        "kommune-declined": {"stage_id": STAGE, "reason": "support"},
        "outcome-reported": {"placement_id": PLACEMENT, "outcome": "O-EDUCATION", "on": "2026-11-23"},
    }[what]
    gateway.reply(ESBJERG, what, data, id="sent", offset=40)
    late = placement_event(followup.PlacementAnswerRefused, gateway, reply_id="sent", field="on", rule="date-order")
    gateway.tell(late)
    refused = gateway.last(copy.ReplyRefused)
    assert (refused.reply, refused.source, refused.what, refused.offset) == ("sent", f"/kommune/{ESBJERG}", what, 40)
    assert refused.referral_id == next(iter(data.values()))
    assert (gateway.rows[-1].state, gateway.rows[-1].source) == ("refused", f"/kommune/{ESBJERG}")


def test_what_follow_up_has_refused_is_judged_again_when_it_is_said_again() -> None:
    gateway = wanting_help()
    approved = {"stage_id": STAGE, "form": "SMAAJOB", "hours": 12, "from": "2026-12-01"}
    granted = {"challenge_id": CHALLENGE, "answer": "granted", "support": "mentor-hours"}
    for what, data in (("kommune-approved", approved), ("support-answered", granted)):
        gateway.reply(ESBJERG, what, data, id=f"{what}-1")
        late = {"reply_id": f"{what}-1", "field": "state", "rule": "state"}
        gateway.tell(placement_event(followup.PlacementAnswerRefused, gateway, **late))
        refused = gateway.last(copy.ReplyRefused)
        assert (refused.field, refused.rule) == (next(iter(data)), "state")
        gateway.reply(ESBJERG, what, data, id=f"{what}-2")
    assert [said.reply_id for said in gateway.heard(say.PlacementAnswered)] == [f"kommune-approved-{n}" for n in (1, 2)]
    helped = [said.reply_id for said in gateway.heard(say.PlacementSupportAnswered)]
    assert helped == ["support-answered-1", "support-answered-2"]


def test_the_first_stage_is_known_for_a_later_approval() -> None:
    gateway = in_placement()
    no = {"stage_id": STAGE, "reason": "support"}
    assert gateway.reply(ESBJERG, "kommune-declined", no) == "taken"
    assert gateway.last(say.PlacementAnswered).answer == "no"
