"""A phone of a shop: its key, its registration, its token, and calls by it."""

from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.test import TestResponse

from tests.shop.scenes import Counter


def base64url(content: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


class PhoneKey:
    """The key that a browser makes for itself."""

    def __init__(self) -> None:
        self.key = generate_private_key(SECP256R1())

    @property
    def public_key(self) -> str:
        """The SPKI, as it is sent."""
        key = self.key.public_key()
        return base64url(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def sign(self, nonce: str) -> str:
        """A nonce, signed as WebCrypto does."""
        message = b"jishan-terminal/v1\n" + nonce.encode()
        r, s = decode_dss_signature(self.key.sign(message, ECDSA(SHA256())))
        return base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


class Phone(PhoneKey):
    """A browser with a key of its own."""

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self.counter = counter
        self.id = ""
        self.token = ""

    @property
    def path(self) -> str:
        """Where this phone's calls stand."""
        return f"/shops/{self.counter.shop}/terminals/{self.id}"

    def register(self, who: str = "shopkeeper", **more: Any) -> TestResponse:
        """Register by whoever is signed in."""
        body = {"name": "店里手机", "public_key": self.public_key} | more
        answer = self.counter.site.call(who, "POST", f"/shops/{self.counter.shop}/terminals", body)
        if answer.status_code == 201:
            self.id = answer.json["id"]
        return answer

    def nonce(self) -> TestResponse:
        """Ask for a nonce; nobody is signed in."""
        return self.counter.site.call(None, "POST", f"{self.path}/nonce")

    def ask_token(self, nonce: str, signature: str) -> TestResponse:
        """Ask for a token."""
        body = {"nonce": nonce, "signature": signature}
        return self.counter.site.call(None, "POST", f"{self.path}/token", body)

    def sign_in(self) -> TestResponse:
        """Ask for a nonce, sign it, and keep the token."""
        asked = self.nonce()
        if asked.status_code != 200:
            return asked
        answer = self.ask_token(asked.json["nonce"], self.sign(asked.json["nonce"]))
        if answer.status_code == 201:
            self.token = answer.json["token"]
        return answer

    def call(
        self, method: str, path: str, body: Any = None, key: str | None = None
    ) -> TestResponse:
        """Call the API by this phone's token."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or uuid4().hex,
            "Accept-Language": "en",
        }
        client = self.counter.site.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=headers, json=body)
