"""`Authorization: FrontolAuth <hash>`: the MD5 of the access key and the body's bytes as they came.

Frontol Priority API, authentication. MD5 is the protocol's choice, not ours. There is no nonce: a captured
request can be repeated, so a sale's identity is its document id, never the request.
"""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import md5

from gateway.domain.hashing import hexdigest

SCHEME = "frontolauth"


def signature(access_key: bytes, body: bytes) -> str:
    """What a register sends with this body: lower-case hex, the key first, no separator."""
    return hexdigest(md5(usedforsecurity=False), access_key + body)


def claimed(header: str) -> str:
    """The hash in an Authorization header, in lower case; empty when it is another scheme."""
    scheme, _, value = header.strip().partition(" ")
    return value.strip().lower() if scheme.lower() == SCHEME else ""


def key_of(header: str, body: bytes, keys: Sequence[bytes] | Mapping[bytes, object]) -> bytes | None:
    """Which of the access keys signed the body, compared in constant time; None when none did."""
    sent = claimed(header).encode("utf-8", "replace")
    found = None
    for key in keys:
        if hmac.compare_digest(signature(key, body).encode(), sent):
            found = key
    return found
