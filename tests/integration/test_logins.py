"""deploy/postgres/: each service's login gets the password that its secret holds, as often as it is run."""

import asyncio
import base64
import hashlib
import hmac
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.local.postgres import BIN
from shared.db import role_of
from shared.service import services

DEPLOY = Path(__file__).parents[2] / "deploy"


async def test_each_login_has_the_password_of_its_secret_and_keycloak_a_database(database: str, tmp_path: Path) -> None:
    await asyncio.gather(*(service.migrate(database) for service in services().values()))
    await asyncio.to_thread(_given, database, tmp_path)
    await asyncio.to_thread(_given, database, tmp_path)
    connection = await asyncpg.connect(database)
    try:
        for service in services().values():
            url = urlsplit((tmp_path / f"{service.schema}_database_url").read_text().strip())
            assert (url.username, url.hostname) == (role_of(service.name), "postgres")
            assert _is(await _kept(connection, role_of(service.name)), url.password or "")
        password = (tmp_path / "keycloak_database_password").read_text().strip()
        assert _is(await _kept(connection, "keycloak"), password)
        assert (
            await connection.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'keycloak'")
            == "keycloak"
        )
    finally:
        await connection.execute("DROP DATABASE IF EXISTS keycloak")
        await connection.execute("DROP ROLE IF EXISTS keycloak")
        await connection.close()


def _given(database: str, secrets: Path) -> None:
    """As compose does it, but for where secrets lie."""
    subprocess.run(["sh", DEPLOY / "secrets.sh", secrets], check=True)
    scripts = [(DEPLOY / "postgres" / name).read_text("utf-8") for name in ("logins.sql", "keycloak.sql")]
    psql: list[str | Path] = [BIN / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", database]
    done = subprocess.run(
        psql, input="".join(scripts).replace("/run/secrets", str(secrets)), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


async def _kept(connection: asyncpg.Connection, role: str) -> str:
    return str(await connection.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", role))


def _is(kept: str, password: str) -> bool:
    """SCRAM-SHA-256$rounds:salt$stored key:server key (RFC 5803)."""
    _, salted, keys = kept.split("$")
    rounds, salt = salted.split(":")
    salted_password = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    client_key = hmac.digest(salted_password, b"Client Key", "sha256")
    return base64.b64encode(hashlib.sha256(client_key).digest()).decode() == keys.split(":")[0]
