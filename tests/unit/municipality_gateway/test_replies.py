"""The strict edge: what an outsider may send, and how what cannot be used is refused without a crash or an echo."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality_gateway.replies import parse_reply
from municipality_gateway.state.referrals import Referral
from shared.catalogue.codes import codes
from shared.events.kommune import replies as said
from shared.events.kommune.referrals import ReplyRefused
from shared.events.topics import REPLIES
from shared.spine.envelope import Bad, Record
from shared.spine.work import Message
from tests.unit.municipality_gateway.world import ESBJERG, PROFILE, PROPOSAL, Gateway, reply_record

REFERRAL = "50000000-0000-4000-8000-000000000001"
A_CPR_LIKE_NUMBER = "010203-1234"
PROPOSED = {"referral_id": REFERRAL, **PROPOSAL}
OUTCOME = {"placement_id": REFERRAL, "outcome": next(iter(codes("outcomes"))).code, "on": "2026-11-20"}


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
        ("accepted", {"referral_id": REFERRAL, "note": "hej"}, ("unknown-field", "data")),
        ("rejected", {"referral_id": REFERRAL, "reason": "tired"}, ("unknown-code", "reason")),
        ("candidate-proposed", {**PROPOSED, "hours": "12"}, ("wrong-type", "hours")),
        ("candidate-proposed", {**PROPOSED, "hours": 900}, ("out-of-range", "hours")),
        ("candidate-proposed", {**PROPOSED, "hours": 0}, ("out-of-range", "hours")),
        ("candidate-proposed", {**PROPOSED, "hours": 7.3333}, ("out-of-range", "hours")),
        ("candidate-proposed", {**PROPOSED, "profile": {**PROFILE, "hours": 7.1}}, ("out-of-range", "profile.hours")),
        ("outcome-reported", {**OUTCOME, "hours": 7.1}, ("out-of-range", "hours")),
        ("candidate-proposed", {**PROPOSED, "seat": 0}, ("out-of-range", "seat")),
        ("candidate-proposed", {**PROPOSED, "seat": 51}, ("out-of-range", "seat")),
        ("rejected", {"referral_id": REFERRAL, "reason": "wait-candidate"}, ("unknown-code", "reason")),
        ("held", {"referral_id": REFERRAL, "reason": "too-far", "until": "2026-12-01"}, ("unknown-code", "reason")),
        ("closed", {"referral_id": REFERRAL, "reason": "wait-candidate"}, ("unknown-code", "reason")),
        ("candidate-proposed", {**PROPOSED, "tasks": []}, ("out-of-range", "tasks")),
        ("candidate-proposed", {**PROPOSED, "profile": {**PROFILE, "reach": 601}}, ("out-of-range", "profile.reach")),
        ("candidate-proposed", {**PROPOSED, "form": "VIRKSOMHEDSPRAKTIK"}, ("rule:R-PROG-1", "next_step")),
        ("candidate-proposed", {**PROPOSED, "until": "2026-12-01"}, ("date-order", "until")),
        (
            "candidate-proposed",
            {**PROPOSED, "candidate_id": "cfbff0d1-9375-5685-968c-48ce8b15ae17"},
            ("wrong-type", "candidate_id"),
        ),
        (
            "candidate-proposed",
            {**PROPOSED, "profile": {**PROFILE, "diagnosis": "x"}},
            ("unknown-field", "profile"),
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
    assert "no-candidate, no-capacity, too-far" in bad.refusal.en
    assert "wait-candidate" not in bad.refusal.en
    assert "Anders" not in bad.refusal.da + bad.refusal.en + str(bad)


def test_what_lies_outside_its_limits_is_told_the_limit() -> None:
    bad = parse_reply(reply_record(ESBJERG, "candidate-proposed", {**PROPOSED, "hours": 900}))
    assert isinstance(bad, Bad)
    assert bad.refusal
    assert bad.refusal.da == "hours: Skal være fra 0,25 til 37. Ret det, og send svaret igen med et nyt id."
    assert bad.refusal.en == "hours: Must be from 0.25 to 37. Correct it, and send the reply again with a new id."


@pytest.mark.parametrize(("hours", "taken"), [(0.25, True), (7.25, True), (37, True), (7.3333, False), (0.1, False)])
def test_hours_are_taken_in_quarters_and_the_step_is_said(hours: float, taken: bool) -> None:
    read = parse_reply(reply_record(ESBJERG, "candidate-proposed", {**PROPOSED, "hours": hours}))
    assert isinstance(read, Message) is taken
    if isinstance(read, Bad) and read.refusal:
        assert "0,25" in read.refusal.da
        assert "0.25" in read.refusal.en


@pytest.mark.parametrize("what", ["rejected", "held", "closed"])
def test_each_reply_takes_its_own_reasons_and_names_them_where_another_was_sent(what: str) -> None:
    more = {"until": "2026-12-01"} if what == "held" else {}
    for entry in codes("referral-rejected"):
        read = parse_reply(reply_record(ESBJERG, what, {"referral_id": REFERRAL, "reason": entry.code, **more}))
        assert isinstance(read, Message) is (what in entry.replies), entry.code
        if isinstance(read, Bad) and read.refusal:
            right = ", ".join(one.code for one in codes("referral-rejected") if what in one.replies)
            assert right in read.refusal.da
            assert right in read.refusal.en


def test_what_is_said_twice_in_a_list_is_said_once() -> None:
    tasks, times = ["butik-02", "butik-02", "butik-01"], ["night", "night"]
    message = parse_reply(
        reply_record(ESBJERG, "candidate-proposed", {**PROPOSED, "tasks": tasks, "times_of_day": times})
    )
    assert isinstance(message, Message)
    assert isinstance(message.data, said.CandidateProposed)
    assert (message.data.tasks, message.data.times_of_day) == (("butik-02", "butik-01"), ("night",))


def test_where_a_type_knows_the_way_out_its_own_words_are_used() -> None:
    bad = parse_reply(reply_record(ESBJERG, "kommune-declined", {"reason": "support"}))
    assert isinstance(bad, Bad)
    assert bad.refusal
    assert "stage_id" in bad.refusal.da


NAME = "jens_hansen"  # written as a name of ours would be


def test_an_unknown_field_is_told_by_where_it_stands_and_what_is_known_there() -> None:
    for data, where, known in (
        ({"referral_id": REFERRAL, NAME: True}, "data", "referral_id, company_known"),
        ({**PROPOSED, "profile": {**PROFILE, NAME: 1}}, "profile", "age_band, hours, times_of_day"),
    ):
        bad = parse_reply(reply_record(ESBJERG, "accepted" if where == "data" else "candidate-proposed", data))
        assert isinstance(bad, Bad)
        assert bad.refusal
        assert (bad.refusal.rule, bad.refusal.field) == ("unknown-field", where)
        assert known in bad.refusal.da
        assert known in bad.refusal.en


@pytest.mark.parametrize(
    "record",
    [
        reply_record(ESBJERG, "accepted", {"referral_id": REFERRAL, NAME: True}),
        reply_record(ESBJERG, "candidate-proposed", {**PROPOSED, "profile": {**PROFILE, NAME: True}}),
        reply_record(ESBJERG, "accepted", {"referral_id": REFERRAL, NAME: A_CPR_LIKE_NUMBER}),
        reply_record(ESBJERG, "accepted", {"referral_id": REFERRAL, NAME: {"x": [A_CPR_LIKE_NUMBER]}}),
        reply_record(ESBJERG, "accepted", {"referral_id": REFERRAL}, headers=[(NAME, A_CPR_LIKE_NUMBER.encode())]),
        reply_record(ESBJERG, "accepted", {"referral_id": REFERRAL}, headers=[(f"ce_{NAME}", b"\xff")]),
        reply_record(ESBJERG, NAME, {"referral_id": REFERRAL}),
        reply_record(ESBJERG, "rejected", {"referral_id": REFERRAL, "reason": NAME}),
    ],
    ids=["field", "inner field", "around a number", "above a number", "header", "attribute", "type", "code"],
)
def test_a_name_that_the_sender_made_up_is_not_said_again(record: Record) -> None:
    bad = parse_reply(record)
    assert isinstance(bad, Bad)
    assert bad.refusal
    assert NAME not in str(bad)


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("id", None, ("missing-field", "id")),
        ("time", None, ("missing-field", "time")),
        ("specversion", "0.3", ("wrong-type", "specversion")),
        ("time", "i går", ("wrong-type", "time")),
        ("id", "x" * 81, ("wrong-type", "id")),
        ("id", "../kommuner?x=1", ("wrong-type", "id")),
        ("id", "offset-7", ("wrong-type", "id")),
        ("source", "/esbjerg\r\nLocation: /", ("wrong-type", "source")),
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
        reply_record(ESBJERG, "seen", {}, value=b"x" * 300_000),
        reply_record(ESBJERG, "seen", {}, value=b"[" + b"{}," * 80_000 + b"{}]"),
        reply_record(ESBJERG, "seen", {}, headers=[(f"ce_{n}", b"a") for n in range(26_000)]),
        Record(REPLIES.of(ESBJERG), 0, 7, None, None, ()),
    ],
    ids=["null header", "no UTF-8", "too large", "too many values", "too many headers", "nothing"],
)
def test_where_not_even_an_id_can_be_read_the_refusal_names_the_offset(record: Record) -> None:
    gateway = Gateway()
    gateway.consume(record)
    refused = gateway.last(ReplyRefused)
    assert (refused.reply, refused.offset, refused.source) == ("offset-7", 7, None)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (b"", "missing-field"),
        (b"{", "wrong-type"),
        (b'{"referral_id":1,"referral_id":2}', "wrong-type"),
        (b"[" * 9_999, "wrong-type"),
        (b'{"referral_id": NaN}', "wrong-type"),
        (b'{"referral_id": 1e999}', "wrong-type"),
        (b"\xff\xfe{\x00}\x00", "wrong-type"),
    ],
    ids=["tombstone", "no JSON", "a member twice", "too deep", "no number", "no number either", "UTF-16"],
)
def test_a_value_that_cannot_be_read_is_refused_under_the_id_of_its_headers(value: bytes, rule: str) -> None:
    gateway = Gateway()
    assert gateway.consume(reply_record(ESBJERG, "seen", {}, value=value, id="svar-1")) == rule
    refused = gateway.last(ReplyRefused)
    assert (refused.reply, refused.source) == ("svar-1", f"/kommune/{ESBJERG}")


@pytest.mark.parametrize(
    "foreign",
    [
        [("elasticapmtraceparent", b"\x00\x01\xfe\xff")],
        [("traceparent", b""), ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")],
        [("spring.json.header.types", None)],
        [("__TypeId__", b"com.example.Reply"), ("X-B3-Sampled", b"1")],
    ],
    ids=["binary trace", "doubled and empty", "null", "camel case"],
)
def test_headers_of_the_senders_own_tools_are_none_of_our_business(foreign: list[tuple[str, bytes | None]]) -> None:
    record = reply_record(ESBJERG, "seen", {"referral_id": REFERRAL})
    assert isinstance(parse_reply(replace(record, headers=[*record.headers, *foreign])), Message)


NOTED = "1801234567"  # a second of January 2027, and the shape of a CPR number


def test_the_clock_of_a_senders_tool_is_no_person() -> None:
    record = reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}, ingestedat=NOTED)
    headers = [*record.headers, ("sent-at", NOTED.encode()), ("x-request-start", f"t={NOTED}".encode())]
    assert isinstance(parse_reply(replace(record, headers=headers)), Message)
    data = {"referral_id": REFERRAL}
    assert isinstance(parse_reply(structured(sequence=NOTED, data=data)), Message)
    assert isinstance(parse_reply(structured(sequence=int(NOTED), data=data)), Message)


@pytest.mark.parametrize(
    "record",
    [
        reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}, id=NOTED),
        reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}, source=NOTED),
        reply_record(ESBJERG, "seen", {"sequence": NOTED}),
        reply_record(ESBJERG, "seen", {"specversion": "1.0", "sequence": int(NOTED)}),
        reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}, id="6101901234"),
        reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}, id="borger0101901234"),
        reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}, source="/fag/borger0101901234/x"),
        replace(reply_record(ESBJERG, "seen", {"referral_id": REFERRAL}), key=b"borger0101901234"),
    ],
    ids=["id", "source", "data", "data like an envelope", "replacement", "glued", "glued in source", "glued in key"],
)
def test_where_a_person_could_stand_a_clock_is_refused(record: Record) -> None:
    assert refusal(record)[0] == "personal-data"


def structured(**other: Any) -> Record:
    envelope = {
        "specversion": "1.0",
        "id": "svar-1",
        "source": "/esbjerg",
        "type": "dk.lederalliancen.reply.seen.v1",
        "time": "2026-11-24T08:00:00Z",
        **other,
    }
    headers = [("content-type", b"application/cloudevents+json; charset=utf-8")]
    return reply_record(ESBJERG, "seen", {}, value=json.dumps(envelope).encode(), headers=headers)


def packed(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_data_in_base64_are_read_like_data() -> None:
    message = parse_reply(structured(data_base64=packed(json.dumps({"referral_id": REFERRAL}))))
    assert isinstance(message, Message)
    assert message.data == said.Seen(referral_id=REFERRAL)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"data_base64": "%%"}, ("wrong-type", "data_base64")),
        ({"data_base64": 7}, ("wrong-type", "data_base64")),
        ({"data_base64": packed("{")}, ("wrong-type", "data_base64")),
        ({"data_base64": packed("{}"), "data": {}}, ("unknown-field", "data_base64")),
        ({"data_base64": packed(f'{{"referral_id": "{A_CPR_LIKE_NUMBER}"}}')}, ("personal-data", "data_base64")),
    ],
)
def test_base64_hides_nothing(parts: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refusal(structured(**parts)) == expected


def test_a_byte_order_mark_before_the_json_is_forgiven() -> None:
    value = b"\xef\xbb\xbf" + json.dumps({"referral_id": REFERRAL}).encode()
    assert isinstance(parse_reply(reply_record(ESBJERG, "seen", {}, value=value)), Message)


def test_a_whole_number_may_be_written_with_a_decimal_point() -> None:
    value = json.dumps({**PROPOSED, "profile": {**PROFILE, "reach": 45.0}}).encode()
    message = parse_reply(reply_record(ESBJERG, "candidate-proposed", {}, value=value))
    assert isinstance(message, Message)
    assert isinstance(message.data, said.CandidateProposed)
    assert message.data.profile.reach == 45


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
    assert A_CPR_LIKE_NUMBER not in str(gateway.said) + str(gateway.rows) + str(bad)


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
    assert len(gateway.said) == 2
