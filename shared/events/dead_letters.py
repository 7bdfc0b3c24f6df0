"""What operators are told of a message that could not be handled, without its content."""

from shared.events.base import REGISTRY, Event, Id
from shared.events.topics import DEAD_LETTERS, SERVICES


class DeadLetterRecorded(Event, topic=DEAD_LETTERS[SERVICES[0]], name="dead-letter.recorded", subject="dead_letter_id"):
    """A dead letter was written. `error` is a class or a code; `lederalliancen dead-letters show` tells more."""

    dead_letter_id: Id
    service: str
    source_topic: str
    partition: int
    offset: int
    stage: str
    error: str


for _topic in DEAD_LETTERS.values():
    REGISTRY[_topic.name, DeadLetterRecorded.TYPE] = DeadLetterRecorded
