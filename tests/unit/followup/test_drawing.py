"""The picture of the stages: where each stands, and that nothing leaves it."""

from datetime import date, timedelta
from typing import Any

from followup.pages.drawing import FULL_TIME, OPEN_END, drawn
from followup.queries.placements import WholeStageView
from tests.unit.followup.world import START, an_id

DAY = timedelta(days=1)


def stage(first: date, to: date | None = None, **other: Any) -> WholeStageView:
    facts = {"stage_id": an_id(1), "form": "SMAAJOB", "hours": 10, "times_of_day": ("day",), "tasks": ("butik-01",)}
    return WholeStageView.model_validate(
        {**facts, "from": first, "to": to, "approval_needed": False, "begun": True, **other}
    )


def test_stages_stand_side_by_side_as_high_as_their_hours() -> None:
    praktik = stage(START, START + 27 * DAY, form="VIRKSOMHEDSPRAKTIK", hours=37)
    paid = stage(START + 28 * DAY, START + 55 * DAY, hours=18.5, begun=False)
    picture = drawn([praktik, paid], START + 14 * DAY)
    one, two = picture.boxes
    assert (one.paid, two.paid) == (False, True)
    assert one.x == picture.left
    assert abs(one.x + one.width - two.x) <= 0.2
    assert one.height == FULL_TIME / FULL_TIME * (picture.bottom - picture.top)
    assert abs(two.height - one.height / 2) < 0.1
    assert picture.today is not None
    assert one.x < picture.today < two.x
    assert [day.month for _, day in picture.months] == [12, 1]


def test_what_has_no_end_goes_on_beyond_today_and_into_the_next_one() -> None:
    picture = drawn([stage(START), stage(START + 30 * DAY, hours=20)], START + 90 * DAY)
    first, last = picture.boxes
    assert abs(first.x + first.width - last.x) <= 0.2
    assert abs(last.x + last.width - picture.right) <= 0.2
    assert picture.today is not None
    assert picture.today < picture.right - (picture.right - picture.left) * OPEN_END.days / 90 / 2


def test_nothing_leaves_the_picture_however_long_or_short_it_was() -> None:
    for stages in (
        [stage(START, START, hours=80)],
        [stage(START, START + 1_500 * DAY), stage(START + 1_501 * DAY, hours=2)],
        [stage(START + n * DAY, START + n * DAY) for n in range(200)],
        [stage(START + 300 * DAY, begun=False)],
    ):
        picture = drawn(stages, START + 10_000 * DAY)
        assert picture.today is None or stages[0].to is None or stages[-1].to is None
        assert len(picture.months) <= 8
        for box in picture.boxes:
            assert picture.left <= box.x
            assert box.x + box.width <= picture.right + 3
            assert picture.top <= box.y <= box.y + box.height <= picture.bottom + 0.1
