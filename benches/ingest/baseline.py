"""polars on a delivery: every dataset read with the catalog's types and sorted by unit, time and all columns.

baseline.py CATALOG DELIVERY [--write FOLDER] [--compare HOME]

Prints JSON: the seconds of the work itself (Python's start and the import of polars are not counted) and the rows of
each dataset. `--write` has each sorted dataset written as an Arrow IPC file, not synced. `--compare` checks, beside the
clock, that the rows of the home's snapshot are these, in this order; it counts what differs as a failure.
"""

import argparse
import json
import sys
import time
import tomllib
from pathlib import Path

import polars as pl

TYPES = {"boolean": pl.Boolean, "date": pl.Date, "timestamp": pl.Datetime("ms"), "text": pl.String,
         "identifier": pl.String}


def catalog(folder):
    """The datasets by name, as their departments deliver them."""
    datasets = [tomllib.loads(path.read_text("utf-8")) for path in sorted(Path(folder).glob("*.toml"))]
    return sorted(datasets, key=lambda dataset: dataset["name"])


def reader(dataset):
    """What the CSV reader itself makes of a column. Numbers come as floats: polars' fastest way, exact for this data."""
    source = dataset["source"]
    if source["kind"] != "csv" or source.get("encoding", "utf-8") != "utf-8":
        sys.exit(f"the baseline reads CSV in UTF-8, and `{dataset['name']}` is something else")
    kinds = {column["name"]: column["type"] for column in dataset["column"]}
    types = {}
    for header, name in source["columns"].items():
        scaled = source.get("decimals", {}).get(name, 0) > 0
        types[header] = {"integer": pl.Float64 if scaled else pl.Int64, "boolean": pl.Boolean}.get(kinds[name], pl.String)
    return types


def convert(dataset, column):
    """One column as the snapshot has it."""
    source, name = dataset["source"], column["name"]
    header = next(header for header, named in source["columns"].items() if named == name)
    cell = pl.col(header)
    decimals = source.get("decimals", {}).get(name, 0)
    if column["type"] == "integer" and decimals > 0:
        cell = (cell * 10**decimals).round().cast(pl.Int64)
    if column["type"] == "date":
        cell = pl.coalesce(cell.str.to_date(form, strict=False) for form in source["dates"])
    if column["type"] == "text" and "values" in column:
        # Codes in the order of the texts: quicker to sort, and what Anshi does, too.
        cell = cell.cast(pl.Enum(sorted(column["values"])))
    return cell.alias(name)


def read(dataset, delivery):
    """The dataset's rows as they came."""
    source = dataset["source"]
    files = sorted(Path(delivery).glob(source["files"]))
    frames = [pl.read_csv(path, schema_overrides=reader(dataset), null_values=source["missing"], infer_schema=False)
              for path in files]
    frame = pl.concat(frames, rechunk=False)
    return frame.select(convert(dataset, column) for column in dataset["column"])


def order(dataset):
    """Unit, time, then the columns as they stand in the catalog."""
    first = [dataset["key"]] + ([dataset["time"]] if "time" in dataset else [])
    return first + [column["name"] for column in dataset["column"] if column["name"] not in first]


def snapshot_files(home):
    """The file of each dataset's rows in the current snapshot."""
    data = Path(home) / "data"
    name = (data / "current").read_text().strip().removeprefix("sha256:")
    manifest = json.loads((data / "snapshots" / f"{name}.json").read_text())
    return {entry["name"]: data / "files" / entry["rows_file"]["sha256"].removeprefix("sha256:")
            for entry in manifest["datasets"]}


def same(dataset, frame, path):
    """Whether the snapshot has these rows in this order."""
    types = {column["name"]: TYPES.get(column["type"], pl.Int64) for column in dataset["column"]}
    return pl.read_ipc(path).cast(types).equals(frame.cast(types))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("catalog")
    parser.add_argument("delivery")
    parser.add_argument("--write")
    parser.add_argument("--compare")
    arguments = parser.parse_args()
    datasets = catalog(arguments.catalog)
    files = snapshot_files(arguments.compare) if arguments.compare else {}
    rows, different, seconds = {}, [], 0.0
    for dataset in datasets:
        started = time.monotonic()
        frame = read(dataset, arguments.delivery).sort(order(dataset), nulls_last=False)
        if arguments.write:
            path = Path(arguments.write) / f"{dataset['name']}.arrow"
            frame.write_ipc(path, compression="uncompressed", compat_level=pl.CompatLevel.oldest())
        seconds += time.monotonic() - started
        rows[dataset["name"]] = frame.height
        if files and not same(dataset, frame, files[dataset["name"]]):
            different.append(dataset["name"])
    print(json.dumps({"seconds": seconds, "rows": rows, "different": different, "threads": pl.thread_pool_size()}))
    sys.exit(1 if different else 0)


main()
