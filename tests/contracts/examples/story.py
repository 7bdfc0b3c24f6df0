"""The people, things and days of the story; nobody here exists, and ids are made of the order below.

A security control room in Esbjerg takes a young person who games: praktik from 30 November 2026, an ordinary job after
Christmas.
"""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from shared.events.base import Reason, Stage, Task, Terms

_numbers = count(1)


def _id() -> str:
    """A UUIDv7 of the morning of 2 November 2026."""
    return f"01a19b45-b800-7000-8000-{next(_numbers):012x}"


LEADER, COMPANY, WORKPLACE, BUDDY, PLACE, CONTACT, DEPUTY = (_id() for _ in range(7))
REFERRAL, MATCH, PLACEMENT, PRAKTIK, JOB, CHALLENGE, INTERVENTION = (_id() for _ in range(7))
REPLY, DEAD_LETTER, EVENT, CAUSE, CERTIFICATE = (_id() for _ in range(5))
CANDIDATE = "c1f7c6b8-3a52-4d0e-9b1f-6d2a7e805c43"
ESBJERG = "0561"
SAID_AT = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)

TASK = "viden_data-07"
TASKS = (Task(task_id=TASK, hours=20, tags=("screens", "coordination")),)
NIGHTS: dict[str, Any] = {"hours": 20, "times_of_day": ("evening", "night"), "tasks": (TASK,)}
TERMS = Terms(
    form="VIRKSOMHEDSPRAKTIK", **NIGHTS, start=date(2026, 11, 30), until=date(2026, 12, 27), next_step="ORDINAER"
)
STAGE = Stage(
    stage_id=PRAKTIK,
    form="VIRKSOMHEDSPRAKTIK",
    **NIGHTS,
    from_=date(2026, 11, 30),
    to=date(2026, 12, 27),
    next_step="ORDINAER",
)
NEXT_STAGE = Stage(stage_id=JOB, form="ORDINAER", **NIGHTS | {"hours": 37}, from_=date(2026, 12, 28))
APPROVED: dict[str, Any] = {
    "form": "VIRKSOMHEDSPRAKTIK",
    "hours": 20,
    "from_": date(2026, 11, 30),
    "to": date(2026, 12, 27),
}
PROFILE: dict[str, Any] = {
    "age_band": "18-24",
    "hours": 20,
    "times_of_day": ("evening", "night"),
    "strengths": ("coordination", "detail"),
    "interests": ("gaming", "screens"),
    "support": ("clear-rules", "fixed-contact"),
    "reach": 30,
    "forms": ("VIRKSOMHEDSPRAKTIK", "ORDINAER"),
    "from_": date(2026, 11, 23),
}
ASKED: dict[str, Any] = {
    "postnr": "6700",
    "tasks": TASKS,
    "hours_from": 20,
    "hours_to": 37,
    "times_of_day": ("evening", "night"),
    "forms": ("VIRKSOMHEDSPRAKTIK", "ORDINAER"),
    "purpose": "trial-for-hiring",
    "support": ("clear-rules", "fixed-contact", "buddy"),
    "frame": ("shift-work", "team-work"),
    "seats": 1,
}
REASONS = tuple(
    Reason(component=name, points=points, of=of)
    for name, points, of in (
        ("tasks", 18, 25), ("hours", 20, 20), ("times", 15, 15), ("support", 10, 15), ("reach", 10, 10),
        ("forms", 10, 10), ("start", 5, 5),
    )
)  # fmt: skip
