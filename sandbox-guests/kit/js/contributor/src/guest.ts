import { OTHER, codes, contributor, dates, integers, sum } from "../sdk/anshi.ts";

const COUNTIES = ["371402", "371403", "371422", "371423", "371424", "371425", "371426", "371427", "371428", "371481", "371482"] as const;
const INDUSTRIES = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T"] as const;

export const contributing = contributor(
  {
    parameters: { theme: "text" },
    tables: {
      business_registration: { county: codes(...COUNTIES), industry: codes(...INDUSTRIES) },
      tax_payment: { period_end: dates, paid_fen: integers },
      electricity_usage: { period_end: dates, usage_kwh: integers },
      social_insurance: { period_end: dates, insured_heads: integers },
    },
    dimensions: { county: COUNTIES, industry: INDUSTRIES },
    measures: ["amount"],
  },
  (unit) => {
    const place = unit.table("business_registration").newest();
    if (place === undefined || place.county === null || place.industry === null) return [];
    if (place.county === OTHER || place.industry === OTHER) return [];
    const amounts = {
      tax: () => sum(unit.table("tax_payment").column("paid_fen")),
      power: () => sum(unit.table("electricity_usage").column("usage_kwh")),
      employment: () => unit.table("social_insurance").newest()?.insured_heads ?? 0n,
    };
    const amount = amounts[unit.parameters.theme as keyof typeof amounts]();
    return [{ at: { county: place.county, industry: place.industry }, add: { amount } }];
  },
);
