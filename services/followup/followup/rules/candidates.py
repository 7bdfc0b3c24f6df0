"""What the placements that a young person has had mean for the next one."""

from itertools import takewhile

from followup.state.candidates import Candidate
from shared.catalogue.forms import is_paid
from shared.catalogue.limits import limits
from shared.events.base import Stage


def unpaid_chain(candidate: Candidate, first: Stage) -> tuple[str, ...]:
    """R-CHAIN-1: young people should not be sent from praktik to praktik."""
    if is_paid(first.form):
        return ()
    in_a_row = 1 + sum(1 for _ in takewhile(lambda past: past.unpaid, candidate.came))
    return ("R-CHAIN-1",) if in_a_row >= limits("chain", first.from_)["placements"].value else ()


def returns(candidate: Candidate, company_id: str) -> str | None:
    """The last placement at the same company."""
    return next((past.placement_id for past in candidate.came if past.company_id == company_id), None)
