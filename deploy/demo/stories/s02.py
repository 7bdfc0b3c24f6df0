"""S02, CUC: plastics in Slagelse. Six young people, one after another, on one place; the sixth likes the nights."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Plastfabrikken Vestsjælland"
KOMMUNE = "0330"
TASKS = ["produktion-02", "produktion-03", "rengoering-03"]  # straighten and pack, milling machine, washing machines
NIGHT = date(2027, 4, 19)


async def signs_up(play: Play) -> None:
    """A toolmaker signs up, who trusts the young, and looks after them."""
    await people.join(play, COMPANY, "99020008", "4200", "industry")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, Slagelse"})


async def opened(play: Play) -> None:
    """A place opens, by day or by night."""
    await people.agree_on_place(
        play, TASKS, hours_from=8, hours_to=30, times_of_day=["day", "night"], forms=["VIRKSOMHEDSPRAKTIK", "SMAAJOB",
        "ORDINAER"], support=["fixed-contact", "one-task-at-a-time", "clear-rules"], frame=["noise", "shift-work"],
    )  # fmt: skip


async def doubts(play: Play) -> None:
    """Will it not be too much trouble, and too dear in hours? He does the sums, and colleagues doubt no longer."""
    await play.happens("referral.sent")
    await people.is_hard(play, "C-INTERNAL", about="company")
    await people.helps(play, "I-BUSINESS-CASE", "leader", 120, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)


async def the_first(play: Play) -> None:
    """The first comes for a fortnight of praktik, and goes on to another employer."""
    await people.place(play)
    await _goes_on(play, date(2026, 12, 21), "job-elsewhere", "O-ELSEWHERE")


async def the_second(play: Play) -> None:
    """In the new year the second comes, with paid hours, and goes on to education."""
    await _comes(play, date(2027, 1, 4))
    await _goes_on(play, date(2027, 1, 25), "education", "O-EDUCATION")


async def the_third(play: Play) -> None:
    """The third is not 18 yet: he asks for the night shift too, but that is not for him."""
    await _comes(play, date(2027, 1, 25))
    asked = (await play.api.get("matching", f"/matches/{play.match_id}"))["gate"]
    play.expect("a task at a machine is looked at first", True, "u18-task-confirmed" in asked)
    nights = {"form": "SMAAJOB", "hours": 8, "times_of_day": ["night"], "tasks": TASKS[:1], "from": "2027-02-08"}
    no = await play.refusal(people.follow_up(play, "stages", **nights, u18_tasks_confirmed=True))
    play.expect("night rejected for 15-17", "R-U18-2", no)
    await _goes_on(play, date(2027, 2, 15), "education", "O-EGU")


async def the_fourth_and_fifth(play: Play) -> None:
    """The fourth finds out what it is to be; the fifth finds a job elsewhere."""
    await _comes(play, date(2027, 2, 15))
    await _goes_on(play, date(2027, 3, 8), "period-over", "O-CLARIFIED")
    await _comes(play, date(2027, 3, 8))
    await _goes_on(play, date(2027, 4, 5), "job-elsewhere", "O-ELSEWHERE")


async def the_sixth(play: Play) -> None:
    """The sixth begins in praktik; pace and amount do not grow at the same time, and he has a say."""
    await _comes(play, date(2027, 4, 5))
    await people.is_hard(play, "C-FRAME")
    await people.helps(play, "I-PACE", "leader", 30, "partly")
    await people.helps(play, "I-VOICE", "leader", 30, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)


async def nights(play: Play) -> None:
    """After a week he wants to work at night, in peace, and to leave the machines clean for the morning shift."""
    before = play.said("referral.sent")
    await people.helps(play, "I-SHIFT", "leader", 15, "solved", placement_id=play.placement_id)
    await people.grow(play, "ORDINAER", 30, NIGHT, times_of_day=["night"])
    changed = await play.happens_to("placement.stage-changed", placement_id=play.placement_id)
    play.expect("changing working time is a stage change", ["night"], changed["stage"]["times_of_day"])
    play.expect("and no new referral", before, play.said("referral.sent"))


async def stays(play: Play) -> None:
    """He would like to stay for a long time."""
    await people.check_in(play, "after-change", "independence")
    recorded = await people.became(play, "O-RETAINED")
    play.expect("he stays", ["O-RETAINED", "living"], [recorded["outcome"], recorded["when"]])
    found = await play.api.get("followup", "/placements", as_="leader", own=play.leader_id, place_id=play.place_id)
    play.expect(
        "one leader, six placements in sequence on one place",
        ["finished"] * 5 + ["active"],
        [one["state"] for one in found],
    )
    days = [day for one in found for day in (one["started_on"], one.get("ended_on")) if day]
    play.expect("each begins when the one before has gone on", sorted(days), days)
    play.tell("six in sequence", "O-ELSEWHERE, O-EDUCATION, O-EGU, O-CLARIFIED, O-ELSEWHERE")
    play.outcome = "O-RETAINED: ORDINAER, 30 h a week, at night"


async def _comes(play: Play, day: date) -> None:
    """The leader agrees to the next, and the kommune finds somebody: from agreed to the first day in a week."""
    await play.calendar.until_day(day)
    await people.reopen(play)
    await people.place(play)


async def _goes_on(play: Play, day: date, reason: str, outcome: str) -> None:
    await play.calendar.until_day(day)
    ended = await people.end(play, reason)
    play.expect(f"to go on to {outcome} is no early end", "as-planned", ended["how"])
    await people.became(play, outcome)


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0330"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0330"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0330"} 1
    referrals_sent_total{kommune="0330",why="own"} 6
    referrals_answered_total{kommune="0330",answer="accepted"} 6
    matches_proposed_total 6
    matches_agreed_total{kommune="0330"} 6
    placements_started_total{form="VIRKSOMHEDSPRAKTIK"} 3
    placements_started_total{form="SMAAJOB"} 3
    challenges_total{challenge="C-INTERNAL"} 1
    challenges_total{challenge="C-FRAME"} 1
    interventions_total{intervention="I-BUSINESS-CASE",result="solved"} 1
    interventions_total{intervention="I-PACE",result="partly"} 1
    interventions_total{intervention="I-VOICE",result="solved"} 1
    interventions_total{intervention="I-SHIFT",result="solved"} 1
    stage_changes_total{from="VIRKSOMHEDSPRAKTIK",to="ORDINAER"} 1
    placements_ended_total{how="as-planned"} 5
    outcomes_total{outcome="O-ELSEWHERE",when="0"} 2
    outcomes_total{outcome="O-EDUCATION",when="0"} 1
    outcomes_total{outcome="O-EGU",when="0"} 1
    outcomes_total{outcome="O-CLARIFIED",when="0"} 1
    outcomes_total{outcome="O-RETAINED",when="living"} 1
    places{state="filled"} 1
    seats{state="living"} 1
    placements{stage="ORDINAER"} 1
    paid_hours_per_week 30
    """
)

STORY = Story(
    "S02",
    "Plastics: six in sequence, and the sixth at night",
    (KOMMUNE,),
    (signs_up, opened, doubts, the_first, the_second, the_third, the_fourth_and_fifth, the_sixth, nights, stays),
    COUNTS,
)
