"""What is not needed any longer is not kept."""

import asyncpg
import pytest

from shared.spine import retention
from tests.toy import toy_pool


@pytest.fixture
async def pool(database: str) -> asyncpg.Pool:
    return await toy_pool(database)


LETTER = (
    'INSERT INTO dead_letter (id, topic, partition, "offset", value, headers, stage, error, status, build,'
    " last_failed_at) VALUES (gen_random_uuid(), 't', 0, $1, 'what somebody wrote', '[]', 's', 'e', $2, 'b',"
    " now() - $3::int * interval '1 day')"
)


async def test_what_an_outsider_wrote_is_forgotten_after_a_week_and_why_it_was_refused_is_not(
    pool: asyncpg.Pool,
) -> None:
    for offset, (status, days) in enumerate([("refused", 8), ("refused", 6), ("open", 800), ("skipped", 8)]):
        await pool.execute(LETTER, offset, status, days)
    await retention.prune(pool)
    rows = await pool.fetch('SELECT error, value IS NULL AS forgotten FROM dead_letter ORDER BY "offset"')
    assert [row["forgotten"] for row in rows] == [True, False, False, True]
    assert {row["error"] for row in rows} == {"e"}
    await pool.close()


async def test_stored_answers_and_known_ids_are_forgotten_in_their_time(pool: asyncpg.Pool) -> None:
    for days in (1, 8, 91):
        at = f"now() - interval '{days} days'"
        await pool.execute(f"INSERT INTO idempotency VALUES ('p', 'r', '{days}', 'h', NULL, {at})")
        await pool.execute(f"INSERT INTO seen VALUES ('t', 's', '{days}', 'h', {at})")
    await retention.prune(pool)
    assert [row[0] for row in await pool.fetch("SELECT key FROM idempotency")] == ["1"]
    assert [row[0] for row in await pool.fetch("SELECT id FROM seen ORDER BY id")] == ["1", "8"]
    await pool.close()
