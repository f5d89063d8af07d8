"""The command: `python -m anshi_client --profile client.json COMMAND`. Prints JSON; errors go to standard error.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused, 4 not verified.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import httpx

from . import Answer, AnshiError, Client, FormError, Job, Pending, Problem, Profile, SignedJob, VerificationError
from .strict import canonical, read_json
from .verify import VerifiedBundle, verify_bundle

REFUSED, NOT_VERIFIED = 3, 4
PINNED_BYTES_MAX = 1 << 20


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anshi_client", description="Ask Anshi, and verify what it answers.")
    parser.add_argument("--profile", default="client.json", help="which service, as whom (default: client.json)")
    parser.add_argument("--lang", choices=["en", "zh"], default="en", help="the language of the service's problems")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser
    add("pin", help="fetch the engine's public keys once, into the profile's files")
    out = "where to write the bundle"
    ask = add("ask", help="sign a question, submit it, wait, verify the answer")
    ask.add_argument("job", help="the question, JSON")
    ask.add_argument("--out", help=out)
    add("sign-job", help="sign a question and print the token").add_argument("job")
    for name, text in [("submit", "submit a signed question"), ("job", "look at a job"), ("cancel", "end a table early")]:
        command = add(name, help=text)
        command.add_argument("token", help="the file of the signed question")
        if name != "cancel":
            command.add_argument("--out", help=out)
    commands.choices["submit"].add_argument("--no-wait", action="store_true", help="do not wait for a table")
    verify = add("verify", help="verify a bundle offline")
    verify.add_argument("bundle")
    verify.add_argument("--token", help="the signed question that it must answer")
    verify.add_argument("--party", action="append", default=[], metavar="ROLE=ID", help="whom it must be about")
    add("register", help="register a guest").add_argument("module", help="the WebAssembly module")
    add("guest", help="look at a guest").add_argument("digest")
    add("policies", help="the policies in force, or one of them").add_argument("id", nargs="?")
    add("budgets", help="what is left of one's own quotas").add_argument("--party", metavar="ID")
    call = add("sign-call", help="print a token for one call, for other tools")
    call.add_argument("method")
    call.add_argument("path")
    return parser


def summary(verified: VerifiedBundle) -> dict[str, Any]:
    """What people want to know of a verified bundle."""
    claims = verified.claims
    return {
        "verified": True, "job": "sha256:" + claims["jti"], "result": claims["result"], "cost": claims["cost"],
        "policy": claims["policy"], "as_of": claims["snapshot"]["as_of"], "log": claims["log"],
    }


def show(found: Answer | Pending, out: str | None) -> dict[str, Any]:
    if isinstance(found, Pending):
        tick = {} if found.tick_ms is None else {"tick": found.tick_ms}
        return {"job": found.job_id, "state": found.state} | tick
    if out:
        Path(out).write_bytes(found.bundle)
    return summary(found.verified)


def verify_file(options: argparse.Namespace, profile: Profile) -> dict[str, Any]:
    verified = verify_bundle(Path(options.bundle).read_bytes(), profile.trusted_keys())
    if options.token:
        verified.check_answers(read_token(options.token))
    for party in options.party:
        role, separator, unit = party.partition("=")
        if not separator:
            raise FormError("`--party` is ROLE=ID")
        verified.check_party(role, unit)
    return summary(verified)


def pin(profile: Profile) -> dict[str, Any]:
    """Whoever answers now is believed from now on: compare the files with what the engine's operator says."""
    if profile.jwks.exists() or profile.log_key.exists():
        raise FormError(f"`{profile.jwks}` or `{profile.log_key}` is there already: keys are pinned once")
    with httpx.Client(base_url=profile.connect) as http:
        for path, file in [("/.well-known/jwks.json", profile.jwks), ("/log/key", profile.log_key)]:
            response = http.get(path).raise_for_status()
            if len(response.content) > PINNED_BYTES_MAX:
                raise FormError(f"`{path}` is too large for keys")
            file.write_bytes(response.content)
    keys = profile.trusted_keys()
    return {"log": keys.log.origin, "receipt_keys": sorted(keys.receipts)}


def read_token(path: str) -> SignedJob:
    return SignedJob.read(Path(path).read_text(encoding="ascii"))


def read_job(path: str) -> Job:
    return Job.from_json(read_json(Path(path).read_bytes(), f"`{path}`"))


def run(options: argparse.Namespace) -> Any:
    """What the command prints: JSON, or a token as it is."""
    profile = Profile.load(options.profile)
    if options.command == "pin":
        return pin(profile)
    if options.command == "verify":
        return verify_file(options, profile)
    with Client(profile, options.lang) as client:
        match options.command:
            case "ask":
                return show(client.answer(client.sign_job(read_job(options.job))), options.out)
            case "sign-job":
                return client.sign_job(read_job(options.job)).token
            case "submit":
                signed = read_token(options.token)
                return show(client.submit(signed) if options.no_wait else client.answer(signed), options.out)
            case "job":
                return show(client.job(read_token(options.token)), options.out)
            case "cancel":
                return show(client.cancel(read_token(options.token)), None)
            case "register":
                return client.register(Path(options.module).read_bytes())
            case "guest":
                return client.guest(options.digest)
            case "policies":
                return client.policy(options.id) if options.id else client.policies()
            case "budgets":
                return client.budgets(options.party)
            case _:
                return client.sign_call(options.method, options.path)


def main() -> int:
    options = arguments().parse_args()
    try:
        printed = run(options)
    except Problem as problem:
        word = "refused" if problem.is_refusal else "not served"
        print(f"{word}: {problem.kind}: {problem.title}", file=sys.stderr)
        if problem.detail:
            print(f"  {problem.detail}", file=sys.stderr)
        if problem.retry_after is not None:
            print(f"  come again after {problem.retry_after} s", file=sys.stderr)
        return REFUSED if problem.is_refusal else 1
    except VerificationError as error:
        print(f"not verified: {error}", file=sys.stderr)
        return NOT_VERIFIED
    except (AnshiError, OSError, httpx.HTTPError, UnicodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return NOT_VERIFIED if options.command == "verify" and isinstance(error, FormError) else 1
    sys.stdout.write(printed if isinstance(printed, str) else canonical(printed).decode())
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
