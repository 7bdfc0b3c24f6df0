"""S04, Norlys: a customer centre in Brønderslev. From two hours to thirty, from data to calls; and a leader grew."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Kundecentret Vendsyssel"
KOMMUNE = "0810"
DATA, CASES, PHONE = "viden_data-02", "viden_data-06", "kontor-06"  # terminations to key in; live chat; the phone
FEW, CALLS, FROM_DATA = 2, 30, 15
"""The three, told apart by the hours with which they begin."""
EIGHT_MONTHS = date(2027, 9, 13)


async def signs_up(play: Play) -> None:
    """A director signs up, though he is unsure."""
    await people.join(play, COMPANY, "99040009", "9700", "energy", "250+")
    await people.register(play, KOMMUNE, {"company-consultant": "Virksomhedskonsulenterne, Brønderslev"})


async def opened(play: Play) -> None:
    """Very different tasks in one house: a place with three seats, from two hours a week to thirty."""
    await people.agree_on_place(
        play, [DATA, CASES, PHONE], seats=3, hours_from=2, hours_to=30, forms=["SMAAJOB", "ORDINAER"],
        support=["fixed-contact", "no-phone", "short-days", "step-by-step-hours"], frame=["customers", "canteen"],
    )  # fmt: skip


async def unsure(play: Play) -> None:
    """Will they hang in the curtains, will it take all his time? He talks it over with the consultant."""
    await play.happens("referral.sent")
    await people.is_hard(play, "C-PREJUDICE", about="place")
    await people.helps(play, "I-CABI-CALL", "consultant", 30, "solved")


async def three_begin(play: Play) -> None:
    """One comes for two hours, just to get used to a workplace; one takes thirty on the phone; one begins with data."""
    await people.so_many_proposed(play, 3)
    hours = sorted(started["stage"]["hours"] for started in await people.each_begins(play))
    play.expect("hours 2…30 on the same company", [FEW, FROM_DATA, CALLS], hours)
    play.tell("three began: 2, 15 and 30 h")


async def talks(play: Play) -> None:
    """When one is away often, colleagues find it unfair; he asks directly, and it gets better."""
    await people.turn_to(play, CALLS)
    await people.check_in(play, "first-week")
    await people.is_hard(play, "C-ABSENCE")
    await people.helps(play, "I-DIRECT-TALK", "leader", 30, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)


async def data_first(play: Play) -> None:
    """To ring strangers is hard: data come first, and tasks that interest him; customer cases in the chat later."""
    await people.turn_to(play, FROM_DATA)
    await people.is_hard(play, "C-PHONE")
    await people.helps(play, "I-TASK-CHANGE", "leader", 20, "partly")
    await people.helps(play, "I-MATCH-INTEREST", "leader", 20, "partly")
    await people.grow(play, "SMAAJOB", 22, date(2027, 1, 11), tasks=[DATA, CASES])


async def calls(play: Play) -> None:
    """He gets the courage to take calls, and a permanent job: thirty hours a week."""
    await people.grow(play, "ORDINAER", 30, date(2027, 2, 1), tasks=[DATA, CASES, PHONE])
    await people.helps(play, "I-TIME", "leader", 60, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)
    stages = (await people.placement(play))["stages"]
    play.expect(
        "ramp data → calls → permanent",
        [("SMAAJOB", 15, [DATA]), ("SMAAJOB", 22, [DATA, CASES]), ("ORDINAER", 30, [DATA, CASES, PHONE])],
        [(stage["form"], stage["hours"], stage["tasks"]) for stage in stages],
    )


async def leader_grew(play: Play) -> None:
    """He has grown as a leader: he asks directly now when somebody seems sad or pressed, and is surer of himself."""
    learned = {"codes": ["direct-talk", "inclusion"], "confidence": 4}
    path = f"/leaders/{play.leader_id}"
    await play.api.post("intake", f"{path}/development", learned, as_="leader", own=play.leader_id)
    noted = await play.happens_to("leader.development-noted", leader_id=play.leader_id)
    play.expect(
        "leader development noted at leader level",
        ["leader_id", learned["codes"], learned["confidence"]],
        [*(name for name in noted if name.endswith("_id")), noted["codes"], noted["confidence"]],
    )
    (developed,) = (await play.api.get("intake", path, as_="leader", own=play.leader_id))["developed"]
    play.expect("and the leader can see it", learned["codes"], developed["codes"])
    play.tell("the leader: direct-talk, inclusion")


async def eight_months(play: Play) -> None:
    """He has been there for almost eight months now, and will stay for years."""
    await play.calendar.until_day(EIGHT_MONTHS)
    recorded = await people.became(play, "O-ORDINARY", 30)
    play.expect("the outcome", ["O-ORDINARY", "living"], [recorded["outcome"], recorded["when"]])
    found = await play.api.get("followup", "/placements", as_="leader", own=play.leader_id, place_id=play.place_id)
    now = sorted(one["stage"]["hours"] for one in found)
    play.expect("what the three have now", [2, 30, 30], now)
    play.outcome = "O-ORDINARY, 30 h a week; two more: 30 and 2 h"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0810"} 1
    companies_joined_total{kickoff="none"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0810"} 1
    referrals_sent_total{kommune="0810",why="own"} 1
    referrals_answered_total{kommune="0810",answer="accepted"} 1
    matches_proposed_total 3
    matches_agreed_total{kommune="0810"} 3
    placements_started_total{form="SMAAJOB"} 2
    placements_started_total{form="ORDINAER"} 1
    challenges_total{challenge="C-PREJUDICE"} 1
    challenges_total{challenge="C-ABSENCE"} 1
    challenges_total{challenge="C-PHONE"} 1
    interventions_total{intervention="I-CABI-CALL",result="solved"} 1
    interventions_total{intervention="I-DIRECT-TALK",result="solved"} 1
    interventions_total{intervention="I-TASK-CHANGE",result="partly"} 1
    interventions_total{intervention="I-MATCH-INTEREST",result="partly"} 1
    interventions_total{intervention="I-TIME",result="solved"} 1
    stage_changes_total{from="SMAAJOB",to="SMAAJOB"} 1
    stage_changes_total{from="SMAAJOB",to="ORDINAER"} 1
    leader_development_total{development="direct-talk"} 1
    leader_development_total{development="inclusion"} 1
    outcomes_total{outcome="O-ORDINARY",when="living"} 1
    places{state="filled"} 1
    seats{state="living"} 3
    placements{stage="SMAAJOB"} 1
    placements{stage="ORDINAER"} 2
    paid_hours_per_week 62
    """
)

STORY = Story(
    "S04",
    "A customer centre: from two hours to thirty, from data to calls",
    (KOMMUNE,),
    (signs_up, opened, unsure, three_begin, talks, data_first, calls, leader_grew, eight_months),
    COUNTS,
)
