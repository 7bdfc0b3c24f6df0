"""The decisions: states, data and dates in; states, events and refusals out. No clock, no I/O, no randomness.

What a placement consists of has its own file: `stages`, `approvals`, `checkins`, `outcomes`.
"""

from collections.abc import Sequence

from followup.state.placements import Placement
from shared.events.followup import PlacementEvent

Decision = tuple[Placement, Sequence[PlacementEvent]]
