"""Bytes and JSON, strictly: one encoding for each value, no member twice, none that is not known."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any, Iterable, TypeVar

from .errors import FormError

# RFC 8785 builds on RFC 7493: integers beyond this stand as texts.
INTEGER_MAX = 2**53 - 1

T = TypeVar("T")


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts, one behind the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def digest_text(digest: bytes) -> str:
    """A digest as Anshi writes it: `sha256:` and hexadecimal digits."""
    return "sha256:" + digest.hex()


def prefixed(*parts: bytes) -> bytes:
    """Every part behind its length as a big-endian 64-bit integer."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str, what: str) -> bytes:
    """The bytes; refuses padding, foreign characters and stray bits, by encoding again."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        data = b""
    if base64url(data) != text:
        raise FormError(f"{what} is not canonical base64url")
    return data


def from_base64(text: str, what: str) -> bytes:
    """The bytes of padded base64, as signed notes use it; as strict as `from_base64url`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if base64.b64encode(data).decode() != text:
        raise FormError(f"{what} is not canonical base64")
    return data


def decimal(text: str, what: str) -> int:
    """A natural number without a sign or leading zeros."""
    if not (text.isascii() and text.isdigit()) or str(int(text)) != text:
        raise FormError(f"{what} is not a natural number")
    return int(text)


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON, for what Anshi signs: no fractions, no integers beyond 2⁵³."""
    check_integers(value)
    return json.dumps(ordered(value), separators=(",", ":"), ensure_ascii=False).encode()


def ordered(value: Any) -> Any:
    """The value with the members of its objects in RFC 8785's order, which is that of UTF-16 units."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return {name: ordered(value[name]) for name in names}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def check_integers(value: Any) -> None:
    """Refuses numbers that two readers could understand differently."""
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > INTEGER_MAX):
        raise FormError("a number is a fraction or too large: write it as a text")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check_integers(item)


def read_json(data: bytes | str, what: str) -> Any:
    """JSON in which no member stands twice and every number is a safe integer."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise FormError(f"{what} has a member twice")
        return members

    try:
        value = json.loads(data, object_pairs_hook=unique)
        check_integers(value)
    except (ValueError, RecursionError) as error:
        raise FormError(f"{what} is not JSON: {error}") from None
    return value


def read_canonical(data: bytes, what: str) -> Any:
    """JSON that is written in its one canonical form: what is signed has no second spelling."""
    value = read_json(data, what)
    if canonical(value) != data:
        raise FormError(f"{what} is not canonical JSON")
    return value


def members(value: Any, what: str, needed: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Any]:
    """An object with exactly these members."""
    if not isinstance(value, dict):
        raise FormError(f"{what} is not a JSON object")
    needed = set(needed)
    if missing := needed - value.keys():
        raise FormError(f"{what} lacks `{min(missing)}`")
    if unknown := value.keys() - needed - set(optional):
        raise FormError(f"{what} has an unknown member `{min(unknown)}`")
    return value


def typed(value: Any, kind: type[T], what: str) -> T:
    """A value of this type; `True` is no integer."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise FormError(f"{what} is not {'an' if kind is int else 'a'} {kind.__name__}")
    return value
