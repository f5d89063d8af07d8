//! Says whether a material that a matter asks for need not be asked for again, because the offices hold it already and it
//! still stands: yes or no.
//!
//! The office names the material. Only the newest that was handed in counts: an older one was replaced. `yes` takes all
//! of this, and everything else is `no`:
//!
//! 1. the firm's registration is active;
//! 2. the material was handed in, on the day of the answer or before;
//! 3. its last day has not gone by. The business licence and the articles have none; of any other material whose last
//!    day is not known it is not known that it still stands;
//! 4. nothing that it attests has changed since, on the day of receipt or after it: the representative, for the
//!    representative's identity; the address, for the premises; anything at all, for the articles; anything but the
//!    shareholders, for the licence.
//!
//! The guest learns no number of any material, and nothing of what is in it.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, ParameterSpec, Party, Read, Role, TableRead, Verifier};

/// The guest.
pub struct ApprovalMaterialCheck;

anshi_guest::export_verifier!(ApprovalMaterialCheck);

/// The answers, in the manifest's order.
const NO: u32 = 0;
const YES: u32 = 1;

/// The code of the one status that lets a firm do business.
const ACTIVE: u32 = 0;

const MATERIALS: &[&str] = &[
    "BUSINESS_LICENCE",
    "ARTICLES",
    "REPRESENTATIVE_ID",
    "PREMISES",
    "SAFETY_REPORT",
    "ENVIRONMENT_REPORT",
    "STAFF_LIST",
];
/// The changes that are told apart.
const CHANGES: &[&str] = &["LEGAL_REPRESENTATIVE", "ADDRESS", "SHAREHOLDERS"];
const REPRESENTATIVE: u32 = 0;
const ADDRESS: u32 = 1;
const SHAREHOLDERS: u32 = 2;

impl Verifier for ApprovalMaterialCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::text("material")],
        roles: &[Role {
            name: "enterprise",
            tables: &[
                TableRead { dataset: "business_registration", reads: &[Read::codes("status", &["ACTIVE"])] },
                TableRead {
                    dataset: "approval_materials",
                    reads: &[
                        Read::codes("material", MATERIALS),
                        Read::dates("received_on"),
                        Read::dates("valid_until"),
                    ],
                },
                TableRead {
                    dataset: "enterprise_changes",
                    reads: &[Read::codes("kind", CHANGES), Read::dates("changed_on")],
                },
            ],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(firm) = input.party("enterprise") else { return NO };
        let material = input.text("material");
        let as_of = input.as_of();
        let is_active = firm.table("business_registration").codes("status").get(0) == Some(ACTIVE);
        let stands = held(&firm, material, as_of).is_some_and(|received| !is_outdated(&firm, material, received));
        if is_active && stands { YES } else { NO }
    }
}

/// The day on which the newest of this material came, where it has not run out.
fn held(firm: &Party, material: &str, as_of: i32) -> Option<i32> {
    let code = MATERIALS.iter().position(|known| *known == material).and_then(|place| u32::try_from(place).ok())?;
    let table = firm.table("approval_materials");
    let (materials, received, until) =
        (table.codes("material"), table.dates("received_on"), table.dates("valid_until"));
    let rows = (0..table.rows()).filter(|row| materials.get(*row) == Some(code));
    let came = rows.filter(|row| received.get(*row).is_some_and(|day| day <= as_of));
    let newest = came.max_by_key(|row| received.get(*row))?;
    let stands = match until.get(newest) {
        Some(until) => until >= as_of,
        None => matches!(material, "BUSINESS_LICENCE" | "ARTICLES"),
    };
    received.get(newest).filter(|_| stands)
}

/// Whether the register tells of a change since then that the material does not show. A change of an unknown day may
/// have been since.
fn is_outdated(firm: &Party, material: &str, received: i32) -> bool {
    let concerns = |kind: Option<u32>| match material {
        "ARTICLES" => true,
        // A licence names no shareholders.
        "BUSINESS_LICENCE" => kind != Some(SHAREHOLDERS),
        "REPRESENTATIVE_ID" => kind == Some(REPRESENTATIVE),
        "PREMISES" => kind == Some(ADDRESS),
        _ => false,
    };
    let changes = firm.table("enterprise_changes");
    let mut rows = changes.codes("kind").iter().zip(changes.dates("changed_on").iter());
    rows.any(|(kind, changed)| concerns(kind) && changed.is_none_or(|changed| changed >= received))
}
