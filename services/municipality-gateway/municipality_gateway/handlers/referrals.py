"""A referral: a kommune is asked, the leader guided; what the kommune says of it, and what follows its silence."""

from municipality_gateway import texts
from municipality_gateway.commands.referrals import (
    Ask,
    Deadline,
    GuidanceAnswer,
    HandOver,
    Recall,
    RecordGuidance,
    ReferralAnswer,
    TakeBack,
    TellChange,
)
from municipality_gateway.copies import told_of
from municipality_gateway.handlers.base import (
    handlers,
    keep,
    on_reply,
    own,
    pass_on,
    said_on,
    set_deadlines,
    tell,
    write_to,
)
from municipality_gateway.rules import kommuner, waiting
from municipality_gateway.rules import referrals as rules
from municipality_gateway.state.kommuner import Kommune, Word
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral
from shared.catalogue.reach import Reach
from shared.events.kommune.replies import (
    Accepted,
    CancellationConfirmed,
    Closed,
    Held,
    LeaderContacted,
    MeetingMissed,
    MeetingPlanned,
    ReferralReply,
    Rejected,
    Seen,
)
from shared.spine.work import Message, Work


@handlers.on(Ask, (Place, "place_id"), (Kommune, "kommune"), (Referral, "referral_id"))
def ask(work: Work, message: Message[Ask]) -> None:
    data, place = message.data, work.need(Place, message.data.place_id)
    if work.get(Referral, data.referral_id) or data.referral_id not in place.referrals:  # asked back before it was sent
        return
    kommune = work.get(Kommune, data.kommune) or Kommune(id=data.kommune)
    desk = kommuner.desk(kommune, kommuner.FIRST, work.today)
    reach = Reach(data.kommune, data.why, data.minutes)
    referral, events = rules.send(place, data.referral_id, reach, desk, work.today)
    told = told_of(place, kommune, referral.id, work.today, work.public)
    referral = referral.changed(told=told)
    for event in events:
        tell(work, event, data.kommune, **told.model_dump())
        write_to(work, None, referral, event)
    referral, events = _guide_by_page(work, referral, kommune)
    for event in events:
        tell(work, event, data.kommune)
    work.put(referral, place.changed(sent=True), kommune.changed(open=kommune.open | {referral.id}))
    set_deadlines(work, None, referral)


def _guide_by_page(work: Work, referral: Referral, kommune: Kommune) -> rules.Change:
    """Only where there is somebody to name: till then it is on the consultant's day."""
    named = kommuner.is_named(kommune, referral.contact_id, work.today)
    if referral.guided or referral.guidance != "page" or not named:
        return referral, []
    return rules.guide(referral, kommune.card_version, "page")


@handlers.on(TellChange, (Place, "place_id"), (Referral, "referral_id"))
def tell_change(work: Work, message: Message[TellChange]) -> None:
    """The place is another one now: the kommune hears what changed, and how it is."""
    data, place = message.data, work.need(Place, message.data.place_id)
    referral = work.get(Referral, data.referral_id)
    if referral is None or not (referral.open or data.placed):
        return
    words = tuple(
        Word(concept=word.concept, term=word.term) for word in (referral.told.own_words if referral.told else ())
    )
    told = told_of(place, Kommune(id=referral.kommune, words=words), referral.id, work.today, work.public)
    after, events = rules.place_changed(referral, place, told, data.changes)
    more = {**told.model_dump(), "place_kommune": place.opened.kommune, "seats": after.seats}
    if not referral.open:
        for event in events:
            pass_on(work, event, referral.kommune, **more)
        return
    keep(work, referral, (after, events), **more)
    if not after.guided:  # the leader may wish for a page instead of a call
        work.soon(after.key, "hand-over", HandOver(referral_id=after.id, kommune=after.kommune))


@handlers.on(Recall, (Referral, "referral_id"))
def recall(work: Work, message: Message[Recall]) -> None:
    """One that was never sent needs not be asked back."""
    if referral := work.get(Referral, message.data.referral_id):
        keep(work, referral, rules.recall(referral, work.today, message.data.reason, "system"))


@handlers.on(TakeBack, (Referral, "referral_id"))
def take_back(work: Work, message: Message[TakeBack]) -> ReferralAnswer:
    """A consultant takes it back; the next kommune is asked."""
    referral = work.need(Referral, message.data.referral_id)
    if not referral.open:
        raise texts.over_already() if referral.over else texts.asked_back_already()
    after, events = rules.recall(referral, work.today, message.data.reason, "consultant")
    keep(work, referral, (after.changed(enough=True), events))
    return ReferralAnswer(referral_id=after.id, state=after.state, business_status=after.business_status)


@handlers.on(HandOver, (Referral, "referral_id"), (Kommune, "kommune"))
def hand_over(work: Work, message: Message[HandOver]) -> None:
    """Nobody who is gone holds a referral; where nobody was, it goes to the first who comes."""
    referral, kommune = work.get(Referral, message.data.referral_id), work.get(Kommune, message.data.kommune)
    if referral and kommune and referral.open:
        keep(work, referral, _with_somebody(work, referral, kommune, message.data.to))


def _with_somebody(work: Work, referral: Referral, kommune: Kommune, to: str | None = None) -> rules.Change:
    if kommuner.is_named(kommune, referral.contact_id, work.today):
        return _guide_by_page(work, referral, kommune)
    return turn_to(work, referral, kommune, kommuner.successor(kommune, referral.contact_id, work.today, to))


@handlers.on(RecordGuidance, (Referral, "referral_id"), (Kommune, "kommune"))
def record_guidance(work: Work, message: Message[RecordGuidance]) -> GuidanceAnswer:
    """The consultant has called the leader. Again when the contact person is another one."""
    referral = work.need(Referral, message.data.referral_id)
    kommune = work.get(Kommune, message.data.kommune)
    if not referral.open:
        raise texts.over_already()
    if kommune is None or not kommuner.is_named(kommune, referral.contact_id, work.today):
        raise texts.nobody_to_name()
    if not referral.guided:
        keep(work, referral, rules.guide(referral, kommune.card_version, "call"))
    return GuidanceAnswer(referral_id=referral.id, guided=True)


@handlers.on(Deadline, (Referral, "referral_id"), (Kommune, "kommune"))
def waited(work: Work, message: Message[Deadline]) -> None:
    """Silence: a reminder, another person, the default entrance, and then another kommune."""
    step, referral = message.data.step, work.need(Referral, message.data.referral_id)
    if step not in waiting.waits(referral):
        return
    kommune = work.get(Kommune, referral.kommune) or Kommune(id=referral.kommune)
    match step:
        case "reminder" | "nudge":
            after, events = _with_somebody(work, referral, kommune)
            if after.contact_id == referral.contact_id:  # else another one has just been asked
                after, reminded = waiting.remind(after)
                events += reminded
            keep(work, referral, (after, events))
        case "deputy":  # a person: the door without one is asked a day later
            desk = kommuner.desk(kommune, kommuner.SECOND, work.today)
            if kommuner.is_named(kommune, desk.contact_id, work.today):
                keep(work, referral, turn_to(work, referral, kommune, desk))
        case "entrance":
            desk = kommuner.desk(kommune, ("entrance",), work.today)
            after, events = turn_to(work, referral, kommune, desk)
            if not kommuner.is_named(kommune, desk.contact_id, work.today):
                # A door is asked as well; whom the leader has been told of stays who rings.
                after = referral if kommuner.is_named(kommune, referral.contact_id, work.today) else after
            keep(work, referral, (after, events))
        case "resume":
            keep(work, referral, rules.resume(referral, work.today))
        case "due" if referral.proposals:  # a day more, till it is known what becomes of it
            keep(work, referral, waiting.lasts(referral, work.today))
        case "expired" | "due":
            keep(work, referral, waiting.run_out(referral))
        case "taken-back":
            keep(work, referral, waiting.take_back(referral))


def turn_to(work: Work, referral: Referral, kommune: Kommune, desk: kommuner.Desk) -> rules.Change:
    """Another person is another guidance; the one who is asked already is not asked twice."""
    if desk.contact_id == referral.contact_id:
        return referral, []
    after, events = waiting.escalate(referral, desk)
    after, told = _guide_by_page(work, after.changed(guided=False), kommune)
    return after, [*events, *told]


# -- what the kommune says ---------------------------------------------------------------------------------------------


def asked_of(work: Work, reply: ReferralReply, code: str) -> Referral:
    """The referral that a kommune may speak of; whether it still takes the reply is a rule."""
    return own(work, Referral, reply.referral_id, code)


@on_reply(Seen, (Referral, "referral_id"))
def seen(work: Work, message: Message[Seen], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.see(referral))


@on_reply(Accepted, (Referral, "referral_id"))
def accepted(work: Work, message: Message[Accepted], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.accept(referral, work.today, message.data.company_known))


@on_reply(Rejected, (Referral, "referral_id"))
def rejected(work: Work, message: Message[Rejected], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.reject(referral, message.data.reason))


@on_reply(Held, (Referral, "referral_id"))
def held(work: Work, message: Message[Held], code: str) -> None:
    data, referral = message.data, asked_of(work, message.data, code)
    keep(work, referral, rules.hold(referral, said_on(work, message), data.reason, data.until))


@on_reply(Closed, (Referral, "referral_id"))
def closed(work: Work, message: Message[Closed], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.close(referral))


@on_reply(CancellationConfirmed, (Referral, "referral_id"))
def cancellation_confirmed(work: Work, message: Message[CancellationConfirmed], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.confirm(referral))


@on_reply(LeaderContacted, (Referral, "referral_id"))
def leader_contacted(work: Work, message: Message[LeaderContacted], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.happen(referral, work.today, "leader-contacted", message.data.at))


@on_reply(MeetingPlanned, (Referral, "referral_id"))
def meeting_planned(work: Work, message: Message[MeetingPlanned], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.happen(referral, work.today, "event-scheduled", message.data.at))


@on_reply(MeetingMissed, (Referral, "referral_id"))
def meeting_missed(work: Work, message: Message[MeetingMissed], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.happen(referral, work.today, "event-unattended", message.data.at))
