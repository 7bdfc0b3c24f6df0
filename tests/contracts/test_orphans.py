"""Nothing is declared that nobody says, and nothing is said that nobody listens to."""

from importlib.metadata import entry_points

import pytest

from shared.events.base import Event
from shared.events.schema import contracts
from shared.events.topics import SERVICES, TOPICS, Topic, consumed_by
from shared.service import Service

OUTSIDE = {"kommune", "operator"}  # they read with software of their own
TYPES = {topic: {c.model for c in contracts() if c.topic is topic} for topic in TOPICS}


def service(name: str) -> Service:
    (entry,) = entry_points(group="lederalliancen.services", name=name)
    found: Service = entry.load()
    return found


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_has_a_producer_a_consumer_and_a_type(topic: Topic) -> None:
    assert topic.producer in {*SERVICES, *OUTSIDE}
    assert topic.consumers
    assert {*topic.consumers} <= {*SERVICES, *OUTSIDE}
    assert TYPES[topic]


def test_every_contract_lies_on_a_declared_topic() -> None:
    def declared(kind: type[Event]) -> list[type[Event]]:
        below = [found for child in kind.__subclasses__() for found in declared(child)]
        return [kind, *below] if "TYPE" in vars(kind) else below

    ours = {kind for kind in declared(Event) if kind.__module__.startswith("shared.")}
    assert ours == set.union(*TYPES.values())


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_listens_on_every_topic_that_it_consumes_and_on_no_other(name: str) -> None:
    taken = {kind for kind in service(name).handlers.routes if issubclass(kind, Event)}
    heard = {topic.name for topic, types in TYPES.items() if types & taken}
    assert heard == {topic.name for topic in consumed_by(name)}


def test_the_gateway_takes_every_reply() -> None:
    (replies,) = (types for topic, types in TYPES.items() if topic.producer == "kommune")
    assert replies <= service("municipality-gateway").handlers.routes.keys()
