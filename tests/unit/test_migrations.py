"""Migrations expand first: what would break the build before is refused, with file, line, rule and way out."""

import re
from pathlib import Path

import pytest

from tests.migrations import MAY_NARROW, refused

ROOT = Path(__file__).parents[2]
STARTING_LINE = {
    "shared": 8, "intake": 107, "municipality-gateway": 105, "matching": 103, "followup": 105, "metrics": 103,
}  # fmt: skip
"""The last number of each that was there before anything was released."""


def files() -> dict[Path, int]:
    found = [*ROOT.glob("shared/migrations/*/*.sql"), *ROOT.glob("services/*/*/migrations/*.sql")]
    return {file.relative_to(ROOT): int(file.name[:4]) for file in found}


def last_of(file: Path) -> int:
    return STARTING_LINE["shared" if file.parts[0] == "shared" else file.parts[1]]


def test_no_migration_breaks_the_build_before() -> None:
    new = [file for file, number in files().items() if number > last_of(file)]
    assert [line for file in new for line in refused(str(file), (ROOT / file).read_text())] == []


def test_the_starting_line_is_where_it_says() -> None:
    reached = {
        file.parts[0] if file.parts[0] == "shared" else file.parts[1]
        for file, n in files().items()
        if n == last_of(file)
    }
    assert reached == {*STARTING_LINE}


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("ALTER TABLE turn DROP COLUMN what;", "ban-drop-column"),
        ("DROP TABLE turn;", "ban-drop-table"),
        ("ALTER TABLE turn RENAME COLUMN what TO why;", "renaming-column"),
        ("ALTER TABLE turn RENAME TO turns;", "renaming-table"),
        ("ALTER INDEX turn_due RENAME TO turn_by;", "renaming-object"),
        ("ALTER TABLE turn ALTER COLUMN due SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE turn ALTER COLUMN due DROP NOT NULL;", "ban-drop-not-null"),
        ("ALTER TABLE turn ALTER COLUMN due TYPE timestamptz;", "changing-column-type"),
        ("ALTER TABLE turn ALTER COLUMN due DROP DEFAULT;", "ban-drop-default"),
        ("ALTER TABLE turn ADD COLUMN who text NOT NULL;", "adding-required-field"),
        ("ALTER TABLE turn DROP CONSTRAINT turn_pkey;", "ban-drop-constraint"),
        ("ALTER TABLE turn ADD CONSTRAINT told CHECK (what <> '') NOT VALID;", "ban-new-write-restriction"),
        ("ALTER TABLE turn ADD CONSTRAINT one UNIQUE (what);", "disallowed-unique-constraint"),
        ("CREATE UNIQUE INDEX one ON turn (what);", "ban-new-write-restriction"),
        ("REVOKE INSERT ON turn FROM la_intake;", "ban-revoke"),
        ("ALTER ROLE la_intake NOLOGIN;", "ban-alter-role-options"),
        ("DROP POLICY service ON aggregate;", "ban-drop-policy"),
        ("DROP TRIGGER outbox_wake ON outbox;", "ban-drop-trigger"),
        ("DROP FUNCTION outbox_wake;", "ban-drop-function"),
        ("ALTER POLICY kommune ON aggregate USING (false);", "ban-alter-policy-condition"),
        ("CREATE POLICY less ON aggregate AS RESTRICTIVE USING (false);", "ban-create-policy"),
        ("ALTER TABLE turn ENABLE ROW LEVEL SECURITY;", "ban-alter-row-level-security"),
        ("CREATE INDEX turn_by ON turn (by);", "require-concurrent-index-creation"),
        ("DROP INDEX turn_due;", "require-concurrent-index-deletion"),
        ("CREATE INDEX CONCURRENTLY turn_by ON turn (by);", "ban-concurrent-index-creation-in-transaction"),
        ("ALTER TABLE turn ADD COLUMN n uuid DEFAULT gen_random_uuid();", "adding-field-with-default"),
        ("ALTER TABLE turn ADD FOREIGN KEY (id) REFERENCES thing (id);", "adding-foreign-key-constraint"),
        ("ALTER TABLE turn ADD COLUM who text;", "syntax-error"),
    ],
)
def test_what_breaks_the_build_before_is_refused_with_its_line_and_a_way_out(sql: str, rule: str) -> None:
    said = refused("0108_turn.sql", f"-- migrate:up\n-- Why.\n{sql}\n\n-- migrate:down\nSELECT 1;\n")
    assert any(re.match(rf"0108_turn\.sql:3: {rule}: .+ Way out: .+", line) for line in said), said


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE seat (id uuid PRIMARY KEY, due date NOT NULL); CREATE INDEX seat_due ON seat (due);",
        "ALTER TABLE turn ADD COLUMN who text;",
        "ALTER TABLE turn ADD COLUMN who text NOT NULL DEFAULT '';",
        "ALTER TABLE turn VALIDATE CONSTRAINT told;",
        "CREATE FUNCTION seats() RETURNS integer LANGUAGE sql AS 'SELECT 1';",
    ],
)
def test_what_only_adds_is_taken(sql: str) -> None:
    assert refused("0108_turn.sql", f"-- migrate:up\n{sql}\n-- migrate:down\nDROP TABLE turn;\n") == []


def test_an_index_is_made_beside_the_work_in_a_file_of_its_own() -> None:
    assert refused("x.sql", "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY turn_by ON turn (by);\n") == []


def test_what_nobody_uses_any_more_may_go_and_locks_stay_refused() -> None:
    drop = "-- migrate:up\nALTER TABLE turn DROP COLUMN what;\nDROP INDEX turn_due;\n"
    [said] = refused("x.sql", f"-- contracts: turn.what, since v1.4 nobody uses it\n{drop}")
    assert said.startswith("x.sql:4: require-concurrent-index-deletion")


def test_who_contracts_says_what_and_since_which_release() -> None:
    [said] = refused("x.sql", "-- contracts: old things\n-- migrate:up\nDROP TABLE turn;\n")
    assert said.startswith("x.sql:1: contracts: it does not say")


@pytest.mark.parametrize("rule", ["require-concurrent-index-creation", *sorted(MAY_NARROW)])
def test_what_only_a_reader_can_judge_is_waived_where_it_stands(rule: str) -> None:
    index, policy = "CREATE INDEX turn_by ON turn (by);", "ALTER POLICY kommune ON aggregate USING (true);"
    for sql in (sql for sql in (index, policy) if rule in refused("x.sql", sql)[0]):
        assert refused("x.sql", f"-- It shows more.\n-- squawk-ignore {rule}\n{sql}\n") == []


@pytest.mark.parametrize("ignore", ["squawk-ignore", "squawk-ignore-file"])
def test_what_breaks_is_not_waived_by_a_comment(ignore: str) -> None:
    [said] = refused(
        "x.sql", f"-- {ignore} require-concurrent-index-creation, ban-drop-column\nDROP TABLE IF EXISTS a;\n"
    )[:1]
    assert said.startswith("x.sql:1: ban-drop-column: a comment")
