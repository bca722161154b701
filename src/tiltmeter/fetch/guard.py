"""Which hosts may be asked, and at which addresses: never one inside the user's own network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore2

from tiltmeter.errors import FetchError

PORTS: Final = {"http": 80, "https": 443}

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system finds them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(f"{host} has no address") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """
    What may be asked.

    `hosts` are the names allowed; `loopback` lets this machine be asked too, as tests need it.
    """

    hosts: frozenset[str]
    loopback: bool = False
    resolve: Resolve = resolve

    def refuse(self, url: str, *, before: str = "") -> None:
        """
        Raise FetchError unless the address may be asked; `before` is the one that led here.

        >>> Guard(hosts=frozenset({"data.example"})).refuse("ftp://data.example/a")
        Traceback (most recent call last):
        ...
        tiltmeter.errors.FetchError: ftp://data.example/a: not a web address
          Mend: give one that begins with https:// or http://
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise FetchError("not a web address", mend="give one that begins with https:// or http://", where=url)
        if urlsplit(before).scheme == "https" and parts.scheme == "http":
            raise FetchError(f"leads from https to http: {url}", mend="give the address it leads to", where=before)
        if parts.hostname.lower() not in self.hosts:
            raise FetchError(
                f"{parts.hostname} is not among the hosts that may be asked",
                mend=f"if you trust it: --allow {parts.hostname}",
                where=before or url,
            )

    def address(self, host: str, port: int) -> str:
        """
        An address of a host that may be connected to; the check and the connection use the same one.

        Raises:
            FetchError: One of its addresses is private.
        """
        found = self.resolve(host, port)
        inside = [each for each in found if not self._public(each)]
        if inside:
            raise FetchError(
                f"{host} lies inside a private network ({inside[0]})", mend="download the file yourself and add it"
            )
        return found[0]

    def _public(self, address: str) -> bool:
        told = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(told, ipaddress.IPv6Address):
            # an old address in new clothes
            told = told.ipv4_mapped or told.sixtofour or told
        return (told.is_global and not told.is_multicast) or (self.loopback and told.is_loopback)


class Backend(httpcore2.NetworkBackend):
    """Connects to the addresses that a guard has checked."""

    def __init__(self, guard: Guard, inner: httpcore2.NetworkBackend | None = None) -> None:
        self._guard = guard
        self._inner = inner or httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the host at an address that was checked."""
        return self._inner.connect_tcp(self._guard.address(host, port), port, timeout, local_address, socket_options)
