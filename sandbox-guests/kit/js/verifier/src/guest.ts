/**
 * Says whether a firm's own claim about its sales holds: yes or no.
 *
 * `yes` takes all of this, and everything else is `no`, a firm without rows included:
 *
 * 1. the value-added tax declarations that were filed for periods of the last twelve months come to at least `claimed_fen` of
 *    taxable sales; of a period that was declared twice, the declaration filed last counts;
 * 2. some power was used in the last three months;
 * 3. none of their bills is more than sixty days overdue.
 *
 * What is missing never speaks for the firm: a declaration without a day of filing was not filed. It does not speak against it
 * either: a bill of which it is not known how long it is overdue is not.
 */
import { codes, dates, firstDay, integers, month, saturatingAdd, verifier } from "../sdk/anshi.ts";
import type { Row } from "../sdk/anshi.ts";

/** Declarations of so many months count, the current one among them. */
const SALES_MONTHS = 12;
/** Power is looked at over so many months. */
const POWER_MONTHS = 3;
/** A bill may be overdue for so long. */
const OVERDUE_DAYS_MAX = 60n;

const FILINGS = { period_end: dates, tax_kind: codes("VAT"), filed_date: dates, revenue_fen: integers };
const READINGS = { period_end: dates, usage_kwh: integers, overdue_days: integers };

export const verifying = verifier(
  {
    parameters: { claimed_fen: "integer" },
    roles: { enterprise: { tax_filing: FILINGS, electricity_usage: READINGS } },
    labels: ["no", "yes"],
  },
  (input) => {
    const firm = input.party("enterprise");
    if (firm === undefined) return "no";
    const declared = declaredFen(firm.table("tax_filing").rows(), input.asOf);
    const holds = declared >= input.parameters.claimed_fen && hasPower(firm.table("electricity_usage").rows(), input.asOf);
    return holds ? "yes" : "no";
  },
);

/** The first day of the last `months` months, up to the one of `asOf`. */
function since(asOf: number, months: number): number {
  return firstDay(month(asOf) + 1 - months);
}

/** The taxable sales that were declared for the last twelve months. */
function declaredFen(filings: Row<typeof FILINGS>[], asOf: number): bigint {
  const first = since(asOf, SALES_MONTHS);
  let total = 0n;
  // Rows come by the ends of their periods, so those of one period stand together.
  let period: number | null = null;
  let lastFiled = -Infinity;
  let ofPeriod = 0n;
  for (const { period_end: end, tax_kind: kind, filed_date: filed, revenue_fen: revenue } of filings) {
    if (end === null || kind !== "VAT" || filed === null || revenue === null) continue;
    if (end < first || filed > asOf) continue;
    if (period !== end) {
      total = saturatingAdd(total, ofPeriod);
      period = end;
      lastFiled = -Infinity;
      ofPeriod = 0n;
    }
    if (filed >= lastFiled) {
      lastFiled = filed;
      ofPeriod = revenue;
    }
  }
  return saturatingAdd(total, ofPeriod);
}

/** Whether power was used in the last three months, and paid for in time. */
function hasPower(readings: Row<typeof READINGS>[], asOf: number): boolean {
  const first = since(asOf, POWER_MONTHS);
  let isUsed = false;
  for (const { period_end: end, usage_kwh: usage, overdue_days: overdue } of readings) {
    if (end === null || end < first) continue;
    if (overdue !== null && overdue > OVERDUE_DAYS_MAX) return false;
    isUsed ||= usage !== null && usage > 0n;
  }
  return isUsed;
}
