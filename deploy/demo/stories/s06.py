"""S06, Dansk Industri: an office in København. The tasks did not fit; another department did, in the same placement."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Organisationen ved Rådhuspladsen"
KOMMUNE = "0101"
FACILITY, DATA = ["ejendom-01"], ["viden_data-02", "viden_data-01"]  # handyman; data entry, data processing
MOVES, EMPLOYED = date(2027, 1, 4), date(2027, 1, 11)


async def signs_up(play: Play) -> None:
    """The head of Facility Management signs up."""
    await people.join(play, COMPANY, "99060018", "1550", "associations", "250+")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, København"})


async def opened(play: Play) -> None:
    """A handyman's tasks, in praktik to begin with."""
    await people.agree_on_place(
        play, FACILITY, hours_from=25, hours_to=30, forms=["VIRKSOMHEDSPRAKTIK", "ORDINAER"],
        purpose="trial-for-hiring", support=["fixed-contact"], frame=["team-work", "canteen"],
    )  # fmt: skip


async def starts(play: Play) -> None:
    """A young person begins, is received well, and has good experiences of going to work."""
    started = await people.place(play)
    play.expect("praktik, with its next step", "ORDINAER", started["stage"]["next_step"])
    await people.check_in(play, "first-week")
    play.tell("praktik 25 h in Facility Management")


async def misfit(play: Play) -> None:
    """The handyman's job is not quite right; but his manager has noticed how good he is at the computer."""
    await people.is_hard(play, "C-TASK-MISFIT")
    play.tell("C-TASK-MISFIT")


async def moves(play: Play) -> None:
    """He may come up to CRM & Loyalty, where there is a lot of data to type: another manager, the same placement."""
    await play.calendar.until_day(MOVES)
    before = await people.placement(play)
    manager = await people.colleague(play, "Chefen for CRM & Loyalty")
    await people.helps(play, "I-INTERNAL-REMATCH", "leader", 45, "solved")
    await people.follow_up(play, "move", on=MOVES.isoformat(), contact_id=manager, tasks=DATA)
    moved = await play.happens("placement.moved")
    play.expect(
        "change of department and contact leader inside one placement",
        [play.placement_id, manager, DATA, "VIRKSOMHEDSPRAKTIK"],
        [moved["placement_id"], moved["contact_id"], moved["stage"]["tasks"], moved["stage"]["form"]],
    )
    play.expect("before that it was another one", True, before["contact_id"] != manager)
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)
    play.tell("moved to CRM & Loyalty")


async def employed(play: Play) -> None:
    """He is a trainee no longer: of course they employ him."""
    planned = await people.grow(play, "ORDINAER", 30, EMPLOYED)
    play.expect("a paid job needs no approval", False, planned["approval_needed"])
    found = await people.placement(play)
    play.expect(
        "praktik ends, a paid stage starts, in the same placement",
        [play.match_id, ("VIRKSOMHEDSPRAKTIK", "2027-01-10"), ("ORDINAER", None)],
        [found["match_id"], *_first_and_last(found["stages"])],
    )
    lines = await play.api.get("followup", "/placements", place_id=play.place_id)
    play.expect("there is one placement, and one referral", [1, 1], [len(lines), len(play.said("referral.sent"))])


def _first_and_last(stages: list[dict[str, str]]) -> list[tuple[str, str | None]]:
    return [(stage["form"], stage.get("to")) for stage in (stages[0], stages[-1])]


async def outcome(play: Play) -> None:
    """He types on, and contributes: an ordinary job."""
    await people.check_in(play, "after-change", "digital")
    recorded = await people.became(play, "O-ORDINARY", 30)
    play.expect("the outcome", ["O-ORDINARY", "living"], [recorded["outcome"], recorded["when"]])
    play.outcome = "O-ORDINARY, 30 h a week"


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
    placements_started_total{form="VIRKSOMHEDSPRAKTIK"} 1
    challenges_total{challenge="C-TASK-MISFIT"} 1
    interventions_total{intervention="I-INTERNAL-REMATCH",result="solved"} 1
    stage_changes_total{from="VIRKSOMHEDSPRAKTIK",to="ORDINAER"} 1
    outcomes_total{outcome="O-ORDINARY",when="living"} 1
    places{state="filled"} 1
    seats{state="living"} 1
    placements{stage="ORDINAER"} 1
    paid_hours_per_week 30
    """
)

STORY = Story(
    "S06",
    "An office: another department, the same placement",
    (KOMMUNE,),
    (signs_up, opened, starts, misfit, moves, employed, outcome),
    COUNTS,
)
