"""The SDK for Python by itself: what no case of the table asks. sdk.py SDK"""

import datetime
import sys
from dataclasses import dataclass
from types import SimpleNamespace

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import anshi  # noqa: E402

EPOCH = datetime.date(1970, 1, 1)
MOST, LEAST = 2**63 - 1, -(2**63)


def raises(kind, call, *arguments):
    try:
        call(*arguments)
    except kind:
        return
    raise AssertionError(f"{call} of {arguments} raises no {kind}")


# Days and months, against the language's own calendar.
for number in range(-700_000, 700_000, 13):
    date = EPOCH + datetime.timedelta(number)
    assert anshi.day(date.year, date.month, date.day) == number
    assert anshi.month(number) == (date.year - 1970) * 12 + date.month - 1
    assert anshi.first_day(anshi.month(number)) == anshi.day(date.year, date.month, 1)
assert [anshi.month(-(2**31)), anshi.month(2**31 - 1)] == [-70_555_327, 70_555_326]

assert anshi.add(MOST - 1, 1) == MOST
for pair in [(MOST, 1), (LEAST, -1), (MOST, MOST)]:
    raises(OverflowError, anshi.add, *pair)
assert [anshi.saturating_add(MOST, 1), anshi.saturating_add(LEAST, -1)] == [MOST, LEAST]


@dataclass
class Data_Integers:
    value: list


@dataclass
class Data_Dates:
    value: list


@dataclass
class Data_Codes:
    value: list


@dataclass
class Data_Texts:
    value: list


def column(data, missing=b""):
    return SimpleNamespace(data=data, missing=missing)


# A column of every kind, read by name; what is missing is None, and past the eighth row too.
READS = {"paid": anshi.integers, "end": anshi.dates, "kind": anshi.codes("VAT", "CIT"), "note": anshi.texts}
COLUMNS = [
    column(Data_Integers(list(range(10))), bytes([0b1, 0b10])),
    column(Data_Dates(list(range(10)))),
    column(Data_Codes([row % 3 for row in range(10)]), bytes([0b1000, 0])),
    column(Data_Texts([""] * 10), bytes([0b100, 0])),
]
DELIVERED = SimpleNamespace(
    as_of=20_000, parameters=[SimpleNamespace(value="x")], token=7, tables=[SimpleNamespace(rows=10, columns=COLUMNS)]
)
MANIFEST = anshi.ContributorManifest(
    parameters={"theme": anshi.TEXT}, tables={"tax": READS}, dimensions={"county": ["a", "b"]}, measures=["n"]
)
# What the build generates of the contract, and there is none of here.
anshi.wire = SimpleNamespace(Contributions=lambda cells, values: (cells, values))


def asked(contribute):
    return anshi.contributor(MANIFEST, contribute)().contribute(DELIVERED)


def read(unit):
    rows = list(unit.table("tax"))
    assert [row.paid for row in rows] == [None, 1, 2, 3, 4, 5, 6, 7, 8, None]
    assert [row.kind for row in rows[:4]] == ["VAT", "CIT", anshi.OTHER, None]
    assert (rows[2].note, rows[3].note, rows[9].end, len(unit.table("tax"))) == (None, "", 9, 10)
    assert (unit.as_of, unit.parameters["theme"], unit.token, unit.table("tax").newest().end) == (20_000, "x", 7, 9)
    raises(ValueError, unit.table("tax").column, "payed")
    raises(ValueError, unit.table, "taxes")
    return []


asked(read)
assert asked(lambda unit: [({"county": "b"}, {"n": -5})]) == ([1], [-5])
raises(ValueError, asked, lambda unit: [({"county": "c"}, {"n": 1})])
raises(OverflowError, asked, lambda unit: [({"county": "a"}, {"n": MOST + 1})])
raises(TypeError, anshi.codes)
COLUMNS[0] = column(Data_Dates([1] * 10))
raises(TypeError, asked, read)
ANSWERS = anshi.VerifierManifest(parameters={}, roles={}, labels=["no", "yes"])
NOBODY = SimpleNamespace(as_of=0, parameters=[], parties=[])
assert anshi.verifier(ANSWERS, lambda ask: "yes")().verify(NOBODY) == 1
raises(ValueError, anshi.verifier(ANSWERS, lambda ask: "perhaps")().verify, NOBODY)
