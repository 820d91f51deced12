"""Which addresses webhooks may be at, and which machines may be called: nothing of our own network unless it is let in.

A name may lead anywhere, and elsewhere a moment later. So names are looked up by us, just before a call, and only the
addresses that were found and looked at are connected to.
"""

import asyncio
import contextlib
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from curator.config import Settings
from curator.words import N_, Told

LONGEST_URL = 500
LOOK_UP_S = 5.0
_LOOKERS = ThreadPoolExecutor(4, thread_name_prefix="webhook-names")
"""Threads of their own: names that take long must not hold up files and pages."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadAddress(Told):
    """An address that cannot be a webhook's; the sentence says why."""


class Unreachable(OSError):
    """A name that leads nowhere."""


class Forbidden(OSError):
    """A name or number that leads to a machine we do not call."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far webhooks may reach: without encryption (`http`), into private networks (`private`)."""

    http: bool
    private: bool


def reach_of(settings: Settings, *, is_group: bool) -> Reach:
    """What the settings allow. A group never reaches into the council's network."""
    return Reach(settings.webhooks_over_http, settings.webhooks_to_private_networks and not is_group)


def read_url(words: str, reach: Reach) -> str:
    """The address as it is called. Raises BadAddress."""
    url, host, port = URL(), None, None
    with contextlib.suppress(ValueError):
        url = URL(words)
        host, port = url.host, url.port
    schemes = {"https", "http"} if reach.http else {"https"}
    if host is None or port is None or not words.isascii() or len(words) > LONGEST_URL or url.scheme not in schemes:
        raise BadAddress(N_("Give an address that begins with %(schemes)s."), schemes=" / ".join(sorted(schemes)))
    if url.user is not None or url.password is not None or url.fragment:
        raise BadAddress(N_("The address holds a name, a password or a mark (#). Leave that out."))
    number = _number(host)
    if (number is not None and not may_call(number, reach)) or (host.endswith("localhost") and not reach.private):
        raise BadAddress(N_("That address is in a private network, which is not called from here."))
    return str(url)


def may_call(address: Address, reach: Reach) -> bool:
    """Whether a machine at this address may be called."""
    inner = _inside(address)
    if inner is not None:
        return may_call(inner, reach)
    if address.is_loopback:
        return reach.private
    if address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved:
        return False
    return address.is_global or (reach.private and address.is_private)


async def look_up(host: str, port: int, reach: Reach) -> list[str]:
    """The addresses a name leads to. Raises Unreachable, or Forbidden when one of them may not be called."""
    try:
        async with asyncio.timeout(LOOK_UP_S):
            found = await asyncio.get_running_loop().run_in_executor(_LOOKERS, _found, host, port)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise Unreachable(host) from error
    numbers = list(dict.fromkeys(str(one[4][0]) for one in found))
    for number in numbers:
        address = _number(number)
        if address is None or not may_call(address, reach):
            raise Forbidden(host)
    return numbers


def _found(host: str, port: int) -> "list[tuple[Any, ...]]":
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


class Pinned(AbstractResolver):
    """Leads one name to addresses that were looked at before, and no other name anywhere."""

    def __init__(self, host: str, numbers: list[str]) -> None:
        """`numbers` are what `look_up` found for `host`."""
        self._host, self._numbers = host, numbers

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """What was found."""
        if host != self._host:
            raise Forbidden(host)
        return [
            ResolveResult(
                hostname=host, host=number, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in number else socket.AF_INET,
            )
            for number in self._numbers
            if family == socket.AF_UNSPEC or (family == socket.AF_INET6) == (":" in number)
        ]  # fmt: skip

    async def close(self) -> None:
        """Holds nothing."""


def _number(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    """The older address that a newer one carries, and that would be called in the end."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    return address.teredo[1] if address.teredo else None
