"""A referral: a kommune is asked, the leader guided; what the kommune says of it, and what follows its silence."""

from municipality_gateway import texts
from municipality_gateway.commands.referrals import Ask, Deadline, GuidanceAnswer, RecordGuidance
from municipality_gateway.copies import place_for
from municipality_gateway.handlers.base import handlers, keep, on_reply, own, set_deadlines, tell
from municipality_gateway.rules import kommuner, waiting
from municipality_gateway.rules import referrals as rules
from municipality_gateway.state.kommuner import Kommune
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral
from shared.catalogue.reach import Reach
from shared.events.kommune.replies import (
    Accepted,
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
    if work.get(Referral, data.referral_id):
        return
    if not place.accepting:
        left = tuple(id_ for id_ in place.referrals if id_ != data.referral_id)
        work.put(place.changed(referrals=left))
        return
    kommune = work.get(Kommune, data.kommune) or Kommune(id=data.kommune)
    desk = kommuner.desk(kommune, kommuner.FIRST, work.today)
    reach = Reach(data.kommune, data.why, data.minutes)
    referral, events = rules.send(place, data.referral_id, reach, desk, work.today)
    for event in events:
        tell(work, event, data.kommune, **place_for(place, kommune, referral.id, work.today, work.public))
    if place.opened.guidance == "page":
        referral, events = rules.guide(referral, kommune.card_version, "page")
        for event in events:
            tell(work, event, data.kommune)
    work.put(referral, place.changed(sent=True))
    set_deadlines(work, None, referral)


@handlers.on(RecordGuidance, (Referral, "referral_id"))
def record_guidance(work: Work, message: Message[RecordGuidance]) -> GuidanceAnswer:
    """The consultant has called the leader. Again when the contact person is another one."""
    referral = work.need(Referral, message.data.referral_id)
    if referral.over:
        raise texts.no_guidance_any_more()
    if not referral.guided:
        keep(work, referral, rules.guide(referral, message.data.card_version, "call"))
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
            keep(work, referral, waiting.remind(referral))
        case "deputy":
            _escalate(work, referral, kommune, kommuner.desk(kommune, kommuner.SECOND, work.today))
        case "entrance":
            _escalate(work, referral, kommune, kommuner.desk(kommune, ("entrance",), work.today))
        case "resume":
            keep(work, referral, rules.resume(referral, work.today))
        case "expired" | "due":
            keep(work, referral, waiting.run_out(referral))


def _escalate(work: Work, referral: Referral, kommune: Kommune, desk: kommuner.Desk) -> None:
    """Another person is another guidance: by page at once, by call when the consultant has made it."""
    after, events = waiting.escalate(referral, desk)
    if referral.guided and desk.contact_id != referral.contact_id:
        after = after.changed(guided=False)
        if referral.guidance == "page":
            after, told = rules.guide(after, kommune.card_version, "page")
            events += told
    keep(work, referral, (after, events))


# -- what the kommune says ---------------------------------------------------------------------------------------------


def asked_of(work: Work, reply: ReferralReply, code: str) -> Referral:
    """The referral that a kommune may speak of, while it is open."""
    referral = own(work, Referral, reply.referral_id, code)
    rules.check_open(referral)
    return referral


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
    keep(work, referral, rules.hold(referral, work.today, data.reason, data.until))


@on_reply(Closed, (Referral, "referral_id"))
def closed(work: Work, message: Message[Closed], code: str) -> None:
    referral = asked_of(work, message.data, code)
    keep(work, referral, rules.close(referral))


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
