"""Mail on a real SMTP server: what is decided is sent, once or at most twice as the same, and to nobody who is gone."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.local.post import Post, post_office, text_of
from shared.mail import rows
from shared.spine import retention
from tests.waiting import until
from tests.writer import Reader, Writer, writer_of


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with post_office(Post()) as running:
        yield running


@pytest.fixture
async def writer(database: str, post: Post) -> AsyncIterator[Writer]:
    made = await writer_of(database, post.url)
    yield made
    await made.pool.close()


@asynccontextmanager
async def relaying(*writers: Writer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(writer.relay.run(stop, poll=0.05)) for writer in writers]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def test_a_mail_is_written_with_its_decision_and_sent_as_text_and_html(writer: Writer, post: Post) -> None:
    person = await writer.person()
    async with relaying(writer):
        await writer.tell(person)
        await until(writer.over)
    (mail,) = post.came
    assert await writer.states() == ["sent"]
    assert post.envelopes == [("svar@lederalliancen.dk", ["mette@example.dk"])]
    assert (mail["Subject"], mail["To"], mail["Auto-Submitted"]) == (
        "Godt at se dig",
        "mette@example.dk",
        "auto-generated",
    )
    assert mail["Message-ID"] == f"<{await writer.pool.fetchval('SELECT id FROM mail')}@lederalliancen.dk>"
    text, html = text_of(mail), text_of(mail, "html")
    for said in ("Hej Mette,", "https://lederalliancen.dk/svar/abc", "Ring til os på 20 12 34 56"):
        assert said in text
        assert said in html
    assert "Vi ses <b>snart</b> & godt." in text
    assert "Vi ses &lt;b&gt;snart&lt;/b&gt; &amp; godt." in html
    assert await writer.pool.fetchval("SELECT reader || ' ' || route FROM access_log") == "mail mail hello"


async def test_what_is_not_decided_is_not_told(writer: Writer, post: Post) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the handler's own
        await writer.tell(await writer.person(), "unsaid")
    assert await writer.states() == []


async def test_two_relays_share_the_work_and_send_each_mail_once(database: str, writer: Writer, post: Post) -> None:
    other = await writer_of(database, post.url, migrate=False)
    person = await writer.person()
    for _ in range(20):
        await writer.tell(person)
    async with relaying(writer, other):
        await until(writer.over)
    await other.pool.close()
    assert len({mail["Message-ID"] for mail in post.came}) == len(post.came) == 20


async def test_a_relay_killed_between_the_servers_yes_and_its_own_note_repeats_once_as_the_same(
    database: str, writer: Writer, post: Post
) -> None:
    await writer.tell(await writer.person())
    env = os.environ | {"POST_DATABASE": database, "POST_URL": post.url}

    async def relay() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.writer", env=env, stderr=asyncio.subprocess.DEVNULL
        )

    first = await relay()
    post.taken = lambda: os.kill(first.pid, signal.SIGKILL)
    assert await first.wait() == -signal.SIGKILL
    assert (len(post.came), await writer.states()) == (1, ["waiting"])
    post.taken = lambda: None
    second = await relay()
    await until(writer.over)
    second.terminate()
    assert await second.wait() == 0
    assert [mail["Message-ID"] for mail in post.came] == [post.came[0]["Message-ID"]] * 2
    assert await writer.states() == ["sent"]


async def test_a_server_that_is_away_and_comes_back_gets_everything_once(writer: Writer, post: Post) -> None:
    async with relaying(writer):
        async with post_office(Post()) as gone:
            pass
        writer.relay.url = gone.url
        person = await writer.person()
        await writer.tell(person)
        await writer.tell(person)

        async def noticed() -> bool:
            return writer.relay.failure == "SMTPConnectError"

        await until(noticed)
        attempts = await writer.pool.fetchval("SELECT max(attempts) FROM mail")
        assert attempts == 0  # nobody's time runs while nobody could take it
        async with post_office(gone):
            await until(writer.over)
    assert (len(gone.came), await writer.states()) == (2, ["sent", "sent"])
    assert writer.relay.failure is None


async def test_a_server_that_wants_it_later_gets_it_later(writer: Writer, post: Post) -> None:
    post.answers["mette@example.dk"] = "451 4.7.1 come again"
    async with relaying(writer):
        await writer.tell(await writer.person())

        async def tried_twice() -> bool:
            return bool(await writer.pool.fetchval("SELECT attempts = 2 FROM mail"))

        await until(tried_twice)
        del post.answers["mette@example.dk"]
        await until(writer.over)
    assert (len(post.came), await writer.states()) == (1, ["sent"])


@pytest.mark.parametrize("answer", ["550 no such user", "550 5.1.1 no such user", "553 5.2.1 mailbox disabled"])
async def test_an_address_that_takes_none_becomes_a_decision_and_stops_nobody(
    writer: Writer, post: Post, answer: str
) -> None:
    post.answers["gone@example.dk"] = answer
    gone = await writer.person(email="gone@example.dk")
    async with relaying(writer):
        await writer.tell(gone)
        await writer.tell(await writer.person())
        await until(writer.over)
    assert await writer.states() == ["refused", "sent"]
    state = await writer.pool.fetchval("SELECT state->>'unreachable' FROM aggregate WHERE id = $1", gone)
    assert state == "1"
    assert len(post.came) == 1


@pytest.mark.parametrize(
    ("to", "answer"),
    [("mette@example.dk", "550 5.7.1 relaying denied"), ("mette@example.dk", "530 5.7.0 log in first"),
     ("data", "554 5.7.1 looks like spam"), ("data", "554 no")],
)  # fmt: skip
async def test_what_a_server_has_against_us_is_no_fault_of_an_address(
    writer: Writer, post: Post, to: str, answer: str
) -> None:
    post.answers[to] = answer
    async with relaying(writer):
        await writer.tell(await writer.person())
        await until(writer.over)
    assert await writer.states() == ["given-up"]
    assert await writer.pool.fetchval("SELECT attempts FROM mail") == 3
    assert not await writer.pool.fetchval("SELECT count(*) FROM aggregate WHERE kind = $1", Reader.KIND)


async def test_an_erased_person_gets_none_even_where_the_mail_was_waiting(writer: Writer, post: Post) -> None:
    person = await writer.person()
    await writer.tell(person)
    await writer.erase(person)
    async with relaying(writer):
        await until(writer.over)
    assert (post.came, await writer.states()) == ([], ["void"])


async def test_nothing_is_opened_before_it_is_known_who_was_erased(writer: Writer, post: Post) -> None:
    closed = True
    writer.relay.closed = lambda: closed
    await writer.tell(await writer.person())
    looked = 0

    async def seen() -> bool:
        nonlocal looked
        looked += 1
        return looked > 3

    async with relaying(writer):
        await until(seen)
        assert (post.came, await writer.states()) == ([], ["waiting"])
        closed = False
        await until(writer.over)
    assert len(post.came) == 1


async def test_what_there_is_nothing_to_tell_of_any_more_and_who_has_no_address_is_void(
    writer: Writer, post: Post
) -> None:
    await writer.tell(await writer.person(), "pointless")
    await writer.tell(await writer.person(email=""))
    async with relaying(writer):
        await until(writer.over)
    assert (post.came, await writer.states()) == ([], ["void", "void"])


async def test_an_error_of_ours_with_one_mail_stops_no_other(writer: Writer, post: Post) -> None:
    await writer.tell(await writer.person(), "unknown")
    await writer.tell(await writer.person())
    async with relaying(writer):
        await until(writer.over)
    assert await writer.states() == ["given-up", "sent"]


@pytest.mark.parametrize(
    "email",
    [
        "a@example.dk\r\nBcc: all@example.dk",
        "a\nBcc: x@example.dk",
        "a>,<b@example.dk",
        "a,b@example.dk",
        '"a b"@example.dk',
        "a@b@example.dk",
        "a@example.dk> SIZE=1",
        "-@.example.dk",
    ],
)
async def test_no_address_is_a_way_into_the_headers_or_the_command(writer: Writer, post: Post, email: str) -> None:
    async with relaying(writer):
        await writer.tell(await writer.person(email=email))
        await until(writer.over)
    assert (post.came, await writer.states()) == ([], ["refused"])


@pytest.mark.parametrize(
    ("name", "hello"),
    [
        ("Mette\r\nBcc: all@example.dk", "Hej Mette,"),
        ("\r\nBcc: all@example.dk", "Hej,"),
        ("http://evil.example Hansen", "Hej,"),
        ("evil.example", "Hej,"),
        ("<script>alert(1)</script>", "Hej,"),
        ("Anne-Mette O'Brien", "Hej Anne-Mette,"),
        ("Søren", "Hej Søren,"),
        ("", "Hej,"),
    ],
)
async def test_a_name_is_only_ever_a_name(writer: Writer, post: Post, name: str, hello: str) -> None:
    async with relaying(writer):
        await writer.tell(await writer.person(name=name))
        await until(writer.over)
    (mail,) = post.came
    assert text_of(mail).splitlines()[0] == hello
    assert mail["Bcc"] is None
    assert post.envelopes[0][1] == ["mette@example.dk"]
    assert "evil" not in mail.as_string()


async def test_danish_letters_in_an_address_reach_it(writer: Writer, post: Post) -> None:
    async with relaying(writer):
        await writer.tell(await writer.person(email="søren@ærlig.dk"))
        await until(writer.over)
    assert post.envelopes[0][1] == ["søren@xn--rlig-uoa.dk"]


async def test_sent_rows_are_forgotten_and_so_is_what_no_server_was_ever_there_for(writer: Writer) -> None:
    for state, days in (("sent", 89), ("sent", 91), ("waiting", 6), ("waiting", 8)):
        await writer.pool.execute(
            "INSERT INTO mail (id, template, person_id, about, language, state, at, done_at) VALUES"
            " (gen_random_uuid(), $2, gen_random_uuid(), '{}', 'da', $1, now() - $3 * interval '1 day',"
            " CASE WHEN $1 = 'waiting' THEN NULL ELSE now() - $3 * interval '1 day' END)",
            state,
            f"{state}-{days}",
            days,
        )
    await retention.prune(writer.pool, rows.PRUNE)
    left = {row["template"]: row["state"] for row in await writer.pool.fetch("SELECT template, state FROM mail")}
    assert left == {"sent-89": "sent", "waiting-6": "waiting", "waiting-8": "given-up"}


async def test_no_log_line_holds_an_address_a_name_or_a_link(
    writer: Writer, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    post.answers["gone@example.dk"] = "550 5.1.1 gone@example.dk is unknown"
    post.answers["later@example.dk"] = "451 later@example.dk come again"
    async with relaying(writer):
        for email in ("gone@example.dk", "later@example.dk", "mette@example.dk"):
            await writer.tell(await writer.person(email=email))
        await until(writer.over)
    said = "".join(capsys.readouterr())
    assert "mail_again" in said
    assert not [word for word in ("@example", "Mette", "/svar/", "Godt at se") if word in said]
