"""The rows as a department delivers them, as Parquet files: what somebody has who has no snapshot of ours.

delivered.py DELIVERY FOLDER

Unit ids are text, as in the delivery. The synthesiser invents firm after firm, which no department does: receipts are put
in order of their period, as an export of a year of books is, and those of one period in no order, by a fixed seed; the
register in no order at all. Making the files is no part of any side's job.
"""

import sys
from pathlib import Path

import polars as pl

SEED = 20260101
CENTS = 100


def read(delivery, name, columns):
    """A dataset's rows, all cells as text; the headers are the department's."""
    frame = pl.read_csv(delivery / name / "*.csv", infer_schema=False)
    return frame.rename(dict(zip(frame.columns, columns, strict=True)))


def main():
    delivery, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir()
    receipts = read(delivery, "tax_receipts", ["uscc", "period_end", "paid_fen"]).with_columns(
        pl.col("period_end").str.to_date("%Y%m%d"),
        (pl.col("paid_fen").cast(pl.Float64) * CENTS).round().cast(pl.Int64))
    shuffled = receipts.sample(fraction=1.0, shuffle=True, seed=SEED)
    shuffled.sort("period_end", maintain_order=True).write_parquet(folder / "tax_receipts.parquet")
    register = read(delivery, "tax_register", ["uscc", "county", "industry"])
    register.sample(fraction=1.0, shuffle=True, seed=SEED).write_parquet(folder / "tax_register.parquet")


main()
