//! The programmes of livelihood funds, for all guests that read them: a code is a place in this list. It decides nothing of
//! who is entitled to one.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// The programmes, as the catalog has them.
pub const PROGRAMMES: &[&str] = &[
    "MINIMUM_LIVING",
    "DESTITUTE_SUPPORT",
    "TEMPORARY_RELIEF",
    "ELDERLY_ALLOWANCE",
    "DISABLED_LIVING",
    "DISABLED_CARE",
    "ORPHAN_SUPPORT",
    "MEDICAL_AID",
    "STUDENT_AID",
    "FARMLAND_SUPPORT",
    "HOUSING_RENOVATION",
    "JOB_SUBSIDY",
    "FAMILY_PLANNING",
];

#[cfg(test)]
mod tests {
    use super::PROGRAMMES;

    /// The synthesiser's list is held to the catalog, too (`data::synth::tests`), so that all three are one.
    #[test]
    fn they_are_the_catalog_s() {
        let catalog = include_str!("../../../catalog/livelihood_funds.toml");
        let list: Vec<String> = PROGRAMMES.iter().map(|name| format!("\"{name}\"")).collect();
        assert!(catalog.contains(&format!("name = \"programme\"\ntype = \"text\"\nvalues = [{}]\n", list.join(", "))));
    }
}
