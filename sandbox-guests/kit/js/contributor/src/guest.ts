/**
 * One theme of the fiscal year by county and industry: what tax is paid, what power is used, or how many are employed.
 *
 * The parameter `theme` says which of the three the table is about. An enterprise counts in the cell of its county and industry if a
 * figure of that theme is known of it in the last twelve months; beside that count, which the engine keeps, it adds `amount`, their
 * sum:
 *
 * | `theme` | `amount` |
 * |---|---|
 * | `tax` | tax paid for periods that ended in those months, in hundreds of yuan |
 * | `power` | power used in them, in hundreds of kWh |
 * | `employment` | insured heads, summed over the months: head-months |
 *
 * The unit of each is such that most enterprises stay below the policy's one bound. What is missing adds nothing, and what is less
 * than a whole unit is dropped once, at the end.
 */
import { OTHER, codes, contributor, dates, firstDay, floorDivide, integers, month, saturatingAdd } from "../sdk/anshi.ts";
import type { UnitInput } from "../sdk/anshi.ts";

/** The counties of the city: codes of GB/T 2260, as the catalog has them. */
const COUNTIES = [
  "371402", "371403", "371422", "371423", "371424", "371425", "371426", "371427", "371428", "371481", "371482",
] as const;
/** The sections of GB/T 4754, as the catalog has them. */
const INDUSTRIES = [
  "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T",
] as const;

const MONTHS = 12;
/** Fen in a hundred yuan, and hundredths of a kWh in a hundred kWh. */
const PARTS_PER_HUNDRED = 10_000n;

const MANIFEST = {
  parameters: { theme: "text" },
  tables: {
    business_registration: { county: codes(...COUNTIES), industry: codes(...INDUSTRIES) },
    tax_payment: { period_end: dates, paid_fen: integers },
    electricity_usage: { period_end: dates, usage_kwh: integers },
    social_insurance: { period_end: dates, insured_heads: integers },
  },
  dimensions: { county: COUNTIES, industry: INDUSTRIES },
  measures: ["amount"],
} as const;

/** When a period ended, and the figure that is known of it. */
type Figure = [periodEnd: number | null, figure: bigint | null];

export const contributing = contributor(MANIFEST, (unit) => {
  const place = unit.table("business_registration").newest();
  if (place === undefined || place.county === null || place.industry === null) return [];
  const { county, industry } = place;
  if (county === OTHER || industry === OTHER) return [];
  const [figures, parts] = figuresOf(unit.parameters.theme, unit);
  const total = sum(figures, unit.asOf);
  return total === null ? [] : [{ at: { county, industry }, add: { amount: floorDivide(total, parts) } }];
});

/** The ends of a theme's periods with the figure of each, and how many parts of it make a unit. */
function figuresOf(theme: string, unit: UnitInput<typeof MANIFEST>): [Figure[], bigint] {
  switch (theme) {
    case "tax":
      return [unit.table("tax_payment").rows().map((row) => [row.period_end, row.paid_fen]), PARTS_PER_HUNDRED];
    case "power":
      return [unit.table("electricity_usage").rows().map((row) => [row.period_end, row.usage_kwh]), PARTS_PER_HUNDRED];
    case "employment":
      return [unit.table("social_insurance").rows().map((row) => [row.period_end, row.insured_heads]), 1n];
    default:
      return [[], 1n];
  }
}

/** The sum of the known figures of the last twelve months' periods, held at the ends of 64 bits; `null` if there are none. */
function sum(figures: Figure[], asOf: number): bigint | null {
  const next = month(asOf) + 1;
  const [first, end] = [firstDay(next - MONTHS), firstDay(next)];
  let total: bigint | null = null;
  for (const [periodEnd, figure] of figures) {
    if (periodEnd === null || figure === null || periodEnd < first || periodEnd >= end) continue;
    total = total === null ? figure : saturatingAdd(total, figure);
  }
  return total;
}
