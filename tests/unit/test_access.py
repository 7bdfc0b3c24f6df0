"""Tokens and roles: against a local key, and against an issuer with discovery and JWKS over real HTTP."""

import asyncio
import base64
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated, Any
from uuid import uuid4

import jwt
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import APIRouter, Depends, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from structlog.testing import capture_logs

from shared.web import access, edge
from shared.web.access import Issuer, LocalKey, Principal, access_of_routes, allow, mint, open_route
from shared.web.problems import Problem

KEY = "en-noegle-til-lokale-koersler-0123456789"
AUDIENCE = "lederalliancen"
LEADER = "0192f0c1-2222-7333-8444-555566667777"


class Identity:
    """An OpenID Connect issuer on this machine: two documents over HTTP, and keys to sign with."""

    def __init__(self) -> None:
        self.keys = {"one": ec.generate_private_key(ec.SECP256R1())}
        self.asked, self.broken, self.moved_to = 0, False, ""
        self.reached, self.gate = threading.Event(), threading.Event()
        self.gate.set()
        identity = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                identity.asked += 1
                identity.reached.set()
                identity.gate.wait(20)
                self.send_response(503 if identity.broken else 302 if identity.moved_to else 200)
                if identity.moved_to:
                    self.send_header("Location", identity.moved_to + self.path.removeprefix("/realm"))
                self.end_headers()
                self.wfile.write(json.dumps(identity.document(self.path)).encode())

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/realm"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def document(self, path: str) -> dict[str, Any]:
        if path.endswith("/.well-known/openid-configuration"):
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        to_jwk = partial(jwt.algorithms.ECAlgorithm.to_jwk, as_dict=True)
        return {"keys": [{**to_jwk(key.public_key()), "kid": kid, "use": "sig"} for kid, key in self.keys.items()]}

    def token(
        self, *, kid: str | None = "one", key: Any = None, algorithm: str = "ES256", typ: str = "JWT", **changed: Any
    ) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "en-konsulent",
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "roles": ["consultant"],
        }
        claims |= {name.removeprefix("claim_"): value for name, value in changed.items()}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(
            claims, key or next(iter(self.keys.values())), algorithm, {"typ": typ} | ({"kid": kid} if kid else {})
        )


@pytest.fixture
def identity() -> Iterator[Identity]:
    identity = Identity()
    yield identity
    identity.gate.set()
    identity.server.shutdown()
    identity.server.server_close()


def service(verifier: access.Verifier) -> FastAPI:
    app = FastAPI()
    edge.install(app, service="toy")
    app.state.verifier = verifier

    @app.get("/calls")
    async def calls(who: Annotated[Principal, Depends(allow("consultant"))]) -> dict[str, Any]:
        return {"sub": who.sub, "roles": sorted(who.roles)}

    @app.get("/kommuner/{code}")
    async def kommune(code: str, who: Annotated[Principal, Depends(allow("kommune", "consultant"))]) -> None:
        who.own("code", kommune=code)

    inner = APIRouter()

    @inner.get("/{code}")
    async def of_kommune(code: str, who: Annotated[Principal, Depends(allow("consultant"))]) -> None: ...

    app.include_router(inner, prefix="/inner")

    @app.get("/leaders/{leader_id}")
    async def leader(leader_id: str, who: Annotated[Principal, Depends(allow("leader"))]) -> None:
        who.own("leader_id", leader=leader_id)

    return app


async def get(app: FastAPI, path: str, token: str | None = None) -> Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers) as client:
        return await client.get(path)


async def test_a_minted_token_lets_its_role_in() -> None:
    answer = await get(service(LocalKey(KEY)), "/calls", mint("consultant", key=KEY))
    assert answer.json() == {"sub": "local-consultant", "roles": ["consultant"]}


async def test_without_a_token_the_answer_is_401_with_a_challenge() -> None:
    answer = await get(service(LocalKey(KEY)), "/calls")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["type"] == "urn:lederalliancen:problem:unauthenticated"


async def test_the_wrong_role_is_403() -> None:
    answer = await get(service(LocalKey(KEY)), "/calls", mint("partner", key=KEY))
    assert (answer.status_code, answer.json()["rule"]) == (403, "role")


async def test_who_is_refused_for_a_role_is_named_in_the_log_once_with_the_route() -> None:
    app, token = service(LocalKey(KEY)), mint("partner", kommune="0101", key=KEY)
    with structlog.testing.capture_logs() as lines:
        await get(app, "/inner/0561?q=abc", token)
    [line] = [line for line in lines if line["log_level"] == "warning"]
    assert (line["event"], line["sub"], line["route"]) == ("role_refused", "local-partner-0101", "GET /inner/{code}")
    assert token not in str(lines)
    assert "abc" not in str(lines)


async def test_two_authorizations_are_none() -> None:
    app, good = service(LocalKey(KEY)), f"Bearer {mint('consultant', key=KEY)}"
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        for sent in ([good, good], [good, "Bearer x"], ["Basic x", good]):
            headers = [("Authorization", one) for one in sent]
            assert (await client.get("/calls", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(mint("consultant", key="x" * 32), id="another key"),
        pytest.param(mint("consultant", key=KEY, minutes=-5), id="expired"),
        pytest.param(jwt.encode({"sub": "x", "roles": ["consultant"]}, KEY, "HS256"), id="no expiry or issuer"),
        pytest.param(jwt.encode({"sub": "x", "roles": ["consultant"]}, "", "none"), id="alg none"),
        pytest.param("not-a-token", id="no token at all"),
    ],
)
async def test_a_token_that_does_not_hold_is_401(token: str) -> None:
    answer = await get(service(LocalKey(KEY)), "/calls", token)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')


async def test_a_kommune_sees_its_own_and_no_other() -> None:
    app, token = service(LocalKey(KEY)), mint("kommune", kommune="0101", key=KEY)
    assert (await get(app, "/kommuner/0101", token)).status_code == 200
    other = await get(app, "/kommuner/0561", token)
    assert (other.status_code, other.json()["field"]) == (404, "code")


async def test_a_leader_sees_own_things_only() -> None:
    app = service(LocalKey(KEY))
    assert (await get(app, f"/leaders/{LEADER}", mint("leader", leader=LEADER, key=KEY))).status_code == 200
    assert (await get(app, f"/leaders/{LEADER}", mint("leader", leader="en-anden", key=KEY))).status_code == 404
    assert (await get(app, f"/leaders/{LEADER}", mint("leader", key=KEY))).status_code == 404


async def test_who_asks_for_what_is_anothers_is_named_in_the_log() -> None:
    app, token = service(LocalKey(KEY)), mint("kommune", kommune="0101", key=KEY)
    with capture_logs() as lines:
        await get(app, "/kommuner/0561", token)
    [line] = [line for line in lines if line["event"] == "not_own"]
    assert (line["sub"], line["field"], line["log_level"]) == ("local-kommune-0101", "code", "warning")


async def test_a_consultant_works_with_every_kommune() -> None:
    assert (await get(service(LocalKey(KEY)), "/kommuner/0561", mint("consultant", key=KEY))).status_code == 200


async def test_a_role_that_the_route_does_not_name_opens_nothing_there(identity: Identity) -> None:
    token = identity.token(roles=["kommune", "operator"], kommuner=["0101"])
    app = service(Issuer(identity.url, AUDIENCE))
    assert (await get(app, "/kommuner/0101", token)).status_code == 200
    assert (await get(app, "/kommuner/0561", token)).status_code == 404


def test_own_takes_either_the_kommune_or_the_leader() -> None:
    kommune = Principal("k", frozenset({"kommune"}), frozenset({"0101"}))
    leader = Principal("l", frozenset({"leader"}), leader_id=LEADER)
    for who in (kommune, leader):
        who.own("x", kommune="0101", leader=LEADER)
        with pytest.raises(Problem):
            who.own("x", kommune="0561", leader="en-anden")
    with pytest.raises(Problem):
        Principal("p", frozenset({"partner"}), frozenset({"0101"}), LEADER).own("x", kommune="0101", leader=LEADER)


async def test_an_issuer_s_token_lets_in_and_its_keys_are_asked_for_once(identity: Identity) -> None:
    app = service(Issuer(identity.url, AUDIENCE))
    answers = await asyncio.gather(*(get(app, "/calls", identity.token()) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert identity.asked == 2  # discovery and keys


async def test_roles_of_other_systems_and_their_claims_do_no_harm(identity: Identity) -> None:
    token = identity.token(roles=["consultant", "offline_access"], aud=["account", AUDIENCE], azp="web")
    assert (await get(service(Issuer(identity.url, AUDIENCE)), "/calls", token)).json()["roles"] == ["consultant"]


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another-service"},
        {"aud": None},
        {"iss": "http://127.0.0.1/another"},
        {"exp": datetime(2026, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"nbf": datetime.now(UTC) + timedelta(days=1)},
        {"sub": None},
        {"roles": "consultant"},
        {"kommuner": 101},
        {"kid": None},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"key": rsa.generate_private_key(65537, 2048), "algorithm": "RS256"},
    ],
    ids=str,
)
async def test_an_issuer_s_token_that_does_not_hold_is_401(identity: Identity, changed: dict[str, Any]) -> None:
    assert (await get(service(Issuer(identity.url, AUDIENCE)), "/calls", identity.token(**changed))).status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"typ": "ID"},
        {"typ": "Refresh"},
        {"typ": "Offline"},
        {"nonce": "n-1"},
        {"at_hash": "x"},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
        {"exp": datetime.now(UTC) + timedelta(days=3650)},
        {"iat": None},
    ],
    ids=str,
)
async def test_only_an_access_token_of_a_day_at_most_opens_anything(
    identity: Identity, changed: dict[str, Any]
) -> None:
    claims = {f"claim_{name}" if name == "typ" else name: value for name, value in changed.items()}
    answer = await get(service(Issuer(identity.url, AUDIENCE)), "/calls", identity.token(**claims))
    assert answer.status_code == 401


@pytest.mark.parametrize(("typ", "status"), [("at+jwt", 200), ("JWT", 200), ("logout+jwt", 401), ("dpop+jwt", 401)])
async def test_the_header_says_what_kind_of_token_it_is(identity: Identity, typ: str, status: int) -> None:
    answer = await get(service(Issuer(identity.url, AUDIENCE)), "/calls", identity.token(typ=typ))
    assert answer.status_code == status


@pytest.mark.parametrize(("bits", "status"), [(2048, 200), (1024, 401)])
async def test_a_short_key_is_no_key(identity: Identity, bits: int, status: int) -> None:
    key = rsa.generate_private_key(65537, bits)
    plain = identity.document

    def with_rsa(path: str) -> dict[str, Any]:
        document = plain(path)
        if "keys" in document:
            public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            document["keys"].append({**public, "kid": "rsa", "use": "sig", "alg": "RS256"})
        return document

    identity.document = with_rsa  # type: ignore[method-assign]
    token = identity.token(kid="rsa", key=key, algorithm="RS256")
    assert (await get(service(Issuer(identity.url, AUDIENCE)), "/calls", token)).status_code == status


async def test_an_issuer_that_hangs_slows_nobody_whose_key_is_known(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = service(Issuer(identity.url, AUDIENCE, cooldown=0))
    assert (await get(app, "/calls", identity.token())).status_code == 200
    monkeypatch.setattr(Issuer, "FRESH", 0.0)
    identity.gate.clear()  # from now on it answers nobody
    for _ in range(5):
        answer = await asyncio.wait_for(get(app, "/calls", identity.token()), 1)
        assert answer.status_code == 200
    identity.gate.set()


async def test_a_few_seconds_between_two_clocks_are_forgiven(identity: Identity) -> None:
    token = identity.token(nbf=datetime.now(UTC) + timedelta(seconds=15))
    assert (await get(service(Issuer(identity.url, AUDIENCE)), "/calls", token)).status_code == 200


async def test_the_issuer_s_public_key_is_no_shared_secret(identity: Identity) -> None:
    """The classic confusion: HS256, signed with the public key that everybody can fetch (by hand: PyJWT will not)."""
    public = identity.keys["one"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    payload = identity.token().split(".")[1]
    for algorithm in ("HS256", "none"):
        signed = f"{b64(json.dumps({'alg': algorithm, 'kid': 'one'}).encode())}.{payload}"
        signature = b64(hmac.digest(public, signed.encode(), "sha256")) if algorithm == "HS256" else ""
        answer = await get(service(Issuer(identity.url, AUDIENCE)), "/calls", f"{signed}.{signature}")
        assert answer.status_code == 401


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def test_a_token_does_not_bring_its_own_key(identity: Identity) -> None:
    forger = Identity()
    key = forger.keys["one"]
    public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    claims = jwt.decode(identity.token(), options={"verify_signature": False})
    for header in ({"jwk": public}, {"jku": f"{forger.url}/keys"}, {"x5u": f"{forger.url}/keys"}):
        forged = jwt.encode(claims, key, "ES256", {"kid": "one", **header})
        assert (await get(service(Issuer(identity.url, AUDIENCE)), "/calls", forged)).status_code == 401
    assert forger.asked == 0
    forger.server.shutdown()
    forger.server.server_close()


async def test_a_symmetric_key_in_the_key_set_is_never_used(identity: Identity) -> None:
    secret = b"s" * 32
    plain = identity.document

    def with_symmetric(path: str) -> dict[str, Any]:
        document = plain(path)
        if "keys" in document:
            document["keys"].append({**jwt.algorithms.HMACAlgorithm.to_jwk(secret, as_dict=True), "kid": "symmetric"})
        return document

    identity.document = with_symmetric  # type: ignore[method-assign]
    app = service(Issuer(identity.url, AUDIENCE))
    assert (await get(app, "/calls", identity.token())).status_code == 200
    forged = identity.token(kid="symmetric", key=secret, algorithm="HS256")
    assert (await get(app, "/calls", forged)).status_code == 401


async def test_a_rotated_key_is_fetched_when_it_is_first_seen(identity: Identity) -> None:
    app = service(Issuer(identity.url, AUDIENCE, cooldown=0))
    assert (await get(app, "/calls", identity.token())).status_code == 200
    identity.keys = {"two": ec.generate_private_key(ec.SECP256R1())}
    new = identity.token(kid="two", key=identity.keys["two"])
    assert (await get(app, "/calls", new)).status_code == 200


async def test_forged_key_ids_do_not_make_us_hammer_the_issuer(identity: Identity) -> None:
    app = service(Issuer(identity.url, AUDIENCE, cooldown=60))
    assert (await get(app, "/calls", identity.token())).status_code == 200
    for n in range(20):
        assert (await get(app, "/calls", identity.token(kid=f"forged-{n}"))).status_code == 401
    assert identity.asked == 2


async def test_keys_are_fetched_beside_the_event_loop(identity: Identity) -> None:
    """The issuer answers only after this loop has run on: a fetch on the loop would wait for itself."""
    identity.gate.clear()
    asking = asyncio.create_task(get(service(Issuer(identity.url, AUDIENCE)), "/calls", identity.token()))
    assert await asyncio.to_thread(identity.reached.wait, 20)
    identity.gate.set()
    assert (await asking).status_code == 200


async def test_an_issuer_that_does_not_answer_is_503_and_not_the_asker_s_fault(identity: Identity) -> None:
    identity.broken = True
    app = service(Issuer(identity.url, AUDIENCE, cooldown=60))
    answer = await get(app, "/calls", identity.token())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    await get(app, "/calls", identity.token())
    assert identity.asked == 1


async def test_known_keys_serve_on_while_the_issuer_is_down(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = service(Issuer(identity.url, AUDIENCE, cooldown=0))
    assert (await get(app, "/calls", identity.token())).status_code == 200
    identity.broken = True
    monkeypatch.setattr(Issuer, "FRESH", 0.0)
    assert (await get(app, "/calls", identity.token())).status_code == 200
    monkeypatch.setattr(Issuer, "STALE", 0.0)
    assert (await get(app, "/calls", identity.token())).status_code == 503


async def test_a_discovery_document_of_another_issuer_is_not_believed(identity: Identity) -> None:
    issuer = Issuer(identity.url + "/", AUDIENCE)
    token = identity.token(iss=identity.url + "/")
    assert (await get(service(issuer), "/calls", token)).status_code == 503


async def test_an_issuer_that_sends_us_elsewhere_is_not_followed(identity: Identity) -> None:
    elsewhere = Identity()
    elsewhere.url, elsewhere.keys = identity.url, identity.keys  # what lies there would be believed
    identity.moved_to = f"http://127.0.0.1:{elsewhere.server.server_port}/realm"
    assert (await get(service(Issuer(identity.url, AUDIENCE)), "/calls", identity.token())).status_code == 503
    assert elsewhere.asked == 0
    elsewhere.server.shutdown()
    elsewhere.server.server_close()


def test_every_route_can_be_asked_who_may() -> None:
    app = service(LocalKey(KEY))
    inner = APIRouter(prefix="/inner", dependencies=[Depends(allow("consultant", "operator"))])

    @inner.get("/narrow", dependencies=[Depends(allow("operator"))])
    async def narrow() -> None: ...

    @app.post("/leaders", dependencies=[Depends(open_route)])
    async def sign_up() -> None: ...

    @app.get("/forgotten")
    async def forgotten() -> None: ...

    app.include_router(inner, prefix="/outer")
    assert dict(access_of_routes(app)) == {
        "GET /calls": {"consultant"},
        "GET /kommuner/{code}": {"kommune", "consultant"},
        "GET /inner/{code}": {"consultant"},
        "GET /leaders/{leader_id}": {"leader"},
        "GET /outer/inner/narrow": {"operator"},
        "POST /leaders": frozenset(),
        "GET /forgotten": None,
    }


def test_roles_that_do_not_exist_are_refused_where_they_are_written() -> None:
    with pytest.raises(ValueError, match="roles are"):
        allow("consultent")
    with pytest.raises(ValueError, match="roles are"):
        allow()
    with pytest.raises(ValueError, match="roles are"):
        mint("admin", key=KEY)


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"claim_acr": "two-factors"}, 200),
        ({"claim_acr": "password"}, 401),
        ({}, 401),
        ({"claim_roles": ["leader", "operator"]}, 401),
        ({"claim_roles": ["kommune"]}, 403),
        ({"claim_roles": [{}]}, 401),
    ],
)
async def test_staff_must_have_logged_in_as_the_setting_says(
    identity: Identity, claims: dict[str, Any], status: int
) -> None:
    app = service(Issuer(identity.url, AUDIENCE, acr="two-factors"))
    assert (await get(app, "/calls", identity.token(**claims))).status_code == status


async def test_a_requests_line_says_who_asked_and_why_it_was_refused(identity: Identity) -> None:
    app = service(Issuer(identity.url, AUDIENCE))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = identity.token(claim_iat=yesterday, claim_exp=yesterday + timedelta(minutes=5))
    with capture_logs() as lines:
        await get(app, "/calls", identity.token())
        await get(app, "/calls", expired)
        await get(app, "/calls")
        await get(app, "/kommuner/0101", identity.token(claim_roles=["kommune"], claim_kommuner=["0561"]))
    names = ("sub", "rule", "field", "cause", "code")
    requests = [line for line in lines if line["event"] == "request"]
    assert [tuple(line.get(name) for name in names) for line in requests] == [
        ("en-konsulent", None, None, None, None),
        (None, "unauthenticated", None, "ExpiredSignatureError", None),
        (None, "unauthenticated", None, None, None),
        ("en-konsulent", "not-found", "code", None, "0101"),
    ]
    assert {line["service"] for line in requests} == {"toy"}
    assert all(line["ms"] >= 0 for line in requests)


async def test_a_requests_line_names_what_it_is_about_by_ids_alone(identity: Identity) -> None:
    app, place, link = service(Issuer(identity.url, AUDIENCE)), str(uuid4()), "x" * 43
    for path in ("/about/{place_id}", "/by/{token}"):
        app.add_api_route(path, lambda: None)
    with capture_logs() as lines:
        for path in (f"/about/{place}", "/about/241285-1234", f"/by/{link}"):
            await get(app, path, identity.token())
    assert [line.get("place_id") for line in lines if line["event"] == "request"] == [place, None, None]
    assert link not in str(lines)


@pytest.mark.parametrize(
    "claims",
    [
        {"claim_token_use": "id"},
        {"claim_token_type": "refresh"},
        {"claim_cnf": {"jkt": "x"}},
        {"claim_sub": ""},
        {"claim_sub": "241285-1234"},
        {"claim_iat": "yesterday"},
    ],
)
async def test_a_token_for_another_use_or_of_nobody_opens_nothing(identity: Identity, claims: dict[str, Any]) -> None:
    assert (await get(service(Issuer(identity.url, AUDIENCE)), "/calls", identity.token(**claims))).status_code == 401


async def test_a_method_that_somebody_made_up_is_not_logged(identity: Identity) -> None:
    app = service(Issuer(identity.url, AUDIENCE))
    with capture_logs() as lines:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            await client.request("241285-1234", "/calls")
    assert [line["method"] for line in lines if line["event"] == "request"] == ["?"]
