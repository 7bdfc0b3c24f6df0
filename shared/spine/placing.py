"""Where reading begins: where the database has handled, in the log that is there now. Pure."""

from dataclasses import dataclass
from typing import Literal

from shared.spine.positions import Position

News = Literal["log-begins-anew", "records-lost", "log-is-shorter"]


@dataclass(frozen=True, slots=True)
class Log:
    """A partition as Kafka has it: the topic's id, and its first and next offset."""

    id: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Placed:
    """The position, and what an operator must hear of it: how many records nobody will ever read."""

    at: Position
    news: News | None = None
    lost: int = 0


def placed(handled: Position | None, log: Log) -> Placed:
    """What was handled before ids of logs were known ('') belongs to the log that is there."""
    if handled is None:
        return Placed(Position(log.id, log.begin))
    if handled.log not in ("", log.id):
        return Placed(Position(log.id, log.begin), "log-begins-anew")
    if handled.next_offset < log.begin:
        return Placed(Position(log.id, log.begin), "records-lost", log.begin - handled.next_offset)
    if handled.next_offset > log.end:
        return Placed(Position(log.id, log.end), "log-is-shorter")
    return Placed(Position(log.id, handled.next_offset))
