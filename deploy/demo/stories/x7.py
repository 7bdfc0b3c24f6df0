"""X7, Mors: the kommune is silent, so the nearest one across the water is asked, and has someone."""

from datetime import date, timedelta

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story
from shared.catalogue.calendar import add_working_days, end_of_day, today

COMPANY = "Lageret ved Havnen"
TASKS = ["transport_lager-02", "transport_lager-06"]  # goods-in and tidying, pick and pack
DESKS = {"company-consultant": "Virksomhedskonsulenterne", "deputy": "Stedfortræderen", "entrance": "Indgangen"}
SILENT, NEXT = "0773", "0787"


async def signs_up(play: Play) -> None:
    """A leader signs up, and is reached at once."""
    await people.sign_up(play, COMPANY, "99000015", "7900", "transport")
    await people.call(play, "reached")


async def opened(play: Play) -> None:
    """A place in a warehouse opens."""
    await people.register(play, SILENT, DESKS)
    await people.register(play, NEXT, {"youth-unit": "Ungeindsatsen"})
    await people.draft_place(
        play,
        tasks=[{"task_id": task} for task in TASKS],
        hours_from=10,
        hours_to=20,
        times_of_day=["day"],
        forms=["VIRKSOMHEDSPRAKTIK", "SMAAJOB"],
        purpose="competences",
        support=["buddy", "shown-by-doing"],
        frame=["lifting", "standing"],
    )
    await people.open_place(play)
    sent = await play.happens("referral.sent")
    play.expect("who is asked, and why", [SILENT, "own"], [sent["kommune"], sent["why"]])
    play.expect("which person there", "company-consultant", sent["contact_role"])


async def silence(play: Play) -> None:
    """Silence: a reminder, the deputy, the default entrance, and then it expires."""
    asked = today(play.said("referral.sent")[0].time)
    await play.happens("referral.expired", kommune=SILENT)
    reminded, escalated = play.said("referral.reminded"), play.said("referral.escalated")
    play.expect("one reminder, after 2 working days", [_over(asked, 2)], [said.time for said in reminded])
    play.expect(
        "the deputy after 3, the default entrance after 4",
        [("deputy", _over(asked, 3)), ("entrance", _over(asked, 4))],
        [(said.data["contact_role"], said.time) for said in escalated],
    )
    play.expect("expired after 5", [_over(asked, 5)], [said.time for said in play.said("referral.expired")])
    play.tell("0773 silent: reminded, escalated twice, expired")


def _over(asked: date, working_days: int) -> object:
    """The instant at which that many working days are over."""
    return end_of_day(add_working_days(asked, working_days))


async def next_kommune(play: Play) -> None:
    """The next kommune by reach is asked: across the bridge."""
    sent = await play.happens("referral.sent", kommune=NEXT)
    play.referral_id = sent["referral_id"]
    play.expect("why that one", ["link", 21], [sent["why"], sent["minutes"]])
    await play.happens("referral.accepted", kommune=NEXT)
    play.tell("0787 asked (link, 21 minutes) and accepted")


async def someone_proposed(play: Play) -> None:
    """It proposes someone; all three say yes."""
    match = await play.happens("match.proposed")
    play.match_id = match["match_id"]
    await people.leader_says_yes(play)
    await people.clear_gate(play)


async def agreed(play: Play) -> None:
    """The match is the young person's kommune's, and so is the approval."""
    match = await play.happens("match.agreed")
    play.expect("whose match, and where the place is", [NEXT, SILENT], [match["kommune"], match["place_kommune"]])
    approval = play.said("match.answered", party="kommune")
    play.expect("who approved", [(NEXT, "yes")], [(said.data["kommune"], said.data["answer"]) for said in approval])
    play.expect("the silent kommune approved nothing", [], play.said("match.answered", kommune=SILENT))
    play.placement_id = (await play.happens("placement.planned"))["placement_id"]


async def starts(play: Play) -> None:
    """The first day, and the first week."""
    planned = await play.happens("placement.planned")
    first_day = planned["stage"]["from"]
    await play.calendar.until_day(date.fromisoformat(first_day))
    await people.follow_up(play, "start", on=first_day)
    await people.check_in(play, "first-day")
    await people.check_in(play, "first-week")
    play.tell("praktik 12 h, approved by 0787")


async def paid_hours(play: Play) -> None:
    """The praktik is over, and its next step begins: paid hours."""
    praktik = (await play.happens("placement.started"))["stage"]
    day = (date.fromisoformat(praktik["to"]) + timedelta(days=1)).isoformat()
    stage = {"form": "SMAAJOB", "hours": 15, "times_of_day": ["day"], "tasks": TASKS, "from": day}
    await people.follow_up(play, "stages", **stage)
    changed = (await play.happens("placement.stage-changed"))["stage"]
    play.expect("it begins the day after", ["SMAAJOB", day], [changed["form"], changed["from"]])
    placement = await play.api.get("followup", f"/placements/{play.placement_id}")
    play.expect("the placement lives", "active", placement["state"])
    play.outcome = "living: SMAAJOB, 15 h a week"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0773"} 1
    companies_joined_total{kickoff="none"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0773"} 1
    referrals_sent_total{kommune="0773",why="own"} 1
    referrals_sent_total{kommune="0787",why="link"} 1
    referrals_answered_total{kommune="0773",answer="expired"} 1
    referrals_answered_total{kommune="0787",answer="accepted"} 1
    matches_proposed_total 1
    matches_agreed_total{kommune="0787"} 1
    matches_cross_border_total 1
    placements_started_total{form="VIRKSOMHEDSPRAKTIK"} 1
    stage_changes_total{from="VIRKSOMHEDSPRAKTIK",to="SMAAJOB"} 1
    places{state="filled"} 1
    seats{state="living"} 1
    placements{stage="SMAAJOB"} 1
    paid_hours_per_week 15
    """
)

STORY = Story(
    "X7",
    "A silent kommune: the next one by reach has someone",
    (SILENT, NEXT),
    (signs_up, opened, silence, next_kommune, someone_proposed, agreed, starts, paid_hours),
    COUNTS,
)
