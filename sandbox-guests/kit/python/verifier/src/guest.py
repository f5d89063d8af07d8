from anshi import INTEGER, VerifierManifest, add, codes, dates, integers, verifier

MANIFEST = VerifierManifest(
    parameters={"claimed_fen": INTEGER},
    roles={
        "enterprise": {
            "tax_filing": {"revenue_fen": integers, "period_end": dates, "tax_kind": codes("VAT"), "filed_date": dates},
            "electricity_usage": {"period_end": dates, "usage_kwh": integers, "overdue_days": integers},
        },
    },
    labels=["no", "yes"],
)


def answer(ask):
    firm = ask.party("enterprise")
    if firm is None:
        return "no"
    declared = 0
    for row in firm.table("tax_filing"):
        if row.tax_kind != "VAT" or row.filed_date is None or row.revenue_fen is None:
            continue
        if row.period_end is not None and row.period_end > ask.as_of - 365:
            declared = add(declared, row.revenue_fen)
    recent = any(
        row.period_end is not None and row.period_end > ask.as_of - 92 and (row.usage_kwh or 0) > 0
        for row in firm.table("electricity_usage")
    )
    return "yes" if declared >= ask.parameters["claimed_fen"] and recent else "no"


Verifying = verifier(MANIFEST, answer)
