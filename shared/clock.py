"""The domain's clock: deadlines, check-ins, stages, `ce_time`. Real time, or a file that a demo's driver moves.

Parking, retries, leases, tokens and idempotency live in real time and don't use it.
"""

from datetime import UTC, datetime
from pathlib import Path


class Clock:
    """`now()` is a UTC instant. With a file, it is the ISO instant that the file holds; it is replaced atomically."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file

    @classmethod
    def at(cls, file: str | None) -> "Clock":
        return cls(Path(file) if file else None)

    def now(self) -> datetime:
        if self.file is None:
            return datetime.now(UTC)
        return datetime.fromisoformat(self.file.read_text().strip()).astimezone(UTC)
