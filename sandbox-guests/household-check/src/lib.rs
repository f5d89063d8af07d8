//! Says in which band of means a household stands that asks for social assistance, out of nine registers: `differs`,
//! `no`, `marginal` or `minimum`.
//!
//! The office names the applicant and every other member, and each of them has consented. That they are one household
//! is proven by the household register: the number of the household arrives as a token, and the tokens are equal, or
//! are not. `differs` is the answer, and nothing else is looked at, unless all of this holds:
//!
//! 1. the household register knows each of them, and has all of them in the applicant's household;
//! 2. they are as many as it says live in it: nobody is left out;
//! 3. the population register has each of them as alive and registered here.
//!
//! Then the figures of all of them are added up. What a household has in a month: for each member the greater of the wage that
//! social insurance is reckoned on, while it is being paid, and a twelfth of the income of the newest tax year; and
//! every pension that is paid. What the city gives to the poor, the old and the disabled is no income.
//!
//! - `minimum`: less than the line for each member, and no motor vehicle but motorcycles.
//! - `marginal`: at most one and a half times the line for each member, and no motor vehicle but motorcycles and one
//!   that cost at most 100,000 yuan.
//! - `no`: everything else, and whatever the income is, if any of them represents, manages or owns a part of an
//!   enterprise today; if they own more than one home, or a commercial or industrial title; or if there is more in
//!   their housing fund accounts than two years of the line for each member.
//!
//! What is missing never makes a household poor. A wage that is being paid, a pension or a year's income without a sum,
//! an adult whom the social insurance does not know, an account without a balance: the answer is `no`. A title of which
//! it is not known what it is for counts as a home, a vehicle of which it is not known what it is or cost as a dear
//! one. A title of which less than half is theirs is no home of theirs.

#![cfg_attr(target_arch = "wasm32", no_std)]

mod means;
#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, ParameterSpec, Party, Read, Role, TableRead, Verifier};
use means::Means;

/// The guest.
pub struct HouseholdCheck;

anshi_guest::export_verifier!(HouseholdCheck);

/// The answers, in the manifest's order.
const DIFFERS: u32 = 0;
const NO: u32 = 1;
const MARGINAL: u32 = 2;
const MINIMUM: u32 = 3;

/// The code of the one state of somebody who lives, and lives here.
const REGISTERED: u32 = 0;

/// The nine registers; the first two say who is asked about, the others what they have.
const REGISTERS: &[TableRead] = &[
    TableRead { dataset: "household_register", reads: &[Read::tokens("household"), Read::integers("members")] },
    TableRead { dataset: "person_registry", reads: &[Read::dates("born"), Read::codes("status", &["REGISTERED"])] },
    TableRead {
        dataset: "insured_persons",
        reads: &[
            Read::codes("kind", &["EMPLOYEE", "FLEXIBLE", "RESIDENT"]),
            Read::integers("base_fen"),
            Read::codes("status", &["PAYING", "PAUSED", "RETIRED"]),
        ],
    },
    TableRead { dataset: "personal_income_tax", reads: &[Read::integers("income_fen")] },
    TableRead { dataset: "pensions", reads: &[Read::integers("monthly_fen"), Read::codes("status", &["STOPPED"])] },
    TableRead { dataset: "housing_fund", reads: &[Read::integers("balance_fen")] },
    TableRead {
        dataset: "real_estate",
        reads: &[
            Read::codes("purpose", &["PARKING", "RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL"]),
            Read::integers("share"),
        ],
    },
    TableRead {
        dataset: "person_vehicles",
        reads: &[Read::codes("kind", &["MOTORCYCLE"]), Read::integers("value_fen")],
    },
    TableRead { dataset: "person_offices", reads: &[Read::codes("position", &["SUPERVISOR"]), Read::dates("until")] },
];

impl Verifier for HouseholdCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::integer("line_fen")],
        roles: &[Role { name: "applicant", tables: REGISTERS }, Role { name: "member", tables: REGISTERS }],
        labels: &["differs", "no", "marginal", "minimum"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(applicant) = input.party("applicant") else { return DIFFERS };
        let everybody = || input.parties("applicant").chain(input.parties("member"));
        let heads = everybody().count() as i64;
        if !is_whole(&applicant, heads) || !everybody().all(|member| is_of(&member, &applicant)) {
            return DIFFERS;
        }
        let as_of = input.as_of();
        let means = everybody().try_fold(Means::none(), |means, member| means.and(&member, as_of));
        means.map_or(NO, |means| band(&means, input.integer("line_fen"), heads))
    }
}

/// Whether the register says that so many live in the household.
fn is_whole(applicant: &Party, heads: i64) -> bool {
    applicant.table("household_register").integers("members").get(0) == Some(heads)
}

/// Whether both registers have somebody in the applicant's household, alive.
fn is_of(member: &Party, applicant: &Party) -> bool {
    let household = |party: &Party| party.table("household_register").tokens("household").get(0);
    let lives = member.table("person_registry").codes("status").get(0) == Some(REGISTERED);
    lives && household(applicant).is_some_and(|number| household(member) == Some(number))
}

/// Two years of the line may be in the housing fund.
const FUND_MONTHS: i64 = 24;

fn band(means: &Means, line_fen: i64, heads: i64) -> u32 {
    let line = line_fen.saturating_mul(heads);
    if means.has_an_office || means.homes > 1 || means.has_premises || means.fund_fen > line.saturating_mul(FUND_MONTHS)
    {
        return NO;
    }
    match (means.monthly_fen, means.cars, means.dear_cars) {
        (income, 0, _) if income < line => MINIMUM,
        (income, 0 | 1, 0) if income.saturating_mul(2) <= line.saturating_mul(3) => MARGINAL,
        _ => NO,
    }
}
