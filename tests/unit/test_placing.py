"""Where reading begins, for each thing that may have happened to a log meanwhile."""

import pytest

from shared.spine.placing import Log, Placed, placed
from shared.spine.positions import Position

LOG = Log("now", begin=10, end=20)


@pytest.mark.parametrize(
    ("handled", "expected"),
    [
        (None, Placed(Position("now", 10))),
        (Position("now", 15), Placed(Position("now", 15))),
        (Position("now", 20), Placed(Position("now", 20))),
        (Position("", 15), Placed(Position("now", 15))),
        (Position("before", 15), Placed(Position("now", 10), "log-begins-anew")),
        (Position("now", 7), Placed(Position("now", 10), "records-lost", 3)),
        (Position("now", 21), Placed(Position("now", 20), "log-is-shorter")),
    ],
    ids=["never read", "in the middle", "up to the end", "before logs had ids", "made anew", "deleted", "cut off"],
)
def test_reading_begins_where_the_database_has_handled(handled: Position | None, expected: Placed) -> None:
    assert placed(handled, LOG) == expected
