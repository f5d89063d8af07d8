// What a call costs that reads three columns: `make bench-guests` puts it in the place of a project's guest.
import { add, dates, integers, verifier } from "../sdk/anshi.ts";

export const verifying = verifier(
  {
    parameters: {},
    roles: { enterprise: { tax_payment: { period_end: dates, paid_fen: integers, payable_fen: integers } } },
    labels: ["no", "yes"],
  },
  (input) => {
    const table = input.party("enterprise")!.table("tax_payment");
    const [ends, paid, payable] = [table.column("period_end"), table.column("paid_fen"), table.column("payable_fen")];
    // A sum that overflows ends the call.
    let total = 0n;
    for (let row = 0; row < table.length; row++) {
      if (ends[row] !== null) total = add(add(total, paid[row] ?? 0n), payable[row] ?? 0n);
    }
    return total > 0n ? "yes" : "no";
  },
);
