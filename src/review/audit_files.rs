//! What lies beside the ledger: snapshots and guests, each against the digest that names it.

use std::path::Path;

use super::audit::{Check, Counted, Named};
use crate::catalog::Catalog;
use crate::data::Snapshot;
use crate::env::read;
use crate::keys::sha256;
use crate::ledger::LedgerReader;
use crate::model::Digest;

/// Nothing that belongs to a guest is larger.
const GUEST_FILE_BYTES_MAX: u64 = 512 << 20;

/// Every guest that a job ran is archived as it was submitted; every artefact is the one registered.
pub(super) fn check_guests(reader: &LedgerReader, folder: &Path, named: &Named) -> Check {
    let mut check = Check::new("guests");
    let rows = reader.audit_guests().unwrap_or_else(|error| {
        check.find(format!("the registered guests cannot be read: {error}"));
        Vec::new()
    });
    let mut modules = named.guests.clone();
    for guest in modules.iter().filter(|guest| !rows.iter().any(|row| row.digest == **guest)) {
        check.find(format!("guest {guest} has run and is not registered"));
    }
    modules.extend(rows.iter().map(|row| row.digest));
    for guest in &modules {
        check_content(&mut check, &folder.join(format!("{}.wasm", guest.hex())), *guest);
    }
    for row in &rows {
        check_content(&mut check, &folder.join(format!("artefacts/{}.cwasm", row.artefact.hex())), row.artefact);
    }
    check.count(modules.len() as u64, Counted::Guests);
    check.count(rows.len() as u64, Counted::Artefacts);
    check
}

fn check_content(check: &mut Check, path: &Path, wanted: Digest) {
    match read(path, GUEST_FILE_BYTES_MAX) {
        Err(error) => check.find(error.to_string()),
        Ok(bytes) => {
            let found = sha256(&bytes);
            if found != wanted {
                check.find(format!("`{}` should have the digest {wanted} and has {found}", path.display()));
            }
        }
    }
}

/// Every snapshot that is there is whole; those that jobs ran on and that were pruned are told.
pub(super) fn check_snapshots(catalog: &Path, folder: &Path, named: &Named) -> Check {
    let mut check = Check::new("snapshots");
    let catalog = match Catalog::load(catalog) {
        Ok(catalog) => catalog,
        Err(error) => {
            check.find(format!("the catalog cannot be read, and so no snapshot:\n{error}"));
            return check;
        }
    };
    let names = Snapshot::list(folder).unwrap_or_else(|error| {
        check.find(error.to_string());
        Vec::new()
    });
    match Snapshot::current(folder) {
        Ok(Some(current)) if !names.contains(&current) => {
            check.find(format!("the current snapshot {current} is missing"))
        }
        Ok(_) => {}
        Err(error) => check.find(error.to_string()),
    }
    for name in &names {
        check_snapshot(&mut check, folder, &catalog, *name);
    }
    for missing in named.snapshots.iter().filter(|name| !names.contains(name)) {
        check.note(format!("jobs ran on snapshot {missing}, which is not there any more"));
    }
    check.count(names.len() as u64, Counted::Snapshots);
    check
}

fn check_snapshot(check: &mut Check, folder: &Path, catalog: &Catalog, name: Digest) {
    let snapshot = match Snapshot::open(folder, catalog, Some(name)) {
        Ok(snapshot) => snapshot,
        Err(error) => return check.find(format!("snapshot {name}: {error}")),
    };
    if let Err(error) = snapshot.verify_files(&mut |_| {}) {
        for damage in error.0 {
            check.find(format!("snapshot {name}: {damage}"));
        }
    }
    for refused in snapshot.refused() {
        check.note(format!("snapshot {name}: {}", refused.reason));
    }
}
