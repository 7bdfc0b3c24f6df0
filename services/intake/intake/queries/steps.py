"""What comes next at each of a leader's places, from whom and by when: to the leader, or to a consultant."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from intake import texts
from intake.queries.turns import Found, Known, of_challenge, of_match, of_place, of_placement, of_referral
from intake.rules import day as rules
from intake.state.day import Challenge, Match, Placement
from intake.state.leaders import Leader
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.catalogue import calendar
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many

Thing = Literal["leader", "place", "referral", "match", "placement", "challenge"]


class StepView(Frozen):
    """What comes next at a place, from whom and by when; `who` is null where nothing is to be done."""

    what: rules.Due | rules.Elsewhere
    da: str
    en: str
    who: rules.Who | None = None
    by: date | None = None
    kommune: str | None = None
    referral_id: str | None = None
    match_ids: tuple[str, ...] = ()
    placement_id: str | None = None


def steps(place: Place, leader: Leader, known: Known, now: datetime, reader: texts.Reader = "leader") -> list[StepView]:
    """What is due at a place, by when and from whom: never empty, and the first is the headline.

    The leader's own, then help, then an agreement. That a kommune is asked to stop is said where there is nothing else.
    """
    today = calendar.today(now)
    asked = [referral for referral in known.referrals.values() if referral.place_id == place.id]
    its_own = of_place(place, known, asked, now)
    here = [m for m in known.matches if m.place_id == place.id]
    wanted = [c for c in known.challenges if c.place_id == place.id]
    found = [
        *(of_referral(referral, known, today) for referral in asked),
        *(of_match(m, known) for m in here if "leader" not in m.missing),
        *(of_placement(p, known) for p in known.placements.values() if p.place_id == place.id),
        *(of_challenge(c, known, today) for c in wanted),
    ]
    lines = [
        _step(one, today, known, reader) for one in found if one.turn.what not in ("over", "with-matches", "asked-back")
    ]
    if mine := [m for m in here if rules.of_match(m).what == "leader-yes"]:
        lines.append(_answers(mine, today, reader))
    if wait := [m for m in here if rules.of_match(m).what == "seat-held"]:
        lines.append(_wait(wait, today, reader))
    # The place's own turn, unless what happens there says more.
    if its_own.turn.what != "with-kommune" and not (its_own.turn.what in ("with-placements", "over") and lines):
        lines.append(_step(its_own, today, known, reader))
    if not lines:
        lines = [_step(one, today, known, reader) for one in found if one.turn.what == "asked-back"]
    return _once(sorted(lines or [_step(its_own, today, known, reader)], key=_order))


_FIRST = ("help", "kommune-help", "start")


def headline(steps_of_places: Iterable[Sequence[StepView]], own: StepView) -> StepView:
    """The first of all: hers, then help, then a first day; then a call that is to come; then the latest place's."""
    firsts = [found[0] for found in steps_of_places]
    first = min(reversed(firsts), key=lambda one: (one.what == "over", _order(one)), default=own)
    presses = first.who == "leader" or first.what in _FIRST
    return own if own.who and not presses else first


def _order(one: StepView) -> tuple[bool, int, bool, date]:
    if one.what == "paused":  # hers to end, whenever she will: no news
        return True, len(_FIRST) + 1, False, date.max
    rank = _FIRST.index(one.what) if one.what in _FIRST else len(_FIRST)
    return one.who != "leader", rank, one.who is None, one.by or date.max


def _once(lines: Iterable[StepView]) -> list[StepView]:
    """What is said of several in the same words is said once."""
    said: dict[str, StepView] = {}
    for line in lines:
        before = said.get(line.da)
        said[line.da] = before.changed(match_ids=before.match_ids + line.match_ids) if before else line
    return [*said.values()]


def _step(one: Found, today: date, known: Known, reader: texts.Reader) -> StepView:
    turn = one.turn
    placement = known.placements.get(one.id)
    what: str = "asked" if turn.what == "with-kommune" and turn.by is None else turn.what
    what = one.say or what
    start, kommune = placement.start if placement else None, one.kommune or ""
    said = texts.step(what, today, by=turn.by, start=start, kommune=kommune, reader=reader)
    at_kommune = turn.who == "kommune" or turn.what in ("guidance", "no-contact")
    return StepView(
        what=turn.what,
        da=said.da,
        en=said.en,
        who=turn.who,
        by=turn.by,
        kommune=one.kommune if at_kommune else None,
        referral_id=one.id if one.thing == "referral" else None,
        match_ids=(one.id,) if one.thing == "match" else (),
        placement_id=one.placement_id,
    )


def _answers(mine: Iterable[Match], today: date, reader: texts.Reader) -> StepView:
    """All that wait for the leader's yes, in one line."""
    matches = sorted(mine, key=lambda match: (match.answer_by, match.id))
    by = matches[0].answer_by
    said = texts.step("leader-yes", today, by=by, n=len(matches), reader=reader)
    return StepView(
        what="leader-yes", da=said.da, en=said.en, who="leader", by=by, match_ids=tuple(match.id for match in matches)
    )


def _wait(matches: Iterable[Match], today: date, reader: texts.Reader) -> StepView:
    """Those to which no yes can be said while the others have the seats."""
    said, ids = texts.step("seat-held", today, reader=reader), tuple(sorted(match.id for match in matches))
    return StepView(what="seat-held", da=said.da, en=said.en, who=None, by=None, match_ids=ids)


def leaders_own(leader: Leader, places: Sequence[Place], now: datetime) -> StepView:
    """Where no place says more."""
    today = calendar.today(now)
    turn = rules.of_leader(leader.changed(mail_refused_on=None), places, today)
    what = {"call-again": "call", "with-places": "nothing", "over": "nothing"}.get(turn.what, turn.what)
    what = "merged" if leader.merged_into else what
    said = texts.step(what, today, by=turn.by)
    return StepView(what=turn.what, da=said.da, en=said.en, who=turn.who, by=turn.by)


async def around(runtime: Runtime, leader: Leader, places: Sequence[Place]) -> Known:
    """What is not over at these places."""
    ids = [place.id for place in places]
    pool, of_places = (
        runtime.pool,
        "SELECT state, shape FROM aggregate WHERE kind = $2 AND state->>'place_id' = ANY ($1)",
    )
    return Known(
        leaders={leader.id: leader},
        companies={},
        places={place.id: place for place in places},
        referrals={one.id: one for one in await many(pool, Referral, of_places, ids, Referral.KIND)},
        matches=await many(pool, Match, of_places, ids, Match.KIND),
        placements={one.id: one for one in await many(pool, Placement, of_places, ids, Placement.KIND)},
        challenges=await many(pool, Challenge, of_places, ids, Challenge.KIND),
        of_companies={},
    )
