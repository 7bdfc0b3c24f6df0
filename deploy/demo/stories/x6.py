"""X6, engineers near København: calibration that nobody likes, pooled from their jobs, is just right for somebody."""

from typing import Any

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Måleteknik Lyngby"
KOMMUNE = "0173"
CALIBRATION, RECORDS = "produktion-05", "kontor-02"


async def signs_up(play: Play) -> None:
    """A leader signs up, though he does not see how: he has engineers, and nobody young can stand in for those."""
    await people.join(play, COMPANY, "99260009", "2800", "industry")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, Lyngby-Taarbæk"})


async def tasks_found(play: Play) -> None:
    """Is there something that repeats itself, and gives them no energy? Calibration: it is taken from several jobs."""
    pooled = [
        {"task_id": CALIBRATION, "hours": 8, "from_job": "engineer"},
        {"task_id": RECORDS, "hours": 2, "from_job": "engineer"},
    ]
    await people.agree_on_place(
        play, pooled, hours_from=10, hours_to=15, forms=["SMAAJOB"], support=["written-steps", "quiet-place"],
        frame=["alone-work"],
    )  # fmt: skip
    place = await play.happens("place.opened")
    found = {task["task_id"]: task["hours"] for task in place["tasks"]}
    play.expect("what is pooled is one place", {CALIBRATION: 8, RECORDS: 2}, found)
    mine = await play.api.get("intake", f"/places/{play.place_id}", as_="leader", own=play.leader_id)
    play.expect("whose job it was", {"engineer"}, {task["from_job"] for task in mine["found"]["tasks"]})


async def suggested(play: Play) -> None:
    """The kommune has registered whom it knows: one likes calm and detail, and is suggested first, with the reasons."""
    suggestions = await _suggestions(play)
    play.expect("both are suggested", [1, 2], [one["rank"] for one in suggestions])
    first = {reason["component"]: reason["points"] for reason in suggestions[0]["reasons"]}
    second = {reason["component"]: reason["points"] for reason in suggestions[1]["reasons"]}
    play.expect("the tasks speak for the first", True, first["tasks"] > second["tasks"])
    play.expect("the score is the sum of its reasons", sum(first.values()), suggestions[0]["score"])
    play.expect("nothing follows by itself", [], await play.api.get("matching", "/matches", place_id=play.place_id))
    play.tell("two suggested from the pool, with reasons")


async def proposed(play: Play) -> None:
    """The kommune agrees, and proposes the one who was suggested first."""
    first = (await _suggestions(play))[0]["candidate_id"]
    match = await people.someone_proposed(play)
    play.expect("who is proposed", first, match["candidate_id"])
    play.expect("for both of the tasks", [CALIBRATION, RECORDS], match["terms"]["tasks"])
    await people.say_yes(play)
    await people.agreed(play)


async def begun(play: Play) -> None:
    """The engineers have time for what they are good at; and somebody has a job to thrive in: ten paid hours."""
    started = await people.start(play)
    play.expect("few hours, and paid", ["SMAAJOB", 10], [started["stage"]["form"], started["stage"]["hours"]])
    await people.helps(play, "I-TASK-MAP", "consultant", 60, "solved", placement_id=play.placement_id)
    play.expect("who has a place is suggested no more", [], await _suggestions(play))
    play.outcome = "living: SMAAJOB, 10 h a week"


async def _suggestions(play: Play) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await play.api.get("matching", f"/places/{play.place_id}/suggestions")
    return found


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0173"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0173"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0173"} 1
    referrals_sent_total{kommune="0173",why="own"} 1
    referrals_answered_total{kommune="0173",answer="accepted"} 1
    matches_proposed_total 1
    matches_agreed_total{kommune="0173"} 1
    placements_started_total{form="SMAAJOB"} 1
    interventions_total{intervention="I-TASK-MAP",result="solved"} 1
    places{state="filled"} 1
    seats{state="living"} 1
    placements{stage="SMAAJOB"} 1
    paid_hours_per_week 10
    """
)

STORY = Story(
    "X6",
    "Engineers: calibration pooled from their jobs",
    (KOMMUNE,),
    (signs_up, tasks_found, suggested, proposed, begun),
    COUNTS,
)
