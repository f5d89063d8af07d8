"""Makes a demo's home ready for the clients: a free port, a table with a short slot, a P-256 key, and a profile for each.

home.py ANSHI HOME WORK TABLE_GUEST: writes WORK/<client>/client.json and es256.json, and WORK/facts.json for cases.py.
"""

import json
import re
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from joserfc.jwk import ECKey

CLIENTS = ["python", "java", "node"]
UNITS_MAX = 10_000
SLOT_MIN_SECONDS = 6
# Every client has questions of its own, so that each is charged and runs: otherwise the second finds the first's answer.
MIN_PAID = {"python": 1_000_000, "java": 2_000_000, "node": 3_000_000}
MONTHS = {"python": (1, 2), "java": (3, 6), "node": (9, 12)}    # of the table that is waited for, and of the cancelled one


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def replaced(path: Path, pattern: str, replacement: str) -> None:
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count == 1, f"{pattern} in {path}"
    path.write_text(text, encoding="utf-8")


def open_policies(home: Path) -> None:
    """More values of the parameters than are shipped, and more tables in a minute, for three clients under one name."""
    label, table = (home / "policies" / name / "policy.toml" for name in ("sme-credit-check", "late-payment-by-county"))
    replaced(label, r"^values = .*", f"values = {sorted(MIN_PAID.values())}")
    replaced(table, r"^values = .*", f"values = {sorted(sum(MONTHS.values(), ()))}")
    replaced(table, r"^jobs_per_minute = .*", "jobs_per_minute = 60")


def shorten_table(home: Path) -> None:
    """The shipped policy's slot is for 100,000 units; so few as here need no 40 seconds."""
    configuration = (home / "anshi.toml").read_text(encoding="utf-8")
    nanos = int(re.search(r"^nanos_per_kilofuel = (\d+)", configuration, re.MULTILINE)[1])
    policy = home / "policies/late-payment-by-county/policy.toml"
    fuel = int(re.search(r"^fuel_per_unit = ([\d_]+)", policy.read_text(encoding="utf-8"), re.MULTILINE)[1])
    worst_seconds = UNITS_MAX * (fuel * nanos // 1000) * 2 // 10**9 + 1
    replaced(policy, r"^units_max = .*", f"units_max = {UNITS_MAX}")
    replaced(policy, r"^slot_s = .*", f"slot_s = {max(SLOT_MIN_SECONDS, worst_seconds)}")


def add_p256_key(home: Path, work: Path) -> None:
    """A second key of the same client, as in a rotation."""
    key = ECKey.generate_key("P-256")
    private = work / "p256.jwk"
    private.touch(mode=0o600)
    private.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
    public = key.as_dict(private=False)
    with (home / "clients.d/smart-finance.toml").open("a", encoding="utf-8") as file:
        file.write("\n[[key]]\n" + "".join(f'{name} = "{public[name]}"\n' for name in ("kty", "crv", "x", "y")))


def main(anshi: str, home: Path, work: Path, module: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    replaced(home / "anshi.toml", r"^public_url = .*", f'public_url = "{url}"')
    with (home / "anshi.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[server]\nlisten = "127.0.0.1:{port}"\n')
    open_policies(home)
    shorten_table(home)
    add_p256_key(home, work)
    demo = json.loads((work / "demo.json").read_text(encoding="utf-8"))
    party = demo["examples"]["healthy"]
    table_guest = "sha256:" + sha256(module.read_bytes()).hexdigest()
    consent = work / "consent.jws"
    subprocess.run(
        [anshi, "consent", "issue", "--home", home, "--policy", "sme-credit-check", "--party", f"enterprise={party}",
         "--uses", "100", "--out", consent],
        check=True, stdout=subprocess.DEVNULL,
    )
    ledger = re.search(r'^ledger = "([^"]+)"', (home / "anshi.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    facts = {"url": url, "ledger": ledger, "home": str(home), "party": party, "other_party": demo["examples"]["failing"]}
    (work / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    for client in CLIENTS:
        folder = work / client
        folder.mkdir()
        profile = {
            "url": url, "ledger": ledger, "client": "smart-finance", "key": str(home / "keys/development-client.jwk"),
            "jwks": "jwks.json", "log_key": "log.vkey",
        }
        variants = {"client": {}, "es256": {"key": str(work / "p256.jwk")}, "offline": {"url": "http://127.0.0.1:9"}}
        for name, changes in variants.items():
            (folder / f"{name}.json").write_text(json.dumps(profile | changes), encoding="utf-8")
        label = {
            "policy": {"id": "sme-credit-check", "version": "2.0.0"}, "guest": demo["guest"],
            "parameters": {"min_paid_fen": MIN_PAID[client]}, "parties": [{"role": "enterprise", "id": party}],
            "consents": [consent.read_text(encoding="ascii").strip()], "purpose": "sme-lending",
        }
        (folder / "label.json").write_text(json.dumps(label), encoding="utf-8")
        (folder / "refused.json").write_text(json.dumps(label | {"purpose": "curiosity"}), encoding="utf-8")
        for name, months in zip(("table", "cancelled"), MONTHS[client]):
            table = {
                "policy": {"id": "late-payment-by-county", "version": "1.0.0"}, "guest": table_guest,
                "parameters": {"months": months}, "parties": [], "consents": [], "purpose": "lending-risk-statistics",
            }
            (folder / f"{name}.json").write_text(json.dumps(table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
