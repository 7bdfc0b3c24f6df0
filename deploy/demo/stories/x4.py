"""X4, a department with a headcount: the young person would count against it, until the top manager confirms."""

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Fabrikken ved Gudenåen"
KOMMUNE = "0730"
TASKS = ["produktion-05", "viden_data-02"]  # calibration, data entry


async def signs_up(play: Play) -> None:
    """A head of department signs up; but a young person would count as one of her heads."""
    await people.join(play, COMPANY, "99240008", "8900", "industry", "250+")
    await people.register(play, KOMMUNE, {"entrance": "Virksomhedsindgangen, Randers"})


async def blocked(play: Play) -> None:
    """That stops it: a department that loses a colleague for a young person does not take one in."""
    answer = await people.agree_on_place(
        play, TASKS, hours_from=12, hours_to=20, forms=["SMAAJOB"], counts_in_headcount=True
    )
    play.expect("the headcount blocks", ["R-HEADCOUNT"], [one["rule"] for one in answer["blocked"]])
    said = await play.happens("place.blocked")
    play.expect("what is hard about it", ["C-HEADCOUNT"], list(said["challenges"]))
    play.expect("no kommune is asked", [], play.said("referral.sent"))


async def confirmed(play: Play) -> None:
    """A week later the top manager confirms that she does not count, and the place opens."""
    await play.calendar.working_days(5)
    await play.api.patch("intake", f"/places/{play.place_id}", {"top_manager_confirms": True})
    answer = await people.open_place(play)
    play.expect("nothing blocks any more", ("open", []), (answer["state"], answer["blocked"]))
    sent = await play.happens("referral.sent")
    play.expect("who is asked", KOMMUNE, sent["kommune"])


async def starts(play: Play) -> None:
    """And a young person begins, beside the department's own."""
    await people.place(play)
    play.tell("R-HEADCOUNT, confirmed by the top manager")
    play.outcome = "living: SMAAJOB, 12 h a week"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0730"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0730"} 1
    calls_total{outcome="reached"} 1
    places_blocked_total{rule="R-HEADCOUNT"} 1
    places_opened_total{kommune="0730"} 1
    referrals_sent_total{kommune="0730",why="own"} 1
    referrals_answered_total{kommune="0730",answer="accepted"} 1
    matches_proposed_total 1
    matches_agreed_total{kommune="0730"} 1
    placements_started_total{form="SMAAJOB"} 1
    places{state="filled"} 1
    seats{state="living"} 1
    placements{stage="SMAAJOB"} 1
    paid_hours_per_week 12
    """
)

STORY = Story(
    "X4",
    "The headcount: blocked until the top manager confirms",
    (KOMMUNE,),
    (signs_up, blocked, confirmed, starts),
    COUNTS,
)
