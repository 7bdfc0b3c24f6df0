"""What outsiders are told about us; a handler finds it in its `Work`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Public:
    """Addresses of ours, as they are reached from outside."""

    intake_url: str
    """Where kommuner reach intake."""


NOWHERE = Public("http://intake.invalid")
