"""What whoever holds the code of a certificate may read."""

from datetime import date

from followup.state.certificates import Certificate, Competence
from followup.state.placements import Placement
from shared.catalogue.codes import codes
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many, one
from shared.web.problems import NOT_FOUND, Problem


class LabelView(Frozen):
    """A code in both languages."""

    code: str
    da: str
    en: str

    @classmethod
    def of(cls, list_name: str, code: str) -> "LabelView":
        known = codes(list_name)
        named = code in known
        return cls(
            code=code, da=known.label(code, "da") if named else code, en=known.label(code, "en") if named else code
        )


class CompetenceView(Frozen):
    competence: LabelView
    level: LabelView

    @classmethod
    def of(cls, competence: Competence) -> "CompetenceView":
        return cls(
            competence=LabelView.of("learning", competence.code),
            level=LabelView.of("learning-progress", competence.level),
        )


class CertificateView(Frozen):
    """What was learned and done, and for how long; whose it is only the young person shows. `hours`: most in a week."""

    code: str
    issued_on: date
    started_on: date
    until: date
    hours: float
    forms: list[LabelView]
    tasks: list[LabelView]
    competences: list[CompetenceView]


async def certificate(runtime: Runtime, code: str) -> CertificateView:
    """A 404 where the code is nobody's, or where the placement was entered in error."""
    found = await many(
        runtime.pool,
        Certificate,
        "SELECT state, shape FROM aggregate WHERE kind = 'certificate' AND state->>'code' = $1",
        code.upper(),
    )
    placement = await one(runtime.pool, Placement, found[0].placement_id) if found else None
    if placement is None or placement.reason == "entered-in-error":
        raise Problem(NOT_FOUND, field="code")
    return _view(found[0])


def _view(found: Certificate) -> CertificateView:
    return CertificateView(
        code=found.code,
        issued_on=found.issued_on,
        started_on=found.started_on,
        until=found.until,
        hours=found.hours,
        forms=[LabelView.of("forms", code) for code in found.forms],
        tasks=[LabelView.of("tasks", code) for code in found.tasks],
        competences=[CompetenceView.of(competence) for competence in found.competences],
    )
