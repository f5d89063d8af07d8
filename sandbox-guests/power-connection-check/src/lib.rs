//! Says whether the papers behind a firm's application for power stand together on the day of the answer, so that one
//! certificate is shown in place of four: yes or no.
//!
//! The newest application names a title, a planning permit and an approval by their numbers. Numbers arrive as tokens: each
//! is equal to one in the registers, among the firm's own rows, or is not. `yes` takes all of this, and everything else
//! is `no`:
//!
//! 1. the firm's registration is active;
//! 2. it has applied;
//! 3. the title that the application names is the firm's, registered, not run out, and not seized by a court;
//! 4. the planning permit that it names is the firm's, for that very title, and valid;
//! 5. the approval that it names is the firm's, for that very permit, and valid.
//!
//! First and last days count. What is missing never speaks for the firm: a permit without a last day, or a title of which
//! it is not known whether it is seized, is none. A title without a last day is a title for good.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Party, Read, Role, Table, TableRead, Verifier};

/// The guest.
pub struct PowerConnectionCheck;

anshi_guest::export_verifier!(PowerConnectionCheck);

/// The answers, in the manifest's order.
const NO: u32 = 0;
const YES: u32 = 1;

/// The code of the one status that lets a firm do business.
const ACTIVE: u32 = 0;

impl Verifier for PowerConnectionCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[Role {
            name: "enterprise",
            tables: &[
                TableRead { dataset: "business_registration", reads: &[Read::codes("status", &["ACTIVE"])] },
                TableRead {
                    dataset: "power_connections",
                    reads: &[
                        Read::dates("applied_on"),
                        Read::tokens("title_number"),
                        Read::tokens("permit_number"),
                        Read::tokens("project_number"),
                    ],
                },
                TableRead {
                    dataset: "enterprise_real_estate",
                    reads: &[
                        Read::tokens("title_number"),
                        Read::dates("registered_on"),
                        Read::dates("valid_until"),
                        Read::integers("seized"),
                    ],
                },
                TableRead {
                    dataset: "planning_permits",
                    reads: &[
                        Read::tokens("permit_number"),
                        Read::tokens("title_number"),
                        Read::dates("issued_on"),
                        Read::dates("valid_until"),
                    ],
                },
                TableRead {
                    dataset: "project_approvals",
                    reads: &[
                        Read::tokens("project_number"),
                        Read::tokens("permit_number"),
                        Read::dates("approved_on"),
                        Read::dates("valid_until"),
                    ],
                },
            ],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(firm) = input.party("enterprise") else { return NO };
        if stands(&firm, input.as_of()) == Some(true) { YES } else { NO }
    }
}

/// `None` where the application is missing, or names less than all three.
fn stands(firm: &Party, as_of: i32) -> Option<bool> {
    let applications = firm.table("power_connections");
    let days = applications.dates("applied_on");
    let applied = (0..applications.rows()).filter(|row| days.get(*row).is_some_and(|day| day <= as_of));
    let newest = applied.max_by_key(|row| days.get(*row))?;
    let title = applications.tokens("title_number").get(newest)?;
    let permit = applications.tokens("permit_number").get(newest)?;
    let project = applications.tokens("project_number").get(newest)?;
    let is_active = firm.table("business_registration").codes("status").get(0) == Some(ACTIVE);
    Some(
        is_active
            && is_titled(&firm.table("enterprise_real_estate"), title, as_of)
            && has_paper(&firm.table("planning_permits"), &PLANNING, (permit, title), as_of)
            && has_paper(&firm.table("project_approvals"), &APPROVAL, (project, permit), as_of),
    )
}

fn is_titled(titles: &Table, title: u32, as_of: i32) -> bool {
    let (numbers, seized) = (titles.tokens("title_number"), titles.integers("seized"));
    let (since, until) = (titles.dates("registered_on"), titles.dates("valid_until"));
    (0..titles.rows()).any(|row| {
        numbers.get(row) == Some(title)
            && seized.get(row) == Some(0)
            && since.get(row).is_some_and(|since| since <= as_of)
            && until.get(row).is_none_or(|until| until >= as_of)
    })
}

/// The columns of a paper: its own number, that of the paper that it rests on, and its first day.
struct Paper {
    number: &'static str,
    rests_on: &'static str,
    since: &'static str,
}

const PLANNING: Paper = Paper { number: "permit_number", rests_on: "title_number", since: "issued_on" };
const APPROVAL: Paper = Paper { number: "project_number", rests_on: "permit_number", since: "approved_on" };

/// Whether the paper of this number rests on that one, and is valid.
fn has_paper(table: &Table, paper: &Paper, (number, rests_on): (u32, u32), as_of: i32) -> bool {
    let (numbers, bases) = (table.tokens(paper.number), table.tokens(paper.rests_on));
    let (since, until) = (table.dates(paper.since), table.dates("valid_until"));
    (0..table.rows()).any(|row| {
        numbers.get(row) == Some(number)
            && bases.get(row) == Some(rests_on)
            && since.get(row).is_some_and(|since| since <= as_of)
            && until.get(row).is_some_and(|until| until >= as_of)
    })
}
