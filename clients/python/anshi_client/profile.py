"""The profile: a JSON file that says which service is asked, as whom, and whose keys are believed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .errors import FormError
from .keys import ClientKey
from .strict import members, read_json
from .tokens import Signer
from .verify import TrustedKeys

NEEDED = ["url", "ledger", "client", "key", "jwks", "log_key"]
OPTIONAL = ["connect"]


@dataclass(frozen=True)
class Profile:
    """Paths are relative to the profile's folder."""

    url: str         # the engine's public URL, which tokens name
    ledger: str      # the engine's ledger id, for which tokens are
    client: str      # who asks
    key: Path        # the client's private JWK
    jwks: Path       # the engine's key set, pinned
    log_key: Path    # the log's verifier key, pinned
    connect: str     # where to connect, if not to `url`

    @classmethod
    def load(cls, path: str | Path) -> Profile:
        """Reads a profile; unknown members are errors."""
        path = Path(path)
        value = members(read_json(path.read_bytes(), f"`{path}`"), f"`{path}`", NEEDED, OPTIONAL)
        if not all(isinstance(text, str) for text in value.values()):
            raise FormError(f"`{path}` has a member that is no text")
        folder = path.parent
        files = {name: folder / value[name] for name in ("key", "jwks", "log_key")}
        url = value["url"].rstrip("/")
        connect = value.get("connect", url).rstrip("/")
        return cls(url=url, ledger=value["ledger"], client=value["client"], connect=connect, **files)

    def signer(self) -> Signer:
        """Signs as the profile's client."""
        return Signer(self.client, self.ledger, self.url, ClientKey.load(self.key))

    def trusted_keys(self) -> TrustedKeys:
        """The keys that were pinned."""
        return TrustedKeys(self.jwks.read_bytes(), self.log_key.read_text(encoding="utf-8"))
