//! Says whether what somebody draws of one of the thirteen programmes of livelihood funds is in order: yes or no.
//!
//! `yes` takes all of this, and everything else is `no`, a person without a claim included. A `no` accuses nobody: it
//! says that somebody has to look.
//!
//! 1. **Once.** The person draws the programme, and has drawn it under one claim at a time: no two claims on it overlap
//!    by a day, in whichever counties. Who draws the minimum living allowance does not draw the support of the
//!    destitute at the same time, nor the other way about: the second takes the place of the first.
//! 2. **Alive.** The population register has them as registered here, and no funeral home knows of their death; or they
//!    died, and the last payment fell no later than the month of death.
//! 3. **Entitled.** By the programme, on the day of the answer (of who has died nothing more is asked):
//!    - `MINIMUM_LIVING`: a grant of the urban or the rural minimum is in force, and they are not paid out of the budget;
//!    - `DESTITUTE_SUPPORT`: sixty or older, or younger than sixteen, or gravely disabled; neither an employee who is
//!      insured as such, nor one with an employee's pension;
//!    - `TEMPORARY_RELIEF`: not paid out of the budget;
//!    - `ELDERLY_ALLOWANCE`: eighty or older; `FAMILY_PLANNING`: sixty or older;
//!    - `DISABLED_LIVING`: a certificate of disability that is valid; `DISABLED_CARE`: one of level 1 or 2;
//!    - `ORPHAN_SUPPORT`: younger than eighteen;
//!    - `MEDICAL_AID`: health insurance that is valid;
//!    - `STUDENT_AID`: at school;
//!    - `FARMLAND_SUPPORT`, `HOUSING_RENOVATION`: registered in the countryside;
//!    - `JOB_SUBSIDY`: from sixteen to below sixty, neither insured as an employee nor paid out of the budget.
//!
//! What is missing is not in order: a claim without its days overlaps with every other, a certificate without its last
//! day is none, a person without a day of birth has no age.

#![cfg_attr(target_arch = "wasm32", no_std)]

mod person;
#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, ParameterSpec, Party, Read, Role, TableRead, Verifier, calendar};
use livelihood_programmes::PROGRAMMES;

/// The guest.
pub struct LivelihoodClaimCheck;

anshi_guest::export_verifier!(LivelihoodClaimCheck);

/// The answers, in the manifest's order.
const NO: u32 = 0;
const YES: u32 = 1;

/// Places in the list of programmes.
const MINIMUM_LIVING: usize = 0;
const DESTITUTE_SUPPORT: usize = 1;

impl Verifier for LivelihoodClaimCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::text("programme")],
        roles: &[Role {
            name: "claimant",
            tables: &[
                TableRead {
                    dataset: "livelihood_funds",
                    reads: &[
                        Read::codes("programme", PROGRAMMES),
                        Read::dates("first_paid_on"),
                        Read::dates("last_paid_on"),
                    ],
                },
                TableRead {
                    dataset: "person_registry",
                    reads: &[Read::dates("born"), Read::codes("status", &["REGISTERED", "DECEASED"])],
                },
                TableRead { dataset: "funerals", reads: &[Read::dates("died_on")] },
                TableRead {
                    dataset: "social_assistance",
                    reads: &[
                        Read::codes("kind", &["URBAN_MINIMUM", "RURAL_MINIMUM"]),
                        Read::codes("status", &["GRANTED"]),
                        Read::dates("ended_on"),
                    ],
                },
                TableRead {
                    dataset: "disability_certificates",
                    reads: &[Read::integers("level"), Read::dates("valid_until")],
                },
                TableRead { dataset: "health_insurance", reads: &[Read::codes("status", &["VALID"])] },
                TableRead { dataset: "school_enrolment", reads: &[Read::integers("grade")] },
                TableRead { dataset: "household_register", reads: &[Read::codes("residence", &["RURAL"])] },
                TableRead {
                    dataset: "insured_persons",
                    reads: &[Read::codes("kind", &["EMPLOYEE"]), Read::codes("status", &["PAYING"])],
                },
                TableRead { dataset: "pensions", reads: &[Read::codes("kind", &["EMPLOYEE"])] },
                TableRead { dataset: "fiscal_payroll", reads: &[Read::dates("paid_until")] },
            ],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(claimant) = input.party("claimant") else { return NO };
        let Some(programme) = PROGRAMMES.iter().position(|known| *known == input.text("programme")) else { return NO };
        let in_order = match (claim(&claimant, programme), death(&claimant)) {
            (Some(_), Life::Here) => person::is_entitled(&claimant, programme, input.as_of()),
            (Some(last_paid), Life::Died(day)) => calendar::month(last_paid) <= calendar::month(day),
            _ => false,
        };
        if in_order { YES } else { NO }
    }
}

/// The day of the last payment of the programme; `None` if there is no claim on it, or two at one time.
fn claim(claimant: &Party, programme: usize) -> Option<i32> {
    let funds = claimant.table("livelihood_funds");
    let (programmes, firsts, lasts) =
        (funds.codes("programme"), funds.dates("first_paid_on"), funds.dates("last_paid_on"));
    let is = |row: usize, wanted: usize| programmes.get(row).is_some_and(|code| code as usize == wanted);
    let instead = match programme {
        MINIMUM_LIVING => Some(DESTITUTE_SUPPORT),
        DESTITUTE_SUPPORT => Some(MINIMUM_LIVING),
        _ => None,
    };
    let overlap =
        |one: usize, other: usize| match (firsts.get(one), lasts.get(one), firsts.get(other), lasts.get(other)) {
            (Some(first), Some(last), Some(other_first), Some(other_last)) => {
                first <= other_last && other_first <= last
            }
            _ => true,
        };
    let mut newest = None;
    for row in (0..funds.rows()).filter(|&row| is(row, programme)) {
        let mut others = (0..funds.rows()).filter(|&other| {
            other != row && (is(other, programme) || instead.is_some_and(|instead| is(other, instead)))
        });
        if others.any(|other| overlap(row, other)) {
            return None;
        }
        newest = newest.max(Some(lasts.get(row)?));
    }
    newest
}

/// What the registers know of somebody's life.
enum Life {
    /// Alive, and registered here.
    Here,
    Died(i32),
    /// Not known, moved away, or dead on a day that nobody wrote down.
    Unknown,
}

/// The codes of the population register.
const REGISTERED: u32 = 0;
const DECEASED: u32 = 1;

fn death(claimant: &Party) -> Life {
    let funerals = claimant.table("funerals");
    let died = funerals.dates("died_on").iter().flatten().min();
    match (claimant.table("person_registry").codes("status").get(0), died) {
        (Some(REGISTERED), None) if funerals.rows() == 0 => Life::Here,
        (Some(REGISTERED | DECEASED), Some(day)) => Life::Died(day),
        _ => Life::Unknown,
    }
}
