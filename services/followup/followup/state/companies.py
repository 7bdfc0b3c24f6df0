"""A company, as far as something can be hard about it."""

from shared.spine.work import Aggregate


class Company(Aggregate):
    """It has joined. `leader_id`: who signed up first, to be rung while it has no place."""

    leader_id: str
