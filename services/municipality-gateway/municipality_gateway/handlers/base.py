"""What the handlers share: telling the services and the kommune, keeping a referral, answering a reply."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from municipality_gateway.commands.mails import TellContact
from municipality_gateway.commands.places import Widen
from municipality_gateway.commands.referrals import Deadline
from municipality_gateway.copies import copy_of
from municipality_gateway.rows import Answered
from municipality_gateway.rules import mails, replies
from municipality_gateway.rules.referrals import Change
from municipality_gateway.rules.waiting import waits
from municipality_gateway.state.matches import Match, Spoken
from municipality_gateway.state.placements import Challenge, Placement, Stage
from municipality_gateway.state.referrals import Referral
from municipality_gateway.state.replies import Said
from shared.catalogue.calendar import end_of_day, today
from shared.catalogue.kommuner import TEST_KOMMUNE
from shared.events.base import REGISTRY, Event
from shared.events.kommune.referrals import ReplyRefused, ReplyTaken
from shared.events.kommune.replies import Reply
from shared.events.municipality_gateway import ReferralEvent
from shared.events.topics import REPLIES, kommune_of
from shared.mail.rows import Mail
from shared.spine.decision import Refused
from shared.spine.envelope import Bad, Record
from shared.spine.work import Handlers, KeySource, Message, Work

handlers = Handlers()


def tell(work: Work, event: Event, *kommuner: str, **more: Any) -> None:
    """To the services, and as a copy to each kommune that it concerns."""
    work.emit(event)
    pass_on(work, event, *kommuner, **more)


def pass_on(work: Work, event: Event, *kommuner: str, **more: Any) -> None:
    """To these kommuner alone. The test kommune is never told of anything real."""
    for kommune in dict.fromkeys(kommuner):
        if kommune != TEST_KOMMUNE and (copy := copy_of(event, **more)):
            work.emit(copy, kommune=kommune)


def keep(work: Work, before: Referral, change: Change, **more: Any) -> None:
    """Save a referral, say what happened, and see to what follows: its deadlines, and the next kommune.

    `more`: what the kommune's copy tells beyond the event.
    """
    after, events = change
    work.put(after)
    for event in events:
        tell(work, event, after.kommune, **more)
        write_to(work, before, after, event)
    set_deadlines(work, before, after)
    if before.open and not after.open:
        found_by = after.kommune if after.matched else None
        command = Widen(
            place_id=after.place_id,
            referral_id=after.id,
            kommune=after.kommune,
            found_by=found_by,
            again=not after.enough,
        )
        work.soon(("place", after.place_id), f"widen-{after.id}", command)


def write_to(work: Work, before: Referral | None, after: Referral, event: ReferralEvent) -> None:
    """A mail to whom it lies with, where she is to hear of it."""
    if told := mails.told_of(before, after, event):
        template, about = told
        work.write(Mail(work.new_id(), template, after.contact_id, {"referral_id": after.id, **about}))


def tell_contact(work: Work, referral_id: str, kommune: str, template: str, about: dict[str, str]) -> None:
    """Whoever a referral lies with hears what has come of it; who that is, is looked up under its own lock."""
    command = TellContact(referral_id=referral_id, kommune=kommune, template=template, about=about)
    about_what = "-".join(sorted(about.values()))
    work.soon((Referral.KIND, referral_id), f"mail-{template}-{about_what}", command)


def set_deadlines(work: Work, before: Referral | None, after: Referral) -> None:
    """Where the waiting is another one than before; a deadline that has passed is not set again."""
    old, new = waits(before) if before else {}, waits(after)
    work.cancel_timer(after.key, *(old.keys() - new.keys()))
    for step, day in new.items():
        if old.get(step) == day:
            continue
        command = Deadline(referral_id=after.id, kommune=after.kommune, step=step)
        work.timer(after.key, step, end_of_day(day), command)


R = TypeVar("R", bound=Reply)
Decide = Callable[[Work, Message[R], str], None]


def on_reply(*what: type[Reply] | KeySource) -> Callable[[Decide[R]], Decide[R]]:
    """`handlers.on` for what a kommune says: decided as that of the kommune `code`, and answered.

    What the test kommune says is answered and counts nowhere.
    """

    def register(decide: Decide[R]) -> Decide[R]:
        @wraps(decide)
        def taken(work: Work, message: Message[R]) -> None:
            code = kommune_of(message.topic) or ""
            replies.check_days(message.data, said_on(work, message))
            if code != TEST_KOMMUNE:
                decide(work, message, code)
            _take(work, message, code)

        handlers.on(*what)(taken)
        return decide

    return register


def said_on(work: Work, message: Message[Any]) -> date:
    """The day in Denmark on which a reply lay on its topic: what was said in time counts, however late we read it."""
    return today(min(message.at or work.now, work.now))


def _take(work: Work, message: Message[Any], code: str) -> None:
    what = what_of(type(message.data).TYPE)
    work.emit(
        ReplyTaken(
            referral_id=message.subject, reply=message.id, source=message.source, what=what, offset=message.offset
        ),
        kommune=code,
    )
    work.write(
        Answered(
            kommune=code,
            source=message.source,
            id=message.id,
            state="taken",
            what=what,
            hash=message.digest,
            about=message.subject,
        )
    )


def refuse(
    work: Work,
    kommune: str,
    about: str,
    reply: str,
    refusal: Refused,
    digest: bytes | None = None,
    **of_reply: Any,
) -> None:
    """Tell the kommune, and note it for who asks. `of_reply`: source, what and offset, as far as they are known."""
    _tell_refused(work, kommune, about, reply, refusal, **of_reply)
    _note_refused(work, kommune, reply, refusal, digest, about=about, **of_reply)


def _note_refused(
    work: Work, kommune: str, reply: str, refusal: Refused, digest: bytes | None = None, **of_reply: Any
) -> None:
    work.write(
        Answered(
            kommune=kommune,
            source=of_reply.get("source"),
            id=reply,
            state="refused",
            what=of_reply.get("what"),
            field=refusal.field,
            rule=refusal.rule,
            da=refusal.da,
            en=refusal.en,
            hash=digest,
            about=of_reply.get("about"),
        )
    )


def refuse_later(
    work: Work, kommune: str, about: str, reply_id: str, said: Said | None, refusal: Refused, *, tell: bool = True
) -> None:
    """A decider further in could not use what was taken. `tell`: where no event of its own says so."""
    of_reply: dict[str, Any] = said.model_dump(include={"source", "what", "offset"}) if said else {}
    kommune = said.kommune or kommune if said else kommune
    if tell:
        _tell_refused(work, kommune, said.about if said else about, reply_id, refusal, **of_reply)
    _note_refused(work, kommune, reply_id, refusal, **of_reply)


def on_refused(work: Work, record: Record, message: Message[Any] | Bad, refusal: Refused) -> None:
    """The spine's hook. One that could not even be read is told by its offset; nobody can ask for it by an id."""
    code = kommune_of(record.topic) or ""
    what = what_of(message.type if isinstance(message, Bad) else type(message.data).TYPE)
    if message.id:
        of_reply = {"source": message.source, "what": what, "offset": record.offset}
        refuse(work, code, message.subject, message.id, refusal, message.digest, **of_reply)
    else:
        name = f"offset-{record.offset}"
        _tell_refused(work, code, message.subject, name, refusal, what=what, offset=record.offset)


def _tell_refused(work: Work, kommune: str, about: str, reply: str, refusal: Refused, **of_reply: Any) -> None:
    work.emit(
        ReplyRefused(
            referral_id=about,
            reply=reply,
            field=refusal.field,
            rule=refusal.rule,
            da=refusal.da,
            en=refusal.en,
            **of_reply,
        ),
        kommune=kommune,
    )


Owned = TypeVar("Owned", Referral, Match, Placement, Stage, Challenge)


def own(work: Work, kind: type[Owned], id_: str, code: str) -> Owned:
    """What a kommune speaks of. Raises Refused where it is unknown, or another kommune's."""
    field = f"{kind.KIND}_id"
    found = work.get(kind, id_) or replies.unknown(field)
    if code not in (found.whose if isinstance(found, Spoken) else (found.kommune,)):
        replies.not_yours(field)
    return found


def what_of(type_: str | None) -> str | None:
    """`dk.lederalliancen.reply.seen.v1` -> `seen`; None for what is not of the contract."""
    known = type_ is not None and (REPLIES.name, type_) in REGISTRY
    return type_.split(".")[3] if known and type_ else None
