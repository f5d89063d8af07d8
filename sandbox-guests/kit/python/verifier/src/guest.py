"""Says whether a firm's own claim about its sales holds: yes or no.

`yes` takes all of this, and everything else is `no`, a firm without rows included:

1. the value-added tax declarations that were filed for periods of the last twelve months come to at least `claimed_fen` of taxable
   sales; of a period that was declared twice, the declaration filed last counts;
2. some power was used in the last three months;
3. none of their bills is more than sixty days overdue.

What is missing never speaks for the firm: a declaration without a day of filing was not filed. It does not speak against it either: a
bill of which it is not known how long it is overdue is not.
"""

from anshi import INTEGER, VerifierManifest, codes, dates, first_day, integers, month, saturating_add, verifier

#: Declarations of so many months count, the current one among them.
SALES_MONTHS = 12
#: Power is looked at over so many months.
POWER_MONTHS = 3
#: A bill may be overdue for so long.
OVERDUE_DAYS_MAX = 60

MANIFEST = VerifierManifest(
    parameters={"claimed_fen": INTEGER},
    roles={
        "enterprise": {
            "tax_filing": {"period_end": dates, "tax_kind": codes("VAT"), "filed_date": dates, "revenue_fen": integers},
            "electricity_usage": {"period_end": dates, "usage_kwh": integers, "overdue_days": integers},
        },
    },
    labels=["no", "yes"],
)


def answer(ask):
    firm = ask.party("enterprise")
    if firm is None:
        return "no"
    declared = declared_fen(firm.table("tax_filing"), ask.as_of)
    holds = declared >= ask.parameters["claimed_fen"] and has_power(firm.table("electricity_usage"), ask.as_of)
    return "yes" if holds else "no"


def since(as_of, months):
    """The first day of the last `months` months, up to the one of `as_of`."""
    return first_day(month(as_of) + 1 - months)


def declared_fen(filings, as_of):
    """The taxable sales that were declared for the last twelve months."""
    first = since(as_of, SALES_MONTHS)
    total = of_period = 0
    # Rows come by the ends of their periods, so those of one period stand together.
    period = last_filed = None
    for end, kind, filed, revenue in filings:
        if end is None or kind != "VAT" or filed is None or revenue is None:
            continue
        if end < first or filed > as_of:
            continue
        if period != end:
            total = saturating_add(total, of_period)
            period, last_filed, of_period = end, None, 0
        if last_filed is None or filed >= last_filed:
            last_filed, of_period = filed, revenue
    return saturating_add(total, of_period)


def has_power(readings, as_of):
    """Whether power was used in the last three months, and paid for in time."""
    first = since(as_of, POWER_MONTHS)
    is_used = False
    for row in readings:
        if row.period_end is None or row.period_end < first:
            continue
        if row.overdue_days is not None and row.overdue_days > OVERDUE_DAYS_MAX:
            return False
        is_used = is_used or (row.usage_kwh is not None and row.usage_kwh > 0)
    return is_used


#: What the contract's world exports.
Verifying = verifier(MANIFEST, answer)
