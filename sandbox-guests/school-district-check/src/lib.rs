//! Says whether a child may enrol in the first grade of a school district: yes or no.
//!
//! The education office names the child and one or both parents, each of whom has consented. That they are the child's
//! parents is proven by the household register, which names father and mother: their tokens are equal to the parent's
//! own, or are not. `yes` takes all of this, and everything else is `no`:
//!
//! 1. every parent who is named is the father or the mother by the child's row of the register; one who is not makes
//!    the answer `no`, whatever they own;
//! 2. the child is registered in the city and alive, has turned six by 31 August of the year of enrolment, and is at no
//!    school yet;
//! 3. the family belongs to the district, by one of two ways:
//!    - **registered there**: the child is registered in the district, in the household of a parent who is named, and a
//!      parent owns a home there;
//!    - **living there**: a parent owns a home in the district, or rents one by a contract that is filed and has not
//!      ended, and the same parent pays social insurance in the district's county, for twelve months at least.
//!
//! A home is a residential title of which at least half is the parent's, not seized, whose number is on the education
//! office's list of homes for the district, and whose seat has not been used. What is missing never speaks for the
//! family: a title of unknown purpose or share is no home, a seat of which it is not known whether it was used is used.
//!
//! `REGISTERED` in place of a district asks about the one where the child is registered.

#![cfg_attr(target_arch = "wasm32", no_std)]

mod home;
#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, ParameterSpec, Party, Read, Role, TableRead, Verifier, calendar};

/// The guest.
pub struct SchoolDistrictCheck;

anshi_guest::export_verifier!(SchoolDistrictCheck);

/// The answers, in the manifest's order.
const NO: u32 = 0;
const YES: u32 = 1;

/// The counties, in the order of the catalog.
const COUNTIES: &[&str] =
    &["371402", "371403", "371422", "371423", "371424", "371425", "371426", "371427", "371428", "371481", "371482"];
/// Four districts for each county, in the same order.
const DISTRICTS: &[&str] = &[
    "371402-1", "371402-2", "371402-3", "371402-4", "371403-1", "371403-2", "371403-3", "371403-4", "371422-1",
    "371422-2", "371422-3", "371422-4", "371423-1", "371423-2", "371423-3", "371423-4", "371424-1", "371424-2",
    "371424-3", "371424-4", "371425-1", "371425-2", "371425-3", "371425-4", "371426-1", "371426-2", "371426-3",
    "371426-4", "371427-1", "371427-2", "371427-3", "371427-4", "371428-1", "371428-2", "371428-3", "371428-4",
    "371481-1", "371481-2", "371481-3", "371481-4", "371482-1", "371482-2", "371482-3", "371482-4",
];
/// In place of a district: the one of the child's registration.
const OF_REGISTRATION: &str = "REGISTERED";
const SCHOOL_YEARS: i32 = 6;

impl Verifier for SchoolDistrictCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::text("district"), ParameterSpec::integer("year")],
        roles: &[
            Role {
                name: "child",
                tables: &[
                    TableRead {
                        dataset: "household_register",
                        reads: &[
                            Read::tokens("household"),
                            Read::tokens("father_id"),
                            Read::tokens("mother_id"),
                            Read::codes("district", DISTRICTS),
                        ],
                    },
                    TableRead {
                        dataset: "person_registry",
                        reads: &[Read::dates("born"), Read::codes("status", &["REGISTERED"])],
                    },
                    TableRead { dataset: "school_enrolment", reads: &[Read::integers("grade")] },
                ],
            },
            Role {
                name: "parent",
                tables: &[
                    TableRead { dataset: "household_register", reads: &[Read::tokens("household")] },
                    TableRead {
                        dataset: "school_districts",
                        reads: &[
                            Read::tokens("title_number"),
                            Read::codes("district", DISTRICTS),
                            Read::integers("seat_used"),
                        ],
                    },
                    TableRead {
                        dataset: "real_estate",
                        reads: &[
                            Read::tokens("title_number"),
                            Read::codes("purpose", &["RESIDENTIAL"]),
                            Read::integers("share"),
                            Read::integers("seized"),
                        ],
                    },
                    TableRead {
                        dataset: "rental_contracts",
                        reads: &[Read::codes("district", DISTRICTS), Read::dates("valid_until")],
                    },
                    TableRead {
                        dataset: "insured_persons",
                        reads: &[
                            Read::codes("county", COUNTIES),
                            Read::integers("paid_months"),
                            Read::codes("status", &["PAYING"]),
                        ],
                    },
                ],
            },
        ],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(child) = input.party("child") else { return NO };
        let parents = || input.parties("parent");
        let Some(district) = district(input.text("district"), &child) else { return NO };
        let are_the_parents = parents().next().is_some() && parents().all(|parent| is_parent(&parent, &child));
        let as_of = input.as_of();
        let belongs = || {
            let is_registered =
                is_registered(&child, district) && parents().any(|parent| share_household(&child, &parent));
            is_registered && parents().any(|parent| home::owns(&parent, district))
                || parents().any(|parent| home::lives(&parent, district, as_of))
        };
        if are_the_parents && is_of_age(&child, input.integer("year")) && belongs() { YES } else { NO }
    }
}

/// The district that is asked about, as its place in the list.
fn district(named: &str, child: &Party) -> Option<u32> {
    if named == OF_REGISTRATION {
        let code = child.table("household_register").codes("district").get(0);
        return code.filter(|code| (*code as usize) < DISTRICTS.len());
    }
    let place = DISTRICTS.iter().position(|known| *known == named)?;
    u32::try_from(place).ok()
}

/// Whether the child's row names this very person as father or mother.
fn is_parent(parent: &Party, child: &Party) -> bool {
    let register = child.table("household_register");
    let named = [register.tokens("father_id").get(0), register.tokens("mother_id").get(0)];
    named.contains(&Some(parent.token()))
}

fn is_of_age(child: &Party, year: i64) -> bool {
    let registry = child.table("person_registry");
    let lives = registry.codes("status").get(0) == Some(0);
    let at_school = child.table("school_enrolment").rows() > 0;
    let year = i32::try_from(year).unwrap_or(i32::MIN).saturating_sub(SCHOOL_YEARS);
    let is_six = registry.dates("born").get(0).is_some_and(|born| born <= calendar::day(year, 8, 31));
    lives && !at_school && is_six
}

fn is_registered(child: &Party, district: u32) -> bool {
    child.table("household_register").codes("district").get(0) == Some(district)
}

fn share_household(child: &Party, parent: &Party) -> bool {
    let household = |party: &Party| party.table("household_register").tokens("household").get(0);
    household(child).is_some_and(|number| household(parent) == Some(number))
}
