"""The table of `make bench-tables` by polars: the same bounds per unit, no privacy, no sandbox.

baseline.py HOME ROWS VARIANT MIN_FEN

ROWS: `snapshot`, the very files of the home's snapshot, mapped: sorted by unit, ids already numbers; or a folder of
`delivered.py`, the rows as anybody has them. VARIANT: `bounded`, what the policy says: at most so many rows of a unit, its
sum clamped; `plain`, without the bound on rows; `streaming`, that on polars' streaming engine; `sort`, no table but what
would make the next ones cheaper: the receipts sorted by unit and written, ids as numbers.

Prints JSON: the processor and wall seconds of the work itself (Python's start and the import of polars are not counted),
memory, and the exact counts and sums by cell.
"""

import json
import resource
import sys
import tempfile
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


def scans(home, rows):
    """The day that the table is about, and each dataset as a lazy frame: of the snapshot, or of a folder."""
    as_of, files = snapshot(home)
    if rows == "snapshot":
        return as_of, {name: pl.scan_ipc(path) for name, path in files.items()}
    return as_of, {name: pl.scan_parquet(Path(rows) / f"{name}.parquet") for name in files}


def window(as_of, grant):
    """Whether a row lies in the months that the policy grants."""
    until = pl.lit(as_of).str.to_date()
    since = until.dt.offset_by(f"-{grant['history_months']}mo")
    return (pl.col("period_end") > since) & (pl.col("period_end") <= until)


def table(frames, as_of, grants, upper, min_fen, variant):
    """Counts and clamped sums by cell: each unit once, in the cell of its register row."""
    grant = grants["tax_receipts"]
    receipts = frames["tax_receipts"].filter(window(as_of, grant))
    paid = pl.col("paid_fen")
    if variant == "bounded":
        # The policy's `rows_max`: the newest rows of a unit. They lie in order of time in both sorts of files, and a group
        # keeps that order. Of several ways to say it this was the quickest.
        counted = receipts.with_columns(pl.when(paid >= min_fen).then(paid).otherwise(0))
        sums = counted.group_by("uscc").agg(paid.tail(grant["rows_max"]).sum())
    else:
        sums = receipts.filter(paid >= min_fen).group_by("uscc").agg(paid.sum())
    places = frames["tax_register"].group_by("uscc").agg(pl.col("county", "industry").last()).drop_nulls()
    units = places.join(sums, on="uscc", how="left").with_columns(paid.fill_null(0).clip(0, upper))
    cells = units.group_by("county", "industry").agg(pl.len().alias("units"), paid.sum())
    return cells.collect(engine="streaming" if variant == "streaming" else "in-memory")


def sort(frames):
    """The receipts by unit and time, ids as categories, written and let go of."""
    receipts = frames["tax_receipts"].collect().sort("uscc", "period_end")
    with tempfile.TemporaryDirectory() as folder:
        receipts.with_columns(pl.col("uscc").cast(pl.Categorical)).write_ipc(Path(folder) / "sorted.arrow")


def main():
    home, rows, variant, min_fen = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    policy = tomllib.loads((Path(home) / "policies" / POLICY / "policy.toml").read_text())
    grants = {grant["dataset"]: grant for grant in policy["grant"]}
    upper = policy["answer"]["measure"][0]["upper"]
    as_of, frames = scans(home, rows)
    started, before = time.monotonic(), processor()
    if variant == "sort":
        sort(frames)
        exact = {}
    else:
        cells = table(frames, as_of, grants, upper, min_fen, variant)
        exact = {f"{county} {industry}": [units, paid] for county, industry, units, paid in cells.iter_rows()}
    wall, cpu = time.monotonic() - started, processor() - before
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"cpu": cpu, "wall": wall, "resident": peak / 1024, "cells": exact,
                      "threads": pl.thread_pool_size()}))


if __name__ == "__main__":
    main()
