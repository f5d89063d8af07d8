"""The table of `make bench-peers` by OpenDP on polars, its keys public: noise at the same epsilon, no sandbox.

peer.py HOME ROWS MIN_FEN

Takes ROWS and prints JSON like `baseline.py`. The question is the policy's: at most so many rows of a unit, its sum clamped,
units counted. OpenDP takes one table, so that polars joins register and receipts on the way: a part of the job, as it is
of the others'. It is handed on unread, which is the quickest way: from a frame in memory OpenDP takes half as much again.
"""

import json
import resource
import sys
import time
import tomllib
import warnings
from pathlib import Path

import opendp.prelude as dp
import polars as pl

from baseline import POLICY, processor, scans, window

# The default of a clamped count changes some day; this table does not care.
warnings.filterwarnings("ignore", category=FutureWarning)
dp.enable_features("contrib", "honest-but-curious")


def joined(frames, as_of, grants, min_fen):
    wanted = window(as_of, grants["tax_receipts"]) & (pl.col("paid_fen") >= min_fen)
    places = frames["tax_register"].drop_nulls()
    receipts = frames["tax_receipts"].filter(wanted).drop("period_end")
    # A unit without receipts counts, as it does on every other side.
    return places.join(receipts, on="uscc", how="left")


def table(data, answer, rows_max, epsilon):
    """Count of units and clamped sum by cell."""
    context = dp.Context.compositor(
        data=data, privacy_unit=dp.unit_of(contributions=1, identifier=pl.col("uscc")),
        privacy_loss=dp.loss_of(epsilon=epsilon), split_evenly_over=1,
        margins=[dp.polars.Margin(max_length=100_000_000, max_groups=320)])
    labels = [pl.LazyFrame({dimension["name"]: dimension["labels"]}) for dimension in answer["dimension"]]
    keys = labels[0].join(labels[1], how="cross")
    measure = answer["measure"][0]
    paid = pl.col("paid_fen")
    units = context.query().truncate_per_group(rows_max).group_by("uscc").agg(
        pl.col("county").last(), pl.col("industry").last(), paid.sum())
    figures = [dp.len(), paid.fill_null(0).dp.sum((measure["lower"], measure["upper"]))]
    return units.group_by("county", "industry").agg(*figures).with_keys(keys).release().collect()


def main():
    home, rows, min_fen = sys.argv[1], sys.argv[2], int(sys.argv[3])
    policy = tomllib.loads((Path(home) / "policies" / POLICY / "policy.toml").read_text())
    grants = {grant["dataset"]: grant for grant in policy["grant"]}
    as_of, frames = scans(home, rows)
    started, before = time.monotonic(), processor()
    cells = table(joined(frames, as_of, grants, min_fen), policy["answer"], grants["tax_receipts"]["rows_max"],
                  float(policy["privacy"]["epsilon_per_job"]))
    wall, cpu = time.monotonic() - started, processor() - before
    if cells.height != 320:
        sys.exit(f"OpenDP gave {cells.height} cells")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {f"{county} {industry}": [units, paid] for county, industry, units, paid in cells.iter_rows()}
    print(json.dumps({"cpu": cpu, "wall": wall, "resident": peak / 1024, "cells": told}))


main()
