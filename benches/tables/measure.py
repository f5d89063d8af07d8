"""A table beside polars, and how memory grows with the rows. `make bench-tables`, `make bench-peers`.

measure.py ANSHI BENCH GUEST WORK --scale S [--scale S ...] [--rounds N] [--peers PYTHON]

Each scale gets an invented delivery and a home in WORK, which are removed again. In every round all sides answer the
same question on the home's snapshot, one after the other, so that what disturbs one disturbs the others; the medians
of processor time are compared, because the clock on a shared machine says little. A side that fails, or a table that
is not polars' up to its noise, is a failure; no time and no size is.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
POLL_SECONDS = 0.005
POLARS_RATIO_MAX = 1.0
PEER_RATIO_MIN = 6.0
ANSHI = "anshi: an instance for each unit, noise"
PEER = "OpenDP + polars"
VARIANTS = {
    "polars, rows and sum bounded per unit": "bounded",
    "polars, sum bounded per unit alone": "plain",
    "the same, its streaming engine": "streaming",
}
REFERENCE = next(iter(VARIANTS))
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
    """Runs a command: the JSON that it printed, and its most anonymous memory in kB."""
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watch = Watch(child.pid)
    watch.start()
    printed, errors = child.communicate()
    watch.ended.set()
    watch.join()
    if child.returncode != 0:
        sys.exit(f"bench-tables: `{' '.join(map(str, command))}` failed:\n{printed}\n{errors}")
    return (json.loads(printed) if printed else None), watch.anonymous


class Place:
    """One scale's delivery and home."""

    def __init__(self, arguments, scale):
        self.bench, self.peers = arguments.bench, arguments.peers
        self.work = Path(arguments.work) / f"scale-{scale}"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        delivery, self.home = self.work / "delivery", self.work / "home"
        anshi = arguments.anshi
        told, _ = run([anshi, "--json", "synth", "--out", delivery, "--scale", scale, "--catalog", HERE / "catalog"])
        self.rows = sum(told["rows"].values())
        run([anshi, "--json", "init", "--home", self.home, "--kind", "synthetic"])
        for folder in ["catalog", "policies"]:
            shutil.rmtree(self.home / folder)
            shutil.copytree(HERE / folder, self.home / folder)
        run([anshi, "--json", "ingest", "--home", self.home, "--from", delivery])
        shutil.rmtree(delivery)
        told, _ = run([anshi, "--json", "guest", "register", "--home", self.home, arguments.guest])
        self.guest = told["guest"]
        print(f"{self.rows / 1e6:.1f} million rows are ready", file=sys.stderr)

    def anshi(self, min_fen):
        """The engine's job. Its memory is the process's, from opening the home to the table."""
        told, anonymous = run([self.bench, self.home, self.guest, min_fen])
        return {**told, "resident": told["resident"] / 1024, "anonymous": anonymous / 1024}

    def polars(self, variant, min_fen):
        told, anonymous = run([sys.executable, HERE / "baseline.py", self.home, variant, min_fen])
        return {**told, "anonymous": anonymous / 1024}

    def peer(self, min_fen):
        told, anonymous = run([self.peers, HERE / "peer.py", self.home, min_fen])
        return {**told, "anonymous": anonymous / 1024}


def check_table(table, exact):
    """The released table is the exact one, up to its noise: both sides answered the same question."""
    counties, industries = (dimension["labels"] for dimension in table["dimensions"])
    scales = [float(table["count"]["scale"]), float(table["measures"][0]["noise"]["scale"])]
    cells = [f"{county} {industry}" for county in counties for industry in industries]
    for cell, released in zip(cells, table["cells"], strict=True):
        if released is None:
            continue
        figures = [released["count"], released["sums"][0]]
        for figure, true, scale in zip(map(int, figures), exact.get(cell, [0, 0]), scales):
            if abs(figure - true) > NOISE_SCALES_MAX * scale:
                sys.exit(f"bench-tables: cell `{cell}` says {figure}, polars {true}, the noise's scale is {scale}")


def measure(arguments, scale):
    place = Place(arguments, scale)
    sides = {ANSHI: place.anshi}
    if place.rows <= arguments.alone_above * 1e6:
        for name, variant in VARIANTS.items():
            sides[name] = lambda min_fen, variant=variant: place.polars(variant, min_fen)
        if arguments.peers:
            sides[PEER] = place.peer
    results = {name: [] for name in sides}
    for number in range(1, arguments.rounds + 1):
        for name, side in sides.items():
            results[name].append(side(number))
            print(f"round {number}: {name}: {results[name][-1]['cpu']:.2f} s", file=sys.stderr)
        if REFERENCE in results:
            check_table(results[ANSHI][-1]["table"], results[REFERENCE][-1]["cells"])
    shutil.rmtree(place.work)
    return {"rows": place.rows, "sides": results}


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def tell(results, rounds):
    print(f"\n{rounds} rounds; processor time of the job alone (user and system, all threads), medians and best. anshi: "
          "a fresh instance for every unit,\nbounds, sums, noise. polars and its peers: the same snapshot's files, mapped; "
          "without Python's start.\n")
    row("rows", "side", "processor", "best", "× polars, round by round", "target", "units/s of processor", "µs a unit",
        "wall", "anonymous", "resident, mapped files included")
    row(*["---"] * 11)
    for result in results:
        sides = result["sides"]
        units = sides[ANSHI][0]["units"]
        for name, samples in sides.items():
            cpu = statistics.median(sample["cpu"] for sample in samples)
            ratio = target = ""
            if REFERENCE in sides and name != REFERENCE:
                pairs = zip(samples, sides[REFERENCE])
                ratio = f"{statistics.median(one['cpu'] / other['cpu'] for one, other in pairs):.2f}"
                target = f"≤ {POLARS_RATIO_MAX}" if name == ANSHI else ""
            if name == PEER:
                pairs = zip(samples, sides[ANSHI])
                ratio += f" ({statistics.median(one['cpu'] / other['cpu'] for one, other in pairs):.1f} × anshi)"
                target = f"≥ {PEER_RATIO_MIN} × anshi"
            row(f"{result['rows'] / 1e6:.1f} M, {units} units", name, f"{cpu:.2f} s",
                f"{min(sample['cpu'] for sample in samples):.2f} s", ratio, target, f"{units / cpu:.0f}",
                f"{cpu / units * 1e6:.2f}", f"{statistics.median(sample['wall'] for sample in samples):.2f} s",
                f"{max(sample['anonymous'] for sample in samples):.0f} MB",
                f"{max(sample['resident'] for sample in samples):.0f} MB")


def main():
    parser = argparse.ArgumentParser()
    for name in ["anshi", "bench", "guest", "work"]:
        parser.add_argument(name)
    parser.add_argument("--scale", action="append", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", help="a Python that has OpenDP and its polars")
    parser.add_argument("--alone-above", type=float, default=12.0, help="millions of rows above which anshi runs alone")
    arguments = parser.parse_args()
    tell([measure(arguments, scale) for scale in arguments.scale], arguments.rounds)


main()
