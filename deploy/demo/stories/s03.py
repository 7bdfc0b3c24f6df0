"""S03, Lederne: a sales department in København. A buddy, many talks, and two good outcomes at once."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Foreningshuset Amager"
KOMMUNE = "0101"
TASKS = ["kontor-07", "kontor-06"]  # booking meetings, phone and customers
NINE_MONTHS = date(2027, 9, 13)


async def signs_up(play: Play) -> None:
    """The head of a sales department signs up."""
    await people.join(play, COMPANY, "99030003", "2300", "associations")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, København"})


async def opened(play: Play) -> None:
    """Somebody is to call members and book meetings; a colleague will be the buddy, who takes care of a good start."""
    buddy = await people.colleague(play, "En kollega i salgsafdelingen")
    await people.agree_on_place(
        play, TASKS, hours_from=12, hours_to=25, forms=["SMAAJOB"], buddy_id=buddy, support=["buddy", "weekly-talk"],
        frame=["customers", "canteen"],
    )  # fmt: skip


async def starts(play: Play) -> None:
    """On the first day the buddy is at the door."""
    await people.place(play)
    found = await people.placement(play)
    buddy, leader = found["buddy_id"], (found["contact_id"], play.leader_id)
    play.expect("the buddy is not the leader", (True, False), (bool(buddy), buddy in leader))
    await people.check_in(play, "first-day")
    await _for_her(play, "I-BUDDY", 60)
    play.tell("SMAAJOB 12 h, with a buddy")


async def training(play: Play) -> None:
    """Role play and training in the systems: what was needed is structure, and it comes with fixed tasks."""
    await people.check_in(play, "first-week", "instructions")
    await _for_her(play, "I-FIXED-TASKS", 30)
    await _for_her(play, "I-TRAINING", 240)


async def talks(play: Play) -> None:
    """In many talks with buddy and manager there is room for dreams as well; the hours grow."""
    await people.grow(play, "SMAAJOB", 20, date(2027, 2, 1))
    await _for_her(play, "I-ONE-TO-ONE", 120)


async def next_step(play: Play) -> None:
    """They help to apply for what is nearer to the studies that were left."""
    await people.check_in(play, "after-change", "independence")
    await _for_her(play, "I-NEXT-STEP", 90)


async def two_outcomes(play: Play) -> None:
    """After nine months: back to the studies, and a student job beside them, in the same house."""
    await play.calendar.until_day(NINE_MONTHS)
    ended = await people.end(play, "education", "belief", "structure")
    play.expect("it ended as planned", "as-planned", ended["how"])
    await people.became(play, "O-EDUCATION")
    await people.became(play, "O-STUDENTJOB", 10)
    outcomes = (await people.placement(play))["outcomes"]
    today = NINE_MONTHS.isoformat()
    play.expect(
        "two simultaneous outcomes",
        [("O-EDUCATION", None, today), ("O-STUDENTJOB", 10, today)],
        [(one["outcome"], one["hours"], one["on"]) for one in outcomes],
    )
    place = await play.happens("place.paused")
    play.expect("the place waits for the next one", "seat-free", place["reason"])
    play.outcome = "O-EDUCATION and O-STUDENTJOB, 10 h a week"


async def _for_her(play: Play, code: str, minutes: int) -> None:
    """What the workplace does without anything being hard."""
    await people.helps(play, code, "leader", minutes, "solved", placement_id=play.placement_id)


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0101"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0101"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0101"} 1
    referrals_sent_total{kommune="0101",why="own"} 1
    referrals_answered_total{kommune="0101",answer="accepted"} 1
    matches_proposed_total 1
    matches_agreed_total{kommune="0101"} 1
    placements_started_total{form="SMAAJOB"} 1
    interventions_total{intervention="I-BUDDY",result="solved"} 1
    interventions_total{intervention="I-FIXED-TASKS",result="solved"} 1
    interventions_total{intervention="I-TRAINING",result="solved"} 1
    interventions_total{intervention="I-ONE-TO-ONE",result="solved"} 1
    interventions_total{intervention="I-NEXT-STEP",result="solved"} 1
    stage_changes_total{from="SMAAJOB",to="SMAAJOB"} 1
    placements_ended_total{how="as-planned"} 1
    outcomes_total{outcome="O-EDUCATION",when="0"} 1
    outcomes_total{outcome="O-STUDENTJOB",when="0"} 1
    places{state="paused"} 1
    seats{state="resting"} 1
    paid_hours_per_week 10
    """
)

STORY = Story(
    "S03",
    "A sales department: a buddy, and two outcomes at once",
    (KOMMUNE,),
    (signs_up, opened, starts, training, talks, next_step, two_outcomes),
    COUNTS,
)
