"""The table of `make bench-peers` by OpenDP on polars, its keys public: noise at the same epsilon, no sandbox.

peer.py HOME MIN_FEN

Prints JSON like `baseline.py`. OpenDP takes one table, so that polars joins register and receipts first: a part of the
job, as it is of the others'; `alone` is what OpenDP took without it. What it takes is written to a file in between, which
is not counted: from a frame in memory OpenDP needs more than twice as much.
"""

import json
import resource
import sys
import tempfile
import time
import tomllib
import warnings
from pathlib import Path

import opendp.prelude as dp
import polars as pl

from baseline import POLICY, processor, snapshot

# The default of a clamped count changes some day; this table does not care.
warnings.filterwarnings("ignore", category=FutureWarning)
dp.enable_features("contrib", "honest-but-curious")


def joined(files, as_of, grants, min_fen):
    until = pl.lit(as_of).str.to_date()
    since = until.dt.offset_by(f"-{grants['tax_receipts']['history_months']}mo")
    wanted = (pl.col("period_end") > since) & (pl.col("period_end") <= until) & (pl.col("paid_fen") >= min_fen)
    places = pl.scan_ipc(files["tax_register"]).drop_nulls()
    receipts = pl.scan_ipc(files["tax_receipts"]).filter(wanted).drop("period_end")
    return receipts.join(places, on="uscc").collect()


def table(data, answer, rows_max, epsilon):
    """Count and clamped sum by cell, at most so many rows of a unit."""
    context = dp.Context.compositor(
        data=data, privacy_unit=dp.unit_of(contributions=1, identifier=pl.col("uscc")),
        privacy_loss=dp.loss_of(epsilon=epsilon), split_evenly_over=1,
        margins=[dp.polars.Margin(max_length=100_000_000, max_groups=320)])
    labels = [pl.LazyFrame({dimension["name"]: dimension["labels"]}) for dimension in answer["dimension"]]
    keys = labels[0].join(labels[1], how="cross")
    figures = [dp.len(), pl.col("paid_fen").fill_null(0).dp.sum((0, 100_000_000))]
    query = context.query().truncate_per_group(rows_max).group_by("county", "industry").agg(*figures).with_keys(keys)
    return query.release().collect()


def main():
    home, min_fen = sys.argv[1], int(sys.argv[2])
    policy = tomllib.loads((Path(home) / "policies" / POLICY / "policy.toml").read_text())
    grants = {grant["dataset"]: grant for grant in policy["grant"]}
    as_of, files = snapshot(home)
    with tempfile.TemporaryDirectory() as folder:
        started, before = time.monotonic(), processor()
        data, path = joined(files, as_of, grants, min_fen), Path(folder) / "joined.arrow"
        join = processor() - before
        data.write_ipc(path)
        del data
        before = processor()
        cells = table(pl.scan_ipc(path), policy["answer"], grants["tax_receipts"]["rows_max"],
                      float(policy["privacy"]["epsilon_per_job"]))
        wall, alone = time.monotonic() - started, processor() - before
    if cells.height != 320:
        sys.exit(f"OpenDP gave {cells.height} cells")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"cpu": join + alone, "alone": alone, "wall": wall, "resident": peak / 1024}))


main()
