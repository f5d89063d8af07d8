//! What guests' authors send: a binary, and what it says of itself.

use anshi::guest::{inspect, read_description};
use anshi::policy::{Policy, check_policy_file, fit};
use std::sync::OnceLock;

use super::scratch;

const POLICY: &str = include_str!("../../../policies/sme-credit-check/policy.toml");

fn known_policy() -> &'static Policy {
    static POLICY_CHECKED: OnceLock<Policy> = OnceLock::new();
    POLICY_CHECKED.get_or_init(|| {
        let path = scratch::folder("guests").join("policy.toml");
        scratch::write(&path, POLICY.as_bytes());
        check_policy_file(&path, scratch::catalog(), scratch::QUICK).unwrap()
    })
}

/// What `describe` said, as the compiling child prints it: a sound manifest has names that can be read, none twice,
/// and reads nothing that the policy does not grant.
pub fn manifest(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(manifest) = read_description(text) else { return };
    if manifest.check().is_err() {
        return;
    }
    let mut labels = manifest.labels().to_vec();
    labels.sort();
    labels.dedup();
    assert_eq!(labels.len(), manifest.labels().len(), "a label stands there twice");
    let readable = |name: &String| !name.is_empty() && !name.chars().any(char::is_control);
    assert!(manifest.labels().iter().all(readable), "a label cannot be read");
    if fit(known_policy(), &manifest, scratch::catalog()).is_ok() {
        let reads = manifest.roles().iter().flat_map(|role| role.tables.iter().map(move |table| (&role.name, table)));
        for (role, table) in reads {
            for read in &table.reads {
                let granted = known_policy().grants.iter().any(|grant| {
                    grant.role.as_ref() == Some(role)
                        && grant.dataset == table.dataset
                        && grant.columns.contains(&read.column)
                });
                assert!(granted, "a column that nobody granted");
            }
        }
    }
}

/// A component. What is accepted is accepted again, with the same findings. Core modules are left out: the component
/// encoder may panic on them, which in the compiling child is a refusal.
pub fn component(data: &[u8]) {
    const COMPONENT: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];
    if !data.starts_with(&COMPONENT) {
        return;
    }
    match inspect(data) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(inspected) => {
            assert_eq!(inspected.component, data, "a component is taken as it is");
            assert_eq!(inspect(&inspected.component).unwrap(), inspected);
        }
    }
}
