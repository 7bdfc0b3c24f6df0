"""What the gateway says to what it hears: a place opens, a kommune replies or is silent, others decide."""

from datetime import date

import pytest

from municipality_gateway.rules import routing
from municipality_gateway.state import Deadline, Erase, Place, RecordGuidance, RegisterContact
from municipality_gateway.store import Answered
from shared.events import followup, intake, matching
from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from shared.people.vault import Erased, Person
from shared.spine.decision import NotYet, Refused
from tests.unit.municipality_gateway.given import (
    CANDIDATE,
    COMPANY,
    CONTACT,
    ESBJERG,
    LEADER,
    MATCH,
    OTHER_CANDIDATE,
    PLACE,
    PLACEMENT,
    PROPOSAL,
    STAGE,
    TEST,
    VARDE,
    Gateway,
    about_place,
    agreed,
    asked,
    match_event,
    opened,
    placement_event,
    planned,
    proposed,
    stage,
)

OUT = f"k.{ESBJERG}.referrals.v1"
CANDIDATES = "municipality-gateway.candidates.v1"
STRANGER = "90000000-0000-4000-8000-000000000001"


# -- a kommune is asked ------------------------------------------------------------------------------------------------


def test_an_opened_place_is_sent_to_its_own_kommune_and_the_leader_is_told_on_the_page() -> None:
    gateway, referral = asked()
    sent = gateway.last(say.ReferralSent)
    assert (sent.kommune, sent.why, sent.minutes, sent.round, sent.seats) == (ESBJERG, "own", 0, 1, 1)
    assert (sent.place_version, sent.answer_by) == (1, date(2026, 11, 30))
    assert (sent.contact_id, sent.contact_role) == routing.default_entrance(ESBJERG)
    assert sent.referral_id == referral
    assert gateway.said() == ["referral.sent", "referral.leader-guided"]
    assert gateway.said(OUT) == ["referral.sent", "referral.leader-guided"]


def test_the_kommune_gets_all_that_it_needs_to_answer_and_nobodys_id_but_its_own_contacts() -> None:
    gateway, referral = asked()
    told = gateway.last(copy.ReferralSent)
    assert told.place_url == f"http://intake.invalid/referrals/{referral}/place"
    assert [task.task_id for task in told.tasks] == ["viden_data-07"]
    assert [word.term for word in told.own_words] == ["erhvervsplaymaker", "Vindmøllen"]
    body = told.model_dump_json(exclude_none=True)
    assert (told.sector, told.size_band) == ("service", "10-49")
    assert not any(hidden in body for hidden in (LEADER, COMPANY, CONTACT))


def test_a_leader_who_wants_a_call_is_guided_when_the_consultant_says_so() -> None:
    gateway, referral = asked(guidance="call")
    assert gateway.said() == ["referral.sent"]
    gateway.ask(RecordGuidance(referral_id=referral, card_version=3))
    guided = gateway.last(say.ReferralLeaderGuided)
    assert (guided.channel, guided.card_version) == ("call", 3)
    gateway.ask(RecordGuidance(referral_id=referral, card_version=3))
    assert gateway.said() == ["referral.leader-guided"]
    assert gateway.said(OUT) == ["referral.sent", "referral.leader-guided"]


def test_the_same_place_opened_twice_is_asked_about_once() -> None:
    gateway, _ = asked()
    gateway.hear(opened())
    assert gateway.said().count("referral.sent") == 1


def test_several_at_once_each_get_their_own_referral() -> None:
    gateway, _ = asked(at_once="several")
    assert {referral.kommune for referral in (gateway.referral(), gateway.referral(VARDE))} == {ESBJERG, VARDE}
    assert gateway.said().count("referral.sent") == 2


def test_a_registered_contact_is_asked_and_her_data_go_to_the_vault_alone() -> None:
    gateway = Gateway()
    person = {"name": "Kontakt Person", "phone": "+4576161616"}
    gateway.ask(
        RegisterContact(
            contact_id=CONTACT, kommune=ESBJERG, role="youth-unit", unit="unge", valid_from=date(2026, 1, 1),
            valid_to=None, person=person,
        )
    )  # fmt: skip
    assert gateway.rows == [Person(CONTACT, person)]
    assert gateway.said() == ["contact.registered"]
    gateway.hear(opened())
    assert gateway.last(say.ReferralSent).contact_id == CONTACT
    assert "Kontakt" not in str(gateway.states) + str(gateway.told)


def test_a_contact_belongs_to_one_kommune() -> None:
    gateway = Gateway()
    facts = {"contact_id": CONTACT, "role": "deputy", "unit": None, "valid_from": "2026-01-01", "valid_to": None}
    gateway.ask(RegisterContact.model_validate({**facts, "kommune": ESBJERG, "person": {}}))
    with pytest.raises(Refused, match="not-yours"):
        gateway.ask(RegisterContact.model_validate({**facts, "kommune": VARDE, "person": {}}))


def test_an_erased_contact_is_asked_no_more_and_the_others_are_told() -> None:
    gateway = Gateway()
    facts = {"contact_id": CONTACT, "role": "youth-unit", "unit": None, "valid_from": "2026-01-01", "valid_to": None}
    gateway.ask(RegisterContact.model_validate({**facts, "kommune": ESBJERG, "person": {}}))
    gateway.ask(Erase(person_id=CONTACT))
    assert gateway.rows[-1] == Erased(CONTACT)
    assert gateway.said() == ["contact.registered", "contact.erased"]
    gateway.hear(opened())
    assert gateway.last(say.ReferralSent).contact_id == routing.default_entrance(ESBJERG).contact_id


# -- silence (X7) ------------------------------------------------------------------------------------------------------


def test_a_silent_kommune_is_reminded_then_others_there_are_asked_and_then_the_next_kommune() -> None:
    gateway, _ = asked()
    gateway.said()
    gateway.until(date(2026, 11, 25))
    assert gateway.said() == []
    gateway.until(date(2026, 11, 26))
    assert gateway.said() == ["referral.reminded"]
    gateway.until(date(2026, 11, 27))
    assert gateway.said() == ["referral.escalated"]
    gateway.until(date(2026, 11, 28))
    assert gateway.last(copy.ReferralEscalated).contact_role == "entrance"
    assert gateway.said() == ["referral.escalated"]
    gateway.until(date(2026, 12, 1))
    sent = gateway.last(say.ReferralSent)
    assert (sent.kommune, sent.why) == (VARDE, "neighbour")
    assert gateway.last(say.ReferralExpired).reason == "expired"
    assert gateway.said() == ["referral.expired", "referral.sent", "referral.leader-guided"]
    assert gateway.referral().state == "failed"


def test_a_deputy_is_asked_after_three_days_and_the_leader_is_told_that_it_is_somebody_else() -> None:
    gateway = Gateway()
    for contact, role in ((CONTACT, "youth-unit"), (STRANGER, "deputy")):
        gateway.ask(
            RegisterContact(
                contact_id=contact, kommune=ESBJERG, role=role, unit=None, valid_from=date(2026, 1, 1), valid_to=None,
                person={},
            )
        )  # fmt: skip
    gateway.hear(opened())
    gateway.said()
    gateway.until(date(2026, 11, 27))
    assert gateway.last(say.ReferralEscalated).contact_id == STRANGER
    assert gateway.last(say.ReferralLeaderGuided).contact_id == STRANGER
    assert gateway.said() == ["referral.reminded", "referral.escalated", "referral.leader-guided"]


def test_when_every_kommune_is_silent_the_last_referral_has_expired_and_nobody_is_left() -> None:
    gateway, _ = asked()
    gateway.until(date(2026, 12, 24))
    assert gateway.said().count("referral.sent") == 2
    assert {gateway.referral().state, gateway.referral(VARDE).state} == {"failed"}
    place = gateway.states["place", PLACE]
    assert isinstance(place, Place)
    assert place.nobody_left
    assert not gateway.timers


def test_no_further_kommune_is_asked_about_a_place_on_pause() -> None:
    gateway, referral = asked()
    gateway.hear(intake.PlacePaused(**about_place("paused"), reason="busy"))
    assert gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-capacity"}) == "taken"
    assert gateway.said() == ["referral.sent", "referral.leader-guided", "referral.seen", "referral.rejected"]


def test_a_reopened_place_is_a_new_round_with_a_new_referral() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-capacity"})
    gateway.reply(VARDE, "rejected", {"referral_id": gateway.referral(VARDE).id, "reason": "no-candidate"})
    gateway.hear(intake.PlaceReopened(**about_place("open"), agreed_at=date(2026, 11, 23)))
    assert gateway.last(say.ReferralSent).round == 2
    assert gateway.referral().id != referral


def test_one_who_accepts_is_nudged_after_15_working_days_and_out_of_time_after_20() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral, "company_known": False})
    gateway.said()
    gateway.until(date(2026, 12, 14))
    assert gateway.said() == []
    gateway.until(date(2026, 12, 15))
    assert gateway.said() == ["referral.reminded"]
    gateway.until(date(2026, 12, 22))
    assert gateway.last(say.ReferralExpired).reason == "no-candidate"


def test_a_deadline_that_comes_after_the_answer_changes_nothing() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    gateway.said()
    gateway.ask(Deadline(referral_id=referral, kommune=ESBJERG, step="expired"))
    assert gateway.said() == []


# -- replies -----------------------------------------------------------------------------------------------------------


def test_a_reply_implies_what_must_have_come_before_it() -> None:
    gateway, referral = asked()
    gateway.said()
    assert gateway.reply(ESBJERG, "candidate-proposed", {"referral_id": referral, **PROPOSAL}) == "taken"
    assert gateway.said() == ["referral.seen", "referral.accepted", "referral.changed"]
    assert gateway.said(CANDIDATES) == ["candidate.proposed"]
    assert (gateway.referral().state, gateway.referral().business_status) == ("in-progress", "candidate-identified")


def test_every_reply_is_answered_on_the_kommunes_own_topic() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "seen", {"referral_id": referral}, id="svar-1", offset=12)
    taken = gateway.last(copy.ReplyTaken)
    assert (taken.reply, taken.source, taken.what, taken.offset) == ("svar-1", f"/kommune/{ESBJERG}", "seen", 12)
    assert taken.referral_id == referral
    assert gateway.rows == [Answered(ESBJERG, f"/kommune/{ESBJERG}", "svar-1", "taken", "seen")]


@pytest.mark.parametrize("what", ["seen", "accepted"])
def test_a_reply_whose_effect_already_holds_is_taken_without_effect(what: str) -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, what, {"referral_id": referral})
    gateway.said()
    assert gateway.reply(ESBJERG, what, {"referral_id": referral}) == "taken"
    assert gateway.said() == []


def test_whether_the_company_was_known_may_be_told_after_an_implied_yes() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "leader-contacted", {"referral_id": referral, "at": "2026-11-24T09:00:00+01:00"})
    gateway.said()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral, "company_known": True})
    assert gateway.last(say.ReferralAccepted).company_known is True
    assert gateway.said() == ["referral.accepted"]
    assert gateway.referral().business_status == "leader-contacted"


def test_a_rejection_is_a_reason_to_ask_the_next_kommune() -> None:
    gateway, referral = asked()
    gateway.said()
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-candidate"})
    assert gateway.said() == [
        "referral.seen",
        "referral.rejected",
        "referral.sent",
        "referral.leader-guided",
    ]


def test_a_referral_that_is_over_takes_no_reply() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-candidate"})
    assert gateway.reply(ESBJERG, "accepted", {"referral_id": referral}) == "referral-over"
    assert gateway.last(copy.ReplyRefused).rule == "referral-over"


def test_one_on_hold_waits_until_the_day_the_kommune_named_and_then_begins_to_wait_anew() -> None:
    gateway, referral = asked()
    held = {"referral_id": referral, "reason": "wait-candidate", "until": "2026-12-04"}
    assert gateway.reply(ESBJERG, "held", held) == "taken"
    gateway.said()
    gateway.until(date(2026, 12, 4))
    assert gateway.said() == []
    gateway.until(date(2026, 12, 5))
    assert gateway.said() == ["referral.resumed"]
    assert gateway.referral().state == "requested"
    gateway.until(date(2026, 12, 9))
    assert gateway.said() == ["referral.reminded"]


def test_accepting_resumes_what_was_on_hold() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "held", {"referral_id": referral, "reason": "no-capacity", "until": "2026-12-04"})
    gateway.said()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    assert gateway.said() == ["referral.resumed", "referral.accepted"]


def test_a_hold_needs_a_day_to_come() -> None:
    gateway, referral = asked()
    held = {"referral_id": referral, "reason": "no-capacity", "until": "2026-11-23"}
    assert gateway.reply(ESBJERG, "held", held) == "state"


def test_a_referral_without_a_match_is_rejected_not_closed() -> None:
    gateway, referral = asked()
    assert gateway.reply(ESBJERG, "closed", {"referral_id": referral, "reason": "enough"}) == "state"


def test_another_kommunes_referral_is_not_yours_and_an_unknown_one_is_unknown() -> None:
    gateway, referral = asked()
    assert gateway.reply(VARDE, "accepted", {"referral_id": referral}) == "not-yours"
    assert gateway.reply(ESBJERG, "accepted", {"referral_id": STRANGER}) == "unknown-id"
    assert gateway.referral().state == "requested"


def test_what_the_test_kommune_says_is_answered_and_counts_nowhere() -> None:
    gateway, referral = asked()
    gateway.said()
    assert gateway.reply(TEST, "accepted", {"referral_id": referral}) == "taken"
    assert gateway.reply(TEST, "accepted", {"referral_id": "no id"}) == "wrong-type"
    assert gateway.said(f"k.{TEST}.referrals.v1") == ["reply.taken", "reply.refused"]
    assert gateway.said() == []


def test_a_candidate_is_withdrawn_once_and_only_by_its_own_kommune() -> None:
    gateway, _ = asked()
    gone = {"candidate_id": CANDIDATE, "reason": "education"}
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "unknown-id"
    proposed(gateway)
    assert gateway.reply(VARDE, "candidate-withdrawn", gone) == "not-yours"
    gateway.said(CANDIDATES)
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "taken"
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "taken"
    assert gateway.said(CANDIDATES) == ["candidate.withdrawn"]


# -- matches -----------------------------------------------------------------------------------------------------------


def test_the_young_persons_yes_is_passed_on_with_the_reply_it_came_in() -> None:
    gateway, _ = asked()
    proposed(gateway)
    assert gateway.reply(ESBJERG, "young-person-answered", {"match_id": MATCH, "answer": "yes"}, id="ja") == "taken"
    answered = gateway.last(say.MatchAnswered)
    assert (answered.party, answered.answer, answered.reply_id) == ("young-person", "yes", "ja")
    assert (("match", MATCH), "answer") not in gateway.timers


def test_the_same_yes_again_has_no_effect_and_a_no_takes_it_back() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.reply(ESBJERG, "young-person-answered", {"match_id": MATCH, "answer": "yes"})
    gateway.said()
    assert gateway.reply(ESBJERG, "young-person-answered", {"match_id": MATCH, "answer": "yes"}) == "taken"
    assert gateway.said() == []
    no = {"match_id": MATCH, "answer": "no", "reason": "transport"}
    assert gateway.reply(ESBJERG, "young-person-answered", no) == "taken"
    assert gateway.said() == ["match.answered"]
    assert gateway.reply(ESBJERG, "young-person-answered", {"match_id": MATCH, "answer": "yes"}) == "state"


def test_a_yes_that_is_owed_and_does_not_come_is_answered_with_none() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.said()
    gateway.until(date(2026, 12, 7))
    assert gateway.said() == []
    gateway.until(date(2026, 12, 8))
    assert gateway.last(say.MatchAnswered).answer == "none"
    assert gateway.said() == ["match.answered"]


def test_an_approval_says_its_form_hours_and_days() -> None:
    gateway, _ = asked()
    proposed(gateway)
    approval = {"match_id": MATCH, "form": "SMAAJOB", "hours": 12, "from": "2026-12-14", "to": "2027-01-10"}
    assert gateway.reply(ESBJERG, "kommune-approved", approval) == "taken"
    answered = gateway.last(say.MatchAnswered)
    assert (answered.party, answered.form, answered.from_, answered.to) == (
        "kommune", "SMAAJOB", date(2026, 12, 14), date(2027, 1, 10),
    )  # fmt: skip


def test_a_kommune_cannot_answer_for_another_ones_match() -> None:
    gateway, _ = asked()
    proposed(gateway)
    assert gateway.reply(VARDE, "young-person-answered", {"match_id": MATCH, "answer": "yes"}) == "not-yours"


def test_an_agreed_match_completes_the_referral_and_nobody_else_is_asked() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.said()
    gateway.said(OUT)
    gateway.hear(agreed(gateway))
    assert gateway.said() == ["referral.completed"]
    assert gateway.said(OUT) == ["match.agreed", "referral.completed"]
    assert not gateway.timers


def test_with_two_seats_one_match_is_not_the_end_but_time_may_be() -> None:
    gateway, _ = asked(seats=2)
    proposed(gateway)
    gateway.hear(agreed(gateway))
    assert gateway.referral().state == "in-progress"
    gateway.until(date(2026, 12, 22))
    assert gateway.referral().state == "completed"


def test_a_match_that_fell_through_sends_the_kommune_searching_again() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.said()
    gateway.hear(match_event(matching.MatchDeclined, gateway, party="leader", reason="tasks"))
    assert gateway.said() == ["referral.changed"]
    assert (gateway.referral().state, gateway.referral().business_status) == ("accepted", "searching")


def test_with_another_proposal_open_it_stays_where_it_is() -> None:
    gateway, referral = asked()
    proposed(gateway)
    second = {"referral_id": referral, **PROPOSAL, "candidate_id": OTHER_CANDIDATE}
    gateway.reply(ESBJERG, "candidate-proposed", second)
    gateway.said()
    gateway.hear(match_event(matching.MatchCancelled, gateway, reason="expired"))
    assert gateway.said() == []


def test_a_proposal_that_is_not_possible_is_told_with_its_rule() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "candidate-proposed", {"referral_id": referral, **PROPOSAL}, id="forslag")
    gateway.said(OUT)
    gateway.hear(match_event(matching.MatchRefused, gateway, reply_id="forslag", rule="R-FIT-HOURS"))
    assert gateway.last(copy.MatchRefused).rule == "R-FIT-HOURS"
    assert gateway.referral().business_status == "searching"


def test_an_answer_refused_further_in_becomes_a_refused_reply_with_the_way_out() -> None:
    gateway, _ = asked()
    proposed(gateway)
    late = match_event(matching.MatchAnswerRefused, gateway, reply_id="ja", field="match_id", rule="no-seat")
    gateway.hear(late)
    refused = gateway.last(copy.ReplyRefused)
    assert (refused.reply, refused.rule, refused.da) == ("ja", "no-seat", "Der er ingen ledig plads.")


# -- placements --------------------------------------------------------------------------------------------------------


def in_placement() -> Gateway:
    gateway, _ = asked()
    proposed(gateway)
    gateway.hear(agreed(gateway))
    gateway.hear(planned(gateway))
    gateway.said()
    gateway.said(OUT)
    return gateway


def test_a_placement_that_is_heard_of_before_its_match_waits_for_it() -> None:
    gateway, _ = asked()
    with pytest.raises(NotYet):
        gateway.hear(planned(gateway))


def test_the_kommune_hears_how_its_placement_goes() -> None:
    gateway = in_placement()
    gateway.hear(placement_event(followup.PlacementStarted, gateway, on=date(2026, 12, 14), stage=stage()))
    gateway.hear(placement_event(followup.PlacementCheckinDue, gateway, kind="first-week", on=date(2026, 12, 21)))
    assert gateway.said(OUT) == ["placement.started", "placement.checkin-due"]
    assert gateway.said() == []


def test_a_stage_is_approved_by_its_own_kommune() -> None:
    gateway = in_placement()
    later = stage("10000000-0000-4000-8000-000000000009", form="LOENTILSKUD")
    gateway.hear(placement_event(followup.PlacementStagePlanned, gateway, stage=later, approval_needed=True))
    yes = {"stage_id": later.stage_id, "form": "LOENTILSKUD", "hours": 12, "from": "2027-01-11"}
    assert gateway.reply(VARDE, "kommune-approved", yes) == "not-yours"
    assert gateway.reply(ESBJERG, "kommune-approved", yes) == "taken"
    answered = gateway.last(say.PlacementAnswered)
    assert (answered.placement_id, answered.stage_id, answered.answer) == (PLACEMENT, later.stage_id, "yes")


def test_voice_and_outcome_are_passed_on_without_saying_more_than_codes() -> None:
    gateway = in_placement()
    voice = {"placement_id": PLACEMENT, "wellbeing": 4, "learning": ["instructions"]}
    assert gateway.reply(ESBJERG, "voice-passed-on", voice) == "taken"
    assert gateway.last(say.CandidateHeard).candidate_id == CANDIDATE
    outcome = {"placement_id": PLACEMENT, "outcome": "O-ORDINARY", "hours": 37, "on": "2027-03-01"}
    assert gateway.reply(ESBJERG, "outcome-reported", outcome) == "taken"
    assert gateway.said() == ["placement.reported"]


def test_a_challenge_is_told_only_where_the_kommunes_help_is_wanted() -> None:
    gateway = in_placement()
    raised = {
        "challenge_id": STRANGER, "about": "placement", "about_id": PLACEMENT, "code": "C-TRANSPORT",
        "placement_id": PLACEMENT, "referral_id": gateway.referral().id, "kommune": ESBJERG,
    }  # fmt: skip
    gateway.hear(followup.ChallengeRaised.model_validate(raised))
    assert gateway.said(OUT) == []
    gateway.hear(followup.ChallengeRaised.model_validate({**raised, "help": "kommune"}))
    assert gateway.said(OUT) == ["challenge.raised"]


def test_the_first_stage_is_known_for_a_later_approval() -> None:
    gateway = in_placement()
    no = {"stage_id": STAGE, "reason": "support"}
    assert gateway.reply(ESBJERG, "kommune-declined", no) == "taken"
    assert gateway.last(say.PlacementAnswered).answer == "no"
