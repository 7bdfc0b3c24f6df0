"""S05, Den Jyske Vagtcentral: a control room in Esbjerg. From praktik through few paid hours to an ordinary job."""

from datetime import date, timedelta

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Vagtcentralen Vest"
TASKS = ["viden_data-07", "viden_data-04", "viden_data-01"]  # watching screens, watching data, processing data
DESK = "Ungeenheden, Esbjerg"
CODES = {"age_band", "hours", "times_of_day", "strengths", "interests", "support", "reach", "forms", "from"}


async def signs_up(play: Play) -> None:
    """A leader signs up in minutes."""
    await people.sign_up(play, COMPANY, "99000007", "6700", "business-service")
    play.expect("the leader is on today's call list", 0, (await people.on_call_list(play, COMPANY)).get("attempts"))


async def not_reached(play: Play) -> None:
    """The consultant calls; nobody answers."""
    tomorrow = play.calendar.today + timedelta(days=1)
    await people.call(play, "no-answer", next_call_on=tomorrow.isoformat())
    play.expect("there is no second call today", {}, await people.on_call_list(play, COMPANY))


async def reached(play: Play) -> None:
    """The next day the leader is reached."""
    await play.calendar.working_days(1)
    play.expect("the leader is on the list again", 1, (await people.on_call_list(play, COMPANY)).get("attempts"))
    await people.call(play, "reached")
    said = await play.happens_to("leader.called", leader_id=play.leader_id, outcome="reached")
    play.expect("it was the second attempt", 2, said["attempt"])
    play.tell("leader reached at the second call")


async def place_found(play: Play) -> None:
    """Together they find tasks, hours and support; without a purpose it cannot open."""
    await people.draft_place(
        play,
        tasks=[{"task_id": task} for task in TASKS],
        hours_from=15,
        hours_to=32,
        times_of_day=["day", "evening", "night"],
        forms=["VIRKSOMHEDSPRAKTIK", "SMAAJOB", "ORDINAER"],
        support=["fixed-contact", "clear-rules", "weekly-talk"],
        frame=["shift-work", "team-work"],
        guidance="page",
    )
    play.expect("it is refused by", "R-PURPOSE-1", await play.refusal(people.open_place(play)))
    await play.api.patch("intake", f"/places/{play.place_id}", {"purpose": "trial-for-hiring"})


async def opened(play: Play) -> None:
    """The leader agrees, and the place opens."""
    await people.register(play, "0561", {"youth-unit": DESK})
    await people.open_place(play)
    place = await play.happens("place.opened")
    play.expect("the place is open", "open", place["state"])


async def kommune_asked(play: Play) -> None:
    """Its own kommune is asked, and the leader is told what comes next."""
    sent = await play.happens("referral.sent")
    play.referral_id = sent["referral_id"]
    play.expect("who is asked, and why", ["0561", "own"], [sent["kommune"], sent["why"]])
    play.expect("which person there", "youth-unit", sent["contact_role"])
    guided = await play.happens("referral.leader-guided")
    play.expect("the leader is guided by", "page", guided["channel"])
    page = await play.api.get(
        "municipality-gateway", f"/referrals/{play.referral_id}", as_="leader", own=play.leader_id
    )
    play.expect("the leader can see who will call", DESK, page["contact"].get("name"))


async def kommune_answers(play: Play) -> None:
    """The kommune accepts, contacts the leader and plans a meeting."""
    accepted = await play.happens("referral.accepted")
    play.expect("the company is new to the kommune", False, accepted["company_known"])
    await play.happens("referral.leader-contacted")
    await play.happens("referral.meeting-planned")
    play.tell("0561 accepted and called")


async def someone_proposed(play: Play) -> None:
    """The kommune proposes someone: strengths and interests, no diagnosis."""
    proposed = await play.happens("candidate.proposed")
    profile = proposed["profile"]
    play.expect("all that is said of the young person are codes", CODES, set(profile))
    play.expect("a leisure interest is an argument", True, "gaming" in profile["interests"])
    match = await play.happens("match.proposed")
    play.match_id = match["match_id"]
    play.expect("whose yes is needed", ["kommune", "leader", "young-person"], sorted(match["approvals_needed"]))


async def three_yeses(play: Play) -> None:
    """Leader, young person and kommune say yes."""
    await people.leader_says_yes(play)
    await play.happens("match.approved", party="young-person")
    await play.happens("match.approved", party="kommune")
    match = await play.api.get("matching", f"/matches/{play.match_id}")
    play.expect("nothing is agreed before the gate", "proposed", match["state"])


async def agreed(play: Play) -> None:
    """The gate is answered, and the match is agreed."""
    await people.clear_gate(play)
    match = await play.happens("match.agreed")
    by_kommune = next(approval for approval in match["approvals"] if approval["party"] == "kommune")
    play.expect("the kommune approved", ["VIRKSOMHEDSPRAKTIK", 15], [by_kommune["form"], by_kommune["hours"]])
    await play.happens("referral.completed")
    play.placement_id = (await play.happens("placement.planned"))["placement_id"]
    play.tell("one match, three yeses")


async def starts(play: Play) -> None:
    """The first day: four weeks of praktik, 15 hours a week."""
    planned = await play.happens("placement.planned")
    first_day = date.fromisoformat(planned["stage"]["from"])
    await play.calendar.until_day(first_day)
    await people.follow_up(play, "start", on=first_day.isoformat())
    started = await play.happens("placement.started")
    play.expect("the next step is planned", "SMAAJOB", started["stage"]["next_step"])
    play.expect("somebody asks the same day", first_day.isoformat(), started["next_checkin"])
    await people.check_in(play, "first-day")
    await people.check_in(play, "first-week")
    play.tell("praktik 15 h")


async def trouble(play: Play) -> None:
    """It is hard to be there on time; the leader asks for help."""
    trouble = {"about": "placement", "about_id": play.placement_id, "code": "C-PUNCTUALITY"}
    raised = await play.api.post("followup", "/challenges", trouble, as_="leader", own=play.leader_id)
    play.challenge_id = raised["challenge_id"]
    agenda = await play.api.get("followup", "/agenda")
    open_ones = {c["challenge_id"]: c["awaits"] for c in agenda["challenges"]}
    play.expect("the call for help is on the agenda", "help", open_ones.get(play.challenge_id))


async def helped(play: Play) -> None:
    """The consultant helps: clear expectations, and a course."""
    await play.calendar.working_days(1)
    tried = {"challenge_id": play.challenge_id, "placement_id": play.placement_id}
    results = {"I-EXPECTATIONS": ("leader", 45, "solved"), "I-COURSE": ("consultant", 30, "partly")}
    ids = {}
    for code, (by, minutes, _) in results.items():
        body = {**tried, "code": code, "by": by, "minutes": minutes}
        ids[code] = (await play.api.post("followup", "/interventions", body))["intervention_id"]
    await play.calendar.working_days(5)
    for code in reversed(results):
        await play.api.post("followup", f"/interventions/{ids[code]}/result", {"result": results[code][2]})
    closed = await play.happens_to("challenge.closed", challenge_id=play.challenge_id)
    play.expect("help came within a day", 24 * 3600, closed["response_seconds"])
    play.tell("C-PUNCTUALITY solved by I-EXPECTATIONS")


async def paid_hours(play: Play) -> None:
    """Praktik turns into paid hours: 24 a week."""
    stage = (await play.happens("placement.started"))["stage"]
    await _grow(play, "SMAAJOB", 24, date.fromisoformat(stage["to"]) + timedelta(days=1))
    await people.check_in(play, "after-change")


async def ordinary_job(play: Play) -> None:
    """Six weeks later it is an ordinary job: 32 hours a week."""
    changed = await play.happens("placement.stage-changed", from_form="VIRKSOMHEDSPRAKTIK")
    await _grow(play, "ORDINAER", 32, date.fromisoformat(changed["stage"]["from"]) + timedelta(weeks=6))


async def _grow(play: Play, form: str, hours: int, day: date) -> None:
    before = (await play.api.get("followup", f"/placements/{play.placement_id}"))["stage"]["form"]
    planned = await people.follow_up(
        play,
        "stages",
        form=form,
        hours=hours,
        times_of_day=["day", "evening"],
        tasks=TASKS,
        **{"from": day.isoformat()},
    )
    play.expect(f"{form} needs no approval", False, planned["approval_needed"])
    await play.calendar.until_day(day)
    stage = (await play.happens("placement.stage-changed", from_form=before))["stage"]
    play.expect(
        f"{form} begins on its day", [form, hours, day.isoformat()], [stage["form"], stage["hours"], stage["from"]]
    )
    play.tell(f"{form} {hours} h")


async def ended(play: Play) -> None:
    """The goal is reached; the seat is free until the leader agrees again."""
    await play.calendar.working_days(20)
    gains = ["structure", "confidence"]
    await people.follow_up(play, "end", reason="goal-reached", on=play.calendar.today.isoformat(), gains=gains)
    end = await play.happens("placement.ended")
    play.expect("it ended", ["as-planned", "ORDINAER", gains], [end["how"], end["form"], end["gains"]])
    place = await play.happens("place.paused")
    play.expect("the place waits for a new yes", "seat-free", place["reason"])


async def outcome(play: Play) -> None:
    """What became of it: an ordinary job."""
    on = play.calendar.today.isoformat()
    await people.follow_up(play, "outcomes", outcome="O-ORDINARY", hours=32, on=on)
    recorded = await play.happens("placement.outcome-recorded")
    play.expect("the outcome", ["O-ORDINARY", 32, "0"], [recorded["outcome"], recorded["hours"], recorded["when"]])
    play.outcome = "O-ORDINARY, 32 h a week"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0561"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0561"} 1
    calls_total{outcome="no-answer"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0561"} 1
    referrals_sent_total{kommune="0561",why="own"} 1
    referrals_answered_total{kommune="0561",answer="accepted"} 1
    matches_proposed_total 1
    matches_agreed_total{kommune="0561"} 1
    placements_started_total{form="VIRKSOMHEDSPRAKTIK"} 1
    challenges_total{challenge="C-PUNCTUALITY"} 1
    interventions_total{intervention="I-EXPECTATIONS",result="solved"} 1
    interventions_total{intervention="I-COURSE",result="partly"} 1
    stage_changes_total{from="VIRKSOMHEDSPRAKTIK",to="SMAAJOB"} 1
    stage_changes_total{from="SMAAJOB",to="ORDINAER"} 1
    placements_ended_total{how="as-planned"} 1
    outcomes_total{outcome="O-ORDINARY",when="0"} 1
    places{state="paused"} 1
    seats{state="resting"} 1
    paid_hours_per_week 32
    """
)

STORY = Story(
    "S05",
    "A control room: from praktik to an ordinary job",
    ("0561",),
    (
        signs_up, not_reached, reached, place_found, opened, kommune_asked, kommune_answers, someone_proposed,
        three_yeses, agreed, starts, trouble, helped, paid_hours, ordinary_job, ended, outcome,
    ),
    COUNTS,
)  # fmt: skip
