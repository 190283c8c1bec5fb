"""Which addresses listed URLs may lead to: public ones, and hosts that the configuration lists."""

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from foa360.stages.fetch.errors import FetchError

#: IPv6 addresses that stand for the IPv4 address in their last 32 bits (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class AllowedHosts:
    """Hosts whose addresses need not be public: names, addresses and networks."""

    hosts: frozenset[str] = frozenset()

    def has_name(self, host: str) -> bool:
        """Return whether a host is allowed by its name."""
        return host.lower().rstrip(".") in {name.lower() for name in self.hosts}

    def has_address(self, text: str) -> bool:
        """Return whether an address is public or allowed."""
        address = _plain_address(text)
        if address.is_global and not address.is_multicast:
            return True
        return any(address in network for network in self._networks())

    def _networks(self) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        for host in self.hosts:
            try:
                yield ipaddress.ip_network(host, strict=False)
            except ValueError:
                continue


#: Public addresses only.
PUBLIC_HOSTS = AllowedHosts()


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host; none if it has none, which connecting reports."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]


def require_allowed(addresses: Iterable[str], allowed: AllowedHosts) -> None:
    """Raise FetchError unless all addresses are allowed; it does not name them."""
    if not all(allowed.has_address(address) for address in addresses):
        raise FetchError("private_address", "the address is not public")


def require_allowed_literal(url: str, allowed: AllowedHosts) -> None:
    """Raise FetchError for a private address in place of a name."""
    host = urlsplit(url).hostname or ""
    if allowed.has_name(host):
        return
    try:
        is_allowed = allowed.has_address(host)
    except ValueError:
        is_allowed = host.lower().rstrip(".") != "localhost"
    if not is_allowed:
        raise FetchError("private_address", "the address is not public")


def _plain_address(text: str) -> Address:
    """Return an address; that of IPv4 where one of IPv6 stands for it."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
