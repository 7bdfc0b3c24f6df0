"""S01, Esbjerg Tubular Services: a workshop in Esbjerg. Everybody knew that she would not stay: it was the plan."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Rørværkstedet ved Kajen"
KOMMUNE = "0561"
TASKS = ["bygge_anlaeg-04", "bygge_anlaeg-03"]  # washing and upkeep of machines, moving materials
LEARNED = ["instructions", "cooperation", "tools"]
GAINS = ["belief", "courage"]
SCHOOL_BEGINS = date(2027, 2, 1)


async def signs_up(play: Play) -> None:
    """A director signs up: it matters to help, and he is in no doubt that they can."""
    await people.join(play, COMPANY, "99010002", "6715", "industry", "10-49")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, Esbjerg"})


async def opened(play: Play) -> None:
    """Work that is real and concrete, as a way back to school: that is what the place is for."""
    await people.agree_on_place(
        play, TASKS, hours_from=15, hours_to=25, forms=["SMAAJOB"], purpose="clarification",
        support=["fixed-contact", "clear-rules"], frame=["team-work", "protective-gear"],
    )  # fmt: skip
    place = await play.happens("place.opened")
    play.expect("the purpose is clarification towards education or job", "clarification", place["purpose"])


async def starts(play: Play) -> None:
    """A young person whose studies were broken off puts on a boiler suit: 15 paid hours a week."""
    await people.place(play)
    await people.follow_up(play, "learning", goals=LEARNED)
    await people.check_in(play, "first-week", "cooperation")
    play.tell("SMAAJOB 15 h")


async def calm(play: Play) -> None:
    """She needs calm: fixed tasks, trust, and colleagues who cheer."""
    await people.is_hard(play, "C-FRAME")
    await people.helps(play, "I-FIXED-TASKS", "leader", 60, "partly")
    await people.helps(play, "I-TRUST", "leader", 30, "partly")
    await people.helps(play, "I-COLLEAGUES", "leader", 0, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)


async def plan(play: Play) -> None:
    """Together they make a plan: she shall have an education. What she can do by now is put on paper."""
    await people.helps(play, "I-PLAN", "leader", 90, "solved", placement_id=play.placement_id)
    await play.calendar.until_day(date(2027, 1, 25))
    progress = [{"code": code, "level": "independent"} for code in LEARNED]
    await people.follow_up(play, "learning", progress=progress)
    issued = await people.follow_up(play, "certificates")
    paper = await play.api.get("followup", f"/certificates/{issued['code']}", as_=None)
    shown = [one["competence"]["code"] for one in paper["competences"]]
    play.expect("the certificate says what she has learned", LEARNED, shown)
    play.expect("and neither who she is nor where it was", [], _ids_in(play, str(paper)))
    play.tell("a certificate of what was learned")


def _ids_in(play: Play, text: str) -> list[str]:
    known = (COMPANY, play.company_id, play.place_id, play.placement_id, play.leader_id)
    return [one for one in known if one in text]


async def education(play: Play) -> None:
    """The plan works out: she goes back to school, braver than she came."""
    await play.calendar.until_day(SCHOOL_BEGINS)
    ended = await people.end(play, "education", *GAINS)
    play.expect(
        "leaving for education is recorded as success, not as drop-out",
        ["as-planned", "education", GAINS],
        [ended["how"], ended["reason"], ended["gains"]],
    )
    recorded = await people.became(play, "O-EDUCATION")
    play.expect("the outcome", ["O-EDUCATION", "0"], [recorded["outcome"], recorded["when"]])
    play.outcome = "O-EDUCATION"


async def open_again(play: Play) -> None:
    """The workshop is proud, and would do it again: the same kommune is asked first."""
    place = await play.happens("place.paused")
    play.expect("the seat is free, and waits for a new yes", "seat-free", place["reason"])
    await people.reopen(play)
    reopened = await play.happens("place.reopened")
    play.expect("the place can be reopened", "open", reopened["state"])
    sent = await play.happens("referral.sent", round=2)
    play.expect("who is asked in the second round", KOMMUNE, sent["kommune"])


async def wait(play: Play) -> None:
    """The kommune looks already when a large order comes in; it is asked to wait, and confirms it."""
    await play.happens("referral.accepted", referral_id=play.said("referral.sent", round=2)[0].data["referral_id"])
    await people.pause(play, "busy")
    asked = await play.happens("referral.cancellation-requested")
    play.expect("why the kommune is asked back", "place-paused", asked["reason"])
    back = await play.happens("referral.cancelled")
    play.expect("the kommune confirmed it", "kommune", back["by"])
    play.tell("reopened; then asked back, and confirmed")


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0561"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0561"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0561"} 1
    referrals_sent_total{kommune="0561",why="own"} 2
    referrals_answered_total{kommune="0561",answer="accepted"} 2
    matches_proposed_total 1
    matches_agreed_total{kommune="0561"} 1
    placements_started_total{form="SMAAJOB"} 1
    challenges_total{challenge="C-FRAME"} 1
    interventions_total{intervention="I-FIXED-TASKS",result="partly"} 1
    interventions_total{intervention="I-TRUST",result="partly"} 1
    interventions_total{intervention="I-COLLEAGUES",result="solved"} 1
    interventions_total{intervention="I-PLAN",result="solved"} 1
    placements_ended_total{how="as-planned"} 1
    certificates_issued_total 1
    outcomes_total{outcome="O-EDUCATION",when="0"} 1
    places{state="paused"} 1
    seats{state="resting"} 1
    """
)

STORY = Story(
    "S01",
    "A workshop: the way back to education",
    (KOMMUNE,),
    (signs_up, opened, starts, calm, plan, education, open_again, wait),
    COUNTS,
)
