"""A migration runs while the build before still works: what would break that build, or stand in its way, is refused.

squawk parses the SQL and says what a statement does; here is said which of it nobody may do to a table that is in use.
What a DO block, an EXECUTE or a change of rows does, it does not see.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SQUAWK = Path(sys.executable).parent / "squawk"
POSTGRESQL = "14"  # the oldest that somebody may have
CONTRACTS = re.compile(r"-- contracts: \S.*, since v\d\S* nobody uses it$")
IGNORES = re.compile(r"squawk-ignore(?:-file)?\s+(.*)")

BREAKS = {
    "adding-not-nullable-field", "adding-required-field", "ban-alter-identity", "ban-alter-role-options",
    "ban-disable-trigger", "ban-drop-column", "ban-drop-constraint", "ban-drop-database", "ban-drop-default",
    "ban-drop-domain", "ban-drop-extension", "ban-drop-function", "ban-drop-not-null", "ban-drop-policy",
    "ban-drop-schema", "ban-drop-sequence", "ban-drop-table", "ban-drop-trigger", "ban-drop-type", "ban-drop-view",
    "ban-new-write-restriction", "ban-revoke", "ban-set-schema", "ban-truncate-cascade", "changing-column-type",
    "disallowed-unique-constraint", "renaming-column", "renaming-object", "renaming-table",
}  # fmt: skip
"""The build before reads or writes it so. Once no build does, a file that says so may do it."""
STANDS_IN_THE_WAY = {
    "adding-field-with-default", "adding-foreign-key-constraint", "adding-serial-primary-key-field",
    "ban-concurrent-index-creation-in-transaction", "constraint-missing-not-valid",
    "require-concurrent-index-creation", "require-concurrent-index-deletion", "require-concurrent-reindex",
}  # fmt: skip
"""Others wait for it, as long as the table is large."""
OF_A_NEW_COLUMN = "A new column constraint"
"""Said of it too, where a new write restriction is told of; whoever does not know the column writes its default."""
MAY_NARROW = {
    "ban-alter-policy-condition", "ban-alter-policy-roles", "ban-alter-row-level-security", "ban-create-policy",
    "ban-replace-view-function",
}  # fmt: skip
"""Whether more or less is allowed afterwards, only somebody who reads it can tell."""
CONTRACT = "begin that file with `-- contracts: WHAT, since vX.Y nobody uses it`"
BESIDE = "do it CONCURRENTLY, in a file of its own with `-- migrate:up transaction:false`, or NOT VALID first"
SAY_SO = "say so in a comment, and below it `-- squawk-ignore {rule}`"
WAYS_OUT = (
    (BREAKS, f"add what is new, and take away what is old a release later: {CONTRACT}"),
    (STANDS_IN_THE_WAY, f"{BESIDE}; where the table is small, {SAY_SO}"),
    (MAY_NARROW, f"where the build before may still all that it could, {SAY_SO}"),
    ({"syntax-error"}, "write what PostgreSQL takes"),
)


def refused(name: str, sql: str) -> list[str]:
    """What that file must not do, a line each: file, line, rule, why, way out."""
    up, contracts = sql.partition("-- migrate:down")[0], sql.startswith("-- contracts:")
    found = list(_ignored(name, up))
    if contracts and not CONTRACTS.match(sql.partition("\n")[0]):
        found.append(f"{name}:1: contracts: it does not say what, or since when. Way out: {CONTRACT}")
    for violation in _squawk(up):
        rule, why = str(violation["rule_name"]), " ".join(str(violation["message"]).split())
        way_out = next((words for rules, words in WAYS_OUT if rule in rules), None)
        if way_out and not (contracts and rule in BREAKS) and not why.startswith(OF_A_NEW_COLUMN):
            found.append(f"{name}:{int(violation['line']) + 1}: {rule}: {why} Way out: {way_out.format(rule=rule)}")
    return found


def _ignored(name: str, sql: str) -> Iterator[str]:
    """A comment is not enough for what breaks the build before."""
    for number, line in enumerate(sql.splitlines(), 1):
        for rules in IGNORES.findall(line):
            for rule in BREAKS & {rule.strip() for rule in rules.split(",")}:
                yield f"{name}:{number}: {rule}: a comment does not make it harmless. Way out: {CONTRACT}"


def _squawk(sql: str) -> list[dict[str, str | int]]:
    opted = ("ban-alter-role-options", "ban-disable-trigger", "ban-drop-policy", "ban-drop-trigger",
             "ban-new-write-restriction", "ban-revoke", *sorted(MAY_NARROW))  # fmt: skip
    options = [f"--include={rule}" for rule in opted]
    if "transaction:false" not in sql:
        options.append("--assume-in-transaction")
        sql = f"SELECT 1; {sql}"  # it looks from the second statement on
    command = [str(SQUAWK), "--reporter=json", f"--pg-version={POSTGRESQL}", *options, "--stdin-filepath=migration.sql"]
    done = subprocess.run(command, input=sql, capture_output=True, text=True)
    found: list[dict[str, str | int]] = json.loads(done.stdout)
    return found
