//! What a call costs that reads three columns: `make bench-guests` puts it in the place of a project's guest.

#![cfg_attr(target_arch = "wasm32", no_std)]

use anshi_guest::{Input, Manifest, Read, Role, TableRead, Verifier};

/// The guest.
pub struct Columns;

anshi_guest::export_verifier!(Columns);

impl Verifier for Columns {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[Role {
            name: "enterprise",
            tables: &[TableRead {
                dataset: "tax_payment",
                reads: &[Read::dates("period_end"), Read::integers("paid_fen"), Read::integers("payable_fen")],
            }],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(firm) = input.party("enterprise") else { return 0 };
        let table = firm.table("tax_payment");
        let figures = table.integers("paid_fen").iter().zip(table.integers("payable_fen").iter());
        // A sum that overflows ends the call.
        let mut total_fen: i64 = 0;
        for (end, (paid, payable)) in table.dates("period_end").iter().zip(figures) {
            if end.is_some() {
                total_fen += paid.unwrap_or(0);
                total_fen += payable.unwrap_or(0);
            }
        }
        (total_fen > 0).into()
    }
}
