"""What a place that stops means for its placements."""


def stops(reason: str) -> str | None:
    """A full place pauses by itself when a placement ends (`seat-free`): no news for the others there."""
    return None if reason == "seat-free" else reason


def cancels_planned(stopped: str | None) -> str | None:
    """What is agreed stands when a place pauses or closes, unless the workplace itself closes down."""
    return "place-closed" if stopped == "closed-down" else None
