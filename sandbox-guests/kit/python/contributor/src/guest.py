from anshi import OTHER, TEXT, ContributorManifest, codes, contributor, dates, integers, total

COUNTIES = ["371402", "371403", "371422", "371423", "371424", "371425", "371426", "371427", "371428", "371481", "371482"]
INDUSTRIES = list("ABCDEFGHIJKLMNOPQRST")

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
    theme = unit.parameters["theme"]
    if theme == "tax":
        amount = total(unit.table("tax_payment").column("paid_fen"))
    elif theme == "power":
        amount = total(unit.table("electricity_usage").column("usage_kwh"))
    else:
        newest = unit.table("social_insurance").newest()
        amount = newest.insured_heads or 0 if newest else 0
    return [({"county": place.county, "industry": place.industry}, {"amount": amount})]


Contributing = contributor(MANIFEST, contribute)
