"""Referrals as they are shown: to consultants, to the kommune that is asked, and to the leader."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from municipality_gateway.queries.kommuner import CardView, OwnWordView
from municipality_gateway.state.kommuner import Kommune
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral, Told
from shared.catalogue import calendar
from shared.catalogue import kommuner as catalogue
from shared.catalogue.kommuner import KommuneCode
from shared.catalogue.reach import Why
from shared.db import Connection
from shared.events.base import Task
from shared.events.municipality_gateway import TaskStatus
from shared.frozen import Frozen, Shown
from shared.identifiers import InRange
from shared.runtime import Runtime
from shared.spine.aggregates import many, one
from shared.web.access import Principal
from shared.web.dependencies import get_or_404, people, seen_by


class TaskView(Shown, Task, extra="ignore"): ...


class ReferralView(Frozen):
    """All that `referral.sent` told, as it is now, and where it stands.

    `nobody_left` is not a kommune's to know: every kommune that could be asked in this round has been.
    """

    referral_id: str
    place_id: str
    kommune: str
    place_kommune: str
    round: int
    seats: int
    state: TaskStatus
    business_status: str
    why: Why
    minutes: int
    contact_id: str
    contact_role: str
    sent_on: date
    answer_by: date
    guided: bool
    happened: dict[str, datetime]
    matched: int
    nobody_left: bool | None = None
    postnr: str | None = None
    tasks: tuple[TaskView, ...] | None = None
    hours_from: float | None = None
    hours_to: float | None = None
    times_of_day: tuple[str, ...] | None = None
    forms: tuple[str, ...] | None = None
    purpose: str | None = None
    support: tuple[str, ...] | None = None
    frame: tuple[str, ...] | None = None
    sector: str | None = None
    size_band: str | None = None
    own_words: tuple[OwnWordView, ...] | None = None
    place_url: str | None = None

    @classmethod
    def of(cls, referral: Referral, place: Place | None, who: Principal) -> Self:
        kommune_alone = "kommune" in who.roles and "consultant" not in who.roles
        return cls(
            referral_id=referral.id,
            place_id=referral.place_id,
            kommune=referral.kommune,
            place_kommune=referral.place_kommune,
            round=referral.round,
            seats=referral.seats,
            state=referral.state,
            business_status=referral.business_status,
            why=referral.why,
            minutes=referral.minutes,
            contact_id=referral.contact_id,
            contact_role=referral.contact_role,
            sent_on=referral.sent_on,
            answer_by=referral.answer_by,
            guided=referral.guided,
            happened=referral.happened,
            matched=len(referral.matched),
            **({} if place is None or kommune_alone else {"nobody_left": place.nobody_left}),
            **_told(referral),
        )


def _told(referral: Referral) -> dict[str, Any]:
    """Empty for one that an older build has sent."""
    return referral.told.model_dump(include=set(Told.model_fields), exclude_none=True) if referral.told else {}


class ReferralFilter(Frozen, extra="forbid"):
    """Which referrals. `after`: the last one of the page before, from the `Link` of that answer."""

    place_id: UUID | None = None
    kommune: KommuneCode | None = None
    state: TaskStatus | None = None
    after: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d\.[0-9a-f-]{36}$")] | None = None
    limit: Annotated[int, InRange(1, 500)] = 200


class PersonView(Frozen):
    """Empty when the person is erased, or nobody is named."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


class WholeReferralView(ReferralView):
    """Who will call, on which number, and how things are done there."""

    kommune_name: str
    contact: PersonView
    card: CardView


async def list_of_referrals(
    runtime: Runtime, who: Principal, which: ReferralFilter
) -> tuple[list[ReferralView], str | None]:
    """The newest first, and after which one the next page begins, if there is one."""
    codes = None if "consultant" in who.roles else sorted(who.kommuner)
    if which.kommune:
        codes = [which.kommune] if codes is None or which.kommune in codes else []
    async with seen_by(runtime, who) as conn:
        referrals = await _referrals(conn, codes, which)
        places = await _places(conn, {referral.place_id for referral in referrals})
    shown = referrals[: which.limit]
    more = f"{shown[-1].sent_on.isoformat()}.{shown[-1].id}" if len(referrals) > which.limit else None
    return [ReferralView.of(referral, places.get(referral.place_id), who) for referral in shown], more


async def whole_referral(runtime: Runtime, who: Principal, referral_id: UUID) -> WholeReferralView:
    """For its kommune and its leader too; the reading of the contact's data is logged."""
    referral = await get_or_404(runtime, Referral, referral_id, "referral_id", who)
    async with seen_by(runtime, who) as conn:
        place = await one(conn, Place, referral.place_id)
        kommune = await one(conn, Kommune, referral.kommune)
    # Whose the place is by now: she may have been found twice.
    leader_id = place.opened.leader_id if place else referral.leader_id
    who.own("referral_id", kommune=referral.kommune, leader=leader_id)
    persons = await people(runtime, [referral.contact_id], who, "GET /referrals/{id}")
    return WholeReferralView(
        **ReferralView.of(referral, place, who).model_dump(exclude_unset=True),
        kommune_name=catalogue.kommune(referral.kommune).formal_name,
        contact=PersonView(**persons.get(referral.contact_id, {})),
        card=CardView.of(kommune, calendar.today(runtime.clock.now())),
    )


class AskedView(Frozen):
    """A kommune that was asked about a place, and who there; to its leader once she was told of them, and no more."""

    referral: Referral
    kommune_name: str
    contact: PersonView
    card: CardView


async def asked_about(runtime: Runtime, who: Principal, place_id: UUID) -> tuple[Place | None, list[AskedView]]:
    """The latest first. Nobody for another one's place, as for one that is nowhere; reading the contacts is logged."""
    async with runtime.pool.acquire() as conn:
        place = await one(conn, Place, str(place_id))
        if place is None or not who.sees(leader=place.opened.leader_id):
            return None, []
        query = (
            "SELECT state, shape FROM aggregate WHERE kind = 'referral' AND state->>'place_id' = $1"
            " ORDER BY state->>'sent_on' DESC, id DESC LIMIT 50"
        )
        found = await many(conn, Referral, query, place.id)
        if "consultant" not in who.roles:
            found = [one_ for one_ in found if one_.guided and (one_.open or one_.matched)]
        known = "SELECT state, shape FROM aggregate WHERE kind = 'kommune' AND id = ANY($1::text[])"
        kommuner = {k.id: k for k in await many(conn, Kommune, known, [referral.kommune for referral in found])}
    persons = await people(runtime, [one_.contact_id for one_ in found], who, "GET /henvendelser/plads/{place_id}")
    today = calendar.today(runtime.clock.now())
    return place, [
        AskedView(
            referral=referral,
            kommune_name=catalogue.kommune(referral.kommune).formal_name,
            contact=PersonView(**persons.get(referral.contact_id, {})),
            card=CardView.of(kommuner.get(referral.kommune), today),
        )
        for referral in found
    ]


async def _referrals(conn: Connection, kommuner: Iterable[str] | None, which: ReferralFilter) -> list[Referral]:
    """Of these kommuner, or of all where None; one more than asked for, where there is one."""
    day, _, id_ = (which.after or "").partition(".")
    return await many(
        conn,
        Referral,
        "SELECT state, shape FROM aggregate"
        " WHERE kind = 'referral' AND ($1::text[] IS NULL OR state->>'kommune' = ANY($1))"
        " AND ($2::text IS NULL OR state->>'place_id' = $2) AND ($3::text IS NULL OR state->>'state' = $3)"
        " AND ($4 = '' OR state->>'sent_on' < $4 OR state->>'sent_on' = $4 AND id > $5)"
        " ORDER BY state->>'sent_on' DESC, id LIMIT $6",
        None if kommuner is None else list(kommuner),
        str(which.place_id) if which.place_id else None,
        which.state,
        day,
        id_,
        which.limit + 1,
    )


async def _places(conn: Connection, ids: Iterable[str]) -> dict[str, Place]:
    """Without those that a kommune does not see: all of them, for a place says who else is asked."""
    found = await many(
        conn,
        Place,
        "SELECT state, shape FROM aggregate WHERE kind = 'place' AND id = ANY($1::text[])",
        list(ids),
    )
    return {place.id: place for place in found}
