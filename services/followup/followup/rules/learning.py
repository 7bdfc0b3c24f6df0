"""Goals of learning, how far it has come, the young person's own voice, and what is put on paper."""

from collections.abc import Iterable
from datetime import date

from followup import texts
from followup.rules import Decision, stages
from followup.state.certificates import Certificate, Competence
from followup.state.placements import LIVING, Learned, Placement, Speaker, Voice
from shared.catalogue.limits import limits
from shared.events.followup import PlacementCertificateIssued
from shared.events.municipality_gateway import CandidateHeard


def noted(
    p: Placement, goals: tuple[str, ...] | None, progress: Iterable[tuple[str, str]], by: Speaker, today: date
) -> Decision:
    """Goals are set before and while it lives; progress is made at the workplace, and may be noted just after."""
    if p.state == "cancelled" or (p.state == "finished" and goals is not None):
        raise texts.over()
    made = tuple(Learned(code=code, level=level, on=today, by=by) for code, level in progress)
    if made and p.state == "planned":
        raise texts.never_began()
    levels = reached(p)
    news = tuple(one for one in made if levels.get(one.code) != one.level)
    return p.changed(goals=p.goals if goals is None else goals, learned=(*p.learned, *news)), []


def heard(p: Placement, voice: CandidateHeard, on: date) -> Decision:
    """What the young person says, passed on by the kommune. Who does not feel well comes on today's list.

    How somebody feels is nobody's business when it is over.
    """
    if p.state not in LIVING:
        return p, []
    learned = tuple(Learned(code=code, level=None, on=on, by="young-person") for code in voice.learning)
    p = p.changed(voices=(*p.voices, Voice(on=on, wellbeing=voice.wellbeing)), learned=(*p.learned, *learned))
    low = voice.wellbeing <= limits("wellbeing", on)["low"].value
    return (stages.noticed(p, "wellbeing-low", on) if low else p), []


def reached(p: Placement) -> dict[str, str]:
    """The level that was noted last, by code."""
    return {one.code: one.level for one in p.learned if one.level}


def certified(
    p: Placement, certificate_id: str, code: str, wanted: tuple[str, ...] | None, today: date
) -> tuple[Certificate, Decision]:
    """It says what was learned and done, and for how long; not by whom, and not where."""
    if p.state == "cancelled":
        raise texts.over()
    if p.started_on is None:
        raise texts.never_began()
    levels = reached(p)
    codes = tuple(levels) if wanted is None else tuple(dict.fromkeys(wanted))
    if not codes or not levels.keys() >= {*codes}:
        raise texts.not_learned()
    certificate = Certificate(
        id=certificate_id,
        code=code,
        placement_id=p.id,
        competences=tuple(Competence(code=one, level=levels[one]) for one in codes),
        tasks=tuple(dict.fromkeys(task for stage in p.stages for task in stage.tasks)),
        forms=tuple(dict.fromkeys(stage.form for stage in p.stages)),
        hours=max(stage.hours for stage in p.stages),
        started_on=p.started_on,
        until=p.ended_on or today,
        issued_on=today,
    )
    said = PlacementCertificateIssued(**p.about, certificate_id=certificate_id, competences=codes)
    return certificate, (p.changed(certificates=(*p.certificates, certificate_id)), [said])
