"""When a peer is this very machine."""

import pytest
from flask import Flask, request

from incentives.access.peers import peer_of

APP = Flask(__name__)


def local(address: str, host: str = "localhost:8000", **headers: str) -> bool:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    with APP.test_request_context(
        "/", environ_base={"REMOTE_ADDR": address}, headers={"Host": host, **named}
    ):
        return peer_of(request).local


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:80"])
def test_local(address: str, host: str) -> None:
    assert local(address, host)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "192.168.1.7", "::ffff:10.0.0.1", "2001:db8::1", ""]
)
def test_another_machine(address: str) -> None:
    assert not local(address)


@pytest.mark.parametrize(
    "host", ["jishan.example", "127.0.0.1.example", "10.0.0.1", "localhost.example:80", "a:b:c"]
)
def test_asked_for_by_another_name(host: str) -> None:
    assert not local("127.0.0.1", host)


@pytest.mark.parametrize(
    "header",
    ["Forwarded", "X_Forwarded_For", "X_Forwarded_Host", "X_Forwarded_Anything", "X_Real_IP"],
)
def test_behind_a_proxy(header: str) -> None:
    assert not local("127.0.0.1", **{header: "127.0.0.1"})
