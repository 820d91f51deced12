"""Who may connect: so many at a time in all and from one address, and nobody who only holds a connection open."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import cast

MOST_CONNECTIONS = 700
MOST_OF_ONE_ADDRESS = 60
"""Telephones on the screen's own Wi-Fi have an address each; those of a venue may share one."""
FIRST_WORD_S = 10.0
"""A connection that has asked for nothing after this is closed."""
SWEEP_S = 2.0


class Gate:
    """Makes connections for a server, or none."""

    def __init__(self) -> None:
        """Nobody is connected, and nobody is let in before `open`."""
        self._factory: Callable[[], asyncio.BaseProtocol] = asyncio.Protocol
        self._since_s: dict[asyncio.BaseTransport, float] = {}
        self._by_address: Counter[str] = Counter()

    def open(self, factory: Callable[[], asyncio.BaseProtocol]) -> None:
        """From now on; `factory` makes the server's own protocol."""
        self._factory = factory

    def __call__(self) -> asyncio.BaseProtocol:
        """The protocol of a new connection."""
        return _Guarded(self, cast("asyncio.Protocol", self._factory()))

    def spoke(self, transport: asyncio.BaseTransport | None) -> None:
        """A whole request came over it."""
        if transport is not None and transport in self._since_s:
            self._since_s[transport] = float("inf")

    def came(self, transport: asyncio.BaseTransport) -> bool:
        """Counts a connection; False when it is one too many."""
        address = _address(transport)
        if len(self._since_s) >= MOST_CONNECTIONS or self._by_address[address] >= MOST_OF_ONE_ADDRESS:
            return False
        self._since_s[transport] = asyncio.get_running_loop().time()
        self._by_address[address] += 1
        return True

    def left(self, transport: asyncio.BaseTransport) -> None:
        """It is closed."""
        if self._since_s.pop(transport, None) is not None:
            address = _address(transport)
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    async def sweep(self) -> None:
        """Closes for ever those that say nothing."""
        while True:
            await asyncio.sleep(SWEEP_S)
            late_s = asyncio.get_running_loop().time() - FIRST_WORD_S
            for transport in [transport for transport, since_s in self._since_s.items() if since_s < late_s]:
                if isinstance(transport, asyncio.WriteTransport):
                    transport.abort()


class _Guarded(asyncio.Protocol):
    """Stands before the server's protocol until the connection is let in; then the server has it to itself."""

    def __init__(self, gate: Gate, inner: asyncio.Protocol) -> None:
        self._gate, self._inner = gate, inner
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._gate.came(transport):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
            return
        self._transport = transport
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._transport is not None else None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._gate.left(self._transport)
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        if self._transport is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._inner.resume_writing()


def _address(transport: asyncio.BaseTransport) -> str:
    name = transport.get_extra_info("peername")
    return str(name[0]) if name else ""
