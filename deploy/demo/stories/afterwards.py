"""When all stories are told: the figures follow from them, and nothing was lost on the way."""

from collections import Counter
from datetime import datetime
from fractions import Fraction
from typing import Any

from deploy.demo.figures import Figure, figure, read
from deploy.demo.journal import Journal
from deploy.demo.story import Play, Story
from shared.catalogue.calendar import add_months, today

SERVICES = ("intake", "municipality-gateway", "matching", "followup", "metrics")
A_FEW = 5
NOT_BY_HAND = (
    "step_duration_seconds_",
    "goal_",
    "matches_agreed_last_",
    "full_time_equivalents",
    "value_kroner",
    "projection_lag_",
)


async def nothing_left(play: Play) -> None:
    """Nothing is parked, dead or refused."""
    left: dict[str, int] = {}
    for service in SERVICES:
        health = await play.api.get(service, "/health/ready", as_=None)
        left |= {f"{service} {what}": health[what] for what in ("parked", "dead", "outbox_failed") if health[what]}
    play.expect("what the services left over", {}, left)
    kommuner = (await play.api.get("kommuner", "/", as_=None))["kommuner"]
    play.expect("what kommuner were refused", [], [no for one in kommuner.values() for no in one["refused"]])
    play.expect("what kommuner could not do", [], [no for one in kommuner.values() for no in one["failed"]])


async def counted(play: Play) -> None:
    """Every figure is what a hand counts over the stories, and there is no other."""
    await play.calendar.quiet()
    found = read(await play.api.get("metrics", "/metrics", as_="operator"))
    shown = Counter({one: value for one, value in found.items() if value and _of_the_work(one)})
    by_hand: Counter[Figure] = Counter()
    for other in play.others:
        by_hand.update(other.story.counts)
    for one in sorted({*by_hand, *shown}, key=str):
        play.expect(str(one), by_hand[one], shown[one])
    play.tell(f"{len(shown)} figures, each as counted by hand")


def _of_the_work(one: Figure) -> bool:
    """What a service says of itself has its name."""
    return "service" not in dict(one.labels) and not one.name.startswith(NOT_BY_HAND)


async def durations(play: Play) -> None:
    """How long each step took is what lies between the events."""
    found = read(await play.api.get("metrics", "/metrics", as_="operator"))
    for step, took in _took(play.journal).items():
        for name, value in (("count", len(took)), ("sum", sum(took))):
            one = figure(f"step_duration_seconds_{name}", step=step)
            play.expect(str(one), value, found.get(one))


def _took(journal: Journal) -> dict[str, list[int]]:
    """Whole seconds between the first event of one kind and the first of the other, about the same thing."""
    said = journal.events

    def first(about: str, *what: str, **data: Any) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for e in sorted(said, key=lambda e: e.time):
            if e.what in what and data.items() <= e.data.items() and e.data.get(about):
                found.setdefault(e.data[about], e.time)
        return found

    def between(begins: dict[str, datetime], ends: dict[str, datetime]) -> list[int]:
        return [int((ends[one] - begins[one]).total_seconds()) for one in begins.keys() & ends.keys()]

    sent = first("referral_id", "referral.sent")
    answered = first("referral_id", *(f"referral.{how}" for how in ("accepted", "rejected", "on-hold", "expired")))
    raised = first("challenge_id", "challenge.raised")
    return {
        "signup-to-call": between(
            first("leader_id", "leader.signed-up"), first("leader_id", "leader.called", outcome="reached")
        ),
        "agreed-to-referral": between(first("place_id", "place.opened"), first("place_id", "referral.sent")),
        "referral-to-answer": between(sent, answered),
        "answer-to-contact": between(answered, first("referral_id", "referral.leader-contacted")),
        "referral-to-match": between(sent, first("referral_id", "match.agreed")),
        "match-to-start": between(first("match_id", "match.agreed"), first("match_id", "placement.started")),
        "challenge-to-help": between(raised, first("challenge_id", "intervention.tried")),
    }


async def worth(play: Play) -> None:
    """What it is worth follows from the matches of a year: 0.7 of them last, with 13 of 37 hours."""
    found = read(await play.api.get("metrics", "/metrics", as_="operator"))
    year = add_months(play.calendar.today, -12)
    agreed = [e for e in play.journal.find("match.agreed") if today(e.time) > year]
    full_time = len(agreed) * Fraction(7, 10) * Fraction(13, 37)
    of_a_year: dict[str, int | Fraction] = {
        "matches_agreed_last_12_months": len(agreed),
        "full_time_equivalents": full_time,
        "value_kroner": full_time * 230_000,
    }
    for name, value in of_a_year.items():
        play.expect(name, [float(value)], [found[one] for one in found if one.name == name])


async def small_numbers(play: Play) -> None:
    """Partners see no number that could be somebody."""
    kpis = await play.api.get("metrics", "/kpis", as_="partner")
    shown = [cell for cells in kpis["by"].values() for cell in cells if cell["value"] is not None]
    play.expect("no cell below five", [], [cell for cell in shown if 0 < cell["value"] < A_FEW])
    play.outcome = "nothing lost, nothing refused"


STORY = Story("all", "Afterwards: the figures", (), (nothing_left, counted, durations, worth, small_numbers))
