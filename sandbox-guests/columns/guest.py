"""What a call costs that reads three columns: `make bench-guests` puts it in the place of a project's guest."""

from anshi import VerifierManifest, add, dates, integers, verifier

MANIFEST = VerifierManifest(
    parameters={},
    roles={"enterprise": {"tax_payment": {"period_end": dates, "paid_fen": integers, "payable_fen": integers}}},
    labels=["no", "yes"],
)


def answer(ask):
    # A sum that overflows ends the call.
    total = 0
    for end, paid, payable in ask.party("enterprise").table("tax_payment"):
        if end is not None:
            total = add(add(total, paid or 0), payable or 0)
    return "yes" if total > 0 else "no"


Verifying = verifier(MANIFEST, answer)
