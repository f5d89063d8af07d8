#!/usr/bin/env python3
"""Has a library that is not ours hold policies against the JSON Schemas that are printed for editors.

check_schema.py: in the project's folder. Every shipped file must be taken, and each of a few mistakes of form refused.
"""
import datetime
import json
import pathlib
import tomllib

import jsonschema

DOCS = pathlib.Path("docs")
POLICIES = sorted(pathlib.Path("policies").glob("*/policy.toml"))
ACCOUNTS = pathlib.Path("policies/accounts.toml")
MISTAKES = [
    ("purpose = ", "porpose = "),
    ("version = \"", "version = 1 # \""),
    ("from = 2026-01-01", "from = 1"),
    ("clients = [", "clients = 1 # ["),
    ("guests = ", "guests = true # "),
    ("jobs_per_minute = ", "jobs_per_minute = -"),
    ("memory_mib = 1", "memory_mib = 5_000_000_000"),
    ("kind = \"", "kind = \"un"),
]


def value_of(text):
    """What editors see: a TOML day is a text of the form `date`."""
    def plain(value):
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        return value.isoformat() if isinstance(value, datetime.date) else value

    return plain(tomllib.loads(text))


def validator(name):
    schema = json.loads((DOCS / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def main():
    policy, accounts = validator("policy.schema.json"), validator("accounts.schema.json")
    assert len(POLICIES) >= 5, "where are the policies?"
    refused = 0
    for path in POLICIES:
        text = path.read_text()
        policy.validate(value_of(text))
        for old, new in MISTAKES:
            assert old in text, f"{path}: {old}"
            assert not policy.is_valid(value_of(text.replace(old, new, 1))), f"{path}: `{new}` passed"
            refused += 1
    text = ACCOUNTS.read_text()
    accounts.validate(value_of(text))
    for old, new in [("window_days", "window_day"), ("bits = 24", "bits = -1"), ("epsilon = \"4\"", "epsilon = 4")]:
        assert not accounts.is_valid(value_of(text.replace(old, new, 1))), f"`{new}` passed"
        refused += 1
    print(f"{len(POLICIES)} policies and the accounts fit their schemas; {refused} mistakes: refused")


if __name__ == "__main__":
    main()
