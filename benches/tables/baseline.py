"""The table of `make bench-tables` by polars: the same bounds per unit, no privacy, no sandbox.

baseline.py HOME VARIANT MIN_FEN

VARIANT: `bounded`, what the policy says: at most so many rows of a unit, its sum clamped; `plain`, without the bound on
rows; `streaming`, that on polars' streaming engine.

Reads the very files of the home's snapshot, mapped. Prints JSON: the processor and wall seconds of the work itself
(Python's start and the import of polars are not counted), memory, and the exact counts and sums by cell.
"""

import json
import resource
import sys
import time
import tomllib
from pathlib import Path

import polars as pl

POLICY = "tax-by-county-and-industry"


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def snapshot(home):
    """The day of the current snapshot, and the file of each dataset's rows."""
    data = Path(home) / "data"
    name = (data / "current").read_text().strip().removeprefix("sha256:")
    manifest = json.loads((data / "snapshots" / f"{name}.json").read_text())
    files = {entry["name"]: data / "files" / entry["rows_file"]["sha256"].removeprefix("sha256:")
             for entry in manifest["datasets"]}
    return manifest["as_of"], files


def table(files, as_of, grants, upper, min_fen, variant):
    """Counts and clamped sums by cell: each unit once, in the cell of its register row."""
    until, receipts_grant = pl.lit(as_of).str.to_date(), grants["tax_receipts"]
    register, receipts = pl.scan_ipc(files["tax_register"]), pl.scan_ipc(files["tax_receipts"])
    since = until.dt.offset_by(f"-{receipts_grant['history_months']}mo")
    receipts = receipts.filter((pl.col("period_end") > since) & (pl.col("period_end") <= until))
    paid = pl.col("paid_fen")
    if variant == "bounded":
        # The policy's `rows_max`: the newest rows of a unit. They lie in order of time, and a group keeps that order. Of
        # several ways to say it this was the quickest.
        counted = receipts.with_columns(pl.when(paid >= min_fen).then(paid).otherwise(0))
        sums = counted.group_by("uscc").agg(paid.tail(receipts_grant["rows_max"]).sum())
    else:
        sums = receipts.filter(paid >= min_fen).group_by("uscc").agg(paid.sum())
    places = register.group_by("uscc").agg(pl.col("county", "industry").last()).drop_nulls()
    units = places.join(sums, on="uscc", how="left").with_columns(paid.fill_null(0).clip(0, upper))
    cells = units.group_by("county", "industry").agg(pl.len().alias("units"), paid.sum())
    return cells.collect(engine="streaming" if variant == "streaming" else "in-memory")


def main():
    home, variant, min_fen = sys.argv[1], sys.argv[2], int(sys.argv[3])
    policy = tomllib.loads((Path(home) / "policies" / POLICY / "policy.toml").read_text())
    grants = {grant["dataset"]: grant for grant in policy["grant"]}
    upper = policy["answer"]["measure"][0]["upper"]
    as_of, files = snapshot(home)
    started, before = time.monotonic(), processor()
    cells = table(files, as_of, grants, upper, min_fen, variant)
    wall, cpu = time.monotonic() - started, processor() - before
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    exact = {f"{county} {industry}": [units, paid] for county, industry, units, paid in cells.iter_rows()}
    print(json.dumps({"cpu": cpu, "wall": wall, "resident": peak / 1024, "cells": exact,
                      "threads": pl.thread_pool_size()}))


if __name__ == "__main__":
    main()
