"""The log's side of a bundle: signed notes, checkpoints and inclusion proofs (C2SP, RFC 9162). Shares nothing with the engine."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .errors import FormError, VerificationError
from .strict import decimal, from_base64, sha256

ED25519 = 1
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
SIGNATURE_DASH = "—"


@dataclass(frozen=True)
class Checkpoint:
    """What the log says of itself: how many leaves it has, and the root over them."""

    size: int
    root: bytes


class LogKey:
    """The log's verifier key: `origin+id+key` (C2SP signed-note)."""

    def __init__(self, text: str) -> None:
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise FormError("the log key is not `origin+id+key`")
        self.origin, self._key_id = parts[0], parts[1]
        key = from_base64(parts[2], "the log key")
        if len(key) != 33 or key[0] != ED25519:
            raise FormError("the log key is not Ed25519")
        if sha256(self.origin.encode(), b"\n", key)[:4].hex() != self._key_id:
            raise FormError("the log key's id is not its own")
        self._key = Ed25519PublicKey.from_public_bytes(key[1:])

    def open(self, note: str) -> Checkpoint:
        """The checkpoint of a note that this key signed; other signatures (witnesses') are passed over."""
        text, separator, signatures = note.rpartition("\n\n")
        lines = text.split("\n")
        if not separator or not signatures.endswith("\n") or len(lines) < 3 or "" in lines:
            raise FormError("the checkpoint is not a signed note")
        if lines[0] != self.origin:
            raise VerificationError("the checkpoint is of another log")
        signed = False
        for line in signatures[:-1].split("\n"):
            parts = line.split(" ")
            if len(parts) != 3 or parts[0] != SIGNATURE_DASH:
                raise FormError("the checkpoint has a line that is no signature")
            signature = from_base64(parts[2], "a signature of the checkpoint")
            if parts[1] != self.origin or signature[:4].hex() != self._key_id:
                continue
            try:
                self._key.verify(signature[4:], f"{text}\n".encode())
            except InvalidSignature:
                raise VerificationError("the checkpoint was changed after the log signed it") from None
            signed = True
        if not signed:
            raise VerificationError("the log has not signed the checkpoint")
        root = from_base64(lines[2], "the checkpoint's root")
        if len(root) != 32:
            raise FormError("the checkpoint's root is not 32 bytes")
        return Checkpoint(decimal(lines[1], "the checkpoint's size"), root)


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    if index >= size:
        raise VerificationError("the leaf is outside of the tree")
    found, node, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            raise VerificationError("the proof is too long")
        if node & 1 or node == last:
            found = sha256(b"\1", sibling, found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = sha256(b"\1", found, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise VerificationError("the proof is too short")
    return found


def check_included(entry: bytes, proof: str, log: LogKey, what: str) -> int:
    """The index of `entry` in the log, after the proof led from it to a checkpoint of the log's own key."""
    head, separator, note = proof.partition("\n\n")
    lines = head.split("\n")
    if not separator or len(lines) < 2 or lines[0] != PROOF_HEADER or not lines[1].startswith("index "):
        raise FormError(f"the {what}'s proof is no tlog-proof")
    index = decimal(lines[1].removeprefix("index "), f"the {what}'s index")
    path = [from_base64(line, f"a hash of the {what}'s proof") for line in lines[2:]]
    if any(len(sibling) != 32 for sibling in path):
        raise FormError(f"a hash of the {what}'s proof is not 32 bytes")
    checkpoint = log.open(note)
    if root_of(sha256(b"\0", entry), index, checkpoint.size, path) != checkpoint.root:
        raise VerificationError(f"the {what} is not in the log where its proof says")
    return index
