//! A folder for parsers that read files: one for each thread, emptied by overwriting.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anshi::catalog::Catalog;
use anshi::job::unpack_catalog;
use anshi::model::Pace;
use anshi::policy::{Policy, check_policy_file};

thread_local! {
    static SCRATCH: tempfile::TempDir = tempfile::tempdir().unwrap();
}

/// The folder `name` of this thread, made where it is not there yet.
pub fn folder(name: &str) -> PathBuf {
    let folder = SCRATCH.with(|scratch| scratch.path().join(name));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a file, over an older one.
pub fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A machine that is so quick that no slot is too short.
pub const QUICK: Pace = Pace { nanos_per_kilofuel: 1, nanos_per_mib: 1 };

/// The catalog that comes with the program.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| unpack_catalog().unwrap())
}

/// The shipped policy whose cases the corpus holds.
pub fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/sme-credit-check/policy.toml");
    POLICY.get_or_init(|| check_policy_file(&path, catalog(), QUICK).unwrap())
}
