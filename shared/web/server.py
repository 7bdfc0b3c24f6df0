"""The server's side of a connection: who holds one open has to use it. uvicorn itself waits for ever.

h11 rather than httptools: it bounds the head, and takes nothing that two parsers could read in two ways.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.web.limits import block
from shared.web.problems import BAD_REQUEST, Problem


def patience(proxies: Sequence[IPv4Network | IPv6Network]) -> type["Patience"]:
    """For `uvicorn.run(http=...)`."""
    return type("Patience", (Patience,), {"proxies": proxies})


class Patience(H11Protocol):
    """HTTP/1.1 with an end to waiting: for a request's head, for its body, for a reader who takes no answer.

    A byte now and then moves no limit. An address that is no proxy of ours has its share of the connections.
    """

    head, body, reader = 10.0, 30.0, 30.0  # seconds
    most, most_of_one = 800, 100  # connections; many systems allow a process 1,024 files
    proxies: Sequence[IPv4Network | IPv6Network] = ()

    _awaited: str | None = None
    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most or self._has_its_share():
            transport.abort()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait_for(None)

    def handle_events(self) -> None:
        super().handle_events()
        self._wait()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._wait()

    def send_400_response(self, msg: str) -> None:
        """As a problem; what could not be read stays unsaid."""
        answer = Problem(BAD_REQUEST).response("da")
        headers = [*answer.raw_headers, (b"cache-control", b"no-store"), (b"connection", b"close")]
        reason = HTTPStatus(answer.status_code).phrase.encode()
        events = (
            h11.Response(status_code=answer.status_code, headers=headers, reason=reason),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        )
        self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))
        self.transport.close()

    def _wait(self) -> None:
        if self.flow.write_paused or self.transport.is_closing():
            self._wait_for("reader")
        elif self.conn.their_state is h11.IDLE:
            self._wait_for("head")
        elif self.conn.their_state is h11.SEND_BODY:
            self._wait_for("body")
        else:
            self._wait_for(None)

    def _wait_for(self, what: str | None) -> None:
        if what == self._awaited:
            return
        if self._end:
            self._end.cancel()
        self._awaited = what
        # Not closed in good order: that would wait for the reader.
        self._end = self.loop.call_later(getattr(self, what), self.transport.abort) if what else None

    def _has_its_share(self) -> bool:
        if self.client is None or any(ip_address(self.client[0]) in network for network in self.proxies):
            return False
        others = [one.client for one in self.connections if isinstance(one, Patience) and one.client]
        mine = block(self.client[0])
        return sum(block(address) == mine for address, _ in others) > self.most_of_one
