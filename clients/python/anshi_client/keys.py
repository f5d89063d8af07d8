"""The client's private key, a JWK file that only its owner can read. Never printed, never logged."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any, Union

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from .errors import FormError
from .strict import canonical, base64url, read_json, sha256

# The algorithm belongs to the key, and is never read from a token (RFC 9864, RFC 7518).
ALGORITHMS = {("OKP", "Ed25519"): "Ed25519", ("EC", "P-256"): "ES256"}
TYPES: dict[str, Any] = {"OKP": OKPKey, "EC": ECKey}


def algorithm_of(jwk: dict[str, Any], what: str) -> str:
    """The algorithm that this key signs with."""
    algorithm = ALGORITHMS.get((jwk.get("kty", ""), jwk.get("crv", "")))
    if algorithm is None:
        raise FormError(f"{what} is neither Ed25519 nor P-256")
    return algorithm


def thumbprint(jwk: dict[str, Any]) -> str:
    """The key's RFC 7638 thumbprint: its `kid`."""
    names = ["crv", "kty", "x", "y"] if jwk["kty"] == "EC" else ["crv", "kty", "x"]
    return base64url(sha256(canonical({name: jwk[name] for name in names})))


class ClientKey:
    """A key that signs: Ed25519, or P-256 for ES256."""

    def __init__(self, jwk: dict[str, Any], what: str = "the key") -> None:
        self.algorithm = algorithm_of(jwk, what)
        if "d" not in jwk:
            raise FormError(f"{what} is no private key: it has no `d`")
        try:
            self._key: Union[OKPKey, ECKey] = TYPES[jwk["kty"]].import_key(jwk)
            self.kid = thumbprint(jwk)
        except (JoseError, ValueError, KeyError, TypeError):
            # The library's words could quote the key.
            raise FormError(f"{what} is no JWK that can sign") from None
        if jwk.get("kid", self.kid) != self.kid:
            raise FormError(f"{what} has a `kid` that is not its RFC 7638 thumbprint")

    def __repr__(self) -> str:
        return f"ClientKey({self.kid})"

    @classmethod
    def load(cls, path: Path) -> ClientKey:
        """Reads a private JWK, and refuses one that others can read."""
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise FormError(f"`{path}` can be read by others: chmod 600 it")
        jwk = read_json(path.read_bytes(), f"`{path}`")
        if not isinstance(jwk, dict):
            raise FormError(f"`{path}` is no JWK")
        return cls(jwk, f"`{path}`")

    def sign(self, kind: str, payload: dict[str, Any]) -> str:
        """A compact JWS whose header is exactly `alg`, `kid` and `typ`."""
        header = {"alg": self.algorithm, "kid": self.kid, "typ": kind}
        return jws.serialize_compact(header, canonical(payload), self._key, algorithms=[self.algorithm])
