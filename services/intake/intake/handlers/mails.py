"""Mail to leaders: what of all that happens is theirs to know, and what follows when no mail reaches one."""

from intake.commands.mails import AddressRefused
from intake.handlers.base import handlers
from intake.handlers.mornings import stop
from intake.state.leaders import Leader
from intake.state.mornings import Morning
from intake.state.places import Place
from shared.events.followup import PlacementCancelled, PlacementCheckinDue, PlacementEnded, PlacementPlanned
from shared.events.matching import MatchProposed, MatchSeatFree
from shared.events.municipality_gateway import ReferralLeaderGuided
from shared.mail.rows import Mail
from shared.spine.work import Message, Work

# A consultant rings at the others as well; nobody is written to each week.
ASKED_BY_MAIL = frozenset({"first-week", "monthly"})


def write_to(work: Work, leader_id: str, template: str, **about: str) -> None:
    work.write(Mail(work.new_id(), template, leader_id, about))


@handlers.also(ReferralLeaderGuided)
def guided(work: Work, message: Message[ReferralLeaderGuided]) -> None:
    """Step 3: what comes next, and who calls."""
    data = message.data
    about = {"referral_id": data.referral_id, "place_id": data.place_id, "kommune": data.kommune}
    write_to(work, data.leader_id, "next", **about)


@handlers.also(MatchProposed)
def proposed(work: Work, message: Message[MatchProposed]) -> None:
    if "leader" in message.data.approvals_needed:
        _ask(work, message.data)


@handlers.also(MatchSeatFree)
def seat_free_for(work: Work, message: Message[MatchSeatFree]) -> None:
    """Nothing was asked of her while another had the seat."""
    _ask(work, message.data)


def _ask(work: Work, data: MatchProposed | MatchSeatFree) -> None:
    about = {"match_id": data.match_id, "place_id": data.place_id, "kommune": data.kommune}
    write_to(work, data.leader_id, "proposed", **about, on=data.answer_by.isoformat())


@handlers.also(PlacementPlanned)
def planned(work: Work, message: Message[PlacementPlanned]) -> None:
    data = message.data
    about = {"placement_id": data.placement_id, "place_id": data.place_id}
    write_to(work, data.leader_id, "first-day", **about, on=data.stage.from_.isoformat())


@handlers.also(PlacementCheckinDue)
def checkin_due(work: Work, message: Message[PlacementCheckinDue]) -> None:
    data = message.data
    if data.kind in ASKED_BY_MAIL:
        write_to(work, data.leader_id, "how-is-it-going", placement_id=data.placement_id, place_id=data.place_id)


@handlers.also(PlacementEnded, PlacementCancelled, (Place, "place_id"))
def seat_free(work: Work, message: Message[PlacementEnded | PlacementCancelled]) -> None:
    """Where the place waits for the leader's new yes; `also`: the place has just been paused for it."""
    data, place = message.data, work.get(Place, message.data.place_id)
    if place and place.state == "paused" and place.freed_by == data.placement_id:
        write_to(work, place.leader_id, "seat-free", place_id=place.id)


@handlers.on(AddressRefused, (Leader, "person_id"), (Morning, "person_id"))
def address_refused(work: Work, message: Message[AddressRefused]) -> None:
    """A consultant asks for the right one at the next call; where it is her own, nothing is sent there any more."""
    if morning := work.get(Morning, message.data.person_id):
        stop(work, morning)
    leader = work.get(Leader, message.data.person_id)
    if leader and not leader.erased:
        work.put(leader.changed(mail_refused_on=leader.mail_refused_on or work.today))
