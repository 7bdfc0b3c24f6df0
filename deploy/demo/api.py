"""The five services over HTTP, as the people and systems that use them: with their tokens, and patient at a restart."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.calendar import ACTED
from shared.web.access import mint

PATIENCE = 60.0  # seconds that a service may take to come back
A_DAY = 24 * 60  # minutes


class Refused(Exception):  # noqa: N818 - as in the services
    """A service said no: the status and its problem details."""

    def __init__(self, method: str, path: str, response: httpx.Response) -> None:
        super().__init__(f"{method} {path}: {response.status_code} {response.text}")
        self.status, self.problem = response.status_code, response.json()


class Api:
    """`as_` is whom the token speaks for: a role, with the leader or kommune that it is bound to; None is nobody."""

    def __init__(self, urls: Mapping[str, str], token_key: str) -> None:
        self._urls, self._token_key = urls, token_key
        self._tokens: dict[tuple[str, str | None], str] = {}
        self._http = httpx.AsyncClient(timeout=15)

    async def __aenter__(self) -> "Api":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(
        self, service: str, path: str, as_: str | None = "consultant", own: str | None = None, **query: Any
    ) -> Any:
        return await self._call("GET", service, path, as_, own, params=query)

    async def post(
        self, service: str, path: str, body: Any, as_: str | None = "consultant", own: str | None = None
    ) -> Any:
        """However often it has to be sent, it counts once: the key stays the same."""
        return await self._call("POST", service, path, as_, own, json=body, headers={"Idempotency-Key": str(uuid4())})

    async def patch(
        self, service: str, path: str, body: Any, as_: str | None = "consultant", own: str | None = None
    ) -> Any:
        return await self._call("PATCH", service, path, as_, own, json=body)

    async def put(
        self, service: str, path: str, body: Any, as_: str | None = "consultant", own: str | None = None
    ) -> Any:
        return await self._call("PUT", service, path, as_, own, json=body)

    async def _call(
        self, method: str, service: str, path: str, as_: str | None, own: str | None, **request: Any
    ) -> Any:
        token = {"Authorization": f"Bearer {self.token(as_, own)}"} if as_ else {}
        headers = request.pop("headers", {}) | token
        if method != "GET":
            ACTED.set(True)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                response = await self._http.request(method, self._urls[service] + path, headers=headers, **request)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                    break
            await asyncio.sleep(0.1)
        if response.is_error:
            raise Refused(method, path, response)
        return response.json() if "json" in response.headers.get("content-type", "") else response.text

    def token(self, role: str, own: str | None = None) -> str:
        """Good for a day: somebody may look around in the demo."""
        if (role, own) not in self._tokens:
            bound = {"leader": own} if role == "leader" else {"kommune": own}
            self._tokens[role, own] = mint(role, **bound, key=self._token_key, minutes=A_DAY)
        return self._tokens[role, own]
