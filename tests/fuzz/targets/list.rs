//! The targets by name: the fuzzer picks one, the replay takes all.

use super::{deliveries, documents, evidence, guests, packs, snapshots, tokens, values};

/// Feeds bytes to one parser, and panics where it breaks its word.
pub type Target = fn(&[u8]);

/// Every target, by the name of its corpus folder.
pub const TARGETS: &[(&str, Target)] = &[
    ("accounts", documents::accounts),
    ("batch", tokens::batch),
    ("bundle", evidence::bundle),
    ("call", tokens::call),
    ("caller", documents::caller),
    ("cases", documents::cases),
    ("catalog", documents::catalog),
    ("checkpoint", evidence::checkpoint),
    ("component", guests::component),
    ("config", documents::config),
    ("consent", tokens::consent),
    ("delivery", deliveries::delivery),
    ("jwk", tokens::jwk),
    ("jws", tokens::jws),
    ("key_set", evidence::key_set),
    ("log_key", evidence::log_key),
    ("manifest", guests::manifest),
    ("mirror", evidence::mirror),
    ("pack", packs::pack),
    ("policy", documents::policy),
    ("proof", evidence::proof),
    ("request", tokens::request),
    ("rows", snapshots::rows),
    ("seed_manifest", deliveries::seed_manifest),
    ("snapshot_manifest", snapshots::manifest),
    ("values", values::values),
];

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}
