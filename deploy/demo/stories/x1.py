"""X1, Fredericia: after the kick-off a place opens, the kommune has nobody, and Middelfart across the bridge has."""

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Terminalen ved Lillebælt"
HOME, ACROSS = "0607", "0410"
KICKOFF = "fredericia-2026"
TASKS = ["transport_lager-02", "transport_lager-04"]  # goods-in and tidying, delivery check


async def signs_up(play: Play) -> None:
    """At a kick-off in Fredericia a leader hears of the young people, and signs up by the link from there."""
    held = {"id": KICKOFF, "name": "Kickoff i Fredericia", "kommune": HOME, "held_on": "2026-11-26"}
    await play.api.post("intake", "/kickoffs", held)
    await people.join(play, COMPANY, "99210001", "7000", "transport", kickoff=KICKOFF)
    joined = await play.happens_to("leader.signed-up", leader_id=play.leader_id)
    play.expect("by which kick-off the leader came", KICKOFF, joined["kickoff"])


async def opened(play: Play) -> None:
    """A place opens, and its own kommune is asked."""
    await people.register(play, HOME, {"youth-unit": "Ungeenheden, Fredericia"})
    await people.register(play, ACROSS, {"youth-unit": "Ungeindsatsen, Middelfart"})
    await people.agree_on_place(
        play, TASKS, hours_from=10, hours_to=20, forms=["VIRKSOMHEDSPRAKTIK", "SMAAJOB"],
        support=["buddy", "shown-by-doing"], frame=["standing", "team-work"],
    )  # fmt: skip
    sent = await play.happens("referral.sent")
    play.expect("who is asked first", [HOME, "own"], [sent["kommune"], sent["why"]])


async def nobody_there(play: Play) -> None:
    """Fredericia would like to, looks for three days, and has nobody."""
    await play.happens("referral.accepted", kommune=HOME)
    rejected = await play.happens("referral.rejected", kommune=HOME)
    play.expect("the place's kommune has none", "no-candidate", rejected["reason"])
    play.tell("0607 has nobody")


async def across(play: Play) -> None:
    """Middelfart is no neighbour on the map, but seven minutes away by the bridge: it is asked the same day."""
    sent = await play.happens("referral.sent", kommune=ACROSS)
    play.expect("who is asked next, and why", ["link", 7], [sent["why"], sent["minutes"]])
    route = await play.api.get("municipality-gateway", "/route", postnr="7000")
    why = {stop["kommune"]: stop["why"] for stop in route}
    play.expect("a link is not a neighbour", ["own", "link"], [why[HOME], why[ACROSS]])
    told = await play.happens("referral.leader-guided", kommune=ACROSS)
    page = await play.api.get(
        "municipality-gateway", f"/referrals/{told['referral_id']}", as_="leader", own=play.leader_id
    )
    play.expect("the leader can see who will call now", "Ungeindsatsen, Middelfart", page["contact"].get("name"))


async def supplies(play: Play) -> None:
    """Middelfart has somebody, and all say yes."""
    proposed = await people.someone_proposed(play)
    play.expect("a kommune across the water supplies", ACROSS, proposed["kommune"])
    await people.say_yes(play)
    match = await people.agreed(play)
    play.expect("the match is the young person's kommune's", [ACROSS, HOME], [match["kommune"], match["place_kommune"]])


async def approved(play: Play) -> None:
    """So is the approval: the place's kommune has no say in it, and the young person begins."""
    answers = play.said("match.answered", party="kommune")
    play.expect("approval from the young person's kommune alone", [(ACROSS, "yes")], [
        (said.data["kommune"], said.data["answer"]) for said in answers
    ])  # fmt: skip
    seen = [
        await play.api.get("followup", "/placements", as_="kommune", own=code, place_id=play.place_id)
        for code in (HOME, ACROSS)
    ]
    play.expect("whose placement it is", [0, 1], [len(lines) for lines in seen])
    started = await people.start(play)
    play.expect("it begins", ["VIRKSOMHEDSPRAKTIK", 12], [started["stage"]["form"], started["stage"]["hours"]])
    play.tell("0410 supplies (link, 7 minutes), and approves")


async def paid_hours(play: Play) -> None:
    """Four weeks later it turns into paid hours, for which nobody has to be asked."""
    await people.check_in(play, "before-stage-ends", "cooperation")
    planned = await people.grow(play, "SMAAJOB", 15, people.day_after(await people.placement(play)))
    play.expect("paid hours need no approval", False, planned["approval_needed"])
    play.outcome = "living: SMAAJOB, 15 h a week"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0607"} 1
    companies_joined_total{kickoff="fredericia-2026"} 1
    companies_new_total{kommune="0607"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0607"} 1
    referrals_sent_total{kommune="0607",why="own"} 1
    referrals_sent_total{kommune="0410",why="link"} 1
    referrals_answered_total{kommune="0607",answer="accepted"} 1
    referrals_answered_total{kommune="0410",answer="accepted"} 1
    matches_proposed_total 1
    matches_agreed_total{kommune="0410"} 1
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
    "X1",
    "Across the bridge: one kommune has nobody, the next one has",
    (HOME, ACROSS),
    (signs_up, opened, nobody_there, across, supplies, approved, paid_hours),
    COUNTS,
)
