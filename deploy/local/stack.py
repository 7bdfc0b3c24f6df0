"""The ground to run on: Kafka and PostgreSQL, our own or the operator's."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from deploy.local.child import stop
from deploy.local.claim import Claim
from deploy.local.errors import StackError
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres

__all__ = ["Stack", "StackError"]


class Stack:
    """Kafka (`kafka`, a bootstrap address) and PostgreSQL (`database`, the admin's URL) while the context lasts.

    State, logs and the lock live in `home`. Where LA_KAFKA_BOOTSTRAP and LA_DATABASE_URL are set, nothing is started
    and those are used. `kafka_port` and the port after it; LA_KAFKA_PORT, or 19092. Raises StackError, one clear line.
    """

    kafka: str
    database: str

    def __init__(self, home: Path, kafka_port: int | None = None) -> None:
        self._home, self._kafka_port = home.absolute(), kafka_port or _port_setting()
        self._own: tuple[Kafka, Postgres] | None = None
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(Claim(self._home))
            bootstrap, database = os.environ.get("LA_KAFKA_BOOTSTRAP"), os.environ.get("LA_DATABASE_URL")
            if bootstrap and database:
                self.kafka, self.database = bootstrap, database
            elif bootstrap or database:
                raise StackError("Set both LA_KAFKA_BOOTSTRAP and LA_DATABASE_URL to use your own, or neither.")
            else:
                self._start(undo)
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def _start(self, undo: ExitStack) -> None:
        kafka, postgres = Kafka(self._home, self._kafka_port), Postgres(self._home)
        undo.callback(postgres.close)
        undo.callback(stop, [kafka.child, postgres.child])
        for server in (kafka, postgres):
            server.start()
        for server in (kafka, postgres):
            server.wait()
        self._own = kafka, postgres
        self.kafka, self.database = kafka.bootstrap, postgres.url

    @property
    def kafka_pid(self) -> int | None:
        """None where Kafka is the operator's."""
        return self._own[0].child.pid if self._own else None

    @property
    def postgres_pid(self) -> int | None:
        """None where PostgreSQL is the operator's."""
        return self._own[1].child.pid if self._own else None

    def start_kafka(self) -> None:
        """Returns when it is ready."""
        kafka, _ = self._servers()
        kafka.start()
        kafka.wait()

    def stop_kafka(self) -> None:
        self._servers()[0].child.stop()

    def restart_kafka(self, kill: bool) -> None:
        """In good order, or as after a crash."""
        kafka, _ = self._servers()
        if kill:
            kafka.child.kill()
        self.stop_kafka()
        self.start_kafka()

    def start_postgres(self) -> None:
        """Returns when it is ready."""
        _, postgres = self._servers()
        postgres.start()
        postgres.wait()

    def stop_postgres(self) -> None:
        """Clients are cut off."""
        self._servers()[1].child.stop()

    def _servers(self) -> tuple[Kafka, Postgres]:
        if self._own is None:
            raise StackError(
                "This Kafka and PostgreSQL are not ours to stop: unset LA_KAFKA_BOOTSTRAP, LA_DATABASE_URL."
            )
        return self._own


def _port_setting() -> int:
    value = os.environ.get("LA_KAFKA_PORT", "19092")
    if not value.isdecimal() or not 1 <= int(value) <= 65534:
        raise StackError(f"LA_KAFKA_PORT must be a port number from 1 to 65534, not {value!r}.")
    return int(value)
