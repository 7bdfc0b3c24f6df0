"""What checks a run under faults finds what it has to: lost, invented, doubled, out of order, missing."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import checks, ledger
from tests.chaos.checks import Said
from tests.chaos.ledger import Entry, Outcome

ID = "leader-1"
CALL = Entry(1, "call", {"leader_id": ID}, "ok")


def called(version: int = 1, id_: str = "", leader: str = ID) -> Said:
    return Said("intake.v1", "leader.called", leader, version, id_ or f"event-{version}", 0, {"leader_id": leader})


def wrong(found: list[checks.Check]) -> dict[str, float]:
    return {check.what: check.found for check in found if not check.ok}


def test_what_was_asked_for_is_there_once() -> None:
    assert wrong(checks.effects([CALL], [called()])) == {}


@pytest.mark.parametrize(
    ("outcome", "heard", "said"),
    [
        ("ok", [], "effects lost"),
        ("ok", [called(1), called(2)], "effects doubled"),
        ("unknown", [called(1), called(2)], "effects doubled"),
        ("failed", [called()], "effects invented"),
        ("ok", [called(), called(1, "other", "leader-2")], "effects invented"),
    ],
)
def test_an_effect_too_few_or_too_many_is_found(outcome: Outcome, heard: list[Said], said: str) -> None:
    assert wrong(checks.effects([Entry(1, "call", {"leader_id": ID}, outcome)], heard)) == {said: 1}


@pytest.mark.parametrize("heard", [[], [called()]])
def test_of_what_nobody_knows_either_is_right(heard: list[Said]) -> None:
    assert wrong(checks.effects([Entry(1, "call", {"leader_id": ID})], heard)) == {}


def test_a_leader_whose_answer_was_lost_is_nobodys_invention() -> None:
    joined = Said("intake.v1", "leader.signed-up", ID, 1, "event", 0, {"leader_id": ID})
    lost = Entry(1, "sign-up", {"email": "leder@firma.example"})
    assert wrong(checks.effects([lost], [joined])) == {}
    assert wrong(checks.effects([], [joined])) == {"effects invented": 1}


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ([called(1), called(3)], "version gaps"),
        ([called(2), called(1)], "inversions within a key"),
        ([called(1), called(1, "another")], "versions said twice, as two events"),
    ],
)
def test_a_stream_that_is_not_whole_and_in_order_is_found(heard: list[Said], said: str) -> None:
    assert wrong(checks.streams(heard)) == {said: 1}


def test_the_same_record_again_is_counted_and_no_fault() -> None:
    heard = [called(1), called(2), called(1), called(2)]
    assert wrong(checks.streams(heard)) == {}
    assert checks.streams(heard)[-1].found == 2
    assert wrong(checks.effects([CALL], [called(1), called(1)])) == {}


def test_figures_that_are_not_the_ledgers_are_named() -> None:
    scraped = "".join(f"lederalliancen_{name}_total 0\n" for name in checks.FIGURES)
    assert checks.figures(scraped, [CALL]).notes == ["calls_total is 0 and not 1"]
    assert checks.figures(scraped.replace("calls_total 0", 'calls_total{outcome="reached"} 1'), [CALL]).ok


def test_error_lines_are_found_but_those_of_what_is_tried_again(tmp_path: Path) -> None:
    log = tmp_path / "intake-0.log"
    lines: list[Any] = [
        {"level": "info", "event": "a"},
        {"level": "error", "event": "b"},
        {"level": "error", "event": "c"},
    ]
    log.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + "Traceback\n")
    found, again = checks.errors([log], ("c",))
    assert (found.found, found.ok, again.found, again.ok) == (2, False, 1, True)


async def test_the_ledger_is_on_the_disk_before_it_is_asked_and_keeps_what_has_no_end(tmp_path: Path) -> None:
    with ledger.Ledger(tmp_path / "ledger") as book:
        first, second, _ = await asyncio.gather(*(book.begin("call", {"n": str(n)}) for n in range(3)))
        assert len(ledger.read(tmp_path / "ledger")) == 3
        await book.end(first, "ok", {"leader_id": ID})
        await book.end(second, "failed", {})
    entries = ledger.read(tmp_path / "ledger")
    assert [entry.outcome for entry in entries] == ["ok", "failed", "unknown"]
    assert entries[0].about == {"n": "0", "leader_id": ID}
