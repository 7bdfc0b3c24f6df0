"""What was asked for, on the disk before it is asked: whatever happens to anybody meanwhile, it is known here.

Each entry ends as `ok` (it was said to be done), `failed` (it was said to be refused) or not at all: `unknown`.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias

Outcome: TypeAlias = Literal["ok", "failed", "unknown"]


@dataclass
class Entry:
    """`what` was asked, `about` which ids; some are known only afterwards."""

    number: int
    what: str
    about: dict[str, str] = field(default_factory=dict)
    outcome: Outcome = "unknown"


class Ledger:
    """Appends lines; those that come at the same moment share one fsync."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("wb")
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._entries = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    async def begin(self, what: str, about: Mapping[str, str]) -> int:
        """Returns when it is on the disk; its number."""
        self._entries += 1
        number = self._entries
        await self._write({"number": number, "what": what, "about": dict(about)})
        return number

    async def end(self, number: int, outcome: Outcome, learned: Mapping[str, str]) -> None:
        await self._write({"number": number, "outcome": outcome, "about": dict(learned)})

    async def _write(self, line: Mapping[str, object]) -> None:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((json.dumps(line), written))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await written

    async def _flush(self) -> None:
        while self._waiting:
            now, self._waiting = self._waiting, []
            await asyncio.to_thread(self._append, "".join(f"{line}\n" for line, _ in now).encode())
            for _, written in now:
                written.set_result(None)
        self._flushing = None

    def _append(self, lines: bytes) -> None:
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())


def read(file: Path) -> list[Entry]:
    """All entries, as they lie on the disk."""
    found: dict[int, Entry] = {}
    for line in file.read_text().splitlines():
        said = json.loads(line)
        entry = found.setdefault(said["number"], Entry(said["number"], said.get("what", "")))
        entry.about |= said["about"]
        entry.outcome = said.get("outcome", entry.outcome)
    return list(found.values())
