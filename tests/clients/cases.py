"""The table of cases: what every client must do, run through each of them, printed as a table.

cases.py WORK TABLE_GUEST 'name: command'...: WORK as home.py left it, with the server running.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Callable

from tamper import changed_bundles
from unreliable import Gateway

DONE, FAILED, MISUSED, REFUSED, NOT_VERIFIED = range(5)
COMMAND_SECONDS_MAX = 300
START_ATTEMPTS_MAX = 300
POLL_SECONDS = 0.2
ERROR_CHARS_MAX = 500
LABEL_BITS = 3


def check(held: bool, what: object) -> None:
    if not held:
        raise AssertionError(what)


@dataclass
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    said: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Subject:
    """A client under test: a command, and the folder of its profile."""

    name: str
    command: list[str]
    work: Path
    facts: dict[str, str]
    module: Path
    secrets: list[str]
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.work / self.name

    def run(self, *words: str, code: int = DONE, profile: str = "client", lang: str = "en") -> Ran:
        """Runs a command in the client's folder; it must end with `code`, and give nothing away."""
        command = [*self.command, "--profile", str(self.folder / f"{profile}.json"), "--lang", lang, *words]
        ended = subprocess.run(command, cwd=self.folder, capture_output=True, timeout=COMMAND_SECONDS_MAX)
        ran = Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        check(ran.code == code, f"{' '.join(words)}: exit code {ran.code}, not {code}: {ran.said or ran.out}")
        everything = ran.out + ran.said
        check(not any(secret in everything for secret in self.secrets), f"{words[0]} shows a private key")
        check("eyJ" not in ran.said, f"{words[0]} shows a token in an error")
        check(self.facts["party"] not in ran.said, f"{words[0]} shows an identifier in an error")
        return ran

    def keep(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def spent(self) -> int:
        accounts = self.run("budgets", "--party", self.facts["party"]).json
        return next(int(account["window"]["spent"]) for account in accounts if account["account"] == "label.enterprise")

    def behind(self, gateway: Gateway) -> None:
        profile = json.loads((self.folder / "client.json").read_text(encoding="utf-8"))
        self.keep("gateway.json", json.dumps(profile | {"connect": gateway.url}))


def keys_are_pinned_once(subject: Subject) -> None:
    subject.run("pin")
    for pinned, published in [("jwks.json", "jwks.json"), ("log.vkey", "log.vkey")]:
        home = Path(subject.facts["home"])
        check((subject.folder / pinned).read_bytes().split() == (home / published).read_bytes().split(), pinned)
    check("pinned once" in subject.run("pin", code=FAILED).said, "pinned again")


def guest_is_registered(subject: Subject) -> None:
    digest = "sha256:" + sha256(subject.module.read_bytes()).hexdigest()
    for ran in [subject.run("register", str(subject.module)), subject.run("guest", digest)]:
        check(ran.json["guest"] == digest and ran.json["world"] == "contributor", ran.json)


def table_is_admitted(subject: Subject) -> None:
    subject.keep("table.jws", subject.run("sign-job", "table.json").out)
    view = subject.run("submit", "table.jws", "--no-wait").json
    check(view["state"] in ("admitted", "running"), view)
    seen = subject.run("job", "table.jws").json
    check(seen["job"] == view["job"] and seen["state"] in ("admitted", "running"), seen)


def lost_answers_come_again(subject: Subject) -> None:
    """The first answer is lost on its way and the second attempt finds an overload: one charge, one bundle."""
    subject.keep("label.jws", subject.run("sign-job", "label.json").out)
    before = subject.spent()
    gateway = Gateway(subject.facts["url"])
    subject.behind(gateway)
    found = subject.run("submit", "label.jws", "--out", "answer.json", profile="gateway").json
    check([event for event, _ in gateway.told] == ["dropped", "overloaded", "served"], gateway.told)
    check(len({token for _, token in gateway.told}) == 1, "another token was sent")
    check(found["verified"] and found["result"]["kind"] == "label" and found["cost"] == {"bits": LABEL_BITS}, found)
    check(subject.spent() == before + LABEL_BITS, "not charged once")
    subject.told["label"] = found


def same_request_same_bundle(subject: Subject) -> None:
    again = subject.run("submit", "label.jws", "--out", "again.json").json
    check(again == subject.told["label"], again)
    one, other = ((subject.folder / name).read_bytes() for name in ("answer.json", "again.json"))
    check(one == other, "the bundles differ")
    check(subject.run("job", "label.jws").json == again, "the job's state has another answer")


def p256_key_signs(subject: Subject) -> None:
    found = subject.run("ask", "label.json", "--out", "free.json", profile="es256").json
    check(found["cost"] == {"bits": 0} and found["result"] == subject.told["label"]["result"], found)


def verified_offline(subject: Subject) -> None:
    party = f"enterprise={subject.facts['party']}"
    found = subject.run("verify", "answer.json", "--token", "label.jws", "--party", party, profile="offline")
    check(found.json == subject.told["label"], found.json)
    for wrong in [["--party", f"enterprise={subject.facts['other_party']}"], ["--party", f"guarantor={subject.facts['party']}"]]:
        check("not about the party" in subject.run("verify", "answer.json", *wrong, code=NOT_VERIFIED).said, wrong)
    said = subject.run("verify", "free.json", "--token", "label.jws", code=NOT_VERIFIED).said
    check("another request than was asked" in said, said)


def changed_bundles_refused(subject: Subject) -> None:
    bundle, other = (json.loads((subject.folder / name).read_text(encoding="utf-8")) for name in ("answer.json", "free.json"))
    keys = Path(subject.facts["home"]) / "keys"
    for what, text, expected in changed_bundles(bundle, other, keys):
        said = subject.run("verify", subject.keep("changed.json", text), code=NOT_VERIFIED, profile="offline").said
        check(expected in said, f"{what}: {said}")


def other_keys_refused(subject: Subject) -> None:
    """A key that was retired before, a set that lacks the key, another log."""
    published = json.loads((subject.folder / "jwks.json").read_text(encoding="utf-8"))["keys"][0]
    log_key = (subject.folder / "log.vkey").read_text(encoding="utf-8")
    offline = json.loads((subject.folder / "offline.json").read_text(encoding="utf-8"))
    cases = [
        ([published | {"exp": 1}], log_key, "later than its key's retirement"),
        ([], log_key, "not in the key set"),
        ([published], "other" + log_key, "the log key's id is not its own"),
        ([published | {"kid": "A" * 43}], log_key, "not its"),
    ]
    for keys, log, expected in cases:
        subject.keep("other-jwks.json", json.dumps({"keys": keys}))
        subject.keep("other-log.vkey", log)
        subject.keep("other.json", json.dumps(offline | {"jwks": "other-jwks.json", "log_key": "other-log.vkey"}))
        said = subject.run("verify", "answer.json", code=NOT_VERIFIED, profile="other").said
        check(expected in said, said)


def refusal_is_shown(subject: Subject) -> None:
    english = subject.run("ask", "refused.json", code=REFUSED).said
    check(english.startswith("refused: wrong-purpose: The purpose is not"), english)
    chinese = subject.run("ask", "refused.json", code=REFUSED, lang="zh").said
    check(chinese.startswith("refused: wrong-purpose: 用途与政策不符"), chinese)
    check(subject.run("guest", "sha256:" + "0" * 64, code=REFUSED).said.startswith("refused: not-found"), "unknown guest")


def policies_are_listed(subject: Subject) -> None:
    listed = subject.run("policies").json
    one = subject.run("policies", "sme-credit-check").json
    # One policy by itself is explained, too.
    explained = {name: value for name, value in one.items() if name != "explanation"}
    check(explained in listed and one["explanation"] and one["sha256"] == subject.told["label"]["policy"]["sha256"], one)


def call_token_serves_once(subject: Subject) -> None:
    token = subject.run("sign-call", "GET", "/v1/budgets").out.strip()
    answers = []
    for _ in range(2):
        request = urllib.request.Request(subject.facts["url"] + "/v1/budgets", headers={"Authorization": f"JOSE {token}"})
        try:
            with urllib.request.urlopen(request) as response:
                answers.append((response.status, json.load(response)))
        except urllib.error.HTTPError as error:
            answers.append((error.code, json.load(error)["type"]))
    check([status for status, _ in answers] == [200, 409] and answers[1][1].endswith(":replayed-request"), answers)


def lost_calls_are_signed_anew(subject: Subject) -> None:
    gateway = Gateway(subject.facts["url"])
    subject.behind(gateway)
    subject.run("budgets", profile="gateway")
    check([event for event, _ in gateway.told] == ["call dropped", "call served"], gateway.told)
    check(len({token for _, token in gateway.told}) == 2, "a call's token was sent twice")
    said = subject.run("policies", profile="gateway", code=FAILED).said
    check("not-anshi" in said and "502" in said, said)


def wrong_use_is_explained(subject: Subject) -> None:
    for words in [["nonsense"], ["verify"], ["ask", "label.json", "--nonsense"]]:
        subject.run(*words, code=MISUSED)
    key = subject.folder / "exposed.jwk"
    key.write_bytes((subject.work / "p256.jwk").read_bytes())
    key.chmod(0o644)
    profile = json.loads((subject.folder / "client.json").read_text(encoding="utf-8"))
    subject.keep("exposed.json", json.dumps(profile | {"key": key.name}))
    check("chmod 600" in subject.run("budgets", profile="exposed", code=FAILED).said, "a key that others can read was taken")
    subject.keep("unknown.json", json.dumps(profile | {"colour": "red"}))
    check("unknown member `colour`" in subject.run("budgets", profile="unknown", code=FAILED).said, "an unknown member")


def table_is_waited_for(subject: Subject) -> None:
    found = subject.run("submit", "table.jws", "--out", "table.json.bundle").json
    table = found["result"].get("table")
    check(found["result"]["kind"] == "table" and found["cost"] == {"epsilon": "0.5"}, found)
    # An overloaded machine may miss the tick: then there is no table, which is an answer too.
    subject.told["table"] = "a table" if table else "a table that missed its tick"
    offline = subject.run("verify", "table.json.bundle", "--token", "table.jws", profile="offline").json
    check(offline == found, "verified otherwise offline")


def cancelled_table_is_none(subject: Subject) -> None:
    subject.keep("cancelled.jws", subject.run("sign-job", "cancelled.json").out)
    subject.run("submit", "cancelled.jws", "--no-wait")
    # Tables run one at a time, and this one may have to wait for its turn.
    while subject.run("job", "cancelled.jws").json["state"] == "admitted":
        time.sleep(POLL_SECONDS)
    check(subject.run("cancel", "cancelled.jws").json["state"] == "running", "not cancelled")
    found = subject.run("submit", "cancelled.jws").json
    check(found["result"] == {"kind": "table"} and found["cost"] == {"epsilon": "0.5"}, found)
    check(subject.run("cancel", "cancelled.jws", code=REFUSED).said.startswith("refused: not-under-way"), "cancelled twice")


CASES: list[Callable[[Subject], None]] = [
    keys_are_pinned_once, guest_is_registered, table_is_admitted, lost_answers_come_again, same_request_same_bundle,
    p256_key_signs, verified_offline, changed_bundles_refused, other_keys_refused, refusal_is_shown, policies_are_listed,
    call_token_serves_once, lost_calls_are_signed_anew, wrong_use_is_explained, table_is_waited_for, cancelled_table_is_none,
]
# All clients have one name and one budget here: whoever counts it must be alone.
ALONE = [lost_answers_come_again]


def failure(case: Callable[[Subject], None], subject: Subject) -> str | None:
    """Tries a case; what went wrong, if something did."""
    try:
        case(subject)
    except (AssertionError, KeyError, ValueError, OSError, subprocess.TimeoutExpired) as error:
        return f"{case.__name__}, {subject.name}: {type(error).__name__}: {error}"[:ERROR_CHARS_MAX]
    return None


def await_start(url: str) -> None:
    for _ in range(START_ATTEMPTS_MAX):
        try:
            with urllib.request.urlopen(url + "/readyz"):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("clients: the server does not become ready")


def clients_agree(subjects: list[Subject]) -> None:
    """Each client finds the same in the bundles of all."""
    for bundle in ("answer.json", "table.json.bundle"):
        for owner in subjects:
            said = {subject.run("verify", str(owner.folder / bundle), profile="offline").out for subject in subjects}
            check(len(said) == 1, said)


def main(work: Path, module: Path, commands: list[str]) -> int:
    facts = json.loads((work / "facts.json").read_text(encoding="utf-8"))
    await_start(facts["url"])
    keys = [Path(facts["home"]) / "keys/development-client.jwk", work / "p256.jwk"]
    secrets = [json.loads(key.read_text(encoding="utf-8"))["d"] for key in keys]
    subjects = [
        Subject(name, command.split(), work, facts, module.resolve(), secrets)
        for name, _, command in (text.partition(": ") for text in commands)
    ]
    failures: list[str] = []
    print(f"{'':30}" + "".join(f"{subject.name:>8}" for subject in subjects))
    # Tables run one at a time: those of all clients are admitted first, and the other cases run while their slots pass.
    for case in CASES:
        with ThreadPoolExecutor(1 if case in ALONE else len(subjects)) as together:
            found = list(together.map(lambda subject: failure(case, subject), subjects))
        marks = "".join(f"{'FAILED' if words else 'ok':>8}" for words in found)
        print(f"{case.__name__.replace('_', ' '):30}" + marks, flush=True)
        failures += filter(None, found)
    if not failures:
        clients_agree(subjects)
        print("all clients find the same in the bundles of all: " + ", ".join(subject.told["table"] for subject in subjects))
    for words in failures:
        print(words, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
