"""An outsider with nothing but the CloudEvents SDK reads every message, in either mode."""

import json
from datetime import UTC

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_structured
from cloudevents.core.formats.json import JSONFormat

from shared.events.schema import Contract, contracts
from shared.events.topics import SERVICES
from tests.contracts.examples import examples
from tests.contracts.examples.story import CAUSE, EVENT, PLACE, SAID_AT
from tests.contracts.files import headers, value


def sent(contract: Contract) -> KafkaMessage:
    event = examples()[contract.topic.name, contract.type]
    raw = {name: text.encode() for name, text in headers(contract).items()}
    return KafkaMessage(headers=raw, key=event.message_key.encode(), value=value(contract))


@pytest.mark.parametrize("contract", list(contracts()), ids=lambda c: f"{c.folder}/{c.type}")
def test_the_sdk_reads_a_message(contract: Contract) -> None:
    event = from_binary(sent(contract), JSONFormat())
    assert event.get_specversion() == "1.0"
    assert event.get_type() == contract.type
    assert event.get_id() == EVENT
    assert event.get_datacontenttype() == "application/json"
    time = event.get_time()
    assert time is not None
    assert time.astimezone(UTC) == SAID_AT
    assert event.get_data() == json.loads(value(contract))
    if contract.topic.producer in SERVICES:
        assert event.get_source() == f"/lederalliancen/{contract.topic.producer}"
        assert event.get_subject() == examples()[contract.topic.name, contract.type].subject
        extensions = [event.get_extension(n) for n in ("aggregateversion", "correlationid", "causationid")]
        assert extensions == ["1", PLACE, CAUSE]


@pytest.mark.parametrize("contract", list(contracts()), ids=lambda c: f"{c.folder}/{c.type}")
def test_a_message_survives_structured_mode(contract: Contract) -> None:
    structured = json.loads(to_structured(from_binary(sent(contract), JSONFormat()), JSONFormat()).value)
    assert structured["data"] == json.loads(value(contract))
    assert structured["type"] == contract.type
