"""What a kommune's people can say to a referral: each act is a reply of the contract, read from a form of its own.

The same validation as for a kommune's own system: the contract's types, the days that can be meant, and the rules of a
referral are asked before it is sent; what is refused further in stands beside its field as well.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

import orjson
from uuid_utils import uuid7

from municipality_gateway import texts
from municipality_gateway.api.replies import give
from municipality_gateway.queries.cases import CaseView, PlacementView, ProposalView
from municipality_gateway.queries.replies import ReplyView, answered
from municipality_gateway.replies import PRAKTIK
from municipality_gateway.rules import referrals as rules
from municipality_gateway.rules import replies
from municipality_gateway.state.placements import Challenge, Stage
from municipality_gateway.state.referrals import Referral
from shared.catalogue import calendar, codes
from shared.catalogue.deadlines import deadlines
from shared.catalogue.kommuner import kommune
from shared.events.kommune import replies as said
from shared.events.kommune.replies import Reply
from shared.identifiers import Day, Each, InRange, WeekHours
from shared.runtime import Runtime
from shared.spine.decision import Refused
from shared.web.access import Principal
from shared.web.pages.forms import Form
from shared.web.pages.page import Page
from shared.web.problems import NOT_FOUND, Problem

PATIENCE = 30  # tenths of a second that are waited for the answer: it comes by way of Kafka, and usually at once


class Thing(NamedTuple):
    """What an act is about: a proposal, a stage, a placement, something that is hard; else the referral itself.

    `named`: how its reply names it.
    """

    named: Mapping[str, str]
    proposal: ProposalView | None = None
    placement: PlacementView | None = None
    stage: Stage | None = None
    challenge: Challenge | None = None


About = Callable[[CaseView], Iterable[tuple[str, Thing]]]
"""What can be named in an address, and is it."""


@dataclass(frozen=True)
class Act:
    """One answer: the page that asks for it, the reply that it is, and how that is read where it is not the form's."""

    template: str
    reply: type[Reply]
    about: About | None = None
    read: Callable[[Form, CaseView, Thing], Reply] | None = None

    def reply_of(self, form: Form, case: CaseView, thing: Thing) -> Reply:
        """What the page knows is not asked for. Raises ValidationError, Refused."""
        form.sent = {**form.sent, **{name: [value] for name, value in thing.named.items()}}
        return self.read(form, case, thing) if self.read else form.read(self.reply)


def _withdrawable(case: CaseView) -> Iterable[tuple[str, Thing]]:
    for one in case.proposals:
        if one.match.state == "proposed":
            yield one.match.id, Thing({"candidate_id": one.match.candidate_id}, proposal=one)


def _without_their_yes(case: CaseView) -> Iterable[tuple[str, Thing]]:
    return ((one.match.id, Thing({"match_id": one.match.id}, one)) for one in case.proposals if one.needs_young)


def _without_our_yes(case: CaseView) -> Iterable[tuple[str, Thing]]:
    for one in case.proposals:
        if one.needs_kommune:
            yield one.match.id, Thing({"match_id": one.match.id}, one)
    for placement in case.placements:
        for stage in placement.stages:
            yield stage.id, Thing({"stage_id": stage.id}, placement=placement, stage=stage)


def _placements(case: CaseView) -> Iterable[tuple[str, Thing]]:
    for one in case.placements:
        yield one.placement.id, Thing({"placement_id": one.placement.id}, placement=one)


def _help(case: CaseView) -> Iterable[tuple[str, Thing]]:
    for one in case.placements:
        for hard in one.help:
            yield hard.id, Thing({"challenge_id": hard.id}, placement=one, challenge=hard)


# -- how a reply is read where it is not the form's --------------------------------------------------------------------


def _happened(kind: type[Reply]) -> Callable[[Form, CaseView, Thing], Reply]:
    """`at` is a day and a time in Denmark, as a browser writes them."""

    def read(form: Form, case: CaseView, thing: Thing) -> Reply:
        written = form.value("at").strip()
        if written:
            form.sent = {**form.sent, "at": [_instant(written)]}
        try:
            return form.read(kind)
        finally:
            form.sent = {**form.sent, "at": [written]}

    return read


def _instant(written: str) -> str:
    try:
        local = datetime.fromisoformat(written) if "T" in written else None
    except ValueError:
        local = None
    if local is None or local.tzinfo:
        da, en = "Vælg en dag og et klokkeslæt, fx 24-11-2026 kl. 09:00.", "Choose a day and a time of day."
        raise Refused("instant", "at", da, en)
    return local.replace(tzinfo=calendar.DENMARK).isoformat()


class ProposeBody(said.StrictData):
    """What is asked about a young person, in a minute; the rest of the proposal follows from it."""

    referral_id: str
    kommune: str | None = None
    age_band: codes.AgeBand
    form: codes.Form
    hours: WeekHours
    times_of_day: said.TimesOfDay
    reach: Annotated[int, InRange(0, 600)]
    start: Day
    until: Day | None = None
    next_step: codes.Form | None = None
    strengths: Each[codes.Strength] = ()
    interests: Each[codes.Interest] = ()
    support: Each[codes.Support] = ()
    tasks: said.Tasks | None = None


# What describes the young person, whatever the place.
PROFILE = {"age_band", "hours", "times_of_day", "reach", "strengths", "interests", "support"}
PROPOSED = {"referral_id", "kommune", "form", "hours", "tasks", "start", "until", "next_step"}


def _proposal(form: Form, case: CaseView, thing: Thing) -> Reply:
    """Her hours, form and first day are those that are proposed, and her times as far as the place has them."""
    body, told = form.read(ProposeBody), case.referral.told
    times = [time for time in body.times_of_day if told is None or time in told.times_of_day]
    profile = {**body.model_dump(include=PROFILE), "forms": [body.form], "from": body.start}
    proposed = body.model_dump(include=PROPOSED, exclude_none=True)
    return said.CandidateProposed.model_validate(
        {
            **proposed,
            "candidate_id": form.key,  # at random, once for a form: sent twice, it is the same young person
            "times_of_day": times or body.times_of_day,
            "profile": profile,
        }
    )


def _approval(form: Form, case: CaseView, thing: Thing) -> Reply:
    """The form of an agreement is not another one for being approved."""
    of = thing.proposal.match.terms if thing.proposal else thing.stage.plan if thing.stage else None
    form.sent = {**form.sent, **({"form": [of.form]} if of else {})}
    return form.read(said.KommuneApproved)


ACTS: Mapping[str, Act] = {
    "ja": Act("accept", said.Accepted),
    "nej": Act("reject", said.Rejected),
    "vent": Act("hold", said.Held),
    "ringet": Act("called", said.LeaderContacted, read=_happened(said.LeaderContacted)),
    "moede": Act("meeting", said.MeetingPlanned, read=_happened(said.MeetingPlanned)),
    "udeblevet": Act("missed", said.MeetingMissed, read=_happened(said.MeetingMissed)),
    "foreslaa": Act("propose", said.CandidateProposed, read=_proposal),
    "faerdig": Act("close", said.Closed),
    "stop": Act("stop", said.CancellationConfirmed),
    "den-unge": Act("young", said.YoungPersonAnswered, _without_their_yes),
    "godkend": Act("approve", said.KommuneApproved, _without_our_yes, _approval),
    "afvis": Act("decline", said.KommuneDeclined, _without_our_yes),
    "traek-tilbage": Act("withdraw", said.CandidateWithdrawn, _withdrawable),
    "stoette": Act("support", said.SupportAnswered, _help),
    "hoert": Act("voice", said.VoicePassedOn, _placements),
    "udfald": Act("outcome", said.OutcomeReported, _placements),
}


# -- what is said before it is sent ------------------------------------------------------------------------------------


def check(reply: Reply, referral: Referral, today: date) -> None:
    """Raises Refused as the decision itself would."""
    replies.check_days(reply, today)
    match reply:
        case said.Accepted():
            rules.accept(referral, today, reply.company_known)
        case said.Rejected():
            rules.reject(referral, reply.reason)
        case said.Held():
            rules.hold(referral, today, reply.reason, reply.until)
        case said.Closed():
            rules.close(referral)
        case said.CancellationConfirmed():
            rules.confirm(referral)
        case said.LeaderContacted() | said.MeetingPlanned() | said.MeetingMissed():
            rules.happen(referral, today, "leader-contacted", reply.at)
        case said.CandidateProposed() if reply.form in PRAKTIK and reply.next_step is None:
            raise texts.by_rule("R-PROG-1", "next_step")
        case said.CandidateProposed() if reply.form in PRAKTIK and reply.until is None:
            raise texts.by_rule("R-PRAKTIK-3", "until")  # over Kafka a warning: here somebody can be asked
        case said.CandidateProposed():
            replies.kommune_of(reply, referral.kommune)
            rules.propose(referral, today, "")
        case said.SupportAnswered(answer="granted", support=None):
            raise texts.refused("unknown-code", "support")


# The words of the contract name its fields; a page has the field beside it.
_ON_A_PAGE: Mapping[str, tuple[str, str]] = {
    "missing-field": ("Skal udfyldes.", "Must be filled in."),
    "unknown-code": ("Vælg en af mulighederne.", "Choose one of these."),
    "wrong-type": ("Det kan ikke bruges. Ret det.", "It cannot be used. Correct it."),
    "date-order": (
        "Datoen er for tidlig: den er gået, eller den ligger før det, den følger efter. Vælg en senere dag.",
        "The date is too early: it has passed, or lies before what it follows. Choose a later day.",
    ),
    "date-future": (
        "Datoen ligger i fremtiden, og det er ikke sket endnu. Ret datoen.",
        "The date lies in the future, and it has not happened yet. Correct it.",
    ),
    "date-far": (
        "Datoen ligger for langt ude i fremtiden. Ret årstallet, eller vælg en tidligere dag.",
        "The date lies too far in the future. Correct the year, or choose an earlier day.",
    ),
    "not-yours": ("Det kan ikke besvares herfra. Ring til os.", "This cannot be answered from here. Call us."),
    "unknown-id": ("Det kan ikke besvares herfra. Ring til os.", "This cannot be answered from here. Call us."),
    "state": (
        "Det passer ikke til, hvor langt henvendelsen er nu. Gå tilbage, og se det nyeste.",
        "It does not fit how far the referral has come. Go back and see the latest.",
    ),
    "rule:R-HOLD": (
        "Så længe kan lederen ikke vente. Vælg en tidligere dag, eller sig ja eller nej.",
        "The leader cannot wait that long. Choose an earlier day, or say yes or no.",
    ),
    "internal": ("Det er en fejl hos os. Vi ser på det.", "That is an error of ours. We look into it."),
}
# What was derived from another field is wrong there.
_FIELD: Mapping[str, str] = {
    "profile.hours": "hours",
    "profile.from": "start",
    "profile.forms": "form",
    "profile.times_of_day": "times_of_day",
    "profile.reach": "reach",
    "profile.support": "support",
    "profile.age_band": "age_band",
}


def in_words(rule: str, field: str | None, da: str, en: str) -> Refused:
    """Why it was refused, as somebody at a page can use it."""
    field = _FIELD.get(field or "", field or "")
    own = _ON_A_PAGE.get(rule) if rule != "state" or field.endswith("_id") else None
    return Refused(rule, field, *(own or (da, en)))


async def say(
    form: Form, act: Act, case: CaseView, thing: Thing, who: Principal, source: str, runtime: Runtime
) -> ReplyView:
    """Given as a kommune's own system gives one, and waited for a moment. Raises Refused where it changed nothing."""
    try:
        reply = act.reply_of(form, case, thing)
        check(reply, case.referral, calendar.today(runtime.clock.now()))
        event = {
            "specversion": "1.0",
            "id": form.key,
            "source": source,
            "type": reply.TYPE,
            "time": runtime.clock.now().isoformat(),
            "data": reply.model_dump(mode="json", by_alias=True, exclude_none=True),
        }
        given = await give(case.referral.kommune, orjson.dumps(event), who, form.dispatch, runtime)
    except Refused as refused:
        raise in_words(refused.rule, refused.field, refused.da, refused.en) from refused
    for _ in range(PATIENCE):
        found = await answered(runtime, who, case.referral.kommune, given.id, given.source)
        if found.state != "pending":
            break
        await asyncio.sleep(0.1)
    if found.state == "refused":
        form.key = str(uuid7())  # corrected it is another reply
        raise in_words(str(found.rule), found.field, str(found.da), str(found.en))
    return found


def named(case: CaseView, act: str, page: Page) -> tuple[Act, Thing | None]:
    """The act, and what it is about: in the address, or the only one there is; None where that was answered already."""
    if act not in ACTS:
        raise Problem(NOT_FOUND, field="act")
    found = ACTS[act]
    if found.about is None:
        return found, Thing({"referral_id": case.referral.id})
    about, asked = dict(found.about(case)), page.request.query_params.get("om", "")
    if asked in about:
        return found, about[asked]
    if not asked and len(about) == 1:
        return found, next(iter(about.values()))
    return found, None


def stands(case: CaseView, thing: Thing) -> str:
    """What the kommune has said of it so far."""
    if thing.stage:
        return thing.stage.answer.answer if thing.stage.answer else "asked"
    return "asked" if case.referral.state == "requested" else "accepted" if case.referral.open else "over"


MEANWHILE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("yes", "afvis"): (
        "Kommunen har sagt ja, siden du åbnede siden. Skal ja'et tages tilbage?",
        "The kommune has said yes since you opened this page. Is the yes to be taken back?",
    ),
    ("no", "godkend"): (
        "Kommunen har sagt nej, siden du åbnede siden. Skal det alligevel være et ja?",
        "The kommune has said no since you opened this page. Is it to be a yes after all?",
    ),
    ("accepted", "nej"): (
        "I har sagt ja til at lede, siden du åbnede siden. Skal det alligevel være et nej?",
        "You have said yes to looking since you opened this page. Is it to be a no after all?",
    ),
}
"""What an act would undo, and what is asked of somebody who has not seen that."""


def known(act: str, thing: Thing, now: datetime) -> dict[str, Any]:
    """What a form begins with."""
    if act in ("ringet", "udeblevet"):
        return {"at": f"{now.astimezone(calendar.DENMARK):%Y-%m-%dT%H:%M}"}
    if act != "godkend":
        return {}
    if thing.stage and (plan := thing.stage.plan):
        return {"hours": plan.hours, "from": plan.from_, "to": plan.to}
    terms = thing.proposal.match.terms if thing.proposal else None
    return {"hours": terms.hours, "from": terms.start, "to": terms.until} if terms else {}


def latest_hold(referral: Referral, today: date) -> date:
    first = referral.first_held or today
    return calendar.add_working_days(first, deadlines(first).hold)


def joint(code: str) -> list[tuple[str, str]]:
    """Whose young person it may be beside one's own: of those with whom the entrance is shared."""
    return [(one, kommune(one).formal_name) for one in kommune(code).joint_with]
