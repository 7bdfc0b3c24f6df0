"""Who joined, and at which company."""

from datetime import date

from shared.spine.work import Aggregate


class Leader(Aggregate):
    """Who joined. Name, e-mail and phone lie in the vault under the same id."""

    company_id: str
    workplace_id: str
    company_name: str
    postnr: str
    kommune: str
    sector: str | None = None
    size_band: str | None = None
    signed_up_on: date
    attempts: int = 0
    outcome: str | None = None
    next_call_on: date | None
    """When the consultant calls (again); None when there is nothing to call about."""


class Company(Aggregate):
    """One CVR number. Its id is derived from it, so that the same company is one."""

    cvr: str
    name: str
