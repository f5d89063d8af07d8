"""What a call costs that reads three columns: `make bench-guests` puts it in the place of a project's guest."""

from anshi import VerifierManifest, dates, integers, saturating_add, verifier

MANIFEST = VerifierManifest(
    parameters={},
    roles={"enterprise": {"tax_payment": {"period_end": dates, "paid_fen": integers, "payable_fen": integers}}},
    labels=["no", "yes"],
)


def answer(ask):
    open_fen = 0
    for end, paid, payable in ask.party("enterprise").table("tax_payment"):
        if end is not None:
            open_fen = saturating_add(open_fen, (payable or 0) - (paid or 0))
    return "yes" if open_fen > 0 else "no"


Verifying = verifier(MANIFEST, answer)
