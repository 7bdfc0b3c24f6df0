"""The gateway's mails on a real SMTP server, and the links in them: what they open, and what each wrong one says."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from pydantic import SecretStr

from deploy.local.post import Post, post_office, text_of
from municipality_gateway.api.replies import give
from municipality_gateway.app import service
from municipality_gateway.commands.kommuner import RegisterContact, Retire
from municipality_gateway.queries.links import mint, principal_of
from municipality_gateway.queries.referrals import ReferralFilter, list_of_referrals, whole_referral
from municipality_gateway.state.places import Place
from shared import db
from shared.events import followup, intake, matching
from shared.mail.relay import MailRelay
from shared.people.guard import find_cpr
from shared.spine.aggregates import one
from shared.spine.decision import Refused
from shared.web.access import LinkHolder
from shared.web.dependencies import Decide
from shared.web.problems import Problem
from tests.gateway_served import World, event, token
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    COMPANY,
    CONTACT,
    ESBJERG,
    LEADER,
    MATCH,
    MONDAY,
    PLACE,
    PLACEMENT,
    PROFILE,
    PROPOSAL,
    TERMS,
    about_place,
    opened,
    reply_record,
    stage,
)
from tests.waiting import until
from tests.writer import PAUSES

UNA, DORA = (f"40000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
PEOPLE = {
    UNA: {"name": "Una Ungevejleder", "email": "una@esbjerg.example", "phone": "+4520123456"},
    DORA: {"name": "Dora Deputy", "email": "dora@esbjerg.example", "phone": "+4520123457"},
}


class Mailing(World):
    """The gateway with its relay of mails, and the server where they come."""

    post: Post
    versions: dict[tuple[str, str], int]

    async def staff(self) -> None:
        for id_, role in ((UNA, "youth-unit"), (DORA, "deputy")):
            facts = {"kommune": ESBJERG, "role": role, "unit": None, "valid_from": date(2026, 1, 1), "valid_to": None}
            await self.spine.execute(RegisterContact(contact_id=id_, person=PEOPLE[id_], **facts), by="test")
        await self.settle()

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        assert service.mails
        relay = MailRelay(self.spine, service.mails, self.vault, self.config, url=self.post.url, pauses=PAUSES)
        task = asyncio.create_task(relay.run(stop, poll=0.05))
        try:
            yield
        finally:
            stop.set()
            await task

    async def delivered(self) -> None:
        async with self.relaying():
            await until(self._over)
        await self.settle()

    async def _over(self) -> bool:
        return not await self.pool.fetchval("SELECT count(*) FROM mail WHERE state = 'waiting'")

    def link(self, n: int = -1) -> str:
        """The token in a mail that came."""
        found = re.search(r"https://lederalliancen\.example/svar/([\w-]{43})\s", text_of(self.post.came[n]))
        assert found
        return found[1]

    async def opens(self, token: str) -> LinkHolder:
        return await principal_of(self, token)  # type: ignore[arg-type]

    async def wrong(self, token: str) -> tuple[str, int]:
        with pytest.raises(Refused) as refused:
            await self.opens(token)
        assert refused.value.da
        assert token not in refused.value.da + refused.value.en
        return refused.value.rule, refused.value.status

    async def about(self, what: type[Any], /, **more: Any) -> None:
        """An event about the match or placement of this referral."""
        facts = {
            "match_id": MATCH, "place_id": PLACE, "referral_id": self.referral, "leader_id": LEADER,
            "candidate_id": CANDIDATE, "kommune": ESBJERG, "place_kommune": ESBJERG, "company_id": COMPANY,
            "placement_id": PLACEMENT, "contact_id": CONTACT, **more,
        }  # fmt: skip
        made = what(**{name: value for name, value in facts.items() if name in what.model_fields or name in more})
        stream = made.TOPIC.name, made.subject
        self.versions[stream] = self.versions.get(stream, 0) + 1
        await self.hear(made, self.versions[stream])


@pytest.fixture
async def world(database: str) -> AsyncIterator[Mailing]:
    await service.migrate(database)
    pool = await db.connect_pool(database, service.schema)
    async with post_office(Post()) as post:
        made = Mailing(
            pool,
            database,
            smtp_url=SecretStr(post.url),
            mail_from="Lederalliancen <svar@lederalliancen.example>",
            public_url="https://lederalliancen.example",
            alliance_phone="70 20 30 40",
        )
        made.post, made.versions = post, {}
        await made.staff()
        await made.hear(opened(max_kommuner=1))
        place = await one(pool, Place, PLACE)
        assert place
        (made.referral,) = place.referrals
        yield made
    await pool.close()


async def test_the_mail_to_whoever_is_asked_holds_the_place_the_day_and_a_link_that_the_database_cannot_open(
    world: Mailing,
) -> None:
    await world.delivered()
    (mail,) = world.post.came
    text = " ".join(text_of(mail).split())
    assert mail["To"] == "una@esbjerg.example"
    assert mail["Subject"] == "En virksomhed i Esbjerg har en plads til en ung"
    assert text.startswith("Hej Una, En virksomhed i Esbjerg Kommune har åbnet en plads")
    assert "10 timer om ugen, på sigt op til 30." in text
    assert "Svar senest den 30. november 2026." in text
    assert "Ring til os på 70 20 30 40" in text
    dump = str([tuple(row) for table in ("link", "mail", "idempotency", "access_log") for row in
                await world.pool.fetch(f"SELECT t::text FROM {table} t")])  # fmt: skip
    assert world.link() not in dump
    assert bytes(world.link(), "ascii").hex() not in dump
    assert (await world.opens(world.link())).referral_id == world.referral


async def test_a_link_opens_its_own_referral_and_nothing_else(world: Mailing) -> None:
    await world.delivered()
    who = await world.opens(world.link())
    assert who.sub == f"link:{UNA}/{world.referral}"
    assert [*who.roles, *who.kommuner] == ["kommune", ESBJERG]
    other = str(uuid4())
    await world.hear(opened(place_id=other))
    place = await one(world.pool, Place, other)
    assert place
    (elsewhere,) = place.referrals
    runtime: Any = world
    shown, _ = await list_of_referrals(runtime, who, ReferralFilter())
    assert [referral.referral_id for referral in shown] == [world.referral]
    assert (await whole_referral(runtime, who, UUID(world.referral))).contact.name == "Una Ungevejleder"
    with pytest.raises(Problem, match="not-found"):
        await whole_referral(runtime, who, UUID(elsewhere))
    mine = token("kommune", kommune=ESBJERG)
    assert len((await world.http("GET", "/referrals", mine)).json()) == 2  # a login sees both


async def _give(world: Mailing, who: LinkHolder, what: str, data: dict[str, Any]) -> Any:
    raw = orjson.dumps(event(what, data, source="/svar"))
    body = SimpleNamespace(
        app=world.app,
        method="POST",
        url=SimpleNamespace(path=f"/svar/{world.link(0)}"),
        scope={"endpoint": None},
        body=lambda: asyncio.sleep(0, raw),
    )
    dispatch = Decide(body, idempotency_key=str(uuid4()))  # type: ignore[arg-type]
    return await give(ESBJERG, raw, who, dispatch, world)  # type: ignore[arg-type]


async def test_a_reply_by_link_is_about_its_referral_and_what_came_of_it_and_its_token_is_stored_nowhere(
    world: Mailing,
) -> None:
    await world.delivered()
    who = await world.opens(world.link())
    given = await _give(world, who, "accepted", {"referral_id": world.referral})
    await world.reply(*await world.relay())
    assert await world.state() == "accepted"
    row = await world.pool.fetchrow("SELECT given_by, state FROM reply WHERE id = $1", given.id)
    assert tuple(row) == (f"link:{UNA}/{world.referral}", "taken")
    assert world.link(0) not in str(await world.pool.fetchval("SELECT string_agg(i::text, '') FROM idempotency i"))
    for data in (
        {"referral_id": str(uuid4())},
        {"referral_id": world.referral, "unknown": 1},
    ):
        with pytest.raises(Refused):
            await _give(world, who, "accepted", data)
    for what, data in (
        ("candidate-withdrawn", {"candidate_id": CANDIDATE, "reason": "other-offer"}),
        ("young-person-answered", {"match_id": MATCH, "answer": "yes"}),
        ("voice-passed-on", {"placement_id": PLACEMENT, "wellbeing": 4}),
    ):
        with pytest.raises(Refused):
            await _give(world, who, what, data)
    await _propose(world)
    await _give(world, who, "young-person-answered", {"match_id": MATCH, "answer": "yes"})


async def _propose(world: Mailing) -> str:
    reply = str(uuid4())
    proposal = {"referral_id": world.referral, **PROPOSAL}
    await world.reply(reply_record(ESBJERG, "candidate-proposed", proposal, id=reply, offset=50))
    await world.about(
        matching.MatchProposed,
        reply_id=reply,
        terms=TERMS,
        approvals_needed=("leader", "young-person"),
        gate=(),
        answer_by=date(2026, 12, 7),
    )
    return reply


async def _agree(world: Mailing) -> None:
    await world.about(matching.MatchAgreed, terms=TERMS, approvals=(), gate=(), seats_left=0)


async def _matched(world: Mailing) -> None:
    await _propose(world)
    await _agree(world)


# -- links that do not open --------------------------------------------------------------------------------------------


async def test_each_link_that_does_not_open_says_what_to_do(world: Mailing) -> None:
    await world.delivered()
    link = world.link()
    assert await world.wrong("x" * 43) == ("link-unknown", 404)
    assert await world.wrong(link[:-1]) == ("link-unknown", 404)
    world.clock.now_ = MONDAY + timedelta(days=90)
    assert await world.wrong(link) == ("link-expired", 410)
    world.clock.now_ = MONDAY
    await world.reply(reply_record(ESBJERG, "rejected", {"referral_id": world.referral, "reason": "hours"}))
    assert await world.wrong(link) == ("link-over", 410)
    await world.spine.execute(Retire(contact_id=UNA, kommune=ESBJERG), by="test")
    assert await world.wrong(link) == ("link-retired", 410)


async def test_after_a_match_a_link_opens_till_its_time_is_out(world: Mailing) -> None:
    await world.delivered()
    link = world.link()
    await _matched(world)
    assert await world.state() == "completed"
    assert await world.opens(link)
    world.clock.now_ = MONDAY + timedelta(days=90)
    assert await world.wrong(link) == ("link-expired", 410)


async def test_a_new_link_goes_to_the_registered_address_and_the_answer_is_always_the_same(world: Mailing) -> None:
    await world.delivered()
    old = world.link()
    await _matched(world)
    await world.delivered()
    before = len(world.post.came)
    world.clock.now_ = MONDAY + timedelta(days=91)
    answers = [
        await world.http("POST", "/links", "", json={"token": asked}) for asked in (old, "x" * 43, "et andet", old)
    ]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert old not in answers[0].text
    await world.delivered()
    came = world.post.came[before:]
    assert [(mail["To"], mail["Subject"]) for mail in came] == [
        ("una@esbjerg.example", "Dit nye link: plads til en ung i Esbjerg")
    ]
    assert world.link() != old
    assert await world.opens(world.link())


async def test_a_colleague_to_whom_it_is_passed_on_gets_a_link_of_her_own_and_the_first_one_still_opens(
    world: Mailing,
) -> None:
    await world.delivered()
    mine = token("kommune", kommune=ESBJERG)
    path = f"/referrals/{world.referral}/forward"
    stranger = await world.http("POST", path, token("kommune", kommune="0101"), json={"contact_id": DORA})
    assert stranger.status_code == 404
    assert (await world.http("POST", path, mine, json={"contact_id": str(uuid4())})).status_code == 422
    assert (await world.http("POST", path, mine, json={"contact_id": DORA})).status_code == 200
    await world.settle()
    await world.delivered()
    assert world.post.came[1]["To"] == "dora@esbjerg.example"
    assert "Vi spurgte først Una Ungevejleder. Nu spørger vi dig." in text_of(world.post.came[1])
    assert (await world.opens(world.link())).sub.startswith(f"link:{DORA}/")
    assert (await world.opens(world.link(0))).sub.startswith(f"link:{UNA}/")


async def test_an_address_that_takes_none_stands_on_the_desk_and_the_deputy_is_asked(world: Mailing) -> None:
    world.post.answers["una@esbjerg.example"] = "550 5.1.1 no such mailbox"
    await world.delivered()
    await world.delivered()
    assert [mail["To"] for mail in world.post.came] == ["dora@esbjerg.example"]
    desk = (await world.http("GET", "/desk", token("consultant"))).json()
    (line,) = [line for line in desk["lines"] if line["kind"] == "mail-refused"]
    assert (line["contact_id"], line["contact"]["phone"]) == (UNA, "+4520123456")
    assert line["da"] == "Mailen til kontaktpersonen i Esbjerg Kommune kommer retur. Ring, og ret adressen."


async def test_what_was_answered_before_the_mail_went_out_is_not_asked_again(world: Mailing) -> None:
    await world.reply(reply_record(ESBJERG, "rejected", {"referral_id": world.referral, "reason": "hours"}))
    await world.delivered()
    assert world.post.came == []


# -- a whole life ------------------------------------------------------------------------------------------------------


async def test_in_all_mails_of_a_whole_life_there_is_nobody_young(world: Mailing) -> None:
    await world.delivered()
    world.clock.now_ = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    world.consumer.ends = {}
    await world.settle()  # reminded
    await world.delivered()
    reply = await _propose(world)
    await world.delivered()
    first = {"match_id": str(uuid4()), "candidate_id": str(uuid4())}
    possible = {"reply_id": "first", "terms": TERMS, "approvals_needed": ("leader",), "gate": ()}
    await world.about(matching.MatchProposed, **first, **possible, answer_by=date(2026, 12, 7))
    await world.about(matching.MatchDeclined, **first, party="leader", reason="hours")
    await world.delivered()
    await _agree(world)
    await world.about(followup.PlacementPlanned, stage=stage())
    await world.about(followup.PlacementCheckinDue, kind="before-stage-ends", on=date(2027, 1, 4))
    await world.about(followup.PlacementPaused, reason="approval-expired")
    challenge = str(uuid4())
    await world.about(
        followup.ChallengeRaised,
        challenge_id=challenge,
        about="placement",
        about_id=PLACEMENT,
        code="C-PACE",
        by="leader",
        help="kommune",
    )
    await world.delivered()
    other = str(uuid4())
    await world.hear(opened(place_id=other, max_kommuner=1))
    await world.delivered()
    await world.hear(intake.PlaceClosed(**about_place("closed", reason="changed-mind", place_id=other)), 2)
    await world.delivered()
    templates = {row["template"] for row in await world.pool.fetch("SELECT template FROM mail WHERE state = 'sent'")}
    assert templates == {
        "asked", "reminder", "yes-missing", "came-to-nothing", "agreed", "approval-ends", "approval-ended",
        "help-wanted", "taken-back",
    }  # fmt: skip
    codes = {str(one) for value in PROFILE.values() for one in (value if isinstance(value, list) else [value])}
    secrets = {
        *first.values(),
        CANDIDATE,
        MATCH,
        PLACEMENT,
        PLACE,
        LEADER,
        COMPANY,
        CONTACT,
        reply,
        challenge,
        world.referral,
        other,
    }
    young = {*secrets, "C-PACE", *(code for code in codes if len(code) > 3)}
    for mail in world.post.came:
        said = [f"{name}: {value}" for name, value in mail.items() if name != "Message-ID"]
        whole = "\n".join([*said, text_of(mail), text_of(mail, "html")])
        assert not [word for word in young if word in whole]
        assert find_cpr(re.sub(r"/svar/[\w-]{43}", "", whole)) is None
    assert len({mail["Message-ID"] for mail in world.post.came}) == len(world.post.came)


async def test_a_link_is_kept_as_a_hash_of_256_random_bits(world: Mailing) -> None:
    async with world.pool.acquire() as conn:
        tokens = {await mint(conn, world.referral, UNA, MONDAY) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}  # 32 bytes
    assert {len(row["hash"]) for row in await world.pool.fetch("SELECT hash FROM link")} == {32}
