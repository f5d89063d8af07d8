import { add, codes, dates, integers, verifier } from "../sdk/anshi.ts";

/** Whether the firm declared at least the claimed taxable sales over the last twelve months, and used power lately. */
export const verifying = verifier(
  {
    parameters: { claimed_fen: "integer" },
    roles: {
      enterprise: {
        tax_filing: { revenue_fen: integers, period_end: dates, tax_kind: codes("VAT"), filed_date: dates },
        electricity_usage: { period_end: dates, usage_kwh: integers, overdue_days: integers },
      },
    },
    labels: ["no", "yes"],
  },
  (input) => {
    const firm = input.party("enterprise");
    if (firm === undefined) return "no";
    let declared = 0n;
    for (const row of firm.table("tax_filing").rows()) {
      if (row.tax_kind !== "VAT" || row.filed_date === null || row.revenue_fen === null) continue;
      if (row.period_end !== null && row.period_end > input.asOf - 365) declared = add(declared, row.revenue_fen);
    }
    const used = firm.table("electricity_usage").rows();
    const recent = used.some((row) => row.period_end !== null && row.period_end > input.asOf - 92 && (row.usage_kwh ?? 0n) > 0n);
    return declared >= input.parameters.claimed_fen && recent ? "yes" : "no";
  },
);
