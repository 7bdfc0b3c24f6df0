"""The people around a place, besides its leader."""

from shared.spine.work import Aggregate


class Colleague(Aggregate):
    """Somebody at a company who may be a place's contact or buddy; name and phone lie in the vault."""

    company_id: str
