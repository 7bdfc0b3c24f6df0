"""Rows beside the aggregates, saved by store.py in the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeaderEmail:
    """A row: this address (its keyed hash) belongs to this leader, and to no other."""

    person_id: str
    hash: bytes
