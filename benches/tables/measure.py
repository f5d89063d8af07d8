"""A table beside polars, and how memory grows with the rows. `make bench-tables`, `make bench-peers`.

measure.py ANSHI BENCH GUEST WORK --scale S [--scale S ...] [--rounds N] [--peers PYTHON]

Each scale gets an invented delivery and a home in WORK, which are removed again. In every round all sides answer the
same question, one after the other, so that what disturbs one disturbs the others; processor time is compared, because
the clock on a shared machine says little. polars and its peers do so twice: on the rows as delivered, which is what
somebody has who has no Anshi, and on the files of the home's snapshot. A side that fails, or a table that is not polars'
up to its noise, is a failure; no time and no size is.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
POLL_SECONDS = 0.005
POLARS_RATIO_MAX = 1.0
PEER_RATIO_MIN = 6.0
POLICY = "tax-by-county-and-industry"
# A shipped table, on the catalog's own datasets. Each theme is asked once: the same again would be the stored answer.
CITY, THEMES = "smart-fiscal", ["tax", "sales", "power", "employment"]
ANSHI = "anshi: an instance for each unit, noise"
DELIVERED, SNAPSHOT = "rows as delivered", "our snapshot"
VARIANTS = {
    "polars, rows and sum bounded per unit": "bounded",
    "polars, sum bounded per unit alone": "plain",
    "the same, its streaming engine": "streaming",
}
BOUNDED = next(iter(VARIANTS))
PEER = "OpenDP + polars"
# What the others are compared with: the bounded group-by, on the same rows or on those as delivered.
REFERENCES = [(DELIVERED, BOUNDED), (SNAPSHOT, BOUNDED)]
# What is done once for a snapshot or a sorted file, not for every table.
INGEST, SORT = "anshi ingest, once a delivery", "polars, read, sorted by unit and written, once"
# |noise| beyond so many scales has a chance of exp(-40).
NOISE_SCALES_MAX = 40


class Watch(threading.Thread):
    """The most anonymous memory that a process had."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.path, self.ended, self.anonymous = Path(f"/proc/{pid}/status"), threading.Event(), 0

    def run(self):
        while not self.ended.wait(POLL_SECONDS):
            try:
                lines = self.path.read_text().splitlines()
            except OSError:
                return
            now = next((int(line.split()[1]) for line in lines if line.startswith("RssAnon:")), 0)
            self.anonymous = max(self.anonymous, now)


def run(command):
    """Runs a command: the JSON that it printed, its most anonymous memory in kB, and its seconds of processor."""
    before = os.times()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watch = Watch(child.pid)
    watch.start()
    printed, errors = child.communicate()
    watch.ended.set()
    watch.join()
    if child.returncode != 0:
        sys.exit(f"bench-tables: `{' '.join(map(str, command))}` failed:\n{printed}\n{errors}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return (json.loads(printed) if printed else None), watch.anonymous, cpu


class Place:
    """One scale's delivery and home."""

    def __init__(self, arguments, scale):
        self.bench, self.peers = arguments.bench, arguments.peers
        self.work = Path(arguments.work) / f"scale-{scale}"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        delivery, self.home, self.delivered = (self.work / name for name in ["delivery", "home", "delivered"])
        anshi = arguments.anshi
        told, *_ = run([anshi, "--json", "synth", "--out", delivery, "--scale", scale, "--catalog", HERE / "catalog"])
        self.rows = sum(told["rows"].values())
        self.alone = self.rows > arguments.alone_above * 1e6
        run([anshi, "--json", "init", "--home", self.home, "--kind", "synthetic"])
        for folder in ["catalog", "policies"]:
            shutil.rmtree(self.home / folder)
            shutil.copytree(HERE / folder, self.home / folder)
        *_, self.ingest = run([anshi, "--json", "ingest", "--home", self.home, "--from", delivery])
        if not self.alone:
            run([sys.executable, "-B", HERE / "delivered.py", delivery, self.delivered])
        shutil.rmtree(delivery)
        told, *_ = run([anshi, "--json", "guest", "register", "--home", self.home, arguments.guest])
        self.guest = told["guest"]
        print(f"{self.rows / 1e6:.1f} million rows are ready", file=sys.stderr)

    def anshi(self, min_fen):
        """The engine's job. Its memory is the process's, from opening the home to the table."""
        told, anonymous, _ = run([self.bench, self.home, self.guest, POLICY, f"min_fen={min_fen}"])
        return {**told, "resident": told["resident"] / 1024, "anonymous": anonymous / 1024}

    def other(self, program, rows, *arguments):
        """What `program` of another side takes on these rows."""
        rows = "snapshot" if rows == SNAPSHOT else self.delivered
        told, anonymous, _ = run([*program, self.home, rows, *arguments])
        return {**told, "anonymous": anonymous / 1024}

    def sides(self):
        """All sides, each a function of the parameter: by the rows that it works on, and its name."""
        sides = {(SNAPSHOT, ANSHI): self.anshi}
        if self.alone:
            return sides
        for rows in [DELIVERED, SNAPSHOT]:
            for name, variant in VARIANTS.items():
                sides[rows, name] = partial(self.other, [sys.executable, "-B", HERE / "baseline.py"], rows, variant)
            if self.peers:
                sides[rows, PEER] = partial(self.other, [self.peers, "-B", HERE / "peer.py"], rows)
        return sides


def check_table(table, peers, exact):
    """A released table is the exact one, up to its noise: all sides answered the same question."""
    counties, industries = (dimension["labels"] for dimension in table["dimensions"])
    scales = [float(table["count"]["scale"]), float(table["measures"][0]["noise"]["scale"])]
    cells = [f"{county} {industry}" for county in counties for industry in industries]
    released = {cell: [one["count"], one["sums"][0]] for cell, one in zip(cells, table["cells"], strict=True) if one}
    for name, figures in [(ANSHI, released), *((PEER, peer["cells"]) for peer in peers)]:
        for cell, own in figures.items():
            for figure, true, scale in zip(map(int, own), exact.get(cell, [0, 0]), scales):
                if abs(figure - true) > NOISE_SCALES_MAX * scale:
                    sys.exit(f"bench-tables: {name} says {figure} of cell `{cell}`, polars {true}; noise's scale {scale}")


def check(last):
    """The sides of one round agree."""
    exact = [told["cells"] for (_, name), told in last.items() if name in VARIANTS]
    if not exact:
        return
    # No unit of these data has more rows than the policy takes, so that plain and bounded sums are the same.
    if any(cells != exact[0] for cells in exact):
        sys.exit("bench-tables: polars' tables are not the same")
    check_table(last[SNAPSHOT, ANSHI]["table"], [told for (_, name), told in last.items() if name == PEER], exact[0])


def measure(arguments, scale):
    place = Place(arguments, scale)
    results = {side: [] for side in place.sides()}
    for number in range(1, arguments.rounds + 1):
        for (rows, name), side in place.sides().items():
            results[rows, name].append(side(number))
            print(f"round {number}: {name}, {rows}: {results[rows, name][-1]['cpu']:.2f} s", file=sys.stderr)
        check({side: told[-1] for side, told in results.items()})
    once = {INGEST: place.ingest}
    if not place.alone:
        once[SORT] = place.other([sys.executable, "-B", HERE / "baseline.py"], DELIVERED, "sort", 0)["cpu"]
    shutil.rmtree(place.work)
    return {"rows": place.rows, "sides": results, "once": once}


def measure_city(arguments):
    """A shipped table on all datasets of the catalog at scale 1: what the job takes, theme by theme."""
    work = Path(arguments.work) / "city"
    work.mkdir(parents=True)
    delivery, home = work / "delivery", work / "home"
    told, *_ = run([arguments.anshi, "--json", "synth", "--out", delivery, "--scale", "1"])
    run([arguments.anshi, "--json", "init", "--home", home, "--kind", "synthetic"])
    run([arguments.anshi, "--json", "ingest", "--home", home, "--from", delivery])
    module = Path(arguments.guest).with_name(f"{CITY.replace('-', '_')}.wasm")
    guest = run([arguments.anshi, "--json", "guest", "register", "--home", home, module])[0]["guest"]
    samples = []
    for theme in THEMES[: arguments.rounds]:
        samples.append(run([arguments.bench, home, guest, CITY, f"theme={theme}"])[0])
        print(f"the city, {CITY}, {theme}: {samples[-1]['cpu']:.2f} s", file=sys.stderr)
    shutil.rmtree(work)
    return {"rows": sum(told["rows"].values()), "datasets": len(told["rows"]), "samples": samples}


def tell_city(city):
    samples, units = city["samples"], city["samples"][0]["units"]
    cpu = statistics.median(sample["cpu"] for sample in samples)
    print(f"\nThe shipped `{CITY}` on the city's {city['datasets']} datasets of {city['rows'] / 1e6:.1f} million rows, {units} units, "
          f"{len(samples)} themes: {cpu:.2f} s of processor, {cpu / units * 1e6:.2f} µs a unit.")


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def ratio(samples, others):
    """Round by round, the median."""
    pairs = zip(samples, others, strict=True)
    return f"{statistics.median(one['cpu'] / other['cpu'] for one, other in pairs):.2f}"


def tell(results, rounds):
    print(f"\n{rounds} rounds; processor time of the job alone (user and system, all threads), medians and best; load at the "
          f"end {os.getloadavg()[2]:.1f}.\nanshi: a fresh instance for every unit, bounds, sums, noise. polars and its peers: "
          f"without Python's start.\n{DELIVERED}: Parquet, ids as text, in order of time. {SNAPSHOT}: Arrow, mapped, sorted by "
          "unit, ids as numbers.\n")
    row("rows, units", "side", "on", "processor", "best", f"× polars, bounded, {DELIVERED}", f"the same, {SNAPSHOT}",
        "× anshi", "µs a unit", "wall", "anonymous", "resident, mapped files included")
    row(*["---"] * 12)
    for result in results:
        sides = result["sides"]
        anshi = sides[SNAPSHOT, ANSHI]
        units = anshi[0]["units"]
        size = f"{result['rows'] / 1e6:.1f} M, {units}"
        for (rows, name), samples in sides.items():
            cpu = statistics.median(sample["cpu"] for sample in samples)
            ratios = [ratio(samples, sides[other]) if other in sides else "" for other in REFERENCES]
            to_anshi = "" if name == ANSHI else ratio(samples, anshi)
            if (rows, name) == (SNAPSHOT, ANSHI) and ratios[0]:
                ratios[0] += f" (target: ≤ {POLARS_RATIO_MAX})"
            if (rows, name) == (DELIVERED, PEER):
                to_anshi += f" (target: ≥ {PEER_RATIO_MIN})"
            row(size, name, rows, f"{cpu:.2f} s", f"{min(sample['cpu'] for sample in samples):.2f} s", *ratios, to_anshi,
                f"{cpu / units * 1e6:.2f}", f"{statistics.median(sample['wall'] for sample in samples):.2f} s",
                f"{max(sample['anonymous'] for sample in samples):.0f} MB",
                f"{max(sample['resident'] for sample in samples):.0f} MB")
        for name, cpu in result["once"].items():
            row(size, name, "the delivery, CSV" if name == INGEST else DELIVERED, f"{cpu:.2f} s", *[""] * 8)


def main():
    parser = argparse.ArgumentParser()
    for name in ["anshi", "bench", "guest", "work"]:
        parser.add_argument(name)
    parser.add_argument("--scale", action="append", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", help="a Python that has OpenDP and its polars")
    parser.add_argument("--alone-above", type=float, default=12.0, help="millions of rows above which anshi runs alone")
    arguments = parser.parse_args()
    results = [measure(arguments, scale) for scale in arguments.scale]
    city = measure_city(arguments)
    tell(results, arguments.rounds)
    tell_city(city)


main()
