#!/usr/bin/env python3
"""Makes wycheproof.json from Project Wycheproof's test vectors (Apache-2.0, Google and C2SP), for `vectors/jws.rs`.

`make_wycheproof.py FOLDER`: the folder has Wycheproof's JSON files; the crate `wycheproof` carries them in `src/data`.
Only keys, messages, signatures and verdicts are kept, of the two algorithms that Anshi takes in the form of JWS.
"""

import base64
import json
import sys
from pathlib import Path

FILES = {"Ed25519": "ed25519_test.json", "ES256": "ecdsa_secp256r1_sha256_p1363_test.json"}


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jwk(key):
    if "pk" in key:
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(bytes.fromhex(key["pk"]))}
    coordinate = lambda text: b64(int(text, 16).to_bytes(32, "big"))
    return {"kty": "EC", "crv": "P-256", "x": coordinate(key["wx"]), "y": coordinate(key["wy"])}


def main():
    cases = []
    for alg, name in FILES.items():
        for group in json.loads((Path(sys.argv[1]) / name).read_text())["testGroups"]:
            for test in group["tests"]:
                assert test["result"] in ("valid", "invalid")
                cases.append({"name": f"{alg} {test['tcId']}: {test['comment']}", "jwk": jwk(group["publicKey"]),
                              "message": b64(bytes.fromhex(test["msg"])), "signature": b64(bytes.fromhex(test["sig"])),
                              "valid": test["result"] == "valid"})
    lines = ",\n".join("  " + json.dumps(case) for case in cases)  # one line each, to keep the file short
    text = '{"made_by": {"wycheproof": "0.6.0"}, "cases": [\n' + lines + "\n]}\n"
    Path(__file__).with_name("wycheproof.json").write_text(text)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
