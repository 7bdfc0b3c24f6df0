"""How much one asker may ask: each principal by itself, and each address for all that comes without a valid token.

Counted in this replica's memory, so behind three replicas it is up to three times as much. Who is over the limit is
refused, and nobody else. What is remembered is bounded: the askers not seen for longest are forgotten first, which
refuses nobody.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import structlog
from throttled import MemoryStore, Throttled, per_min

from shared.web.problems import TOO_MANY, Problem

log = structlog.get_logger(__name__)

REMEMBERED = 20_000  # askers of each kind


class Limits:
    """So many requests at once, and then as many a minute."""

    def __init__(self, per_address: int = 600, per_principal: int = 1_200) -> None:
        self._of_addresses, self._of_principals, self._said = map(_limit, (per_address, per_principal, 1))

    def count(self, *, sub: str | None, address: str | None) -> None:
        """One more request, of the principal where a token told it. Raises Problem, and logs it once a minute."""
        limit, who = (self._of_principals, {"sub": sub}) if sub else (self._of_addresses, {"address": block(address)})
        [(kind, name)] = who.items()
        result = limit.limit(str(name))
        if not result.limited:
            return
        if not self._said.limit(f"{kind}:{name}").limited:
            log.warning("too_many_requests", **who)
        raise Problem(TOO_MANY, headers={"Retry-After": str(ceil(result.state.retry_after) or 1)})


def _limit(a_minute: int) -> Throttled:
    return Throttled(using="gcra", quota=per_min(a_minute), store=MemoryStore(options={"MAX_SIZE": REMEMBERED}))


def block(address: str | None) -> str:
    """Whoever has one IPv6 address has the whole /64."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return "unknown"
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or ip_network((known.packed[:8] + bytes(8), 64)))
