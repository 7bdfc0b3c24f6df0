"""Referrals, and what they tell of kommuner and companies."""

from metrics.state.base import Countable
from shared.spine.work import Aggregate


class Referral(Countable):
    """`company_new`: it is one of the claims of its `Acquaintance`."""

    kommune: str
    state: str
    answered: bool = False
    company_new: bool = False


class Acquaintance(Aggregate):
    """One kommune and one company: referrals that said "we didn't know it", and how many of those were in error."""

    claims: int = 0
    errors: int = 0
