"""A place opens: who is asked. What comes of it: who is asked next."""

from municipality_gateway.copies import place_for
from municipality_gateway.handlers.base import handlers, keep, set_deadlines, tell
from municipality_gateway.rules import referral as rules
from municipality_gateway.rules import routing
from municipality_gateway.state import Ask, Kommune, Place, RecordGuidance, Referral, Widen
from shared.catalogue.reach import Reach
from shared.events import intake
from shared.spine.decision import Refused
from shared.spine.work import Message, Work


@handlers.on(intake.PlaceOpened, (Place, "place_id"))
def opened(work: Work, message: Message[intake.PlaceOpened]) -> None:
    said = message.data
    if work.get(Place, said.place_id) is None:
        _ask(work, Place(id=said.place_id, opened=said, version=message.version or 1, seats=said.seats))


@handlers.on(intake.PlaceReopened, (Place, "place_id"))
def reopened(work: Work, message: Message[intake.PlaceReopened]) -> None:
    """A new round, the kommune that found somebody first; where one is still being asked, it goes on as it was."""
    place = work.need(Place, message.data.place_id)
    place = place.changed(accepting=True, version=message.version or place.version)
    if place.referrals:
        work.put(place)
        return
    seats = 1 if message.data.placement_id else place.opened.seats
    _ask(work, place.changed(round=place.round + 1, asked=(), seats=seats))


def _not_now(work: Work, message: Message[intake.PlaceEvent]) -> None:
    """No further kommune is asked; a place that never opened is not ours."""
    if place := work.get(Place, message.data.place_id):
        work.put(place.changed(accepting=False, version=message.version or place.version))


for _kind in (intake.PlacePaused, intake.PlaceFilled, intake.PlaceClosed):
    handlers.on(_kind, (Place, "place_id"))(_not_now)


@handlers.on(Widen, (Place, "place_id"))
def widen(work: Work, message: Message[Widen]) -> None:
    said, place = message.data, work.need(Place, message.data.place_id)
    if said.referral_id not in place.referrals:
        return
    left = tuple(id_ for id_ in place.referrals if id_ != said.referral_id)
    place = place.changed(referrals=left, first=said.found_by or place.first)
    if place.accepting and not said.found_by:
        _ask(work, place)
    else:
        work.put(place)


def _ask(work: Work, place: Place) -> None:
    """Decide who is next; each referral is made in a transaction of its own, under its kommune's lock."""
    chosen = routing.to_ask(place)
    ids = {routing.referral_id(place, reach.kommune): reach for reach in chosen}
    work.put(
        place.changed(
            asked=(*place.asked, *(reach.kommune for reach in chosen)),
            referrals=(*place.referrals, *ids),
            nobody_left=not chosen and not place.referrals,
        )
    )
    for id_, reach in ids.items():
        command = Ask(referral_id=id_, place_id=place.id, kommune=reach.kommune, why=reach.why, minutes=reach.minutes)
        work.soon(("referral", id_), "ask", command)


@handlers.on(Ask, (Place, "place_id"), (Kommune, "kommune"), (Referral, "referral_id"))
def ask(work: Work, message: Message[Ask]) -> None:
    said, place = message.data, work.need(Place, message.data.place_id)
    if work.get(Referral, said.referral_id):
        return
    if not place.accepting:
        left = tuple(id_ for id_ in place.referrals if id_ != said.referral_id)
        work.put(place.changed(referrals=left))
        return
    kommune = work.get(Kommune, said.kommune) or Kommune(id=said.kommune)
    desk = routing.desk(kommune, routing.FIRST, work.today)
    reach = Reach(said.kommune, said.why, said.minutes)
    referral, events = rules.send(place, said.referral_id, reach, desk, work.today)
    for event in events:
        tell(work, event, said.kommune, **place_for(place, kommune, referral.id, work.today, work.public))
    if place.opened.guidance == "page":
        referral, events = rules.guide(referral, kommune.card_version, "page")
        for event in events:
            tell(work, event, said.kommune)
    work.put(referral)
    set_deadlines(work, None, referral)


@handlers.on(RecordGuidance, (Referral, "referral_id"))
def record_guidance(work: Work, message: Message[RecordGuidance]) -> dict[str, object]:
    """The consultant has called the leader. Again when the contact person is another one."""
    referral = work.need(Referral, message.data.referral_id)
    if referral.over:
        raise Refused(
            "referral-over",
            "referral_id",
            "Henvendelsen er slut. Se, om en anden kommune er spurgt.",
            "The referral is over. See whether another kommune is asked.",
            409,
        )
    if not referral.guided:
        keep(work, referral, rules.guide(referral, message.data.card_version, "call"))
    return {"referral_id": referral.id, "guided": True}
