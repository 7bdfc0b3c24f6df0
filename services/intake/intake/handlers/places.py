"""A place is found in the call, opens, pauses and closes; its seats are taken and freed."""

from datetime import date
from typing import TypedDict

from intake import refusals
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
    SomebodyNear,
)
from intake.handlers.base import apply, handlers, note
from intake.handlers.mails import write_to
from intake.rules import clarification, day, people, referrals
from intake.rules import places as rules
from intake.state.day import Match, Placement
from intake.state.leaders import Leader
from intake.state.people import Colleague
from intake.state.places import Frame, Place
from intake.state.referrals import Referral
from shared.events.followup import (
    PlacementCancelled,
    PlacementCorrected,
    PlacementEnded,
    PlacementOutcomeRecorded,
    PlacementStarted,
)
from shared.events.intake import PlaceClosed, PlaceDrafted, PlaceFilled, PlaceOpened, PlacePaused, PlaceReopened
from shared.events.matching import MatchAgreed, MatchCancelled, MatchDeclined
from shared.spine.decision import NotYet
from shared.spine.work import Message, Work


def named(data: DraftPlace | ChangePlace) -> list[str]:
    """Contact and buddy, where they are named."""
    return [id_ for id_ in (data.found.contact_id, data.found.buddy_id) if id_]


def whose(data: SomebodyNear) -> list[str]:
    return [data.leader_id] if data.leader_id else []


def name(work: Work, found: Frame, leader_id: str, company_id: str, place_id: str) -> None:
    """Who is named knows the place, so that it hears when they go."""
    for field in rules.NEAR:
        id_ = getattr(found, field)
        if id_ and id_ != leader_id:
            person = work.get(Colleague, id_) or work.get(Leader, id_)
            people.check_near(person, company_id, field)
            if person:
                work.put(person.changed(near=person.near | {place_id}))


def of_leader(work: Work, data: ChangePlace | OpenPlace) -> tuple[Place, Leader]:
    """It may have gone on as another's meanwhile."""
    place = work.need(Place, data.place_id)
    if place.leader_id != data.leader_id:
        raise NotYet(place.key)
    return place, work.need(Leader, data.leader_id)


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


@handlers.on(DraftPlace, (Place, "place_id"), (Leader, "leader_id"), (Leader, named), (Colleague, named))
def draft(work: Work, message: Message[DraftPlace]) -> HereAnswer:
    data = message.data
    leader = work.need(Leader, data.leader_id)
    if leader.erased:
        raise refusals.leader_left()
    place = rules.drafted(data.place_id, leader, data.found)
    name(work, data.found, leader.id, leader.company_id, place.id)
    place = rules.noted(place, work.today, "drafted")
    work.put(place, leader.changed(places=leader.places | {place.id}))
    work.emit(PlaceDrafted(**rules.about(place)))
    return HereAnswer(place_id=place.id, **answered(place, leader, work.today))


@handlers.on(ChangePlace, (Place, "place_id"), (Leader, "leader_id"), (Leader, named), (Colleague, named))
def change(work: Work, message: Message[ChangePlace]) -> FoundAnswer:
    data = message.data
    place, leader = of_leader(work, data)
    rules.check_state(place, *rules.UNOPENED, "open", "paused", "filled")
    name(work, data.found, place.leader_id, place.company_id, place.id)
    after = rules.clarified(place, data.found)
    apply(work, [after] if place.state in rules.UNOPENED else rules.reworked(place, after, leader, work.today))
    return FoundAnswer(place_id=place.id, **answered(after, leader, work.today))


@handlers.on(OpenPlace, (Place, "place_id"), (Leader, "leader_id"))
def open_(work: Work, message: Message[OpenPlace]) -> OpenPlaceAnswer:
    data = message.data
    place, leader = of_leader(work, data)
    said = answered(place, leader, work.today)
    if rules.stands(place, "open", "opened") and place.agreed_at == data.agreed_at:
        return OpenPlaceAnswer(place_id=place.id, state=place.state, **said)
    rules.check_may_open(place, leader, data.agreed_at, work.today)
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
    if rules.stands(place, "paused", "paused", data.reason):
        return PlaceAnswer(place_id=place.id)
    rules.check_state(place, "open", "filled")
    place = rules.moved(place, "paused", work.today, "paused", data.reason)
    work.put(place)
    work.emit(PlacePaused(**rules.about(place), reason=data.reason))
    return PlaceAnswer(place_id=place.id)


@handlers.on(ReopenPlace, (Place, "place_id"))
def reopen(work: Work, message: Message[ReopenPlace]) -> PlaceAnswer:
    data = message.data
    before = work.need(Place, data.place_id)
    if rules.stands(before, "open", "reopened") and before.agreed_at == data.agreed_at:
        return PlaceAnswer(place_id=before.id)
    if rules.stands(before, "filled", "resumed"):
        return PlaceAnswer(place_id=before.id)
    rules.check_state(before, "paused")
    if not rules.has_free_seat(before):  # it was paused while somebody was there, and is full again
        place = rules.moved(before, "filled", work.today, "resumed")
        work.put(place)
        work.emit(PlaceFilled(**rules.about(place)))
        return PlaceAnswer(place_id=place.id)
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
    if rules.stands(place, "closed", "closed", data.reason):
        return PlaceAnswer(place_id=place.id)
    rules.check_state(place, *rules.UNOPENED, "open", "paused", "filled")
    place = rules.moved(place, "closed", work.today, "closed", data.reason)
    work.put(place)
    work.emit(PlaceClosed(**rules.about(place), reason=data.reason))
    return PlaceAnswer(place_id=place.id)


@handlers.on(SomebodyNear, (Place, "place_id"), (Leader, whose))
def somebody_near(work: Work, message: Message[SomebodyNear]) -> None:
    data, place = message.data, work.need(Place, message.data.place_id)
    if data.leader_id != place.leader_id:
        command = data.changed(leader_id=place.leader_id)
        work.soon(place.key, f"near-{data.person_id}-{place.leader_id}", command)
    elif rules.is_near(place, data.person_id) and not rules.is_over(place):
        leader = work.need(Leader, place.leader_id)
        after = rules.without(place, data.person_id) if data.gone else place
        also = () if data.gone else ("contact",)
        apply(work, rules.retold(place, after, leader, leader, work.today, also))


# -- heard from the others ---------------------------------------------------------------------------------------------


@handlers.on(MatchAgreed, (Place, "place_id"), (Referral, "referral_id"))
def agreed(work: Work, message: Message[MatchAgreed]) -> None:
    data = message.data
    apply(work, rules.take_seat(work.need(Place, data.place_id), data.match_id, data.kommune, work.today))
    work.put(referrals.living(work.need(Referral, data.referral_id), data.match_id))


@handlers.also(MatchDeclined, MatchCancelled, (Match, "match_id"), (Place, "place_id"))
def lost(work: Work, message: Message[MatchDeclined | MatchCancelled]) -> None:
    """She had said yes, and it came to nothing by what she does not know."""
    data, match = message.data, work.get(Match, message.data.match_id)
    if match and "leader" not in match.missing and day.is_lost(data):
        note(work, data.place_id, "match-lost", data.kommune)
        write_to(work, data.leader_id, "match-lost", place_id=data.place_id, kommune=data.kommune)


@handlers.on(PlacementStarted, (Place, "place_id"))
def started(work: Work, message: Message[PlacementStarted]) -> None:
    note(work, message.data.place_id, "placement-started", message.data.kommune)


@handlers.on(PlacementOutcomeRecorded, (Place, "place_id"), (Placement, "placement_id"))
def became(work: Work, message: Message[PlacementOutcomeRecorded]) -> None:
    """The same again, months later, is no news."""
    data, before = message.data, work.get(Placement, message.data.placement_id)
    known = {code for _, code in before.outcomes} if before else set()
    if day.kinds_of_success(data.outcome) is not None and data.outcome not in known:
        note(work, data.place_id, "became", data.outcome)


@handlers.on(PlacementCorrected, (Place, "place_id"), (Placement, "placement_id"))
def put_right(work: Work, message: Message[PlacementCorrected]) -> None:
    """What never was is not said any longer."""
    data, place = message.data, work.get(Place, message.data.place_id)
    before = work.get(Placement, data.placement_id)
    if place is None or before is None:
        return
    if data.what == "outcome" and data.before:
        now = data.outcome if day.kinds_of_success(data.outcome) is not None else None
        work.put(rules.history_corrected(place, "became", data.before, now))
    elif data.what == "end" and data.reason:
        work.put(rules.history_corrected(place, "placement-over", before.reason, data.reason))


@handlers.on(PlacementEnded, PlacementCancelled, (Place, "place_id"), (Referral, "referral_id"))
def over(work: Work, message: Message[PlacementEnded | PlacementCancelled]) -> None:
    data = message.data
    began = isinstance(data, PlacementEnded)
    place = work.need(Place, data.place_id)
    apply(work, rules.free_seat(place, data.match_id, data.placement_id, data.reason, work.today, began=began))
    work.put(referrals.ended(work.need(Referral, data.referral_id), data.match_id))
