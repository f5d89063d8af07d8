"""Ingest beside polars, and what an engine holds and how soon it is ready on the same data. `make bench-ingest`.

measure.py ANSHI GUEST WORK --scale S [--scale S ...] [--rounds N] [--alone-above MILLIONS]

Each scale gets an invented delivery in WORK, which is removed again. In every round all sides take the same files, one
after the other, so that what disturbs one disturbs the others. A side that fails, or data that differ, is a failure;
no time and no size is.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
POLL_SECONDS = 0.002
RATIO_MAX = 2.0
CITY_ROWS_MIN = 9_000_000
RUN_ANON_MAX_MB = 1024
READY_MAX_SECONDS = 1.0
POLICY = "sme-credit-check"
ANSHI, POLARS, WRITING = "anshi ingest", "polars, read and sorted", "polars, and written"


def kilobytes(status, key):
    """A line of /proc/PID/status."""
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(key + ":")), 0)


class Watch(threading.Thread):
    """The most memory that a process had: anonymous, and all of it that was resident."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.path, self.ended, self.anonymous, self.resident = f"/proc/{pid}/status", threading.Event(), 0, 0

    def run(self):
        while not self.ended.is_set():
            try:
                status = Path(self.path).read_text()
            except OSError:
                return
            self.anonymous = max(self.anonymous, kilobytes(status, "RssAnon"))
            self.resident = max(self.resident, kilobytes(status, "VmHWM"))
            self.ended.wait(POLL_SECONDS)


def run(command):
    """Runs a command: what it printed, and what it took."""
    started = time.monotonic()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watch = Watch(child.pid)
    watch.start()
    errors = []
    reader = threading.Thread(target=lambda: errors.append(child.stderr.read()))
    reader.start()
    printed = child.stdout.read()
    # Not `child.wait`: what the process took is asked for with its end.
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    watch.ended.set()
    watch.join()
    reader.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"bench-ingest: `{' '.join(map(str, command))}` failed:\n{printed}\n{errors[0]}")
    return printed, {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "anonymous": watch.anonymous / 1024,
                     "resident": watch.resident / 1024}


def median(samples, key):
    return statistics.median(sample[key] for sample in samples)


def best(samples, key):
    return min(sample[key] for sample in samples)


class Place:
    """One scale's delivery and home."""

    def __init__(self, arguments, scale):
        self.anshi, self.guest = arguments.anshi, arguments.guest
        self.work = Path(arguments.work) / f"scale-{scale}"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.delivery, self.home = self.work / "delivery", self.work / "home"
        printed, took = run([self.anshi, "--json", "synth", "--out", self.delivery, "--scale", scale])
        synth = json.loads(printed)
        self.examples, self.rows = synth["examples"], sum(synth["rows"].values())
        files = [path for path in self.delivery.rglob("*.csv")]
        self.bytes = sum(path.stat().st_size for path in files)
        # All sides find the files in the page cache.
        for path in files:
            with path.open("rb") as file:
                while file.read(1 << 22):
                    pass
        run([self.anshi, "init", "--home", self.home, "--kind", "synthetic"])
        print(f"{self.rows / 1e6:.1f} million rows, {self.bytes / 1e9:.2f} GB of CSV, invented in "
              f"{took['wall']:.1f} s", file=sys.stderr)

    def ingest(self):
        """A home without any data takes the delivery."""
        for folder in ["data", "rejects"]:
            shutil.rmtree(self.home / folder, ignore_errors=True)
        printed, took = run([self.anshi, "--json", "ingest", "--home", self.home, "--from", self.delivery])
        taken = sum(dataset["rows"] + dataset["rejected"] for dataset in json.loads(printed)["datasets"])
        if taken != self.rows:
            sys.exit(f"bench-ingest: {taken} of {self.rows} rows were looked at")
        return took

    def polars(self, *more):
        """polars takes it: its own clock's seconds, and the process's memory and processor time."""
        printed, took = run([sys.executable, HERE / "baseline.py", self.home / "catalog", self.delivery, *more])
        told = json.loads(printed)
        if sum(told["rows"].values()) != self.rows:
            sys.exit("bench-ingest: polars read another number of rows")
        return {**took, "wall": told["seconds"]}

    def write(self):
        out = self.work / "arrow"
        out.mkdir()
        took = self.polars("--write", out)
        shutil.rmtree(out)
        return took

    def questions(self):
        """Whole processes: an engine that opens and ends, and one that answers a question."""
        opened = [self.anshi, "guest", "register", "--home", self.home, self.guest]
        run(opened)  # Compiles the guest.
        ready = [run(opened)[1] for _ in range(9)]
        answered = []
        for party in ["healthy", "failing"]:
            for minimum in [5_000_000, 10_000_000, 50_000_000]:
                _, took = run([self.anshi, "run", "--home", self.home, "--policy", POLICY, "--guest", self.guest,
                               "--party", f"enterprise={self.examples[party]}", "--param", f"min_paid_fen={minimum}",
                               "--consent", "auto", "--force", "--out", self.work / "bundle.json"])
                answered.append(took)
        return ready, answered


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def tell_sides(rows, sides):
    """A line for each side of one scale."""
    reference = sides.get(POLARS)
    for name, samples in sides.items():
        ratio, target = "", ""
        if reference and name != POLARS:
            # Round by round, because what disturbs one side of a round disturbs the other.
            rounds = statistics.median(one["wall"] / other["wall"] for one, other in zip(samples, reference))
            ratio = f"{rounds:.2f}, {best(samples, 'wall') / best(reference, 'wall'):.2f}"
            ratio += f"; {median(samples, 'cpu') / median(reference, 'cpu'):.2f}"
        # The target is for the city's size: of little data the waiting for the disk is most.
        if reference and name == ANSHI and rows > CITY_ROWS_MIN:
            target = f"≤ {RATIO_MAX:.0f}"
        row(f"{rows / 1e6:.1f} M", name, f"{median(samples, 'wall'):.2f} s", f"{best(samples, 'wall'):.2f} s",
            f"{median(samples, 'cpu'):.2f} s", ratio, target, f"{max(s['anonymous'] for s in samples):.0f} MB",
            f"{max(s['resident'] for s in samples):.0f} MB")


def tell(results, rounds, threads):
    print(f"\n{rounds} rounds, {threads} processors. anshi: the whole process, from the delivery's files to a published "
          "snapshot: digests of the CSV files\n(a synthetic delivery's), identifiers' check characters, bounds, exact "
          "decimals, an external sort, Arrow IPC with its digest, fsync. polars: its\nown clock, without Python's start: "
          "typed reading and a sort in memory; decimals by way of floats, nothing checked, nothing synced.\nMemory was looked at every 2 ms.\n")
    row("rows", "side", "median", "best", "processor", "× polars: median of the rounds, best by best; processor", "target", "anonymous", "resident")
    row(*["---"] * 9)
    for result in results:
        tell_sides(result["rows"], result["sides"])
    print()
    row("rows", "process", "median", "best", "target", "processor", "anonymous", "target", "resident")
    row(*["---"] * 9)
    for result in results:
        for name, samples in result["questions"].items():
            row(f"{result['rows'] / 1e6:.1f} M", name, f"{median(samples, 'wall') * 1e3:.0f} ms",
                f"{best(samples, 'wall') * 1e3:.0f} ms", f"< {READY_MAX_SECONDS:.0f} s",
                f"{median(samples, 'cpu') * 1e3:.0f} ms", f"{max(s['anonymous'] for s in samples):.1f} MB", f"< {RUN_ANON_MAX_MB} MB, flat",
                f"{max(s['resident'] for s in samples):.1f} MB")


def measure(arguments, scale):
    place = Place(arguments, scale)
    sides = {ANSHI: [], POLARS: [], WRITING: []}
    if place.rows > arguments.alone_above * 1e6:
        sides = {ANSHI: []}
    todo = {ANSHI: place.ingest, POLARS: place.polars, WRITING: place.write}
    for number in range(arguments.rounds):
        for name, samples in sides.items():
            samples.append(todo[name]())
            print(f"round {number + 1}: {name} {samples[-1]['wall']:.2f} s", file=sys.stderr)
    if POLARS in sides:
        place.polars("--compare", place.home)
        print("the snapshot has the rows that polars has, in the same order", file=sys.stderr)
    ready, answered = place.questions()
    shutil.rmtree(place.work)
    questions = {"`guest register`, again: start, ready, end": ready, "`run`: start, one job, end": answered}
    return {"rows": place.rows, "sides": sides, "questions": questions}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("anshi")
    parser.add_argument("guest")
    parser.add_argument("work")
    parser.add_argument("--scale", action="append", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--alone-above", type=float, default=20.0, help="millions of rows above which polars is not run")
    arguments = parser.parse_args()
    results = [measure(arguments, scale) for scale in arguments.scale]
    tell(results, arguments.rounds, len(os.sched_getaffinity(0)))


main()
