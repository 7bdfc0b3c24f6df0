"""The strict edge: what an outsider may send, and how what cannot be used is refused without a crash or an echo."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality_gateway.replies import parse_reply
from municipality_gateway.state import Referral
from shared.catalogue.codes import codes
from shared.events.kommune import replies as said
from shared.events.kommune.referrals import ReplyRefused
from shared.events.topics import REPLIES
from shared.spine.envelope import Bad, Record
from shared.spine.work import Message
from tests.unit.municipality_gateway.given import ESBJERG, PROFILE, PROPOSAL, Gateway, reply_record

REFERRAL = "50000000-0000-4000-8000-000000000001"
A_CPR_LIKE_NUMBER = "010203-1234"
PROPOSED = {"referral_id": REFERRAL, **PROPOSAL}


def refusal(record: Record) -> tuple[str, str]:
    bad = parse_reply(record)
    assert isinstance(bad, Bad)
    assert bad.refusal
    return bad.refusal.rule, bad.refusal.field


def outsider(message: KafkaMessage) -> Record:
    return Record(REPLIES.of(ESBJERG), 0, 3, None, message.value, list(message.headers.items()))


@pytest.mark.parametrize("mode", [to_binary_event, to_structured_event])
def test_the_cloudevents_sdk_of_an_outsider_is_understood_in_both_modes(mode: Any) -> None:
    attributes = {
        "id": "018f0000-0000-7000-8000-000000000001",
        "type": "dk.lederalliancen.reply.accepted.v1",
        "source": "/esbjerg/fagsystem",
        "time": datetime(2026, 11, 24, 8, tzinfo=UTC),
        "datacontenttype": "application/json",
    }
    message = parse_reply(outsider(mode(CloudEvent(attributes, {"referral_id": REFERRAL, "company_known": True}))))
    assert isinstance(message, Message)
    assert message.data == said.Accepted(referral_id=REFERRAL, company_known=True)
    assert (message.id, message.source, message.subject) == (attributes["id"], attributes["source"], REFERRAL)
    assert message.version is None


@pytest.mark.parametrize(
    ("what", "data", "expected"),
    [
        ("liked", {"referral_id": REFERRAL}, ("unknown-type", "type")),
        ("accepted", {}, ("missing-field", "referral_id")),
        ("accepted", {"referral_id": 7}, ("wrong-type", "referral_id")),
        ("accepted", {"referral_id": REFERRAL, "company_known": "yes"}, ("wrong-type", "company_known")),
        ("accepted", {"referral_id": REFERRAL, "note": "hej"}, ("unknown-field", "note")),
        ("rejected", {"referral_id": REFERRAL, "reason": "tired"}, ("unknown-code", "reason")),
        ("candidate-proposed", {**PROPOSED, "hours": "12"}, ("wrong-type", "hours")),
        ("candidate-proposed", {**PROPOSED, "form": "VIRKSOMHEDSPRAKTIK"}, ("rule:R-PROG-1", "next_step")),
        ("candidate-proposed", {**PROPOSED, "until": "2026-12-01"}, ("wrong-type", "until")),
        (
            "candidate-proposed",
            {**PROPOSED, "candidate_id": "cfbff0d1-9375-5685-968c-48ce8b15ae17"},
            ("wrong-type", "candidate_id"),
        ),
        (
            "candidate-proposed",
            {**PROPOSED, "profile": {**PROFILE, "diagnosis": "x"}},
            ("unknown-field", "profile.diagnosis"),
        ),
        ("kommune-declined", {"reason": "support"}, ("missing-field", "data")),
        ("leader-contacted", {"referral_id": REFERRAL, "at": "2026-11-24T09:00:00"}, ("wrong-type", "at")),
    ],
)
def test_what_cannot_be_used_is_named_by_field_and_rule(
    what: str, data: dict[str, Any], expected: tuple[str, str]
) -> None:
    rule, field = refusal(reply_record(ESBJERG, what, data))
    assert (rule, field) == expected
    assert rule in codes("reply-refused")


def test_a_refusal_names_the_way_out_in_two_languages_and_never_what_was_sent() -> None:
    bad = parse_reply(reply_record(ESBJERG, "rejected", {"referral_id": REFERRAL, "reason": "Anders-And"}))
    assert isinstance(bad, Bad)
    assert bad.refusal
    assert "reason" in bad.refusal.da
    assert "GET /codes" in bad.refusal.en
    assert "Anders" not in bad.refusal.da + bad.refusal.en + str(bad)


def test_where_a_type_knows_the_way_out_its_own_words_are_used() -> None:
    bad = parse_reply(reply_record(ESBJERG, "kommune-declined", {"reason": "support"}))
    assert isinstance(bad, Bad)
    assert bad.refusal
    assert "stage_id" in bad.refusal.da


def test_a_name_that_the_sender_made_up_is_not_said_again() -> None:
    data = {"referral_id": REFERRAL, "Anders And er glad": True}
    assert refusal(reply_record(ESBJERG, "accepted", data)) == ("unknown-field", "?")


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("id", None, ("missing-field", "id")),
        ("time", None, ("missing-field", "time")),
        ("specversion", "0.3", ("wrong-type", "specversion")),
        ("time", "i går", ("wrong-type", "time")),
        ("id", "x" * 81, ("wrong-type", "id")),
    ],
)
def test_the_envelope_is_checked_too(attribute: str, value: str | None, expected: tuple[str, str]) -> None:
    attributes: dict[str, Any] = {attribute: value}
    assert refusal(reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}, **attributes)) == expected


@pytest.mark.parametrize(
    "record",
    [
        reply_record(ESBJERG, "seen", {}, headers=[("ce_id", None)]),
        reply_record(ESBJERG, "seen", {}, headers=[("ce_id", b"\xff\xfe")]),
        reply_record(ESBJERG, "seen", {}, value=b""),
        reply_record(ESBJERG, "seen", {}, value=b"{"),
        reply_record(ESBJERG, "seen", {}, value=b'{"referral_id":1,"referral_id":2}'),
        reply_record(ESBJERG, "seen", {}, value=b"[" * 100_000),
        reply_record(ESBJERG, "seen", {}, value=b"x" * 300_000),
        Record(REPLIES.of(ESBJERG), 0, 7, None, None, ()),
    ],
    ids=["null header", "no UTF-8", "tombstone", "no JSON", "a member twice", "too deep", "too large", "nothing"],
)
def test_what_cannot_even_be_read_is_answered_by_its_offset(record: Record) -> None:
    gateway = Gateway()
    gateway.consume(record)
    refused = gateway.last(ReplyRefused)
    assert (refused.reply, refused.offset, refused.source) == ("offset-7", 7, None)


@pytest.mark.parametrize(
    "record",
    [
        reply_record(ESBJERG, "seen", {"referral_id": A_CPR_LIKE_NUMBER}),
        reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}, id=A_CPR_LIKE_NUMBER),
        reply_record(ESBJERG, "seen", {}, value=b"{" + A_CPR_LIKE_NUMBER.encode()),
        reply_record(ESBJERG, "seen", {"n": A_CPR_LIKE_NUMBER}, headers=[("ce_id", None)]),
    ],
)
def test_personal_data_are_refused_and_nothing_of_them_is_kept(record: Record) -> None:
    gateway = Gateway()
    assert gateway.consume(record) == "personal-data"
    bad = parse_reply(record)
    assert isinstance(bad, Bad)
    assert bad.personal
    assert A_CPR_LIKE_NUMBER not in str(gateway.told) + str(gateway.rows) + str(bad)


def test_a_refused_reply_about_a_known_id_still_says_what_it_was_about() -> None:
    gateway = Gateway()
    gateway.reply(ESBJERG, "accepted", {"referral_id": REFERRAL, "note": "hej"}, id="svar")
    refused = gateway.last(ReplyRefused)
    assert (refused.referral_id, refused.reply, refused.what) == (REFERRAL, "svar", "accepted")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    value=st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()),
    headers=st.lists(
        st.tuples(
            st.sampled_from(["ce_id", "ce_type", "ce_source", "content-type", "x"]), st.none() | st.binary(max_size=12)
        )
    ),
)
def test_nothing_that_is_sent_makes_it_crash(value: bytes, headers: list[tuple[str, bytes | None]]) -> None:
    gateway = Gateway()
    gateway.consume(Record(REPLIES.of(ESBJERG), 0, 1, None, value, headers))
    gateway.consume(reply_record(ESBJERG, "accepted", {}, value=value))
    assert not any(isinstance(state, Referral) for state in gateway.states.values())
    assert len(gateway.told) == 2
