"""From where somebody signs in: the address that locks count by, and whether it is this machine."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from flask import Request

FORWARDED = re.compile(r"forwarded|x-forwarded-.*|x-real-ip", re.IGNORECASE)
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:]+)(?::\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Peer:
    """Who is at the other end. `local`: this very machine, with no proxy between."""

    address: str
    local: bool


def peer_of(request: Request) -> Peer:
    """The peer of a request.

    It is local only where the connection comes from a loopback address, asks for a loopback host
    and carries no header of a proxy: behind a proxy on this machine, everybody's address is local.
    """
    address = request.remote_addr or ""
    forwarded = any(FORWARDED.fullmatch(name) for name in request.headers.keys())  # noqa: SIM118
    return Peer(
        address=address[:45],
        local=is_loopback(address) and is_loopback_host(request.host) and not forwarded,
    )


def is_loopback(address: str) -> bool:
    """Whether an address is 127.0.0.0/8 or ::1."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback


def is_loopback_host(host: str) -> bool:
    """Whether a Host header, with or without port, names this machine."""
    found = HOST.fullmatch(host)
    if found is None:
        return False
    name = found[1].strip("[]").lower()
    return name == "localhost" or is_loopback(name)
