#!/usr/bin/env python3
"""Makes jws.json: keys and tokens of joserfc and cryptography, good ones and forged ones, for `vectors/jws.rs`.

Every case says what Anshi must do (`expected`) and what joserfc does (`joserfc`), so that a difference is on record.
Ed25519 tokens come out the same each time; ES256 is randomised, so its tokens differ, and what they say does not.
`make_jws.py --check` makes nothing, and asks joserfc again about the file that is there. The libraries are those of
tests/foreign/requirements.txt.
"""

import base64
import hashlib
import hmac
import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey

warnings.simplefilter("ignore")  # joserfc warns of `EdDSA` and `none`: here they are meant
FILE = Path(__file__).with_name("jws.json")
P = 2**256 - 2**224 + 2**192 + 2**96 - 1  # the field of P-256
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # the order of P-256
L = 2**252 + 27742317777372353535851937790883648493  # the order of Ed25519
KINDS = ["job+jwt", "consent+jwt", "approval+jwt", "verification-result+jwt"]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CLAIMS = {"iss": "smart-finance", "jti": "n0Bf6Tnz1YpZ3v6eXQ9u4g", "purpose": "sme-lending", "名称": "暗室"}


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def seed(label):
    return hashlib.sha256(b"anshi test vectors: " + label.encode()).digest()


def ed_key(label):
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed(label))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64(public), "d": b64(seed(label))})


def ec_key(label, curve=ec.SECP256R1(), name="P-256", size=32):
    private = ec.derive_private_key(int.from_bytes(seed(label), "big") % (N - 1) + 1, curve)
    numbers = private.public_key().public_numbers()
    coordinate = lambda number: b64(number.to_bytes(size, "big"))
    d = private.private_numbers().private_value
    return ECKey.import_key({"kty": "EC", "crv": name, "x": coordinate(numbers.x), "y": coordinate(numbers.y),
                             "d": coordinate(d)})


def public(key, **more):
    """The public JWK; `None` takes a member away."""
    jwk = {"kid": key.thumbprint(), **{k: v for k, v in key.as_dict(private=False).items() if k != "kid"}, **more}
    return {member: value for member, value in jwk.items() if value is not None}


def header(key, alg, typ="job+jwt"):
    return {"alg": alg, "kid": key.thumbprint(), "typ": typ}


def compact(key, head, payload=CLAIMS, algorithms=None):
    """A token as joserfc makes it."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    registry = jws.JWSRegistry(algorithms=algorithms or [head["alg"]], strict_check_header=False)
    return jws.serialize_compact(head, text, key, registry=registry)


def signature(key, signing_input):
    """The signature alone, over any text."""
    alg = "Ed25519" if isinstance(key, OKPKey) else "ES256"
    return b64(jws.JWSRegistry(algorithms=[alg]).get_alg(alg).sign(signing_input.encode(), key))


def raw(key, head_text, payload=b"{}"):
    """A token over any header text, also such as joserfc would not write."""
    signing_input = f"{b64(head_text.encode())}.{b64(payload)}"
    return f"{signing_input}.{signature(key, signing_input)}"


def resigned(token, change):
    """The token with another signature: `change` gets the bytes and gives bytes."""
    signing_input, signature = token.rsplit(".", 1)
    return f"{signing_input}.{b64(change(unb64(signature)))}"


def loosened(segment):
    """The same bytes with another last character: bits that no byte uses are set."""
    assert len(segment) % 4 in (2, 3), "no unused bits"
    return segment[:-1] + ALPHABET[ALPHABET.index(segment[-1]) + 1]


ED, OTHER, EC, EC_OTHER = ed_key("ed25519"), ed_key("another ed25519"), ec_key("p-256"), ec_key("another p-256")


def good():
    for kind in KINDS:
        word = kind.split("+")[0]
        for key, alg in [(ED, "Ed25519"), (ED, "EdDSA"), (EC, "ES256")]:
            yield f"{word}, {alg}", compact(key, header(key, alg, kind)), public(key), kind
    yield "a key with nothing but its coordinates", compact(ED, header(ED, "Ed25519")), public(ED, kid=None), "job+jwt"
    yield "a key that says alg and use", compact(EC, header(EC, "ES256")), public(EC, alg="ES256", use="sig"), "job+jwt"
    yield "a key that says EdDSA", compact(ED, header(ED, "Ed25519")), public(ED, alg="EdDSA"), "job+jwt"
    spaced = json.dumps({"typ": "job+jwt", "kid": ED.thumbprint(), "alg": "Ed25519"}, indent=2)
    yield "a header in another order, with white space", raw(ED, spaced), public(ED), "job+jwt"
    yield "an empty payload", raw(ED, json.dumps(header(ED, "Ed25519")), b""), public(ED), "job+jwt"
    yield "a payload that is no JSON", raw(ED, json.dumps(header(ED, "Ed25519")), b"\xff\x00"), public(ED), "job+jwt"
    # ECDSA is malleable by nature and RFC 7518 allows both forms: nothing in Anshi names a thing by its signature.
    flip = lambda s: s[:32] + (N - int.from_bytes(s[32:], "big")).to_bytes(32, "big")
    yield "ES256 with n - s for s", resigned(compact(EC, header(EC, "ES256")), flip), public(EC), "job+jwt"


def bad_headers():
    for key, alg in [(ED, "Ed25519"), (EC, "ES256")]:
        head = header(key, alg)
        pem = key.as_pem(private=False)
        variants = {
            "alg none, signed": {**head, "alg": "none"},
            "alg None, signed": {**head, "alg": "None"},
            "alg in lower case": {**head, "alg": alg.lower()},
            "alg of the other key": {**head, "alg": "ES256" if key is ED else "Ed25519"},
            "alg ES384": {**head, "alg": "ES384"},
            "alg Ed448": {**head, "alg": "Ed448"},
            "no alg": {k: v for k, v in head.items() if k != "alg"},
            "no kid": {k: v for k, v in head.items() if k != "kid"},
            "no typ": {k: v for k, v in head.items() if k != "typ"},
            "typ JWT": {**head, "typ": "JWT"},
            "typ with application/": {**head, "typ": "application/job+jwt"},
            "typ in upper case": {**head, "typ": "JOB+JWT"},
            "crit": {**head, "crit": ["exp"], "exp": 0},
            "crit, empty": {**head, "crit": []},
            "b64 false": {**head, "crit": ["b64"], "b64": False},
            "its own jwk": {**head, "jwk": public(key)},
            "jku": {**head, "jku": "https://bank.example/keys"},
            "x5c": {**head, "x5c": ["AA=="]},
            "zip": {**head, "zip": "DEF"},
            "an extra member": {**head, "extra": 1},
            "a member null": {**head, "cty": None},
            "kid of another key": {**head, "kid": (OTHER if key is ED else EC_OTHER).thumbprint()},
            "kid with padding": {**head, "kid": head["kid"] + "="},
            "kid empty": {**head, "kid": ""},
            "kid a number": {**head, "kid": 1},
            "kid null": {**head, "kid": None},
            "typ a list": {**head, "typ": ["job+jwt"]},
        }
        for name, variant in variants.items():
            yield f"{alg}: {name}", raw(key, json.dumps(variant)), public(key), "job+jwt"
        kid = head["kid"]
        texts = {
            "alg twice": f'{{"alg":"none","alg":"{alg}","kid":"{kid}","typ":"job+jwt"}}',
            "kid twice": f'{{"alg":"{alg}","kid":"x","kid":"{kid}","typ":"job+jwt"}}',
            "typ twice": f'{{"alg":"{alg}","kid":"{kid}","typ":"consent+jwt","typ":"job+jwt"}}',
            "typ twice, once escaped": f'{{"alg":"{alg}","kid":"{kid}","typ":"job+jwt","t\\u0079p":"job+jwt"}}',
            "no JSON": "alg",
            "a list": f'["{alg}","{kid}","job+jwt"]',
            "JSON and more": json.dumps(head) + "{}",
            "a byte order mark": "\ufeff" + json.dumps(head),
        }
        for name, text in texts.items():
            yield f"{alg}: header: {name}", raw(key, text), public(key), "job+jwt"
        for kind in KINDS[1:]:
            yield f"{alg}: {kind} for job+jwt", compact(key, header(key, alg, kind)), public(key), "job+jwt"
            yield f"{alg}: job+jwt for {kind}", compact(key, head), public(key), kind
        signing_input = f"{b64(json.dumps({**head, 'alg': 'HS256'}).encode())}.{b64(b'{}')}"
        for name, secret in [("PEM", pem), ("x", unb64(public(key)["x"]))]:
            tag = hmac.new(secret, signing_input.encode(), "sha256").digest()
            yield f"{alg}: HS256 under the public key ({name})", f"{signing_input}.{b64(tag)}", public(key), "job+jwt"
        unsigned = f"{b64(json.dumps({**head, 'alg': 'none'}).encode())}.{b64(b'{}')}."
        yield f"{alg}: alg none, unsigned", unsigned, public(key), "job+jwt"


def bad_encodings():
    for key, alg in [(ED, "Ed25519"), (EC, "ES256")]:
        token = compact(key, header(key, alg), {"a": 10})  # each segment leaves bits unused
        head, payload, tag = token.split(".")
        fresh = compact(key, header(key, alg), {"ä": "¿¿¿???>>>~~~"})
        changed = {
            "padding in the header": f"{head}{'=' * (-len(head) % 4) or '='}.{payload}.{tag}",
            "padding in the payload": f"{head}.{payload}{'=' * (-len(payload) % 4) or '='}.{tag}",
            "padding in the signature": f"{token}==",
            "unused bits in the signature": f"{head}.{payload}.{loosened(tag)}",
            "a line feed at the end": token + "\n",
            "a space before": " " + token,
            "a line feed inside": f"{head}.{payload}.{tag[:20]}\n{tag[20:]}",
            "the alphabet of plain base64": fresh.replace("-", "+").replace("_", "/"),
            "a foreign character": f"{head}.{payload}.*{tag[1:]}",
            "no signature": f"{head}.{payload}.",
            "no third segment": f"{head}.{payload}",
            "four segments": f"{token}.AA",
            "a point more": f"{token}.",
            "no payload": f"{head}..{tag}",
            "no header": f".{payload}.{tag}",
            "nothing but points": "..",
            "nothing": "",
            "the last character cut": token[:-1],
            "half": token[: len(token) // 2],
            "the payload's last byte cut": f"{head}.{b64(unb64(payload)[:-1])}.{tag}",
            "the JSON form": json.dumps({"protected": head, "payload": payload, "signature": tag}),
        }
        if fresh == changed["the alphabet of plain base64"]:
            raise SystemExit("the payload has no `-` or `_`")
        for name, text in changed.items():
            yield f"{alg}: {name}", text, public(key), "job+jwt"
        # Signed over the odd encoding itself, so that the encoding alone is at fault.
        for name, odd_head, odd_payload in [
            ("header with padding, so signed", b64(json.dumps(header(key, alg)).encode()) + "=", "e30"),
            ("payload with unused bits, so signed", b64(json.dumps(header(key, alg)).encode()), loosened("e30")),
            ("payload with padding, so signed", b64(json.dumps(header(key, alg)).encode()), "e30="),
        ]:
            odd = f"{odd_head}.{odd_payload}"
            yield f"{alg}: {name}", f"{odd}.{signature(key, odd)}", public(key), "job+jwt"


def bad_signatures():
    ed, es = compact(ED, header(ED, "Ed25519")), compact(EC, header(EC, "ES256"))
    for alg, token, key in [("Ed25519", ed, ED), ("ES256", es, EC)]:
        for bit in [0, 7, 255, 256, 511]:
            flip = lambda s: bytes(b ^ (1 << bit % 8 if i == bit // 8 else 0) for i, b in enumerate(s))
            yield f"{alg}: bit {bit} flipped", resigned(token, flip), public(key), "job+jwt"
        whole = {
            "63 bytes": lambda s: s[:-1],
            "65 bytes": lambda s: s + b"\0",
            "a zero before": lambda s: b"\0" + s,
            "nothing but zeros": lambda s: bytes(64),
            "nothing but ones": lambda s: b"\xff" * 64,
            "halves swapped": lambda s: s[32:] + s[:32],
            "96 bytes": lambda s: s + s[:32],
        }
        for name, change in whole.items():
            yield f"{alg}: signature: {name}", resigned(token, change), public(key), "job+jwt"
        other = OTHER if key is ED else EC_OTHER
        head, payload, _ = token.split(".")
        stranger = signature(other, f"{head}.{payload}")
        yield f"{alg}: signed by another key", f"{head}.{payload}.{stranger}", public(key), "job+jwt"
        yield f"{alg}: another trusted key", token, public(other), "job+jwt"
        moved = compact(key, header(key, alg), {**CLAIMS, "iss": "x"}).rsplit(".", 1)[1]
        yield f"{alg}: another token's signature", f"{head}.{payload}.{moved}", public(key), "job+jwt"
    little = lambda s: int.from_bytes(s, "little")
    plus = lambda k: lambda s: s[:32] + (little(s[32:]) + k * L).to_bytes(32, "little")
    for k in [1, 2, 15]:
        if little(unb64(ed.rsplit(".", 1)[1])[32:]) + k * L < 2**256:
            yield f"Ed25519: s + {k} L", resigned(ed, plus(k)), public(ED), "job+jwt"
    yield "Ed25519: s zero", resigned(ed, lambda s: s[:32] + bytes(32)), public(ED), "job+jwt"
    yield "Ed25519: s = L", resigned(ed, lambda s: s[:32] + L.to_bytes(32, "little")), public(ED), "job+jwt"
    yield "Ed25519: R not a point", resigned(ed, lambda s: b"\x02" + bytes(31) + s[32:]), public(ED), "job+jwt"
    yield "Ed25519: R the identity", resigned(ed, lambda s: b"\x01" + bytes(31) + s[32:]), public(ED), "job+jwt"
    number = lambda n: n.to_bytes(32, "big")
    for name, value in {"zero": 0, "n": N, "n + 1": N + 1, "p": P, "2^256 - 1": 2**256 - 1}.items():
        yield f"ES256: r = {name}", resigned(es, lambda s: number(value) + s[32:]), public(EC), "job+jwt"
        yield f"ES256: s = {name}", resigned(es, lambda s: s[:32] + number(value)), public(EC), "job+jwt"
    for r, s in [(0, 0), (0, 1), (1, 0), (1, 1), (N, N), (N, 0), (N - 1, 1)]:
        forged = resigned(es, lambda _: number(r) + number(s))
        yield f"ES256: r, s = {r % 97}, {s % 97} (mod 97)", forged, public(EC), "job+jwt"
    split = lambda s: (int.from_bytes(s[:32], "big"), int.from_bytes(s[32:], "big"))
    yield "ES256: DER", resigned(es, lambda s: encode_dss_signature(*split(s))), public(EC), "job+jwt"
    wide = ec_key("p-384", ec.SECP384R1(), "P-384", 48)
    yield "ES384 by a P-384 key", compact(wide, header(wide, "ES384")), public(wide), "job+jwt"


def bad_keys():
    """Keys that must not become keys; each with a token that would verify."""
    ed, es = compact(ED, header(ED, "Ed25519")), compact(EC, header(EC, "ES256"))
    jwk, ec_jwk = public(ED, kid=None), public(EC, kid=None)
    off = unb64(ec_jwk["y"])[:-1] + bytes([unb64(ec_jwk["y"])[-1] ^ 1])
    for name, token, key in [
        ("kid of another", ed, public(OTHER, x=jwk["x"])),
        ("alg of another", ed, {**jwk, "alg": "ES256"}),
        ("alg HS256", ed, {**jwk, "alg": "HS256"}),
        ("use enc", ed, {**jwk, "use": "enc"}),
        ("crv X25519", ed, {**jwk, "crv": "X25519"}),
        ("crv Ed448", ed, {**jwk, "crv": "Ed448"}),
        ("kty EC for Ed25519", ed, {**jwk, "kty": "EC"}),
        ("a y for Ed25519", ed, {**jwk, "y": jwk["x"]}),
        ("a private key", ed, {**jwk, "d": b64(seed("ed25519"))}),
        ("x with padding", ed, {**jwk, "x": jwk["x"] + "="}),
        ("x with unused bits", ed, {**jwk, "x": loosened(jwk["x"])}),
        ("x in plain base64", ed, {**jwk, "x": base64.b64encode(b"\xff" * 32).decode().rstrip("=")}),
        ("x of 31 bytes", ed, {**jwk, "x": b64(unb64(jwk["x"])[:-1])}),
        ("x of 33 bytes", ed, {**jwk, "x": b64(unb64(jwk["x"]) + b"\0")}),
        ("x empty", ed, {**jwk, "x": ""}),
        ("no x", ed, {"kty": "OKP", "crv": "Ed25519"}),
        ("no y for P-256", es, {k: v for k, v in ec_jwk.items() if k != "y"}),
        ("kty OKP for P-256", es, {**ec_jwk, "kty": "OKP"}),
        ("crv P-384", es, {**ec_jwk, "crv": "P-384"}),
        ("crv secp256k1", es, {**ec_jwk, "crv": "secp256k1"}),
        ("y off the curve", es, {**ec_jwk, "y": b64(off)}),
        ("x, y = 0, 0", es, {**ec_jwk, "x": b64(bytes(32)), "y": b64(bytes(32))}),
        ("x + p", es, {**ec_jwk, "x": b64(b"\xff" * 32)}),
        ("y without its leading zero", es, {**ec_jwk, "y": b64(unb64(ec_jwk["y"])[1:])}),
        ("oct", ed, {"kty": "oct", "k": jwk["x"]}),
        ("an unknown member", ed, {**jwk, "x5u": "https://bank.example"}),
    ]:
        yield f"key: {name}", token, key, "job+jwt"


def small_order():
    """Keys of small order verify one signature for every message: RFC 8032 leaves them open, Anshi refuses them."""
    for name, x in [("the identity", b"\x01" + bytes(31)), ("order 4", bytes(32)),
                    ("order 2", b"\xec" + b"\xff" * 30 + b"\x7f"),
                    ("order 8", bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")),
                    ("the identity, not canonical", b"\xee" + b"\xff" * 30 + b"\x7f"),
                    ("the identity with the sign set", b"\x01" + bytes(30) + b"\x80")]:
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(x)}
        kid = b64(hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest())
        # With A of order 1, R = identity and s = 0 satisfies s B = R + h A for every message; for order k, one in k.
        for nonce in range(64):
            head = b64(json.dumps({"alg": "Ed25519", "kid": kid, "typ": "job+jwt"}).encode())
            token = f"{head}.{b64(str(nonce).encode())}.{b64(bytes([1]) + bytes(63))}"
            if joserfc_says(token, jwk) == "ok":
                break
        yield f"key: of small order: {name}", token, jwk, "job+jwt"


def joserfc_says(token, jwk):
    try:
        key = {"OKP": OKPKey, "EC": ECKey, "oct": OctKey}[jwk["kty"]].import_key(jwk)
        # What a careful user of joserfc would allow for this key: its algorithms and no other.
        allowed = {"OKP": ["Ed25519", "EdDSA"], "EC": ["ES256"], "oct": ["HS256"]}[jwk["kty"]]
        jws.deserialize_compact(token, key, algorithms=allowed)
        return "ok"
    except Exception:  # noqa: BLE001: any way to refuse is a refusal
        return "error"


def main():
    if "--check" in sys.argv:
        stored = json.loads(FILE.read_text())["cases"]
        wrong = [c["name"] for c in stored if joserfc_says(c["token"], c["jwk"]) != c["joserfc"]]
        raise SystemExit(f"joserfc has changed its mind: {wrong}" if wrong else None)
    cases = []
    bad = [bad_headers, bad_encodings, bad_signatures, bad_keys, small_order]
    for expected, makers in [("ok", [good]), ("error", bad)]:
        for name, token, jwk, kind in (case for maker in makers for case in maker()):
            cases.append({"name": name, "kind": kind, "expected": expected, "joserfc": joserfc_says(token, jwk),
                          "jwk": jwk, "token": token})
    names = [case["name"] for case in cases]
    assert len(names) == len(set(names)), "two cases have one name"
    made_by = {name: version(name) for name in ["joserfc", "cryptography"]}
    thumbprints = [{"jwk": public(key, kid=None), "thumbprint": key.thumbprint()} for key in [ED, OTHER, EC, EC_OTHER]]
    FILE.write_text(json.dumps({"made_by": made_by, "thumbprints": thumbprints, "cases": cases},
                               indent=1, ensure_ascii=False) + "\n")
    differ = [f"  {case['name']}: joserfc {case['joserfc']}" for case in cases if case["joserfc"] != case["expected"]]
    print(f"{len(cases)} cases; joserfc differs in {len(differ)}:", *differ, sep="\n")


if __name__ == "__main__":
    main()
