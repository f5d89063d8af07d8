#!/usr/bin/env python3
"""Makes the seeds of tests/corpus that are copies or hand-made distortions of the project's own files.

What the fuzzer found stands beside them, in files whose names begin with `found-`, and is left alone.
usage: tests/fuzz/make_seeds.py
"""
import hashlib
import io
import json
import pathlib
import re
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests/corpus"
BUNDLE = ROOT / "tests/vectors/bundle"


def seed(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode()
    (folder / f"seed-{name}").write_bytes(data)


def distorted_toml(target, text):
    """What strict TOML must refuse, or read as one meaning."""
    seed(target, "whole", text)
    first = text.split("\n", 1)[0]
    seed(target, "duplicate-key", first + "\n" + text)
    seed(target, "unknown-key", "colour = 1\n" + text)
    seed(target, "bom", "\ufeff" + text)
    seed(target, "crlf", text.replace("\n", "\r\n"))
    seed(target, "nul", text.replace("=", "=\0", 1))
    seed(target, "cut", text[: len(text) // 2])
    seed(target, "empty", "")
    seed(target, "dotted", text + "\na.b.c.d.e = { f = [[[[[[]]]]]] }\n")
    seed(target, "deep", "a = " + "[" * 200 + "]" * 200 + "\n" + text)
    number = re.search(r"= (\d[\d_]*)", text)
    if number:
        for name, value in [("huge", "99999999999999999999"), ("negative", "-1"), ("float", "1.5"), ("hex", "0xffff"),
                            ("infinite", "inf"), ("text", '"1"'), ("max", "9223372036854775807")]:
            seed(target, f"number-{name}", text[: number.start(1)] + value + text[number.end(1):])
    date = re.search(r"\d{4}-\d\d-\d\d", text)
    if date:
        for name, value in [("none", "2026-02-30"), ("time", "2026-01-01T00:00:00Z"), ("old", "0001-01-01")]:
            seed(target, f"date-{name}", text[: date.start()] + value + text[date.end():])


def distorted_json(target, text):
    seed(target, "whole", text)
    value = json.loads(text)
    seed(target, "compact", json.dumps(value, separators=(",", ":"), sort_keys=True))
    key = next(iter(value)) if isinstance(value, dict) else ""
    seed(target, "duplicate-key", text.replace("{", '{"%s":1,' % key, 1))
    seed(target, "unknown-key", text.replace("{", '{"colour":1,', 1))
    seed(target, "array", json.dumps(list(value.values()) if isinstance(value, dict) else [value]))
    seed(target, "nulls", json.dumps({name: None for name in value}) if isinstance(value, dict) else "null")
    seed(target, "bom", "\ufeff" + text)
    seed(target, "cut", text[: len(text) // 2])
    seed(target, "deep", "[" * 200 + "]" * 200)
    seed(target, "numbers", re.sub(r"\d+", "1e3", text, count=3))
    seed(target, "huge", re.sub(r"\d+", "1" + "0" * 40, text, count=1))
    seed(target, "surrogate", text.replace('"', '"\\ud800', 1))
    seed(target, "trailing", text + "{}")


def documents():
    policies = ROOT / "policies"
    for policy in sorted(policies.glob("*/policy.toml")):
        seed("policy", policy.parent.name, policy.read_text())
    for name in ["late-payment-by-county", "sme-credit-check"]:
        canonical = ROOT / f"tests/goldens/policy-check/canonical.{name}.toml"
        seed("policy", f"canonical-{name}", canonical.read_text())
    distorted_toml("policy", (policies / "sme-credit-check/policy.toml").read_text())
    distorted_toml("cases", (policies / "sme-credit-check/cases.toml").read_text())
    distorted_toml("accounts", (policies / "accounts.toml").read_text())
    for dataset in sorted((ROOT / "catalog").glob("*.toml")):
        seed("catalog", dataset.stem, dataset.read_text())
    distorted_toml("catalog", (ROOT / "catalog/tax_payment.toml").read_text())
    jwk = json.loads((BUNDLE / "jwks.json").read_text())["keys"][0]
    distorted_toml("config", """kind = "synthetic"
ledger = "anshi"
public_url = "https://anshi.example"
catalog = "catalog"
policies = "policies"
checkpoint_mirror = "../home.mirror"
nanos_per_kilofuel = 20000
approvals_needed = 2
[server]
listen = "127.0.0.1:7700"
""")
    caller = "id = \"bank\"\nkind = \"platform\"\n\n[[key]]\n" + "".join(
        f'{name} = "{jwk[name]}"\n' for name in ("kty", "crv", "x"))
    distorted_toml("caller", caller)
    for name, text in [("kind", caller.replace("platform", "root")), ("no-key", caller.split("\n[[key]]")[0]),
                       ("twice", caller + caller.split("\n\n")[1]), ("private", caller + 'd = "AAAA"\n'),
                       ("id", caller.replace('"bank"', '"../bank"')), ("authority", caller.replace("platform", "authority"))]:
        seed("caller", name, text)
    seed("jwk", "whole", json.dumps(jwk))
    distorted_json("jwk", json.dumps({name: jwk[name] for name in ("kty", "crv", "x")}))
    for name, x in [("zero", "A" * 43), ("one", "AQ" + "A" * 41), ("short", "AAAA"), ("trailing-bits", "B" * 43)]:
        seed("jwk", f"low-order-{name}", json.dumps({"kty": "OKP", "crv": "Ed25519", "x": x}))
    p256 = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}  # RFC 7515, appendix A.3
    seed("jwk", "p256", json.dumps(p256))
    seed("jwk", "p256-off-curve", json.dumps({**p256, "y": p256["x"]}))
    seed("jwk", "octets", json.dumps({"kty": "oct", "k": "AAAA"}))


def tokens():
    job = {"iss": "smart-finance", "aud": "ledger", "iat": 1780000000, "exp": 1780000200, "jti": "A" * 22,
           "htm": "POST", "htu": "https://anshi.example/v1/jobs", "policy": {"id": "sme-credit-check", "version": "1.0.0"},
           "guest": "sha256:" + "0" * 64, "parameters": {"min_paid_fen": 5000000, "kind": "text"},
           "parties": [{"role": "enterprise", "id": "91350100M000100Y43"}], "consents": ["a.b.c"], "purpose": "sme-lending"}
    distorted_json("request", json.dumps(job))
    for name, change in [("far", {"exp": 9223372036854775807}), ("past", {"iat": -9223372036854775808}),
                         ("jti", {"jti": "\u0000" * 22}), ("guest", {"guest": "sha256:" + "F" * 64}),
                         ("parameter", {"parameters": {"a": 1.5}}), ("parties", {"parties": [["enterprise", "9"]]}),
                         ("rows", {"rows": {"own": [{"a": None, "b": True, "c": -9007199254740993, "d": "x"}, {}], "none": []}}),
                         ("rows-odd", {"rows": {"own": [{"a": 1.5, "b": [1], "c": {"d": 1e300}}]}})]:
        seed("request", name, json.dumps({**job, **change}))
    batch = {name: job[name] for name in ("iss", "aud", "iat", "exp", "jti", "htm", "policy", "guest", "purpose")}
    batch["htu"] = "https://anshi.example/v1/batches"
    batch["jobs"] = [{name: job[name] for name in ("parameters", "parties", "consents")}] * 2
    distorted_json("batch", json.dumps(batch))
    for name, change in [("none", {"jobs": []}), ("jti", {"jti": "A" * 22 + ".0"}), ("one", {"jobs": batch["jobs"][:1]}),
                         ("rows", {"jobs": [{**batch["jobs"][0], "rows": {"own": [{"a": None}]}}]}),
                         ("policy", {"jobs": [{**batch["jobs"][0], "policy": batch["policy"]}]})]:
        seed("batch", name, json.dumps({**batch, **change}))
    call = {"iss": "smart-finance", "aud": "ledger", "iat": 1780000000, "exp": 1780000060, "jti": "A" * 22, "htm": "GET",
            "htu": "https://anshi.example/v1/budgets", "body": "sha256:" + "0" * 64}
    distorted_json("call", json.dumps(call))
    for name, change in [("sub", {"sub": "91350100M000100Y43"}), ("sub-null", {"sub": None}), ("far", {"exp": 9223372036854775807}),
                         ("past", {"iat": -9223372036854775808}), ("body", {"body": ["sha256:00"]})]:
        seed("call", name, json.dumps({**call, **change}))
    consent = {"iss": "authority", "sub": "91350100M000100Y43", "client_id": "smart-finance", "aud": "ledger",
               "jti": "consent-1", "iat": 1780000000, "nbf": 1780000000, "exp": 1790000000,
               "authorization_details": [{"type": "anshi_label", "purpose": "sme-lending", "policy": "sme-credit-check",
                                          "version_min": "1.0.0", "version_below": "2.0.0", "role": "enterprise",
                                          "max_uses": 3}]}
    distorted_json("consent", json.dumps(consent))
    for name, change in [("two", {"authorization_details": consent["authorization_details"] * 2}),
                         ("none", {"authorization_details": []}), ("aud", {"aud": ["ledger"]}),
                         ("exp", {"exp": 9223372036854775807})]:
        seed("consent", name, json.dumps({**consent, **change}))
    receipt = json.loads((BUNDLE / "bundle.json").read_text())["receipt"]
    head, payload, signature = receipt.split(".")
    for name, token in [("whole", receipt), ("padded", receipt + "="), ("four", receipt + ".A"), ("two", head + "." + payload),
                        ("empty", ".."), ("none", "eyJhbGciOiJub25lIn0." + payload + "."), ("dots", "." * 64),
                        ("newline", head + ".\n" + payload + "." + signature)]:
        seed("jws", name, token)


def evidence():
    bundle = (BUNDLE / "bundle.json").read_text()
    distorted_json("bundle", bundle)
    distorted_json("key_set", (BUNDLE / "jwks.json").read_text())
    key = (BUNDLE / "log.vkey").read_text()
    name, number, base64 = key.strip().split("+", 2)
    for title, text in [("whole", key), ("cut", key[:-8]), ("no-name", f"+{number}+{base64}"), ("empty", ""),
                        ("number", f"{name}+00000000+{base64}"), ("spaces", key.replace("+", " + ")), ("twice", key + key)]:
        seed("log_key", title, text)
    value = json.loads(bundle)
    for which in ("intent", "outcome"):
        proof = value[which]["proof"]
        head, note = proof.split("\n\n", 1)
        seed("proof", which, proof)
        seed("proof", f"{which}-index", re.sub(r"index \d+", "index 18446744073709551616", proof))
        seed("proof", f"{which}-zero", re.sub(r"index ", "index 0", proof))
        seed("proof", f"{which}-extra", proof.replace("\nindex", "\nextra A\nindex"))
        seed("proof", f"{which}-short", "\n".join(head.split("\n")[:-1]) + "\n\n" + note)
        seed("checkpoint", which, note)
        seed("checkpoint", f"{which}-size", re.sub(r"\n\d+\n", "\n99999999999999999999\n", note, count=1))
        seed("checkpoint", f"{which}-unsigned", note.split("\n\n")[0] + "\n\n")
        seed("checkpoint", f"{which}-crlf", note.replace("\n", "\r\n"))
        seed("checkpoint", f"{which}-twice", note + note)
        seed("mirror", which, note.encode() + b"\0" + note.encode())
        seed("mirror", f"{which}-torn", note.encode() + b"\0" + note.encode()[:40])
        seed("mirror", f"{which}-alone", note.encode())
        seed("mirror", f"{which}-changed", note.encode() + b"\0" + note.replace("\n", "\n1", 1).encode())
    seed("mirror", "empty", b"")


def guests():
    manifest = {"tier": "small", "manifest": {"parameters": [["min_paid_fen", "integer"]], "roles": [
        {"name": "enterprise", "tables": [{"dataset": "tax_payment", "reads": [["period_end", []], ["tax_kind", ["VAT"]]]}]}],
        "labels": ["A", "B", "C", "D"]}}
    distorted_json("manifest", json.dumps(manifest))
    for name, labels in [("twice", ["A", "A"]), ("empty", [""]), ("none", []), ("control", ["\u0007"]), ("bidi", ["\u202e"]),
                         ("long", ["A" * 5000]), ("many", [str(number) for number in range(2000)]), ("space", [" A"])]:
        manifest["manifest"]["labels"] = labels
        seed("manifest", f"labels-{name}", json.dumps(manifest))
    magic = b"\0asm\x0d\0\x01\0"
    for name, body in [("empty", b""), ("module", b"\x01\x08\0asm\x01\0\0\0"), ("custom", b"\0\x05\x04name"),
                       ("nested", b"\x04\x08" + magic), ("cut", b"\x07\xff\xff\xff\x7f"), ("type", b"\x07\x05\x01@\0\x01\0"),
                       ("import", b"\x0a\x08\x01\0\x03abc\x05\0")]:
        seed("component", name, magic + body)


def deliveries():
    header = "id,day,insured,seen,firm,fen,kind,note\n"
    row = "371402199001010003,2026-01-31,1,2026-01-31T08:00:00Z,91350100M000100Y43,1.50,B,note\n"
    for name, text in [("whole", header + row), ("empty", ""), ("header", header), ("bom", "\ufeff" + header + row),
                       ("crlf", (header + row).replace("\n", "\r\n")), ("quoted", header + row.replace("note", '"a\n""b"""')),
                       ("open-quote", header + row.replace("note", '"a') + row), ("ragged", header + row + "1,2\n" + row),
                       ("lower", header + row.lower()), ("blank", header + "\n\n" + row + "\n"),
                       ("missing", header + row.replace("1.50", "NULL")), ("bound", header + row.replace("1.50", "5.01")),
                       ("exact", header + row.replace("1.50", "1.505")), ("date", header + row.replace("2026-01-31", "2026-02-30")),
                       ("full-width", header + row.replace("1.50", "１")), ("twice", "id," + header + row),
                       ("order", "note,id,day,insured,seen,firm,fen,kind\nn," + row.replace(",note", ""))]:
        seed("delivery", name, text)
    seed("delivery", "not-utf-8", (header + row).encode().replace(b"note\n", b"\xff\xfe\n"))
    seed("delivery", "nul", (header + row).encode().replace(b"note\n", b"\0\n"))
    digest = "sha256:" + "0" * 64
    manifest = {"format": 2, "seed": 42, "scale_ppm": 1000, "as_of": "2026-06-30", "catalog": digest,
                "files": [{"path": "a.csv", "bytes": 1, "sha256": digest}],
                "examples": {"healthy": "91350100M000100Y43", "failing": "91350100M000100Y43",
                             "representative": "371402199001010009", "supervisor": "371402199001010009",
                             "failing_representative": "371402199001010009"}}
    distorted_json("seed_manifest", json.dumps(manifest))
    manifest["files"] = []
    seed("seed_manifest", "no-files", json.dumps(manifest))
    file = {"sha256": digest, "bytes": 8}
    entry = {"name": "persons", "schema": digest, "rows": 1, "units": 1, "rejected": 0, "as_of": "2026-06-30",
             "rows_file": file, "units_file": file, "offsets_file": file}
    snapshot = {"format": 1, "as_of": "2026-06-30", "catalog": digest, "datasets": [entry]}
    distorted_json("snapshot_manifest", json.dumps(snapshot, separators=(",", ":"), sort_keys=True))
    seed("snapshot_manifest", "no-datasets", json.dumps({**snapshot, "datasets": []}, separators=(",", ":"), sort_keys=True))
    seed("snapshot_manifest", "twice", json.dumps({**snapshot, "datasets": [entry, entry]}, separators=(",", ":"), sort_keys=True))


def values():
    for name, text in [("uscc", "91350100M000100Y43"), ("uscc-lower", "91350100m000100y43"), ("citizen", "371402199001010003"),
                       ("citizen-x", "11010519491231002x"), ("fifteen", "110105491231002"), ("full-width", "９1350100M000100Y43"),
                       ("date", "2026-02-28"), ("leap", "20240229"), ("slash", "2026/1/1"), ("decimal", "-92233720368547758.08"),
                       ("exponent", "1e9"), ("zeros", "000000000000000000000.00"), ("dot", "."), ("sign", "+-1"), ("comma", "1,234.50"),
                       ("space", " 1"), ("year", "99999-12-31"), ("empty", "")]:
        seed("values", name, text)


def packs():
    def packed(files, manifest=None, kind=tarfile.REGTYPE):
        listed = [{"bytes": len(text), "path": path, "sha256": "sha256:" + hashlib.sha256(text).hexdigest()} for path, text in sorted(files)]
        whole = {"anshi": "0.1.0", "client": "smart-finance", "files": listed, "format": 1}
        text = (json.dumps(whole, separators=(",", ":"), sort_keys=True) + "\n").encode() if manifest is None else manifest
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path, text in [("pack.json", text), *sorted(files)]:
                entry = tarfile.TarInfo(path)
                entry.size, entry.type = len(text), kind if path != "pack.json" else tarfile.REGTYPE
                tar.addfile(entry, io.BytesIO(text))
        return out.getvalue()

    seeds, wit = ("synthetic.toml", b"seed = 1\n"), ("wit/sandbox.wit", b"package anshi:sandbox;\n")
    seed("pack", "whole", packed([seeds, wit]))
    seed("pack", "empty", packed([]))
    seed("pack", "upwards", packed([("catalog/../../x.toml", b"x")]))
    seed("pack", "absolute", packed([("/x.toml", b"x")]))
    seed("pack", "link", packed([("catalog/x.toml", b"")], kind=tarfile.SYMTYPE))
    seed("pack", "twice", packed([seeds, seeds]))
    seed("pack", "unlisted", packed([seeds, wit], manifest=b'{"anshi":"0","client":"c","files":[],"format":1}\n'))
    seed("pack", "behind", packed([seeds]) + b"x")
    seed("pack", "cut", packed([seeds, wit])[:1100])


for make in (documents, tokens, evidence, guests, deliveries, values, packs):
    make()
