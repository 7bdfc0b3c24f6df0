"""Who a browser is: a sealed cookie. No server keeps it, and each of the five services opens what another has sealed.

It ends an hour after the last page, ten hours after the login (a working day), and when the issuer says so: what it
gives is renewed as often as an access token has to be, so who has lost a role, or was logged out, is out by then.
Out of a leader's mail no issuer renews it: two hours.
"""

import hmac
import json
import os
import time
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from fastapi import Request
from starlette.responses import Response

from shared.settings import Settings
from shared.web.access import BY_LINK, Principal

COOKIE = "__Host-session"
MOST = 3_900
"""Bytes; no browser keeps a longer cookie."""
IDLE, LONGEST = 3_600, 10 * 3_600  # seconds
BY_LINK_LONGEST = 2 * 3_600  # no issuer can end it
_AGAIN = 60  # the cookie is sealed anew once a minute, not at every page


@dataclass(frozen=True)
class Session:
    """`until`: when what the issuer said has to be asked for again, by `refresh` where there is one."""

    sub: str
    roles: tuple[str, ...]
    kommuner: tuple[str, ...]
    leader_id: str | None
    since: float
    until: float
    refresh: str | None = None
    name: str | None = None

    @classmethod
    def of(cls, who: Principal, until: float, refresh: str | None = None, since: float | None = None) -> "Session":
        begun = time.time() if since is None else since
        return cls(
            who.sub,
            tuple(sorted(who.roles)),
            tuple(sorted(who.kommuner)),
            who.leader_id,
            begun,
            until,
            refresh,
            who.name,
        )

    @property
    def who(self) -> Principal:
        return Principal(self.sub, frozenset(self.roles), frozenset(self.kommuner), self.leader_id, self.name)

    @property
    def by_link(self) -> bool:
        """Out of a mail: no issuer knows of it."""
        return self.sub.startswith(BY_LINK)

    @property
    def is_stale(self) -> bool:
        return self.until <= time.time()


class Sessions:
    """Seals with the first of these keys, opens with any: so that a key can be changed while people work."""

    def __init__(self, *keys: bytes) -> None:
        self._keys = keys
        self._fernet = MultiFernet([Fernet(urlsafe_b64encode(sha256(b"session" + key).digest())) for key in keys])

    @classmethod
    def by(cls, config: Settings) -> "Sessions":
        """Local runs share the key of their tokens already."""
        keys = [key.get_secret_value() for key in (config.session_key, config.old_session_key) if key]
        local = config.token_key.get_secret_value().encode() if config.token_key else b""
        return cls(*(keys or [local or os.urandom(32)]))

    def seal(self, purpose: str, data: dict[str, Any]) -> str:
        return self._fernet.encrypt(json.dumps([purpose, data]).encode()).decode()

    def open(self, purpose: str, sealed: str | None, seconds: int) -> dict[str, Any] | None:
        """None where it is not ours, is for another purpose, or was sealed longer ago."""
        try:
            found = json.loads(self._fernet.decrypt((sealed or "").encode(), ttl=seconds))
        except InvalidToken:
            return None
        return dict(found[1]) if found[0] == purpose else None

    def read(self, request: Request) -> Session | None:
        sealed = request.cookies.get(COOKIE)
        found = self.open("session", sealed, IDLE)
        session = Session(**found) if found else None
        return session if session and time.time() - session.since < LONGEST else None

    def keep(self, request: Request, answer: Response, session: Session) -> None:
        """The clock of idleness begins anew."""
        sealed = request.cookies.get(COOKIE, "")
        if self.open("session", sealed, _AGAIN) != json.loads(json.dumps(asdict(session))):
            put(answer, COOKIE, self._sealed(session), LONGEST)

    def _sealed(self, session: Session) -> str:
        sealed = self.seal("session", asdict(session))
        # Without `refresh` the issuer is asked by way of the browser.
        return sealed if len(sealed) < MOST else self.seal("session", asdict(replace(session, refresh=None)))

    def token(self, sub: str) -> str:
        """For the forms of this person, nobody else's. It outlives a login: a form in another tab still counts."""
        return self._tokens(sub)[0]

    def is_token(self, sub: str, token: str) -> bool:
        return any(hmac.compare_digest(one.encode(), token.encode()) for one in self._tokens(sub))

    def _tokens(self, sub: str) -> list[str]:
        return [hmac.digest(sha256(b"form" + key).digest(), sub.encode(), "sha256").hex() for key in self._keys]


def end(answer: Response) -> None:
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")


def put(answer: Response, name: str, value: str, seconds: int, path: str = "/") -> None:
    answer.set_cookie(name, value, max_age=seconds, path=path, secure=True, httponly=True, samesite="lax")
