"""X8, a nursery garden near Viborg: the need exceeds the workplace, and the kommune pays for a mentor's hours."""

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Planteskolen ved Tjele"
KOMMUNE = "0791"
TASKS = ["landbrug_gartneri_fiskeri-02", "landbrug_gartneri_fiskeri-04"]  # sow and water, pack and clean
A_MENTOR = {"answer": "granted", "support": "mentor-hours", "minutes": 120}


async def signs_up(play: Play) -> None:
    """A head gardener signs up, and a place opens."""
    await people.join(play, COMPANY, "99280018", "8830", "agriculture", "10-49")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, Viborg"})
    await people.agree_on_place(play, TASKS, hours_from=12, hours_to=20, forms=["SMAAJOB"], frame=["outdoors"])


async def starts(play: Play) -> None:
    """A young person begins with 12 hours a week, among plants and few people."""
    await people.place(play)
    await people.check_in(play, "first-week", "instructions")
    play.tell("SMAAJOB 12 h")


async def more_than_a_workplace(play: Play) -> None:
    """She needs more than a workplace can give; the leader says so, and wants the kommune's help."""
    await people.is_hard(play, "C-SUPPORT-GAP", help="kommune")
    raised = await play.happens_to("challenge.raised", challenge_id=play.challenge_id)
    play.expect(
        "public support is requested through the young person's kommune",
        [KOMMUNE, "kommune", "C-SUPPORT-GAP"],
        [raised["kommune"], raised["help"], raised["code"]],
    )
    agenda = await play.api.get("followup", "/agenda")
    mine = {line["challenge_id"]: line["awaits"] for line in agenda["challenges"]}
    play.expect("it waits for the kommune on the consultant's day", "kommune", mine.get(play.challenge_id))


async def granted(play: Play) -> None:
    """Two working days later the kommune grants it: a mentor for two hours a week, for three months."""
    tried = await play.happens_to("intervention.tried", challenge_id=play.challenge_id)
    play.expect("what is tried, and by whom", ["I-MENTOR-FUNDED", "kommune"], [tried["code"], tried["by"]])
    placement = await people.placement(play)
    given = placement["support"][-1]
    play.expect("the public scheme comes into play", A_MENTOR, {name: given[name] for name in A_MENTOR})
    play.expect("and is not longer than it may be", [], given["warnings"])
    kinds = [checkin["kind"] for checkin in placement["checkins"]["coming"]]
    play.expect("before it ends somebody asks what comes after it", True, "before-support-ends" in kinds)
    noticed = [line["code"] for line in placement["attention"]]
    play.expect("the consultant sees the answer", ["support-granted"], noticed)
    play.tell("C-SUPPORT-GAP: 0791 grants a mentor, 2 h a week")


async def helped(play: Play) -> None:
    """With the mentor it works: the place is hers, and the leader has time for the plants."""
    await people.check_in(play, "weekly", "cooperation")
    (tried,) = (await people.placement(play))["interventions"]
    await play.api.post("followup", f"/interventions/{tried['intervention_id']}/result", {"result": "solved"})
    closed = await play.happens_to("challenge.closed", challenge_id=play.challenge_id)
    play.expect("help came after two working days", 2 * 24 * 3600, closed["response_seconds"])
    play.outcome = "living: SMAAJOB, 12 h a week, with a mentor"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0791"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0791"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0791"} 1
    referrals_sent_total{kommune="0791",why="own"} 1
    referrals_answered_total{kommune="0791",answer="accepted"} 1
    matches_proposed_total 1
    matches_agreed_total{kommune="0791"} 1
    placements_started_total{form="SMAAJOB"} 1
    challenges_total{challenge="C-SUPPORT-GAP"} 1
    interventions_total{intervention="I-MENTOR-FUNDED",result="solved"} 1
    places{state="filled"} 1
    seats{state="living"} 1
    placements{stage="SMAAJOB"} 1
    paid_hours_per_week 12
    """
)

STORY = Story(
    "X8",
    "The need exceeds the workplace: public support",
    (KOMMUNE,),
    (signs_up, starts, more_than_a_workplace, granted, helped),
    COUNTS,
)
