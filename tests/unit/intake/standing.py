"""How things stand with a place, built for a test: states, what was heard, and what is said of it."""

from datetime import date, timedelta
from typing import Any

from intake.queries.places import PlaceView
from intake.queries.steps import steps
from intake.queries.turns import Found, Known
from intake.rules import day as rules
from intake.state.day import Challenge, Match, Placement
from intake.state.leaders import Leader
from intake.state.places import Past, Place
from intake.state.referrals import Referral
from shared.events import followup, matching
from shared.events import municipality_gateway as gateway
from shared.events.intake import PlaceState
from tests.unit.intake.world import COMPANY, LEADER, NOW, PLACE, REFERRAL, World, leader, place

TODAY = NOW.date()


MATCH, PLACEMENT, CHALLENGE, CANDIDATE, CONTACT = (f"0199ab00-0000-7000-8000-00000000000{n}" for n in range(5))


ABOUT = {"referral_id": REFERRAL, "place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": "0561"}


OF_MATCH = {
    "match_id": MATCH, "place_id": PLACE, "referral_id": REFERRAL, "leader_id": LEADER, "candidate_id": CANDIDATE,
    "kommune": "0561", "place_kommune": "0561",
}  # fmt: skip


OF_PLACEMENT = {**ABOUT, "placement_id": PLACEMENT, "match_id": MATCH, "candidate_id": CANDIDATE}


EVER = TODAY + timedelta(days=500)


def known(*states: Leader | Place | Referral | Match | Placement | Challenge) -> Known:
    def of(kind: type) -> dict[str, Any]:
        return {state.id: state for state in states if isinstance(state, kind)}

    return Known(
        leaders=of(Leader), companies={}, places=of(Place), referrals=of(Referral), matches=[*of(Match).values()],
        placements=of(Placement), challenges=[*of(Challenge).values()], of_companies={},
    )  # fmt: skip


def turn_of(found: list[Found], id_: str) -> rules.Turn:
    [one] = [one for one in found if one.id == id_]
    return one.turn


HISTORIES = {
    "draft": ("drafted",), "additional-assessment-required": ("drafted",), "open": ("drafted", "opened"),
    "paused": ("drafted", "opened", "paused"), "filled": ("drafted", "opened", "filled"), "closed": ("closed",),
}  # fmt: skip


OUTCOMES = (None, "no-answer", "later", "reached", "not-now")


DAYS = (None, TODAY - timedelta(days=3), TODAY, TODAY + timedelta(days=90))


def in_state(state: PlaceState, id_: str = PLACE, **changes: Any) -> Place:
    reason = "seat-free" if changes.get("freed_by") else "busy" if state == "paused" else None
    history = tuple(Past(on=TODAY - timedelta(days=40), what=what, reason=reason) for what in HISTORIES[state])
    return place(state=state, history=history, **changes).changed(id=id_)


def heard(*events: Any, of: Place | None = None) -> World:
    world = World(of or in_state("open"), leader(outcome="reached", next_call_on=None))
    for event in events:
        world.tell(event)
    return world


def said(of: Any, about: dict[str, Any] = ABOUT, /, **more: Any) -> Any:
    facts = {"state": "requested", "business_status": "sent"} if about is ABOUT else {}
    return of.model_validate({**about, **facts, **more})


SENT = said(
    gateway.ReferralSent, round=1, seats=1, place_version=1, place_kommune="0561", contact_id=CONTACT,
    contact_role="youth-unit", why="own", minutes=0, answer_by=date(2026, 12, 7),
)  # fmt: skip


GUIDED = said(gateway.ReferralLeaderGuided, contact_id=CONTACT, card_version=1, channel="page")


ACCEPTED = said(gateway.ReferralAccepted, state="accepted")


PROPOSED = said(
    matching.MatchProposed, OF_MATCH, reply_id="r", approvals_needed=("leader", "young-person"), gate=(),
    answer_by=date(2026, 12, 14),
    terms={"form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": (), "start": TODAY},
)  # fmt: skip


def next_steps(world: World) -> list[tuple[str, str | None, date | None]]:
    everything: Any = [*world.states.values()]
    return [(s.what, s.who, s.by) for s in steps(world.place, world.get(Leader, LEADER), known(*everything), world.now)]


def line(what: Any, by: date | None = None, due: date = TODAY) -> rules.Turn:
    return rules.Turn(what=what, who="consultant", since=TODAY, due=due, by=by)


OTHER, BUDDY = "0199ab00-0000-7000-8000-00000000000a", "0199ab00-0000-7000-8000-00000000000b"


def living(**changes: Any) -> Placement:
    one = Placement(
        id=PLACEMENT, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, company_id=COMPANY, kommune="0561",
        since=TODAY, next_checkin=EVER,
    )  # fmt: skip
    return one.changed(**changes)


STAGE = {"stage_id": MATCH, "form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": (), "from": TODAY}


def over(reason: str, outcome: str | None = None) -> World:
    of = OF_PLACEMENT
    world = heard(of=in_state("filled", agreed=frozenset({MATCH})))
    world.states["referral", REFERRAL] = Referral(id=REFERRAL, place_id=PLACE, kommune="0561", over=True)
    world.tell(said(followup.PlacementEnded, of, how="as-planned", reason=reason, on=TODAY, form="SMAAJOB",
                    next_checkin=date(2027, 3, 1)))  # fmt: skip
    if outcome:
        world.tell(said(followup.PlacementOutcomeRecorded, of, outcome=outcome, hours=37, on=TODAY, when="0",
                        by="consultant", next_checkin=date(2027, 3, 1)))  # fmt: skip
    return world


def lines_of(world: World) -> dict[str, str]:
    everything: Any = [*world.states.values()]
    return {s.what: s.da for s in steps(world.place, world.get(Leader, LEADER), known(*everything), world.now)}


def history(world: World) -> list[str]:
    return [past.da for past in PlaceView.of(world.place, TODAY).history]
