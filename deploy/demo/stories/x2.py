"""X2, an electrician's: the fitters are in the field all day. Other tasks are found, and two share them."""

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "El-firmaet Aulum"
KOMMUNE = "0657"
OFFICE = ["kontor-03", "kontor-05"]  # post and filing, preparing meetings
STORE = ["transport_lager-02", "transport_lager-04"]  # goods-in and tidying, delivery check


async def signs_up(play: Play) -> None:
    """A leader signs up: it is hard to find tasks of a few hours, for the fitters are out all day."""
    await people.join(play, COMPANY, "99220007", "7490", "construction", "10-49")
    await people.register(play, KOMMUNE, {"company-consultant": "Virksomhedskonsulenterne"})


async def tasks_found(play: Play) -> None:
    """The consultant helps to find other tasks, which two young people can share: two seats of four hours a week."""
    seats = {1: OFFICE, 2: STORE}
    shared = [{"task_id": task, "hours": 2, "seat": seat} for seat in seats for task in seats[seat]]
    await people.agree_on_place(play, shared, seats=2, hours_from=4, hours_to=8, forms=["SMAAJOB"])
    place = await play.happens("place.opened")
    play.expect("one place is split over two seats", [2, 4], [place["seats"], place["hours_from"]])
    tasks = {seat: [task["task_id"] for task in place["tasks"] if task["seat"] == seat] for seat in seats}
    play.expect("each seat has other tasks than the fitters'", seats, tasks)


async def two_proposed(play: Play) -> None:
    """The kommune is asked for two, and proposes two: each for the seat whose tasks interest her."""
    sent = await play.happens("referral.sent")
    play.expect("for how many the kommune is asked", [KOMMUNE, 2], [sent["kommune"], sent["seats"]])
    terms = [match["terms"] for match in await people.so_many_proposed(play, 2)]
    seats = {one["seat"]: one["tasks"] for one in terms}
    play.expect("each is proposed for tasks of one seat", {1: OFFICE, 2: STORE}, seats)


async def begun(play: Play) -> None:
    """All say yes, and both begin, with four paid hours a week each."""
    stages = [started["stage"] for started in await people.each_begins(play)]
    play.expect("few hours, and paid", [("SMAAJOB", 4)] * 2, [(stage["form"], stage["hours"]) for stage in stages])
    filled = await play.happens("place.filled")
    play.expect("both seats are taken", "filled", filled["state"])
    seats = sorted(said.data["terms"]["seat"] for said in play.said("match.agreed"))
    play.expect("the place is shared between two young people on few hours", [1, 2], seats)
    play.tell("one place, two young people, 4 h each")
    play.outcome = "living: two SMAAJOB, 4 h a week each"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0657"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0657"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0657"} 1
    referrals_sent_total{kommune="0657",why="own"} 1
    referrals_answered_total{kommune="0657",answer="accepted"} 1
    matches_proposed_total 2
    matches_agreed_total{kommune="0657"} 2
    placements_started_total{form="SMAAJOB"} 2
    places{state="filled"} 1
    seats{state="living"} 2
    placements{stage="SMAAJOB"} 2
    paid_hours_per_week 8
    """
)

STORY = Story(
    "X2",
    "Fitters in the field: other tasks, shared between two",
    (KOMMUNE,),
    (signs_up, tasks_found, two_proposed, begun),
    COUNTS,
)
