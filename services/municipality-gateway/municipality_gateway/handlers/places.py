"""A place opens: who is asked. What comes of it: who is asked next. It stops: those who are asked are asked back."""

from municipality_gateway import texts
from municipality_gateway.commands.placements import TellOfContact
from municipality_gateway.commands.places import AskedAnswer, AskThis, Widen
from municipality_gateway.commands.referrals import Ask, Recall, TellChange
from municipality_gateway.handlers.base import handlers
from municipality_gateway.rules import places as rules
from municipality_gateway.rules import referrals
from municipality_gateway.state.kommuner import Kommune
from municipality_gateway.state.placements import Placement
from municipality_gateway.state.places import Offer, Place
from municipality_gateway.state.referrals import Referral
from shared.catalogue.reach import Reach
from shared.events.intake import (
    PlaceChanged,
    PlaceClosed,
    PlaceEvent,
    PlaceFilled,
    PlaceOpened,
    PlacePaused,
    PlaceReopened,
)
from shared.spine.work import Message, Work


@handlers.on(PlaceOpened, (Place, "place_id"))
def opened(work: Work, message: Message[PlaceOpened]) -> None:
    data = message.data
    if work.get(Place, data.place_id) is None:
        offer = Offer.model_validate(data.model_dump(by_alias=True))
        ask_next(work, Place(id=data.place_id, opened=offer, version=message.version or 1, seats=data.seats))


@handlers.on(PlaceReopened, (Place, "place_id"), (Placement, lambda data: data.placement_id))
def reopened(work: Work, message: Message[PlaceReopened]) -> None:
    """A new round, the kommune that found somebody first; where one is still being asked, it goes on as it was."""
    data, place = message.data, work.need(Place, message.data.place_id)
    place = place.changed(accepting=True, version=message.version or place.version)
    if data.placement_id:  # intake may have heard of it before: till we have, its seat would not be free
        place = place.changed(ended=place.ended | {work.need(Placement, data.placement_id).match_id})
    if place.referrals:
        work.put(place)
    else:
        ask_next(work, rules.new_round(place))


STOPS: dict[type[PlaceEvent], str] = {
    PlacePaused: "place-paused",
    PlaceFilled: "seats-filled",
    PlaceClosed: "place-closed",
}


@handlers.on(PlacePaused, PlaceFilled, PlaceClosed, (Place, "place_id"))
def stopped(work: Work, message: Message[PlaceEvent]) -> None:
    """No further kommune is asked, and those that are hear of it; a place that never opened is not ours.

    Filled by an agreement that has not been heard of yet: it asks back when it comes, all but whose it is.
    """
    if place := work.get(Place, message.data.place_id):
        place = place.changed(accepting=False, version=message.version or place.version)
        if isinstance(message.data, PlaceClosed) and message.data.reason == "leader-left":
            _tell_of_contact(work, place, message.id)
        to_come = isinstance(message.data, PlaceFilled) and place.free
        work.put(place if to_come else ask_back(work, place, STOPS[type(message.data)]))


@handlers.on(PlaceChanged, (Place, "place_id"))
def changed(work: Work, message: Message[PlaceChanged]) -> None:
    """Those who are asked hear of it; where it lies in another kommune after all, that one is asked instead."""
    data, place = message.data, work.get(Place, message.data.place_id)
    if place is None:
        return
    offer = Offer.model_validate(data.model_dump(by_alias=True, exclude={"changes"}))
    moved = offer.kommune != place.opened.kommune
    place = place.changed(opened=offer, version=message.version or place.version)
    if moved:
        place = rules.new_round(ask_back(work, place, "place-moved")).changed(first=None)
    for id_ in place.referrals:
        command = TellChange(referral_id=id_, place_id=place.id, changes=data.changes)
        work.soon((Referral.KIND, id_), f"tell-change-{message.id}", command)
    if not referrals.PEOPLE.isdisjoint(data.changes):
        _tell_of_contact(work, place, message.id)
    if place.accepting and place.free and (offer.at_once == "several" or not place.referrals):
        ask_next(work, place)
    else:
        work.put(place)


def _tell_of_contact(work: Work, place: Place, why: str) -> None:
    """Whoever has somebody there has to know whom to call."""
    for id_ in sorted(place.living):
        command = TellOfContact(placement_id=id_, place_id=place.id)
        work.soon((Placement.KIND, id_), f"tell-of-contact-{why}", command)


@handlers.on(Widen, (Place, "place_id"), (Kommune, "kommune"))
def widen(work: Work, message: Message[Widen]) -> None:
    """Seats left: where the kommune has said that it has nobody more the next is asked, else a new round begins."""
    data, place = message.data, work.need(Place, message.data.place_id)
    if data.kommune and (kommune := work.get(Kommune, data.kommune)):
        work.put(kommune.changed(open=kommune.open - {data.referral_id}))
    if data.referral_id not in place.referrals:
        return
    left = tuple(id_ for id_ in place.referrals if id_ != data.referral_id)
    place = place.changed(referrals=left)
    if not (place.accepting and place.free):
        work.put(place)
    else:
        ask_next(work, rules.new_round(place) if data.found_by and data.again and not left else place)


def ask_back(work: Work, place: Place, reason: str) -> Place:
    """Those who are asked are asked back, each in a transaction of its own."""
    for id_ in place.referrals:
        work.soon((Referral.KIND, id_), "recall", Recall(referral_id=id_, reason=reason))
    return place.changed(referrals=(), nobody_left=False)


@handlers.on(AskThis, (Place, "place_id"), (Kommune, "kommune"))
def ask_this(work: Work, message: Message[AskThis]) -> AskedAnswer:
    data, place = message.data, work.need(Place, message.data.place_id)
    reach = rules.asked_for(place, data.kommune)
    kommune = work.get(Kommune, data.kommune)
    asked = {id_ for id_, code in place.with_whom.items() if code == data.kommune} | (
        kommune.open if kommune else set()
    )
    if asked & {*place.referrals}:
        raise texts.asked_already()
    (id_,) = _ask(work, place, [reach])
    return AskedAnswer(referral_id=id_, kommune=reach.kommune)


def ask_next(work: Work, place: Place) -> None:
    """Decide who is next."""
    _ask(work, place, rules.to_ask(place))


def _ask(work: Work, place: Place, chosen: list[Reach]) -> list[str]:
    """Each referral is made in a transaction of its own, under its kommune's lock.

    Ids are random: from a derived one, a kommune could tell who else is asked.
    """
    ids = {Work.new_id(): reach for reach in chosen}
    work.put(
        place.changed(
            seats=max(1, place.free),
            asked=(*place.asked, *(reach.kommune for reach in chosen)),
            referrals=(*place.referrals, *ids),
            with_whom={
                **{id_: code for id_, code in place.with_whom.items() if id_ in place.referrals},
                **{id_: reach.kommune for id_, reach in ids.items()},
            },
            nobody_left=not chosen and not place.referrals,
        )
    )
    for id_, reach in ids.items():
        command = Ask(referral_id=id_, place_id=place.id, kommune=reach.kommune, why=reach.why, minutes=reach.minutes)
        work.soon((Referral.KIND, id_), "ask", command)
    return list(ids)
