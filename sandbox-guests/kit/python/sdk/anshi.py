"""What a guest of Anshi is written with.

The manifest is declared once, tables and columns are read by the names in it, a value that is missing is `None`. It owns the match
between names and the contract's lists (`wit/sandbox.wit`), and never a question.

An exception ends the call, whose answer is then `undetermined` (or, of a table, no contribution). So does every name that the
manifest does not declare. Python's integers have no end, the contract's have 64 bits: add them up with `add`, which raises
where the sum would leave 64 bits, or with `saturating_add`.
"""

import gc
from collections import namedtuple

try:
    # These are generated from the contract while the guest is built, and there is nothing of them outside.
    from wit_world.exports import verifying as wire
except ImportError:
    try:
        from wit_world.exports import contributing as wire
    except ImportError:
        wire = None

# An instance lives for one call: what is collected is work for nobody.
gc.disable()

#: What stands for every value that `codes` does not name.
OTHER = ""

#: The kinds of parameters.
INTEGER, DATE, TEXT, IDENTIFIER = "INTEGER", "DATE", "TEXT", "IDENTIFIER"


class Read:
    """How one column arrives."""

    def __init__(self, kind, values=()):
        self.kind = kind
        self.values = list(values)


def codes(*values):
    """A text column with a closed set of values: one of those that are named, or `OTHER`."""
    if not values:
        raise TypeError("codes tell values apart: name at least one")
    return Read("Codes", values)


#: Whole numbers: amounts in the catalog's unit and scale, booleans as 0 and 1, timestamps in UTC milliseconds.
integers = Read("Integers")
#: Days since 1970-01-01.
dates = Read("Dates")
#: Identifiers: equal ones are equal numbers within one call, and mean nothing outside it.
tokens = Read("Tokens")
#: Texts as they are. Codes cost less where the values are known.
texts = Read("Texts")


class _Declared:
    """One dataset as it is declared: its columns, and the rows that they make."""

    def __init__(self, dataset, reads):
        self.dataset = dataset
        self.reads = reads
        self.Row = namedtuple("Row", list(reads))


class Table:
    """The rows of one dataset about one party, by time, oldest first. Go over it, and each row has the columns' names."""

    def __init__(self, declared, delivered):
        self._declared = declared
        self._delivered = delivered

    def __len__(self):
        return self._delivered.rows

    def __iter__(self):
        columns = [_cells(read, column) for read, column in zip(self._declared.reads.values(), self._delivered.columns)]
        return map(self._declared.Row._make, zip(*columns))

    def column(self, name):
        """One column, row by row."""
        place = list(self._declared.reads).index(name)
        return _cells(self._declared.reads[name], self._delivered.columns[place])

    def newest(self):
        """The last row, which is the newest; `None` where there is none."""
        rows = list(self)
        return rows[-1] if rows else None


class Party:
    """One party and the tables about it."""

    def __init__(self, declared, token, tables):
        #: This party's own identifier, as a token.
        self.token = token
        self._declared = declared
        self._tables = tables

    def table(self, dataset):
        """The rows of one dataset about this party."""
        place = list(self._declared).index(dataset)
        return Table(self._declared[dataset], self._tables[place])


class Input:
    """What a question is asked with: the day, the parameters, the parties."""

    def __init__(self, manifest, delivered):
        #: The day that the answer is about, in days since 1970-01-01.
        self.as_of = delivered.as_of
        #: What the parameters hold, by their names.
        self.parameters = _parameters(manifest.parameters, delivered.parameters)
        self._roles = manifest.roles
        self._parties = delivered.parties

    def parties(self, role):
        """The parties of one role, in the request's order."""
        place = list(self._roles).index(role)
        ours = [party for party in self._parties if party.role == place]
        return [Party(self._roles[role], party.token, party.tables) for party in ours]

    def party(self, role):
        """The first party of one role: the only one, where the policy says so."""
        parties = self.parties(role)
        return parties[0] if parties else None


class UnitInput(Party):
    """What a contributor is asked with: the day, the parameters, and the rows about one unit."""

    def __init__(self, manifest, delivered):
        super().__init__(manifest.tables, delivered.token, delivered.tables)
        #: The day that the table is about, in days since 1970-01-01.
        self.as_of = delivered.as_of
        #: What the parameters hold, by their names.
        self.parameters = _parameters(manifest.parameters, delivered.parameters)


class VerifierManifest:
    """Everything that a verifier reads and may answer. An auditor sees exactly this.

    `parameters` are kinds by the policy's names; `roles` have datasets by the catalog's names, and those have columns; `labels` are
    what may be answered.
    """

    def __init__(self, *, parameters, roles, labels):
        self.parameters = parameters
        self.roles = {name: _declare(tables) for name, tables in roles.items()}
        self.labels = labels


class ContributorManifest:
    """Everything that a contributor reads, and the shape of its table. An auditor sees exactly this.

    `tables` are datasets by the catalog's names, which have columns; `dimensions` are lists of labels by the policy's names; `measures`
    are what is summed in each cell. The number of units is none of them: the engine counts.
    """

    def __init__(self, *, parameters, tables, dimensions, measures):
        self.parameters = parameters
        self.tables = _declare(tables)
        self.dimensions = dimensions
        self.measures = measures


def verifier(manifest, answer):
    """Makes the export `Verifying` of a manifest, and of a function that answers with one of its labels."""

    class Verifying:
        def describe(self):
            roles = [wire.Role(name, _described(tables)) for name, tables in manifest.roles.items()]
            return wire.Manifest(_specs(manifest.parameters), roles, list(manifest.labels))

        def verify(self, delivered):
            return manifest.labels.index(answer(Input(manifest, delivered)))

    return Verifying


def contributor(manifest, contribute):
    """Makes the export `Contributing` of a manifest, and of a function that says what one unit adds to which cells: a list of pairs, the
    label of each dimension and the value of each measure, both by their names."""

    class Contributing:
        def describe(self):
            dimensions = [wire.Dimension(name, list(labels)) for name, labels in manifest.dimensions.items()]
            parameters, tables = _specs(manifest.parameters), _described(manifest.tables)
            return wire.Manifest(parameters, tables, dimensions, list(manifest.measures))

        def contribute(self, delivered):
            cells, values = [], []
            for labels, amounts in contribute(UnitInput(manifest, delivered)):
                cells += [manifest.dimensions[name].index(labels[name]) for name in manifest.dimensions]
                values += [int64(amounts[name]) for name in manifest.measures]
            return wire.Contributions(cells, values)

    return Contributing


def int64(value):
    """The number itself; raises where it has no place in 64 bits."""
    if not -(2**63) <= value < 2**63:
        raise OverflowError("a number of more than 64 bits")
    return value


def add(left, right):
    """The sum of two numbers; raises where it has no place in 64 bits."""
    return int64(left + right)


def saturating_add(left, right):
    """The sum of two numbers, held at the ends of what 64 bits can say."""
    return min(max(left + right, -(2**63)), 2**63 - 1)


# Howard Hinnant, chrono-compatible low-level date algorithms: whole numbers all the way, and no dates that there are not.
_ERA_DAYS = 146_097
#: From 0000-03-01 to 1970-01-01.
_EPOCH_DAYS = 719_468


def month(day):
    """The month that a day falls in, in months since January 1970, so that months can be subtracted."""
    era, day_of_era = divmod(day + _EPOCH_DAYS, _ERA_DAYS)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    # The year begins on 1 March: from 2 for March to 13 for February of the next year.
    return (era * 400 + year_of_era - 1970) * 12 + (5 * day_of_year + 2) // 153 + 2


def day(year, month, day):
    """The day number of a date. `month` counts from 1; a day past the month's end runs on into the next month."""
    era, year_of_era = divmod(year - (month <= 2), 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * _ERA_DAYS + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - _EPOCH_DAYS


def first_day(month):
    """The first day of a month that is given in months since January 1970. To compare days costs less than to name their months."""
    return day(1970 + month // 12, month % 12 + 1, 1)


def _declare(tables):
    return {dataset: _Declared(dataset, reads) for dataset, reads in tables.items()}


def _specs(parameters):
    return [wire.ParameterSpec(name, wire.ParameterKind[kind]) for name, kind in parameters.items()]


def _described(tables):
    def reads(declared):
        return [wire.Read(column, list(read.values)) for column, read in declared.reads.items()]

    return [wire.TableRead(dataset, reads(declared)) for dataset, declared in tables.items()]


def _parameters(declared, given):
    return {name: parameter.value for name, parameter in zip(declared, given)}


def _cells(read, column):
    """The cells of a column: one bit per row says what is missing, least significant first; no bits, that nothing is."""
    if type(column.data).__name__ != "Data_" + read.kind:
        raise TypeError("the manifest declares another type")
    values = column.data.value
    if read.kind == "Codes":
        named = read.values + [OTHER]
        values = [named[code] for code in values]
    if not column.missing:
        return values
    missing = column.missing
    return [None if missing[row >> 3] >> (row & 7) & 1 else value for row, value in enumerate(values)]
