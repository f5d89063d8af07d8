"""One theme of the fiscal year by county and industry: what tax is paid, what power is used, or how many are employed.

The parameter `theme` says which of the three the table is about. An enterprise counts in the cell of its county and industry if a figure
of that theme is known of it in the last twelve months; beside that count, which the engine keeps, it adds `amount`, their sum:

| `theme` | `amount` |
|---|---|
| `tax` | tax paid for periods that ended in those months, in hundreds of yuan |
| `power` | power used in them, in hundreds of kWh |
| `employment` | insured heads, summed over the months: head-months |

The unit of each is such that most enterprises stay below the policy's one bound. What is missing adds nothing, and what is less than a
whole unit is dropped once, at the end.
"""

from anshi import OTHER, TEXT, ContributorManifest, codes, contributor, dates, first_day, integers, month, saturating_add

#: The counties of the city: codes of GB/T 2260, as the catalog has them.
COUNTIES = "371402 371403 371422 371423 371424 371425 371426 371427 371428 371481 371482".split()
#: The sections of GB/T 4754, as the catalog has them.
INDUSTRIES = list("ABCDEFGHIJKLMNOPQRST")

MONTHS = 12
#: Fen in a hundred yuan, and hundredths of a kWh in a hundred kWh.
PARTS_PER_HUNDRED = 10_000

#: Of each theme the dataset, the column that is summed, and how many of its parts make a unit.
THEMES = {
    "tax": ("tax_payment", "paid_fen", PARTS_PER_HUNDRED),
    "power": ("electricity_usage", "usage_kwh", PARTS_PER_HUNDRED),
    "employment": ("social_insurance", "insured_heads", 1),
}

MANIFEST = ContributorManifest(
    parameters={"theme": TEXT},
    tables={
        "business_registration": {"county": codes(*COUNTIES), "industry": codes(*INDUSTRIES)},
        "tax_payment": {"period_end": dates, "paid_fen": integers},
        "electricity_usage": {"period_end": dates, "usage_kwh": integers},
        "social_insurance": {"period_end": dates, "insured_heads": integers},
    },
    dimensions={"county": COUNTIES, "industry": INDUSTRIES},
    measures=["amount"],
)


def contribute(unit):
    place = unit.table("business_registration").newest()
    if place is None or place.county in (None, OTHER) or place.industry in (None, OTHER):
        return []
    if unit.parameters["theme"] not in THEMES:
        return []
    dataset, column, parts = THEMES[unit.parameters["theme"]]
    table = unit.table(dataset)
    total = total_of(zip(table.column("period_end"), table.column(column)), unit.as_of)
    if total is None:
        return []
    return [({"county": place.county, "industry": place.industry}, {"amount": total // parts})]


def total_of(figures, as_of):
    """The sum of the known figures of the last twelve months' periods, held at the ends of 64 bits; `None` if there are none."""
    following = month(as_of) + 1
    first, end = first_day(following - MONTHS), first_day(following)
    total = None
    for period_end, figure in figures:
        if period_end is None or figure is None or not first <= period_end < end:
            continue
        total = figure if total is None else saturating_add(total, figure)
    return total


#: What the contract's world exports.
Contributing = contributor(MANIFEST, contribute)
