"""A place is found in the call, opens, pauses and closes; its seats are taken and freed."""

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from intake import texts
from intake.commands.places import (
    ChangePlace,
    ClosePlace,
    DraftPlace,
    FoundAnswer,
    HereAnswer,
    OpenPlace,
    OpenPlaceAnswer,
    PausePlace,
    PlaceAnswer,
    ReopenPlace,
    RuleAnswer,
)
from intake.handlers.base import handlers, note
from intake.rules import clarification, people, referrals
from intake.rules import places as rules
from intake.state.leaders import Leader
from intake.state.people import Colleague
from intake.state.places import Frame, Place
from intake.state.referrals import Referral
from shared.events.followup import PlacementCancelled, PlacementEnded, PlacementStarted
from shared.events.intake import PlaceClosed, PlaceDrafted, PlaceEvent, PlaceOpened, PlacePaused, PlaceReopened
from shared.events.matching import MatchAgreed
from shared.spine.decision import Outdated
from shared.spine.work import Message, Work


def named(data: DraftPlace | ChangePlace) -> list[str]:
    """Contact and buddy, where they are named."""
    return [id_ for id_ in (data.found.contact_id, data.found.buddy_id) if id_]


def check_named(work: Work, found: Frame, leader_id: str, company_id: str) -> None:
    for field, id_ in (("contact_id", found.contact_id), ("buddy_id", found.buddy_id)):
        if id_ and id_ != leader_id:
            people.check_colleague(work.get(Colleague, id_), company_id, field)


class Answered(TypedDict):
    warnings: tuple[str, ...]
    warned: tuple[RuleAnswer, ...]
    blocked: tuple[RuleAnswer, ...]


def answered(place: Place, leader: Leader, today: date) -> Answered:
    """What the rules of the day say of it, to whoever asks for a change."""
    said = clarification.told(place, leader, today)
    warned = tuple(one for one in said if one.severity == "warn")
    blocked = tuple(one for one in said if one.severity == "block")
    return {"warnings": tuple(one.rule for one in warned), "warned": warned, "blocked": blocked}


def apply(work: Work, changes: Iterable[Place | PlaceEvent]) -> None:
    for change in changes:
        if isinstance(change, Place):
            work.put(change)
        else:
            work.emit(change)


@handlers.on(DraftPlace, (Place, "place_id"), (Place, "last"), (Leader, "leader_id"), (Colleague, named))
def draft(work: Work, message: Message[DraftPlace]) -> HereAnswer:
    data = message.data
    leader = work.need(Leader, data.leader_id)
    if leader.erased:
        raise texts.leader_left()
    if data.last != max(leader.places, default=None):
        raise Outdated
    check_named(work, data.found, leader.id, leader.company_id)
    place = rules.drafted(data.place_id, leader, data.found, work.now)
    last = work.get(Place, data.last) if data.last else None
    if last and not data.keyed and rules.same_click(last, place):
        place = last
    else:
        place = rules.noted(place, work.today, "drafted")
        work.put(place, leader.changed(places=leader.places | {place.id}))
        work.emit(PlaceDrafted(**rules.about(place)))
    return HereAnswer(place_id=place.id, **answered(place, leader, work.today))


@handlers.on(ChangePlace, (Place, "place_id"), (Leader, "leader_id"), (Colleague, named))
def change(work: Work, message: Message[ChangePlace]) -> FoundAnswer:
    data = message.data
    place, leader = work.need(Place, data.place_id), work.need(Leader, data.leader_id)
    rules.check_state(place, *rules.UNOPENED, "open", "paused", "filled")
    check_named(work, data.found, place.leader_id, place.company_id)
    after = rules.clarified(place, data.found)
    apply(work, [after] if place.state in rules.UNOPENED else rules.reworked(place, after, leader, work.today))
    return FoundAnswer(place_id=place.id, **answered(after, leader, work.today))


@handlers.on(OpenPlace, (Place, "place_id"), (Leader, "leader_id"))
def open_(work: Work, message: Message[OpenPlace]) -> OpenPlaceAnswer:
    data = message.data
    place, leader = work.need(Place, data.place_id), work.need(Leader, data.leader_id)
    rules.check_may_open(place, leader, data.agreed_at, work.today)
    said = answered(place, leader, work.today)
    if stops := clarification.stops(said["blocked"]):
        apply(work, rules.blocked(place, stops, work.today))
        return OpenPlaceAnswer(place_id=place.id, state="additional-assessment-required", **said)
    place = rules.moved(place, "open", work.today, "opened").changed(agreed_at=data.agreed_at, blocked=frozenset())
    work.put(place)
    work.emit(PlaceOpened(**rules.terms(place, leader)))
    return OpenPlaceAnswer(place_id=place.id, state=place.state, **said)


@handlers.on(PausePlace, (Place, "place_id"))
def pause(work: Work, message: Message[PausePlace]) -> PlaceAnswer:
    data = message.data
    place = work.need(Place, data.place_id)
    rules.check_state(place, "open", "filled")
    place = rules.moved(place, "paused", work.today, "paused", data.reason)
    work.put(place)
    work.emit(PlacePaused(**rules.about(place), reason=data.reason))
    return PlaceAnswer(place_id=place.id)


@handlers.on(ReopenPlace, (Place, "place_id"))
def reopen(work: Work, message: Message[ReopenPlace]) -> PlaceAnswer:
    data = message.data
    before = work.need(Place, data.place_id)
    rules.check_state(before, "paused")
    rules.check_free_seat(before)
    agreed_at = data.agreed_at or work.today
    rules.check_agreed(agreed_at, work.today, rules.paused_on(before))
    place = rules.moved(before, "open", work.today, "reopened").changed(agreed_at=agreed_at, freed_by=None)
    work.put(place)
    work.emit(PlaceReopened(**rules.about(place), agreed_at=agreed_at, placement_id=before.freed_by))
    return PlaceAnswer(place_id=place.id)


@handlers.on(ClosePlace, (Place, "place_id"))
def close(work: Work, message: Message[ClosePlace]) -> PlaceAnswer:
    data = message.data
    place = work.need(Place, data.place_id)
    rules.check_state(place, *rules.UNOPENED, "open", "paused", "filled")
    place = rules.moved(place, "closed", work.today, "closed", data.reason)
    work.put(place)
    work.emit(PlaceClosed(**rules.about(place), reason=data.reason))
    return PlaceAnswer(place_id=place.id)


# -- heard from the others ---------------------------------------------------------------------------------------------


@handlers.on(MatchAgreed, (Place, "place_id"), (Referral, "referral_id"))
def agreed(work: Work, message: Message[MatchAgreed]) -> None:
    data = message.data
    apply(work, rules.take_seat(work.need(Place, data.place_id), data.match_id, work.today))
    work.put(referrals.living(work.need(Referral, data.referral_id), data.match_id))


@handlers.on(PlacementStarted, (Place, "place_id"))
def started(work: Work, message: Message[PlacementStarted]) -> None:
    note(work, message.data.place_id, "placement-started")


@handlers.on(PlacementEnded, PlacementCancelled, (Place, "place_id"), (Referral, "referral_id"))
def over(work: Work, message: Message[PlacementEnded | PlacementCancelled]) -> None:
    data = message.data
    began = isinstance(data, PlacementEnded)
    place = work.need(Place, data.place_id)
    apply(work, rules.free_seat(place, data.match_id, data.placement_id, work.today, began=began))
    work.put(referrals.ended(work.need(Referral, data.referral_id), data.match_id))
