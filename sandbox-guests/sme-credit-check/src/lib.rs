//! Grades a small firm for a lending bank: A, B, C or D.
//!
//! The rules are meant to be explained to the firm. A firm starts with no demerits; each finding adds
//! the demerits that stand beside it in [`weights`], and the sum is the band. Some things decide alone: a
//! firm whose licence is not known to be active, that has no tax record, that is on a black list today or on
//! the courts' list of dishonest debtors, is D. A firm on the tax bureau's red list has one demerit less.
//!
//! What is missing is never read as zero. A finding that cannot be made for want of data costs one
//! demerit: an A is earned with evidence, but a gap in a department's records never makes a D by itself. Where
//! a department keeps a list of what is wrong (penalties, cases, declarations that did not come), no row is
//! no finding.
//!
//! How far back the records reach is the policy's to say, 24 months at present: the guest adds up what it
//! is given, and `min_paid_fen` is to be read as a sum over that time.

#![cfg_attr(target_arch = "wasm32", no_std)]

mod conduct;
mod monthly;
mod tax;
#[cfg(test)]
mod tests;
mod trend;

use anshi_guest::{Input, Manifest, ParameterSpec, Party, Read, Role, TableRead, Verifier, calendar};

use crate::trend::Trend;

/// The guest.
pub struct SmeCreditCheck;

anshi_guest::export_verifier!(SmeCreditCheck);

/// The answer, in the order of the manifest's labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Band {
    A,
    B,
    C,
    D,
}

/// What each finding costs. The sums that bound a band are at the end.
mod weights {
    /// Less tax paid than the bank asked for: the loan is for firms of a certain size, so such a firm
    /// is C at best, however well it behaves.
    pub(crate) const PAID_TOO_LITTLE: u32 = 3;
    /// More than a tenth of the obligations late: more than one slip a year in monthly filing.
    pub(crate) const OFTEN_LATE: u32 = 1;
    /// Nearly a third late, or worse: paying late is how this firm finances itself.
    pub(crate) const MOSTLY_LATE: u32 = 3;
    /// Tax due and unpaid on the day of the answer.
    pub(crate) const IN_ARREARS: u32 = 1;
    /// Unpaid for a quarter and more: the tax bureau's reminders have gone unheeded.
    pub(crate) const DEEP_IN_ARREARS: u32 = 3;
    /// Power fell by a fifth: less work, or less of it here.
    pub(crate) const POWER_FELL: u32 = 1;
    /// Power fell by two fifths: production is being shut down.
    pub(crate) const POWER_COLLAPSED: u32 = 3;
    /// Insured heads fell by 15 %: more than people leaving.
    pub(crate) const HEADS_FELL: u32 = 1;
    /// Insured heads fell by 30 %: layoffs.
    pub(crate) const HEADS_COLLAPSED: u32 = 2;
    /// Younger than two years, or of unknown age: it has not yet lived through two tax years.
    pub(crate) const YOUNG: u32 = 1;
    /// A tax declaration due and not filed.
    pub(crate) const NOT_FILED: u32 = 1;
    /// Not filed for a quarter and more: the bureau no longer knows what this firm earns.
    pub(crate) const LONG_NOT_FILED: u32 = 3;
    /// A penalty within a year, whether made good or not.
    pub(crate) const PENALISED: u32 = 1;
    /// On the list of abnormal operations today: not found at its address, or its annual report is missing.
    pub(crate) const ABNORMAL: u32 = 2;
    /// A court is making it pay.
    pub(crate) const UNDER_ENFORCEMENT: u32 = 2;
    /// A court gave up, for want of anything to take.
    pub(crate) const NO_ASSETS: u32 = 3;
    /// A finding that could not be made.
    pub(crate) const UNKNOWN: u32 = 1;
    /// What the red list takes off.
    pub(crate) const RED_LIST: u32 = 1;

    /// Small findings, each of which a good year heals. Without any, a firm is an A.
    pub(crate) const B_MAX: u32 = 2;
    /// One grave finding, perhaps with a small one beside it.
    pub(crate) const C_MAX: u32 = 4;
}

/// A firm is young before this age.
const YOUNG_BELOW_MONTHS: i32 = 24;
/// The code of the one status that lets a firm do business.
const ACTIVE: u32 = 0;

impl Verifier for SmeCreditCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::integer("min_paid_fen")],
        roles: &[Role {
            name: "enterprise",
            tables: &[
                TableRead {
                    dataset: "business_registration",
                    reads: &[Read::dates("established"), Read::codes("status", &["ACTIVE"])],
                },
                TableRead {
                    dataset: "tax_payment",
                    reads: &[
                        Read::integers("payable_fen"),
                        Read::integers("paid_fen"),
                        Read::dates("due_date"),
                        Read::dates("paid_date"),
                    ],
                },
                TableRead { dataset: "tax_filing", reads: &[Read::dates("due_date"), Read::dates("filed_date")] },
                TableRead {
                    dataset: "public_credit",
                    reads: &[
                        Read::codes("kind", conduct::KINDS),
                        Read::dates("recorded_on"),
                        Read::dates("removed_on"),
                    ],
                },
                TableRead {
                    dataset: "court_enforcement",
                    reads: &[Read::codes("status", conduct::STATES), Read::integers("dishonest")],
                },
                TableRead {
                    dataset: "electricity_usage",
                    reads: &[Read::dates("period_end"), Read::integers("usage_kwh")],
                },
                TableRead {
                    dataset: "water_gas_heat_usage",
                    reads: &[Read::codes("utility", &["WATER"]), Read::dates("period_end"), Read::integers("usage")],
                },
                TableRead {
                    dataset: "social_insurance",
                    reads: &[Read::dates("period_end"), Read::integers("insured_heads")],
                },
            ],
        }],
        labels: &["A", "B", "C", "D"],
    };

    fn verify(input: &Input) -> u32 {
        grade(input) as u32
    }
}

fn grade(input: &Input) -> Band {
    let Some(firm) = input.party("enterprise") else { return Band::D };
    if !is_active(&firm) || firm.table("tax_payment").rows() == 0 {
        return Band::D;
    }
    let credit = conduct::credit(&firm, input.as_of());
    let court = conduct::court(&firm);
    if credit.is_blacklisted || court.is_dishonest {
        return Band::D;
    }
    let tax = tax::summarise(&firm.table("tax_payment"), input.as_of());
    let demerits = tax_demerits(&tax, input.integer("min_paid_fen"))
        + power_demerits(trend::power(&firm, input.as_of()))
        + heads_demerits(trend::heads(&firm, input.as_of()))
        + filing_demerits(conduct::filing(&firm, input.as_of()))
        + credit_demerits(&credit)
        + court_demerits(&court)
        + age_demerits(&firm, input.as_of());
    let demerits = demerits.saturating_sub(if credit.is_on_red_list { weights::RED_LIST } else { 0 });
    if demerits == 0 {
        Band::A
    } else if demerits <= weights::B_MAX {
        Band::B
    } else if demerits <= weights::C_MAX {
        Band::C
    } else {
        Band::D
    }
}

/// A licence of unknown status is not a licence to lend on.
fn is_active(firm: &Party) -> bool {
    firm.table("business_registration").codes("status").get(0) == Some(ACTIVE)
}

fn tax_demerits(tax: &tax::Summary, min_paid_fen: i64) -> u32 {
    let size = match tax.paid_fen < min_paid_fen {
        true => weights::PAID_TOO_LITTLE,
        false => 0,
    };
    let punctuality = match tax.punctuality() {
        tax::Punctuality::Unknown => weights::UNKNOWN,
        tax::Punctuality::Good => 0,
        tax::Punctuality::OftenLate => weights::OFTEN_LATE,
        tax::Punctuality::MostlyLate => weights::MOSTLY_LATE,
    };
    let arrears = match tax.arrears() {
        tax::Arrears::None => 0,
        tax::Arrears::Recent => weights::IN_ARREARS,
        tax::Arrears::Deep => weights::DEEP_IN_ARREARS,
    };
    size + punctuality + arrears
}

fn power_demerits(trend: Trend) -> u32 {
    match trend {
        Trend::Unknown => weights::UNKNOWN,
        Trend::Steady => 0,
        Trend::Fell => weights::POWER_FELL,
        Trend::Collapsed => weights::POWER_COLLAPSED,
    }
}

fn heads_demerits(trend: Trend) -> u32 {
    match trend {
        Trend::Unknown => weights::UNKNOWN,
        Trend::Steady => 0,
        Trend::Fell => weights::HEADS_FELL,
        Trend::Collapsed => weights::HEADS_COLLAPSED,
    }
}

fn filing_demerits(filing: conduct::Filing) -> u32 {
    match filing {
        conduct::Filing::Complete => 0,
        conduct::Filing::Missing => weights::NOT_FILED,
        conduct::Filing::LongMissing => weights::LONG_NOT_FILED,
    }
}

fn credit_demerits(credit: &conduct::Credit) -> u32 {
    let penalised = if credit.is_penalised { weights::PENALISED } else { 0 };
    let abnormal = if credit.is_abnormal { weights::ABNORMAL } else { 0 };
    penalised + abnormal
}

/// The worst case stands for all: a court that has nothing to take from a firm takes it once.
fn court_demerits(court: &conduct::Court) -> u32 {
    if court.has_no_assets {
        weights::NO_ASSETS
    } else if court.is_enforcing {
        weights::UNDER_ENFORCEMENT
    } else {
        0
    }
}

fn age_demerits(firm: &Party, as_of: i32) -> u32 {
    let established = firm.table("business_registration").dates("established").get(0);
    let is_grown = established
        .is_some_and(|established| calendar::month(as_of) - calendar::month(established) >= YOUNG_BELOW_MONTHS);
    match is_grown {
        true => 0,
        false => weights::YOUNG,
    }
}
