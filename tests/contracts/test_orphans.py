"""Nothing is declared that nobody says, and nothing is said that nobody listens to."""

import ast
from pathlib import Path

import pytest

from shared.events.base import REGISTRY, Event
from shared.events.schema import Contract, contracts
from shared.events.topics import REFERRALS, REPLIES, SERVICES, TOPICS, Topic, consumed_by
from shared.service import services

ROOT = Path(__file__).parents[2]
OUTSIDE = {"kommune", "operator"}  # they read with software of their own
TYPES = {topic: {c.model for c in contracts() if c.topic is topic} for topic in TOPICS}
# Ours, and read by no service: why they are said all the same.
FOR_OUTSIDERS = {
    "contact.registered": "a kommune's directory, for those who keep a copy of it",
    "contact.changed": "a kommune's directory, for those who keep a copy of it",
    "contact.retired": "a kommune's directory, for those who keep a copy of it",
    "contact.erased": "whoever keeps a copy of the directory must forget, too",
    "leader.signed-up-again": "who comes back by themselves, for evaluators",
    "leader.erased": "whoever keeps a copy must forget, too",
    "person.erased": "whoever keeps a copy must forget, too",
}


def named(contract: Contract) -> str:
    return f"{contract.folder}/{name(contract.model)}"


def name(kind: type[Event]) -> str:
    return kind.TYPE.removeprefix("dk.lederalliancen.").removesuffix(".v1")


def said_in(service: str) -> set[type[Event]]:
    """The events that a service's code makes: by calling the class, or by handing it to a function that does."""
    found: set[type[Event]] = set()
    known = {(kind.__module__, kind.__name__): kind for types in TYPES.values() for kind in types}
    for path in (ROOT / "services" / service).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules, classes = _imported(tree)
        registered = {id(arg) for call in _calls(tree, "on") for arg in call.args}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and id(node) not in registered:
                found |= {known[key] for key in [(modules.get(node.value.id, ""), node.attr)] if key in known}
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in registered:
                found |= {known[key] for key in [classes.get(node.id, ("", ""))] if key in known}
    return found


def _imported(tree: ast.Module) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """What names stand for: modules of events, and events themselves."""
    modules, classes = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("shared.events"):
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                classes[alias.asname or alias.name] = (node.module, alias.name)
    return modules, classes


def _calls(tree: ast.AST, attribute: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute
    ]


SAID = {service: said_in(service) for service in SERVICES}
HEARD = {kind for service in services().values() for kind in service.handlers.routes if issubclass(kind, Event)}


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


OURS = [c for c in contracts() if c.topic.producer in SERVICES and "operator" not in c.topic.consumers]


@pytest.mark.parametrize("contract", OURS, ids=named)
def test_a_type_of_ours_is_said_by_its_producer(contract: Contract) -> None:
    said = SAID[contract.topic.producer]
    if contract.topic is REFERRALS:
        # A copy is made of the event that it copies, where the gateway hears or says that one.
        copied = {kind.TYPE for kind in said | HEARD}
        assert contract.model in said or contract.type in copied
    else:
        assert contract.model in said


@pytest.mark.parametrize("contract", [c for c in OURS if c.topic is not REFERRALS], ids=named)
def test_a_type_of_ours_is_heard_by_somebody_or_said_to_be_for_outsiders(contract: Contract) -> None:
    assert (contract.model in HEARD) != (name(contract.model) in FOR_OUTSIDERS)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_listens_on_every_topic_that_it_consumes_and_on_no_other(name: str) -> None:
    taken = {kind for kind in services()[name].handlers.routes if issubclass(kind, Event)}
    heard = {topic.name for topic, types in TYPES.items() if types & taken}
    assert heard == {topic.name for topic in consumed_by(name)}


def test_the_gateway_takes_every_reply() -> None:
    taken = services()["municipality-gateway"].handlers.routes.keys()
    assert TYPES[REPLIES] <= taken
    assert {kind for (topic, _), kind in REGISTRY.items() if topic == REPLIES.name} == TYPES[REPLIES]
