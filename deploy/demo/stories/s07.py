"""S07, Forsvarets Vedligeholdelsestjeneste: a workshop in Aalborg. The first match was too fast; the second holds."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Materielværkstedet Limfjorden"
KOMMUNE = "0851"
TASKS = ["produktion-04", "kontor-02"]  # testing lights and lenses, registration
QUESTION = "slow-match-considered"


async def signs_up(play: Play) -> None:
    """The head of a workshop signs up: they have the resources to guide somebody young."""
    await people.join(play, COMPANY, "99070005", "9400", "public")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, Aalborg"})


async def opened(play: Play) -> None:
    """Somebody is to test lights and lenses on night vision and binoculars."""
    await people.agree_on_place(
        play, TASKS, hours_from=15, hours_to=30, forms=["VIRKSOMHEDSPRAKTIK", "SMAAJOB"],
        support=["reading-help", "fixed-contact", "shown-by-doing"], frame=["team-work", "protective-gear"],
    )  # fmt: skip


async def too_fast(play: Play) -> None:
    """The first young person is there within two weeks: it is the first time that they take somebody so young."""
    match = await people.someone_proposed(play)
    play.expect("nobody asks yet whether it is too fast", False, QUESTION in match["gate"])
    await people.say_yes(play)
    await people.agreed(play)
    await people.start(play)
    play.tell("attempt 1: praktik 20 h")


async def did_not_hold(play: Play) -> None:
    """It does not hold: there were not tasks and structure that made sense to her, so it ends before time."""
    await play.calendar.until_day(date(2026, 12, 22))
    await people.is_hard(play, "C-MATCH-TOO-FAST")
    ended = await people.end(play, "C-MATCH-TOO-FAST", "realistic-picture")
    play.expect("it ended early", "early", ended["how"])
    await people.became(play, "O-ENDED-EARLY")
    play.tell("C-MATCH-TOO-FAST: O-ENDED-EARLY")


async def history(play: Play) -> None:
    """What happened stays with the place, so that it can be learned from."""
    lines = await play.api.get("followup", "/placements", as_="leader", own=play.leader_id, place_id=play.place_id)
    play.expect(
        "the place's history shows attempt 1 with its reason",
        [("finished", "early", "C-MATCH-TOO-FAST")],
        [(line["state"], line["how"], line["reason"]) for line in lines],
    )
    said = set((await play.happens("candidate.proposed"))["profile"])
    play.expect("and nothing of what was said of the person", [set()], [said & set(line) for line in lines])
    place = await play.api.get("intake", f"/places/{play.place_id}", as_="leader", own=play.leader_id)
    play.expect("the seat is free again", ("paused", "seat-free"), _last(place))


def _last(place: dict[str, list[dict[str, str]]]) -> tuple[str, str]:
    line = place["history"][-1]
    return line["what"], line["reason"]


async def again(play: Play) -> None:
    """In the new year the workshop is ready for the next one, and the same kommune is asked first."""
    await play.calendar.until_day(date(2027, 1, 4))
    await people.reopen(play)
    sent = await play.happens("referral.sent", round=2)
    play.expect("who is asked in the second round", KOMMUNE, sent["kommune"])


async def takes_time(play: Play) -> None:
    """This time they spend the extra time to find out whether it is a match that can hold."""
    match = await people.someone_proposed(play)
    play.expect("the gate asks more after an early end", True, QUESTION in match["gate"])
    await people.leader_says_yes(play)
    await people.clear_gate(play, but=QUESTION)
    await play.happens_to("match.approved", match_id=play.match_id, party="young-person")
    found = await play.api.get("matching", f"/matches/{play.match_id}")
    play.expect("all have said yes, but one question is open", ("proposed", "consultant"), _waits(found))
    await _cannot_start(play)


def _waits(match: dict[str, str]) -> tuple[str, str]:
    return match["state"], match["waits_for"]


async def _cannot_start(play: Play) -> None:
    start = play.api.post("followup", f"/placements/{play.match_id}/start", {"on": play.calendar.today.isoformat()})
    play.expect("the second match cannot start before the gate is answered", "404", await play.refusal(start))


async def holds(play: Play) -> None:
    """They answer it, she comes by to see the workshop first, and then she begins, with a few paid hours."""
    await people.clear_gate(play)
    match = await people.agreed(play)
    play.expect("the gate is answered", True, QUESTION in match["gate"])
    taken_slowly = {"placement_id": play.placement_id}
    await people.helps(play, "I-SLOW-MATCH", "leader", 90, "solved", **taken_slowly)
    await people.start(play)
    play.tell("attempt 2: SMAAJOB 15 h")


async def out_of_the_door(play: Play) -> None:
    """To get up and out of the door was hard at school; colleagues who train with her after work help."""
    await people.check_in(play, "first-week", "meeting-on-time")
    await people.is_hard(play, "C-ATTENDANCE")
    await people.helps(play, "I-READ-SUPPORT", "leader", 30, "partly")
    await people.helps(play, "I-COLLEAGUES", "leader", 0, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)


async def almost_two_months(play: Play) -> None:
    """After almost two months she is there every day, and has become a little braver."""
    await play.calendar.until_day(date(2027, 3, 15))
    recorded = await people.became(play, "O-ONGOING")
    play.expect("it goes on", ("O-ONGOING", "living"), (recorded["outcome"], recorded["when"]))
    placements = await play.api.get("followup", "/placements", place_id=play.place_id)
    play.expect("the two attempts", ["finished", "active"], [one["state"] for one in placements])
    play.outcome = "O-ENDED-EARLY; then O-ONGOING: SMAAJOB, 15 h a week"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0851"} 1
    companies_joined_total{kickoff="none"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0851"} 1
    referrals_sent_total{kommune="0851",why="own"} 2
    referrals_answered_total{kommune="0851",answer="accepted"} 2
    matches_proposed_total 2
    matches_agreed_total{kommune="0851"} 2
    placements_started_total{form="VIRKSOMHEDSPRAKTIK"} 1
    placements_started_total{form="SMAAJOB"} 1
    challenges_total{challenge="C-MATCH-TOO-FAST"} 1
    challenges_total{challenge="C-ATTENDANCE"} 1
    interventions_total{intervention="I-SLOW-MATCH",result="solved"} 1
    interventions_total{intervention="I-READ-SUPPORT",result="partly"} 1
    interventions_total{intervention="I-COLLEAGUES",result="solved"} 1
    placements_ended_total{how="early"} 1
    outcomes_total{outcome="O-ENDED-EARLY",when="0"} 1
    outcomes_total{outcome="O-ONGOING",when="living"} 1
    places{state="filled"} 1
    seats{state="living"} 1
    placements{stage="SMAAJOB"} 1
    paid_hours_per_week 15
    """
)

STORY = Story(
    "S07",
    "A workshop: the first match too fast, the second holds",
    (KOMMUNE,),
    (
        signs_up, opened, too_fast, did_not_hold, history, again, takes_time, holds, out_of_the_door,
        almost_two_months,
    ),
    COUNTS,
)  # fmt: skip
