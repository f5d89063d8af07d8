//! Which paths a pack can have: a closed list of forms. Whatever else an archive names is refused before a byte of it is
//! written, so no name of a pack can lead out of its folder.

use super::manifest::PACK_MANIFEST;
use super::seeds::SEEDS_FILE;
use crate::policy::{ACCOUNTS_FILE, APPROVALS_FOLDER, POLICY_FILE};
use crate::workbench::CASES_FILE;

/// The folder of datasets.
pub const CATALOG: &str = "catalog";
/// The folder of policies.
pub const POLICIES: &str = "policies";
/// The folder of the guests' interface.
pub const WIT: &str = "wit";
/// Where cases have the files of a client's own rows.
const ROWS: &str = "rows";
/// The longest path that a plain tar header holds in one field.
const PATH_BYTES_MAX: usize = 100;

/// Whether a pack can have a file of this path.
pub fn is_known(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let form = match parts.as_slice() {
        [PACK_MANIFEST | SEEDS_FILE] => true,
        [CATALOG, file] => file.ends_with(".toml"),
        [WIT, file] => file.ends_with(".wit"),
        [POLICIES, ACCOUNTS_FILE] => true,
        [POLICIES, _, file] => [POLICY_FILE, CASES_FILE].contains(file),
        [POLICIES, _, APPROVALS_FOLDER, file] => file.ends_with(".jws"),
        [POLICIES, _, ROWS, file] => file.ends_with(".csv"),
        _ => false,
    };
    form && path.len() <= PATH_BYTES_MAX && parts.into_iter().all(is_plain)
}

/// A name that is one on every system, and alike in every spelling: no letter has another case, no first dot hides it.
fn is_plain(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.starts_with(letter) && name.chars().all(|c| letter(c) || matches!(c, '.' | '_' | '-')) && !name.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_has_these_paths_and_no_others() {
        for path in [
            "pack.json",
            "synthetic.toml",
            "catalog/tax_payment.toml",
            "wit/sandbox.wit",
            "policies/accounts.toml",
            "policies/sme-credit-check/policy.toml",
            "policies/sme-credit-check/cases.toml",
            "policies/sme-credit-check/approvals/0a.jws",
            "policies/loan-renewal-check/rows/bad-loan.csv",
        ] {
            assert!(is_known(path), "{path}");
        }
        let long = format!("catalog/{}.toml", "a".repeat(100));
        for path in [
            "",
            "/pack.json",
            "./pack.json",
            "../pack.json",
            "catalog",
            "catalog/",
            "catalog/../x.toml",
            "catalog/..toml",
            "catalog/.toml",
            "catalog/a/b.toml",
            "catalog/A.toml",
            "catalog/a.toml~",
            "catalog/a.csv",
            "catalog//a.toml",
            "catalog\\a.toml",
            "policies/x/policy.toml/y",
            "policies/../policy.toml",
            "policies/x/notes.txt",
            "policies/x/rows/../policy.toml",
            "keys/receipt.jwk",
            "anshi.toml",
            "catalog/\u{7f}.toml",
            "catalog/税.toml",
            &long,
        ] {
            assert!(!is_known(path), "{path}");
        }
    }
}
