"""One example of every message, all from one story."""

from shared.events.base import Event
from shared.events.dead_letters import DeadLetterRecorded
from shared.events.schema import contracts
from shared.spine.work import Outgoing
from tests.contracts.examples import followup, intake, matching, municipality_gateway, referrals, replies
from tests.contracts.examples.story import CAUSE, DEAD_LETTER, EVENT, PLACE, SAID_AT


def _dead_letter(service: str) -> Event:
    return DeadLetterRecorded(
        dead_letter_id=DEAD_LETTER,
        service=service,
        source_topic="k.0561.replies.v1" if service == "municipality-gateway" else "municipality-gateway.v1",
        partition=0,
        offset=4,
        stage="validate",
        error="missing:referral_id",
    )


def examples() -> dict[tuple[str, str], Event]:
    """(topic, type) -> its example."""
    parts = (intake, municipality_gateway, matching, followup, referrals, replies)
    found = {(event.TOPIC.name, event.TYPE): event for part in parts for event in part.examples()}
    dead_letters = (contract for contract in contracts() if contract.model is DeadLetterRecorded)
    return found | {(c.topic.name, c.type): _dead_letter(c.topic.producer) for c in dead_letters}


def outgoing(topic: str, event: Event) -> Outgoing:
    """As a service hands it to the outbox, about the place and caused by another event."""
    return Outgoing(topic, event, EVENT, SAID_AT, PLACE, CAUSE)
