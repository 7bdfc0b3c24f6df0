"""One short function per command and event: it translates; the rules decide."""

from collections.abc import Iterable

from intake import rules
from intake.rows import LeaderEmail
from intake.state import (
    AddColleague,
    ChangePlace,
    ClosePlace,
    Colleague,
    Company,
    DraftPlace,
    Erase,
    Leader,
    OpenPlace,
    PausePlace,
    Place,
    RecordCall,
    Referral,
    ReopenPlace,
    SignUp,
)
from shared.events import followup, matching
from shared.events import intake as say
from shared.events import municipality_gateway as gateway
from shared.events.base import Event
from shared.people.vault import Erased, Person
from shared.spine.decision import Refused
from shared.spine.work import Aggregate, Handlers, Message, Work

handlers = Handlers()


def _apply(work: Work, changes: Iterable[Aggregate | Event]) -> None:
    for change in changes:
        if isinstance(change, Event):
            work.emit(change)
        else:
            work.put(change)


# -- asked over HTTP ---------------------------------------------------------------------------------------------------


@handlers.on(SignUp, (Leader, "leader_id"), (Company, "company_id"))
def sign_up(work: Work, message: Message[SignUp]) -> None:
    asked = message.data
    if work.get(Leader, asked.leader_id):
        return
    first = work.get(Company, asked.company_id) is None
    if first:
        work.put(Company(id=asked.company_id, cvr=asked.cvr, name=asked.company_name))
    work.put(
        Leader(
            id=asked.leader_id,
            signed_up_on=work.today,
            next_call_on=work.today,
            **asked.model_dump(
                include={"company_id", "workplace_id", "company_name", "postnr", "kommune", "sector", "size_band"}
            ),
        )
    )
    work.write(Person(asked.leader_id, asked.contact), LeaderEmail(asked.leader_id, asked.email_hash))
    work.emit(
        say.LeaderSignedUp(
            first_of_company=first,
            **asked.model_dump(exclude={"contact", "cvr", "company_name", "postnr", "email_hash"}),
        )
    )


@handlers.on(RecordCall, (Leader, "leader_id"))
def record_call(work: Work, message: Message[RecordCall]) -> None:
    asked, leader = message.data, work.need(Leader, message.data.leader_id)
    attempt = leader.attempts + 1
    next_call_on = None if asked.outcome in ("reached", "not-now") else asked.next_call_on or work.today
    outcome = leader.outcome if leader.outcome == "reached" else asked.outcome
    work.put(leader.changed(attempts=attempt, outcome=outcome, next_call_on=next_call_on))
    work.emit(
        say.LeaderCalled(
            leader_id=leader.id,
            kommune=leader.kommune,
            outcome=asked.outcome,
            attempt=attempt,
            next_call_on=next_call_on,
        )
    )


@handlers.on(AddColleague, (Colleague, "person_id"))
def add_colleague(work: Work, message: Message[AddColleague]) -> dict[str, str]:
    asked = message.data
    work.put(Colleague(id=asked.person_id, company_id=asked.company_id))
    work.write(Person(asked.person_id, asked.contact))
    return {"person_id": asked.person_id}


def _people(asked: DraftPlace | ChangePlace) -> list[str]:
    return [id_ for id_ in (asked.found.contact_id, asked.found.buddy_id) if id_]


def _check_people(work: Work, asked: DraftPlace | ChangePlace, leader_id: str, company_id: str) -> None:
    """Contact and buddy are the leader, or colleagues who were named first: nobody else's data is ever shown."""
    for id_ in _people(asked):
        colleague = work.get(Colleague, id_)
        if id_ != leader_id and (colleague is None or colleague.company_id != company_id):
            rules.unknown_colleague("contact_id" if id_ == asked.found.contact_id else "buddy_id")


@handlers.on(DraftPlace, (Place, "place_id"), (Leader, "leader_id"), (Colleague, _people))
def draft_place(work: Work, message: Message[DraftPlace]) -> dict[str, str]:
    asked, leader = message.data, work.need(Leader, message.data.leader_id)
    _check_people(work, asked, leader.id, leader.company_id)
    place = Place(
        id=asked.place_id,
        leader_id=leader.id,
        company_id=leader.company_id,
        workplace_id=leader.workplace_id,
        kommune=leader.kommune,
        postnr=leader.postnr,
        found=asked.found,
    )
    place = rules.located(rules.moved(place, "draft", work.today, "drafted"))
    work.put(place)
    work.emit(say.PlaceDrafted(**rules.about(place)))
    return {"place_id": place.id}


@handlers.on(ChangePlace, (Place, "place_id"), (Colleague, _people))
def change_place(work: Work, message: Message[ChangePlace]) -> None:
    place = work.need(Place, message.data.place_id)
    rules.check_state(place, ("draft", "additional-assessment-required"))
    _check_people(work, message.data, place.leader_id, place.company_id)
    work.put(rules.located(place.changed(found=rules.merged(place.found, message.data.found))))


@handlers.on(OpenPlace, (Place, "place_id"), (Leader, "leader_id"))
def open_place(work: Work, message: Message[OpenPlace]) -> dict[str, object]:
    place, leader = work.need(Place, message.data.place_id), work.need(Leader, message.data.leader_id)
    rules.check_may_open(place, leader, message.data.agreed_at, work.today)
    place = rules.moved(place, "open", work.today, "opened").changed(agreed_at=message.data.agreed_at)
    work.put(place)
    work.emit(rules.opened(place, leader))
    return {"place_id": place.id, "state": place.state, "warnings": rules.warnings(place.found)}


@handlers.on(PausePlace, (Place, "place_id"))
def pause_place(work: Work, message: Message[PausePlace]) -> None:
    place = work.need(Place, message.data.place_id)
    rules.check_state(place, ("open", "filled"))
    place = rules.moved(place, "paused", work.today, "paused", message.data.reason)
    work.put(place)
    work.emit(say.PlacePaused(**rules.about(place), reason=message.data.reason))


@handlers.on(ReopenPlace, (Place, "place_id"))
def reopen_place(work: Work, message: Message[ReopenPlace]) -> None:
    place = work.need(Place, message.data.place_id)
    rules.check_state(place, ("paused",))
    if len(place.agreed) >= place.seats:
        raise Refused(
            "no-seat",
            "seats",
            "Alle pladser er besat. Den åbner igen, når et forløb er slut.",
            "Every seat is taken. It can reopen when a placement is over.",
            409,
        )
    agreed_at = message.data.agreed_at or work.today
    freed_by = place.freed_by
    place = rules.moved(place, "open", work.today, "reopened")
    work.put(place.changed(agreed_at=agreed_at, freed_by=None))
    work.emit(say.PlaceReopened(**rules.about(place), agreed_at=agreed_at, placement_id=freed_by))


@handlers.on(ClosePlace, (Place, "place_id"))
def close_place(work: Work, message: Message[ClosePlace]) -> None:
    place = work.need(Place, message.data.place_id)
    rules.check_state(place, ("draft", "additional-assessment-required", "open", "paused", "filled"))
    place = rules.moved(place, "closed", work.today, "closed", message.data.reason)
    work.put(place)
    work.emit(say.PlaceClosed(**rules.about(place), reason=message.data.reason))


@handlers.on(Erase, (Leader, "person_id"))
def erase(work: Work, message: Message[Erase]) -> None:
    person_id = message.data.person_id
    work.write(Erased(person_id))
    if leader := work.get(Leader, person_id):
        work.put(leader.changed(next_call_on=None))
        work.emit(say.LeaderErased(leader_id=person_id))
    else:
        work.emit(say.PersonErased(person_id=person_id))


# -- heard from the others ---------------------------------------------------------------------------------------------


@handlers.on(gateway.ReferralSent, (Referral, "referral_id"), (Place, "place_id"))
def referral_sent(work: Work, message: Message[gateway.ReferralSent]) -> None:
    said = message.data
    work.put(Referral(id=said.referral_id, place_id=said.place_id, kommune=said.kommune))
    _note(work, said.place_id, "kommune-asked", said.kommune)


@handlers.on(gateway.ReferralLeaderGuided, (Referral, "referral_id"), (Place, "place_id"))
def leader_guided(work: Work, message: Message[gateway.ReferralLeaderGuided]) -> None:
    referral = work.need(Referral, message.data.referral_id)
    work.put(referral.changed(guided=True))
    _note(work, referral.place_id, "leader-guided", referral.kommune)


@handlers.on(gateway.ReferralAccepted, (Referral, "referral_id"), (Place, "place_id"))
def referral_accepted(work: Work, message: Message[gateway.ReferralAccepted]) -> None:
    referral = work.need(Referral, message.data.referral_id)
    work.put(referral.changed(accepted=True))
    _note(work, referral.place_id, "kommune-accepted", referral.kommune)


def _over(work: Work, message: Message[gateway.ReferralEvent]) -> None:
    referral = work.need(Referral, message.data.referral_id)
    work.put(referral.changed(over=True))
    _note(work, referral.place_id, f"referral-{message.data.state}", referral.kommune)


for _kind in (gateway.ReferralRejected, gateway.ReferralExpired, gateway.ReferralCancelled, gateway.ReferralCompleted):
    handlers.on(_kind, (Referral, "referral_id"), (Place, "place_id"))(_over)


@handlers.on(matching.MatchAgreed, (Place, "place_id"), (Referral, "referral_id"))
def match_agreed(work: Work, message: Message[matching.MatchAgreed]) -> None:
    said = message.data
    _apply(work, rules.take_seat(work.need(Place, said.place_id), said.match_id, work.today))
    work.put(rules.living(work.need(Referral, said.referral_id), said.match_id))


@handlers.on(followup.PlacementStarted, (Place, "place_id"))
def placement_started(work: Work, message: Message[followup.PlacementStarted]) -> None:
    _note(work, message.data.place_id, "placement-started")


def _placement_over(work: Work, message: Message[followup.PlacementEnded | followup.PlacementCancelled]) -> None:
    said = message.data
    began = isinstance(said, followup.PlacementEnded)
    place = work.need(Place, said.place_id)
    _apply(work, rules.free_seat(place, said.match_id, said.placement_id, work.today, began=began))
    work.put(rules.ended(work.need(Referral, said.referral_id), said.match_id))


handlers.on(followup.PlacementEnded, (Place, "place_id"), (Referral, "referral_id"))(_placement_over)
handlers.on(followup.PlacementCancelled, (Place, "place_id"), (Referral, "referral_id"))(_placement_over)


def _note(work: Work, place_id: str, what: str, reason: str | None = None) -> None:
    """A line in the history that the leader and the consultant read."""
    if place := work.get(Place, place_id):
        work.put(rules.moved(place, place.state, work.today, what, reason))
