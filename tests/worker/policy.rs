//! The policy that the hostile contributor's tables in workers are made under.

use crate::support::TableSetup;

/// The policy `id` under which the hostile contributor answers, with grants as TOML beside those that it reads: its
/// measures are not in the guest's order, have bounds below zero, and units have more rows than are given.
pub fn hostile(id: &str, grants: &'static str, cells_per_unit: u32, slot_s: u32) -> String {
    let setup = TableSetup {
        cells_per_unit,
        grants,
        min_units: 10,
        odd: (-2, 1),
        odd_first: true,
        paid: (-1_000, 10_000_000),
        rows_max: 7,
        fuel_per_unit: 20_000,
        units_max: 2_500,
        slot_s: Some(slot_s),
        ..TableSetup::noisy(Vec::new())
    };
    setup.policy(id)
}
