"""A connection that is held and not used, over real sockets. The limits are short; that they end is what counts."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.responses import Response

from shared.web import edge
from shared.web.edge import MAX_HEAD
from shared.web.server import patience

SOON, NEVER = 0.2, 60.0
GET = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@asynccontextmanager
async def server(proxies: str = "192.0.2.1/32", **limits: float) -> AsyncIterator[Connect]:
    """The limits that are not named never end."""
    app = FastAPI(redirect_slashes=False)
    edge.install(app)
    app.get("/x")(lambda: "hej")
    app.post("/x")(lambda: "hej")

    @app.get("/large")
    async def large() -> Response:
        return Response(b"x" * 50_000_000)

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(SOON * 2)

    own: dict[str, Any] = {"head": NEVER, "body": NEVER, "reader": NEVER} | limits
    config = uvicorn.Config(
        app,
        http=type("Own", (patience([ip_network(proxies)]),), own),
        ws="none",
        log_config=None,
        access_log=False,
        h11_max_incomplete_event_size=MAX_HEAD,
        timeout_keep_alive=int(NEVER),
        timeout_graceful_shutdown=1,
    )
    listening = socket.create_server(("127.0.0.1", 0))
    made = uvicorn.Server(config)
    made.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(made.serve([listening]))
    try:
        yield lambda: asyncio.open_connection(*listening.getsockname())
    finally:
        made.should_exit = True
        await serving


async def ends(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the other side has closed."""
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b""


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head + await reader.readexactly(length)


async def trickle(writer: asyncio.StreamWriter, byte: bytes) -> None:
    try:
        while True:
            writer.write(byte)
            await writer.drain()
            await asyncio.sleep(SOON / 10)
    except ConnectionError:
        return


@pytest.mark.parametrize(
    ("first", "then"),
    [(b"", b""), (b"GET / HT", b""), (b"GET / HTTP/1.1\r\nHost: x\r\nx: ", b"x")],
    ids=["nothing", "half a line", "byte by byte"],
)
@pytest.mark.parametrize("before", [False, True], ids=["at first", "after an answer"])
async def test_a_head_that_does_not_come_ends_the_connection(first: bytes, then: bytes, before: bool) -> None:
    async with server(head=SOON) as connect:
        reader, writer = await connect()
        if before:
            writer.write(GET)
            assert (await answer(reader)).startswith(b"HTTP/1.1 200")
        writer.write(first)
        trickling = asyncio.create_task(trickle(writer, then)) if then else None
        assert await ends(reader) == b""
        if trickling:
            await trickling


@pytest.mark.parametrize(
    ("how", "then"),
    [
        (b"Content-Length: 1000\r\n\r\n", b""),
        (b"Content-Length: 1000\r\n\r\n", b" "),
        (b"Transfer-Encoding: chunked\r\n\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nx: ", b"x"),
    ],
    ids=["nothing", "byte by byte", "no chunk", "chunk by chunk", "trailer"],
)
async def test_a_body_that_does_not_come_ends_the_connection(how: bytes, then: bytes) -> None:
    async with server(body=SOON) as connect:
        reader, writer = await connect()
        writer.write(POST + how)
        trickling = asyncio.create_task(trickle(writer, then)) if then else None
        assert await ends(reader) == b""
        if trickling:
            await trickling


async def test_a_body_that_was_refused_is_not_waited_for_either() -> None:
    async with server(body=SOON) as connect:
        reader, writer = await connect()
        writer.write(POST + b"Content-Length: 9999999\r\n\r\n[")
        assert (await answer(reader)).startswith(b"HTTP/1.1 413")
        assert await ends(reader) == b""


async def test_a_reader_who_takes_no_answer_is_not_waited_for() -> None:
    async with server(reader=SOON) as connect:
        reader, writer = await connect()
        writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(SOON * 3)
        assert len(await ends(reader)) < 50_000_000


async def test_a_handler_that_takes_its_time_is_not_cut_off() -> None:
    async with server(head=SOON, body=SOON, reader=SOON) as connect:
        reader, writer = await connect()
        for _ in range(2):
            writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await answer(reader)).startswith(b"HTTP/1.1 200")


async def test_one_address_has_its_share_of_the_connections_and_a_proxy_of_ours_all() -> None:
    async with server(most_of_one=3) as connect:
        held = [await connect() for _ in range(3)]
        reader, _ = await connect()
        assert await ends(reader) == b""
        held[0][1].write(GET)
        assert (await answer(held[0][0])).startswith(b"HTTP/1.1 200")
    async with server(proxies="127.0.0.0/8", most_of_one=3, most=5) as connect:
        held = [await connect() for _ in range(5)]
        reader, _ = await connect()
        assert await ends(reader) == b""
        held[4][1].write(GET)
        assert (await answer(held[4][0])).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "sent",
    [
        POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]x",
        POST + b"Content-Length: +2\r\n\r\n[]",
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: xchunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n2x\r\n[]\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding : chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /x HTTP/1.1\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: x\r\nx: \0\r\n\r\n",
        b"GET /x y HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: x\r\nx: " + b"y" * 4 * MAX_HEAD,
        b"\x16\x03\x01",
    ],
)
async def test_what_two_parsers_could_read_in_two_ways_is_read_in_none(sent: bytes) -> None:
    async with server(head=SOON, body=SOON) as connect:
        reader, writer = await connect()
        writer.write(sent)
        found = await ends(reader)
        assert found.startswith(b"HTTP/1.1 400") or found == b""
        assert b"hej" not in found


async def test_what_is_no_http_is_told_so_as_a_problem() -> None:
    async with server() as connect:
        reader, writer = await connect()
        writer.write(b"GET /010190-1234\r\nHost: x\r\n\r\n")
        found = await ends(reader)
    assert found.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/problem+json" in found.lower()
    assert b"cache-control: no-store" in found.lower()
    assert b"urn:lederalliancen:problem:bad-request" in found
    assert b"010190" not in found


async def test_two_ways_to_say_the_length_are_one_message_and_not_two() -> None:
    async with server() as connect:
        reader, writer = await connect()
        smuggled = b"2\r\n[]\r\n0\r\n\r\n" + GET
        writer.write(POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + smuggled)
        assert (await ends(reader)).count(b"HTTP/1.1 ") == 1
