"""What the ledger says was done, against topics, databases, figures and logs: lost, invented, doubled, out of order?"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from prometheus_client.parser import text_string_to_metric_families

from shared.db import schema_of
from shared.events.topics import BY_NAME, SERVICES, consumed_by
from tests.chaos.ledger import Entry
from tests.leaks import topics


@dataclass(frozen=True)
class Said:
    """One record of ours. `at`: seconds since 1970, when it was sent."""

    topic: str
    what: str
    subject: str
    version: int
    id: str
    at: float
    data: dict[str, Any]


@dataclass
class Check:
    """`found` has to be 0 where nothing else is said; `notes`: which ones, the first few."""

    what: str
    found: float
    ok: bool
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Effect:
    """One event of this type, whose data hold the entry's values under these names."""

    what: str
    by: tuple[str, ...]


EFFECTS = {
    "sign-up": (Effect("leader.signed-up", ("leader_id",)),),
    "call": (Effect("leader.called", ("leader_id",)),),
    "draft": (Effect("place.drafted", ("leader_id",)),),
    "open": (Effect("place.opened", ("place_id",)), Effect("referral.sent", ("place_id",))),
    "accepted": (Effect("referral.accepted", ("referral_id",)), Effect("reply.taken", ("reply_id",))),
    "candidate-proposed": (
        Effect("candidate.proposed", ("referral_id",)),
        Effect("match.proposed", ("reply_id",)),
        Effect("reply.taken", ("reply_id",)),
    ),
    "yes": (Effect("match.approved", ("match_id", "party")),),
    "young-person-answered": (Effect("match.approved", ("match_id", "party")), Effect("reply.taken", ("reply_id",))),
    "gate": (Effect("match.agreed", ("match_id",)), Effect("placement.planned", ("match_id",))),
}
"""What follows once from each thing in the ledger, on the topics of services; a reply's answer on its kommune's."""
CALLED = {"reply.taken": {"reply_id": "reply"}}
"""Where an event has another name for it."""
FIGURES = {
    "leaders_signed_up": "sign-up",
    "calls": "call",
    "places_opened": "open",
    "referrals_sent": "open",
    "referrals_answered": "accepted",
    "matches_proposed": "candidate-proposed",
    "matches_agreed": "gate",
}
"""Which counter of metrics counts what."""
STATES = {
    "sign-up": ("intake", "leader", "true"),
    "draft": ("intake", "place", "true"),
    "open": ("municipality-gateway", "referral", "true"),
    "candidate-proposed": ("matching", "match", "true"),
    "gate": ("followup", "placement", "true"),
}
"""Service, kind and state of the aggregate that each leads to, whose number is then the same."""


async def said(kafka: str, codes: Sequence[str]) -> list[Said]:
    """All that services said, on their topics and to these kommuner; as it lies there, in order within a key."""
    names = [n for n, topic in BY_NAME.items() if topic.versioned and not n.startswith(("dlq.", "k."))]
    names += [f"k.{code}.referrals.v1" for code in codes]
    found = []
    async for record in topics.records(kafka, names):
        headers = {name: value.decode() for name, value in record.headers if value is not None}
        version = int(headers["ce_aggregateversion"])
        about = record.topic, topics.what(record), headers["ce_subject"], version, headers["ce_id"]
        found.append(Said(*about, record.timestamp / 1000, json.loads(record.value)))
    return found


def streams(heard: Iterable[Said]) -> list[Check]:
    """Of each subject on each topic: versions from 1 on, one after the other, each of them one event."""
    gaps, inversions, splits, again = [], [], [], 0
    seen: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for one in heard:
        versions = seen[one.topic, one.subject]
        if one.version in versions:
            again += 1
            if versions[one.version] != one.id:
                splits.append(f"{one.topic} {one.subject} version {one.version} is two events")
            continue
        if versions and one.version < max(versions):
            inversions.append(f"{one.topic} {one.subject} version {one.version} after {max(versions)}")
        versions[one.version] = one.id
    for (topic, subject), versions in seen.items():
        if missing := set(range(1, max(versions) + 1)) - versions.keys():
            gaps.append(f"{topic} {subject} has no version {sorted(missing)[:3]}")
    return [
        none("version gaps", gaps),
        none("inversions within a key", inversions),
        none("versions said twice, as two events", splits),
        Check("records sent again (the same event: skipped where it is read)", again, True),
    ]


def effects(ledger: Sequence[Entry], heard: Iterable[Said]) -> list[Check]:
    """What was acknowledged has its effects, each once; what was refused has none, and there are no others."""
    counted: Counter[tuple[str, tuple[str, ...], tuple[str, ...]]] = Counter()
    wanted = {effect for effects_ in EFFECTS.values() for effect in effects_}
    ids: set[tuple[str, str]] = set()
    for one in heard:
        if (one.topic, one.id) in ids or one.topic.startswith("k.") != (one.what in CALLED):
            continue
        ids.add((one.topic, one.id))
        for effect in wanted:
            if effect.what == one.what:
                names = CALLED.get(one.what, {})
                counted[effect.what, effect.by, tuple(str(one.data.get(names.get(n, n))) for n in effect.by)] += 1
    lost, doubled, invented, unknown = [], [], [], 0
    for entry in ledger:
        unknown += entry.outcome == "unknown"
        for effect in EFFECTS[entry.what]:
            values = tuple(entry.about.get(name, "") for name in effect.by)
            times = counted.pop((effect.what, effect.by, values), 0)
            about = f"{effect.what} of {entry.what} {'/'.join(values)} ({entry.outcome}): {times} times"
            if times == 0 and entry.outcome == "ok":
                lost.append(about)
            if times > 1:
                doubled.append(about)
            if times and entry.outcome == "failed":
                invented.append(about)
    nameless = Counter(e.what for e in ledger if e.outcome == "unknown")  # an answer that never came names no ids
    for (what, _, values), times in counted.items():
        of = next((name for name, effects_ in EFFECTS.items() if what in {e.what for e in effects_}), "")
        if nameless[of] >= times:
            nameless[of] -= times
        else:
            invented.append(f"{what} {'/'.join(values)}: {times} times, and nobody asked for it")
    return [
        none("effects lost", lost),
        none("effects doubled", doubled),
        none("effects invented", invented),
        Check("requests whose outcome nobody knows", unknown, True),
    ]


async def databases(database: str, ledger: Sequence[Entry], heard: Iterable[Said]) -> list[Check]:
    """All was read, nothing waits, nothing is buried; there are as many things as were asked for."""
    last: dict[tuple[str, str], int] = {}
    for one in heard:
        last[one.topic, one.subject] = max(one.version, last.get((one.topic, one.subject), 0))
    waiting, unread, counts = [], [], []
    conn = await asyncpg.connect(database)
    try:
        for service in SERVICES:
            schema = schema_of(service)
            for table, which in (("outbox", "true"), ("outbox_failed", "true"), ("parked", "true"),
                                 ("dead_letter", "status = 'open'")):  # fmt: skip
                if rows := await conn.fetchval(f"SELECT count(*) FROM {schema}.{table} WHERE {which}"):
                    waiting.append(f"{rows} rows in {schema}.{table}")
            read = {(r["topic"], r["subject"]): r["version"] for r in await conn.fetch(f"SELECT * FROM {schema}.inbox")}
            mine = {topic.name for topic in consumed_by(service)}
            unread += [
                f"{service} is at version {read.get(stream, 0)} of {version}: {' '.join(stream)}"
                for stream, version in last.items()
                if stream[0] in mine and read.get(stream, 0) != version
            ]
        for what, (service, kind, which) in STATES.items():
            query = (
                f"SELECT count(*) FROM {schema_of(service)}.aggregate WHERE kind = $1 AND state IS NOT NULL AND {which}"
            )
            counts += _as_many(ledger, what, f"{service}: {kind}", await conn.fetchval(query, kind))
    finally:
        await conn.close()
    return [
        none("rows that wait, or are buried", waiting),
        none("streams not read to their end", unread),
        none("things in the databases that the ledger does not have, or the other way round", counts),
    ]


def figures(scraped: str, ledger: Sequence[Entry]) -> Check:
    """The totals of metrics are those of the ledger."""
    totals: defaultdict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(scraped):
        for sample in family.samples:
            totals[sample.name] += sample.value
    wrong = [
        line
        for name, what in FIGURES.items()
        for line in _as_many(ledger, what, f"{name}_total", totals[f"lederalliancen_{name}_total"])
    ]
    return none("totals of metrics that are not the ledger's", wrong)


def errors(logs: Iterable[Path], retried: tuple[str, ...]) -> list[Check]:
    """Lines of level `error` and above, and those that are no log lines at all; what begins as `retried` passes."""
    passing: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for log in logs:
        for line in log.read_text(errors="replace").splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                others[f"{log.stem}: {line[:200]}"] += 1
                continue
            if told.get("level") in ("error", "critical"):
                event = str(told.get("event"))
                if event.startswith(retried):
                    passing[event[:80]] += 1
                else:
                    others[f"{log.stem}: {line[:400]}"] += 1
    return [
        none("error lines", [f"{line} ({n} times)" for line, n in others.items()], others.total()),
        Check("error lines of what is tried again", passing.total(), True, [f"{e}: {n}" for e, n in passing.items()]),
    ]


def _as_many(ledger: Sequence[Entry], what: str, name: str, found: float) -> list[str]:
    outcomes = Counter(entry.outcome for entry in ledger if entry.what == what)
    least, most = outcomes["ok"], outcomes["ok"] + outcomes["unknown"]
    if least <= found <= most:
        return []
    return [f"{name} is {found:g} and not {least}" + (f" to {most}" if most > least else "")]


def none(what: str, found: list[str], so_many: int | None = None) -> Check:
    """Nothing of it may be found."""
    return Check(what, len(found) if so_many is None else so_many, not found, found[:20])
