#!/usr/bin/env python3
"""Verifies a receipt's bundle with joserfc, cryptography and rfc8785; of Anshi it takes the public keys alone.

verify_receipt.py BUNDLE JWKS [PARTY]: the receipt's signature; the two leaves' entries from record and salt; the
outcome's digest of the claims; that records and claims agree; and, with the firm's code, the party's commitment. Then
every string of the bundle is changed in turn, which must be noticed. The entries' place in the log is verify_log's part:
`--entries FILE` writes them for it.
"""

import argparse
import base64
import copy
import hashlib
import json
from pathlib import Path

import rfc8785
from joserfc import jws
from joserfc.jwk import KeySet

TYP = "verification-result+jwt"
CLAIMS = {"iss", "aud", "jti", "iat", "req", "purpose", "policy", "approvals", "guest", "snapshot", "engine",
          "consents", "parties", "result", "cost", "log"}


class Refused(Exception):
    """The bundle is not to be believed."""


def need(truth, what):
    if not truth:
        raise Refused(what)


def unb64(text):
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    need(base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text, "base64url that is not canonical")
    return raw


def prefixed(*parts):
    """Each part behind its length as a big-endian u64."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def digest(*parts):
    return "sha256:" + hashlib.sha256(b"".join(parts)).hexdigest()


def claims_of(token, jwks):
    """The claims, when a key of the set signed the token and the header is exactly what it should be."""
    header = json.loads(unb64(token.split(".")[0]))
    need(set(header) == {"alg", "kid", "typ"} and header["typ"] == TYP, "a header that is no receipt's")
    keys = [key for key in jwks.keys if key.thumbprint() == header["kid"]]  # RFC 7638, computed by joserfc
    need(len(keys) == 1 and keys[0].kid == header["kid"], "no key has this thumbprint")
    allowed = {"OKP": "Ed25519", "EC": "ES256"}[keys[0].key_type]
    need(header["alg"] == allowed, "the algorithm is not the key's")
    verified = jws.deserialize_compact(token, keys[0], algorithms=[allowed])
    for segment in token.split("."):
        unb64(segment)
    return json.loads(verified.payload), verified.payload


def leaf(kind, opened):
    """The record, and the log entry that it and its salt open."""
    record, salt = unb64(opened["record"]), unb64(opened["salt"])
    need(len(salt) == 32, "a salt of another length")
    need(rfc8785.dumps(json.loads(record)) == record, "a record that is not canonical")
    head, index = opened["proof"].split("\n")[:2]
    need(head == "c2sp.org/tlog-proof@v1" and index.startswith("index "), "no tlog-proof")
    entry = b"anshi/leaf/v1\n" + kind.encode() + b"\n" + hashlib.sha256(salt + prefixed(record)).digest()
    return json.loads(record), int(index.removeprefix("index ")), entry


def verify(bundle, jwks, party=None):
    """Checks everything that needs no log; gives the entries whose inclusion is left to check."""
    need(set(bundle) == {"receipt", "intent", "outcome", "parties"}, "other members")
    claims, payload = claims_of(bundle["receipt"], jwks)
    need(set(claims) == CLAIMS, "other claims")
    need(rfc8785.dumps(claims) == payload, "claims that are not canonical")
    intent, intent_at, intent_entry = leaf("intent", bundle["intent"])
    outcome, outcome_at, outcome_entry = leaf("outcome", bundle["outcome"])
    without_log = {name: claim for name, claim in claims.items() if name != "log"}
    claims_digest = digest(b"anshi/claims/v1\n", rfc8785.dumps(without_log))
    need(outcome["claims"] == claims_digest, "the outcome is of other claims")
    need(claims["log"]["index"] == intent_at == outcome["intent"] < outcome_at, "another leaf")
    need(outcome["tick_ms"] // 1000 == claims["iat"], "another tick")
    need(intent["job"] == outcome["job"] == "sha256:" + claims["jti"], "another job")
    for theirs, ours in [("req", claims["req"]), ("client", claims["aud"]), ("guest", claims["guest"]),
                         ("policy", claims["policy"]["id"]), ("version", claims["policy"]["version"]),
                         ("policy_sha256", claims["policy"]["sha256"]), ("snapshot", claims["snapshot"]["sha256"])]:
        need(intent[theirs] == ours, f"the intent's `{theirs}` is another")
    opened = [{"role": p["role"], "commitment": p["commitment"]} for p in bundle["parties"]]
    need(opened == claims["parties"], "other parties")
    for p in bundle["parties"] if party else []:
        parts = prefixed(unb64(p["salt"]), p["role"].encode(), b"enterprise", party.encode())
        need(p["commitment"] == digest(b"anshi/party/v1\n", parts), "the commitment is to another party")
    return [(intent_at, intent_entry, bundle["intent"]["proof"]),
            (outcome_at, outcome_entry, bundle["outcome"]["proof"])]


def places(value, here=()):
    """The path of every string below `value`."""
    if isinstance(value, str):
        yield here
    elif isinstance(value, (dict, list)):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[name], here + (name,))


def changes_noticed(bundle, jwks, party):
    """Changes one character of each string at a time: the bundle must be refused, or open another leaf than the one
    whose place in the log verify_log proves. A proof is verify_log's part, a party's salt that of who knows the party."""
    tried = 0
    good_leaves = [leaf[:2] for leaf in verify(bundle, jwks, party)]
    for path in places(bundle):
        if path[-1] == "proof" or (path[0] == "parties" and path[-1] == "salt" and not party):
            continue
        *front, last = path
        text = copy.deepcopy(bundle)
        spot = text
        for step in front:
            spot = spot[step]
        good = spot[last]
        for at in range(0, len(good), max(1, len(good) // 100)):
            spot[last] = good[:at] + ("B" if good[at] == "A" else "A") + good[at + 1:]
            try:
                noticed = [leaf[:2] for leaf in verify(text, jwks, party)] != good_leaves
            except Exception:  # noqa: BLE001: any way to refuse is a refusal
                noticed = True
            if not noticed:
                raise SystemExit(f"not noticed: character {at} of {'/'.join(map(str, path))}")
            tried += 1
    return tried


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("jwks", type=Path)
    parser.add_argument("party", nargs="?")
    parser.add_argument("--entries", type=Path)
    args = parser.parse_args()
    key_set = json.loads(args.jwks.read_text())
    jwks = KeySet.import_key_set(key_set)
    bundle = json.loads(args.bundle.read_text())
    try:
        entries = verify(bundle, jwks, args.party)
    except Refused as refused:
        raise SystemExit(f"{args.bundle}: refused: {refused}")
    tried = changes_noticed(bundle, jwks, args.party)
    print(f"{args.bundle.name}: signature, thumbprint, header, claims' digest, both leaves"
          + (", the party's commitment" if args.party else "") + f"; {tried} changed characters noticed")
    if args.entries:
        encoded = lambda entry: base64.b64encode(entry).decode()
        lines = [{"index": at, "entry": encoded(entry), "proof": proof} for at, entry, proof in entries]
        args.entries.write_text(json.dumps(lines))


if __name__ == "__main__":
    main()
