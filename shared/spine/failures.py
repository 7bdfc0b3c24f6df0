"""Which failures pass, and in which words an operator is told of one.

What may succeed when it is tried again is waited for, and never buried: a database that is away, read-only, in
recovery, not migrated yet, without a right. Only what PostgreSQL says of the data itself can never succeed.
"""

import asyncio
from ssl import SSLCertVerificationError, SSLError

import asyncpg
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from shared.kafka import NO_RIGHT, NoKafka

OF_THE_DATA = ("21", "22", "23", "54")
"""SQLSTATE classes: cardinality, data, integrity, program limits."""


class NewerShape(Exception):  # noqa: N818
    """A document was written by a newer build: it is left to one, and this one waits to be replaced."""


def passes(error: BaseException) -> bool:
    """It may succeed when it is tried again."""
    if isinstance(error, asyncpg.PostgresError):
        return not (error.sqlstate or "").startswith(OF_THE_DATA)
    return isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError, NewerShape))


# SQLSTATE, or its class -> what is wrong and what to do.
_WORDS = {
    "25006": "read-only: writes wait until it takes them again",
    "28": "refuses the login: check user, password and pg_hba.conf in LA_DATABASE_URL",
    "3D000": "does not exist: LA_DATABASE_URL names no database of that server",
    "3F": "not migrated: run lederalliancen migrate",
    "42P01": "not migrated: run lederalliancen migrate",
    "42703": "not migrated: run lederalliancen migrate",
    "42501": "lacks a right: is the login in LA_DATABASE_URL the service's own? run lederalliancen migrate",
    "22023": "has no such role: run lederalliancen migrate as an administrator",
    "08P01": "is behind a transaction pooler: name the server itself",
    "53300": "has no connection left",
    "55P03": "is held by a dump or another long transaction: goes on when that has ended",
    "57": "is shutting down or starting",
}
_UNAUTHORIZED = (ClusterAuthorizationFailedError, GroupAuthorizationFailedError, TopicAuthorizationFailedError)
FOR_GOOD = ("28", "3D000", "08P01")
"""What no waiting mends: a service that starts with it stops."""


def by_tls(error: BaseException) -> str | None:
    """Why the way to the database is not as `sslmode` asks for; no waiting mends it."""
    if isinstance(error, SSLCertVerificationError):
        return f"has a certificate that sslrootcert does not vouch for, or for another name: {error.verify_message}"
    if isinstance(error, SSLError):
        return f"breaks off TLS: {error.reason}"
    if isinstance(error, ConnectionError) and "rejected SSL upgrade" in str(error):
        return "speaks no TLS, which sslmode asks for"
    return None


def words(error: BaseException) -> str:
    """One line for an operator, without the error's own text."""
    if isinstance(error, NoKafka):
        return str(error)
    if found := by_tls(error):
        return found
    if isinstance(error, _UNAUTHORIZED):
        return NO_RIGHT
    if isinstance(error, FileNotFoundError):
        return "is not found: LA_DATABASE_URL names a socket or a file (sslrootcert) that is not there"
    state = getattr(error, "sqlstate", None) or ""
    found = next((said for code, said in _WORDS.items() if state.startswith(code)), None)
    return found or type(error).__name__


class Backoff:
    """Longer pauses while something fails, and one line for each reason, not for each try."""

    def __init__(self, first: float = 0.25, longest: float = 10.0) -> None:
        self.first, self.longest = first, longest
        self.reset()

    def reset(self) -> None:
        self.reason, self._seconds = "", self.first

    def again(self, error: BaseException) -> bool:
        """Note a failure. True where it is another one than before: say it."""
        reason, before = words(error), self.reason
        self.reason = reason
        return reason != before

    async def pause(self, stop: asyncio.Event) -> None:
        seconds, self._seconds = self._seconds, min(self._seconds * 2, self.longest)
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            return


def of_kafka(error: BaseException) -> bool:
    """Kafka, or the way to it."""
    return isinstance(error, (KafkaError, OSError, TimeoutError, LookupError))
