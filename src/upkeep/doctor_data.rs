//! The examination of policies, calibration, snapshot and guests.

use std::path::Path;

use super::doctor::{Content, Findings, Level, Setup, Validity, find, settle};
use super::error::both;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::data::Snapshot;
use crate::env::read;
use crate::guest::{CalibrateError, GuestEngine, calibrate};
use crate::keys::sha256;
use crate::ledger::LedgerReader;
use crate::model::{Bilingual, Chinese, Date, Digest, Millis, Pace};
use crate::policy::{ApprovalTrust, PolicyError, PolicySet};

/// Nothing that belongs to a guest is larger.
const GUEST_FILE_BYTES_MAX: u64 = 512 << 20;
/// A machine that seems too slow is measured so often.
const MEASUREMENTS_MAX: u32 = 4;

/// Policies and accounts are in order, approved, and valid today. Gives them, where an engine would take them.
pub(super) fn check_policies(
    config: &Config,
    catalog: &Catalog,
    now: Millis,
    findings: Findings<'_>,
) -> Option<PolicySet> {
    let (needed, today) = (config.approvals_needed, now.day());
    let trust = ApprovalTrust { needed, auditors: config.auditors(), now };
    let set = match PolicySet::load(&config.policies, catalog, config.pace, &trust) {
        Ok(set) => set,
        Err(PolicyError::AccountsUnapproved(needed)) => {
            find(findings, "policies", Level::Error, Setup::AccountsUnapproved { needed });
            return None;
        }
        Err(error) => {
            find(findings, "policies", Level::Error, Setup::PoliciesBad(error.bilingual()));
            return None;
        }
    };
    if !set.unapproved().is_empty() {
        let ids = set.unapproved().to_vec();
        find(findings, "policies", Level::Warning, Setup::PoliciesUnapproved { ids, needed });
    }
    let mut in_force = 0;
    for policy in set.policies() {
        if (policy.valid_from..=policy.valid_until).contains(&today) {
            in_force += 1;
        } else {
            let (id, from, until) = (policy.id.clone(), policy.valid_from, policy.valid_until);
            let outside = Setup::PolicyOutside(Validity { id, from, until });
            find(findings, "policies", Level::Warning, outside);
        }
    }
    if in_force == 0 {
        find(findings, "policies", Level::Warning, Setup::PoliciesNone);
    }
    settle(findings, "policies", Setup::Policies { in_force });
    Some(set)
}

/// The machine is as fast as the configuration says, and so as the policies' slots were checked against.
pub(super) fn check_calibration(config: &Config, findings: Findings<'_>) {
    let configured = config.pace;
    let (level, diagnosis) = match measure(configured) {
        Err(error) => (Level::Error, Setup::PaceBad(error.bilingual())),
        // Calibration doubles what it measures.
        Ok(measured) if !configured.holds(measured.halved()) => {
            (Level::Error, Setup::PaceSlow { measured, configured })
        }
        Ok(measured) if !configured.holds(measured) => (Level::Warning, Setup::PaceTight { measured, configured }),
        Ok(measured) => (Level::Ok, Setup::Pace { measured, configured }),
    };
    find(findings, "calibration", level, diagnosis);
}

/// The best of a few tries: a busy moment does not make a slow machine.
fn measure(configured: Pace) -> Result<Pace, CalibrateError> {
    let mut best = calibrate()?;
    for _ in 1..MEASUREMENTS_MAX {
        if configured.holds(best) {
            break;
        }
        best = best.quicker(calibrate()?);
    }
    Ok(best)
}

/// The current snapshot opens, fits the catalog, and is as young as its departments promise.
pub(super) fn check_snapshot(data: &Path, catalog: &Catalog, today: Date, deep: bool, findings: Findings<'_>) {
    let name = match Snapshot::current(data) {
        Ok(Some(name)) => name,
        Ok(None) => return find(findings, "snapshot", Level::Warning, Content::SnapshotNone),
        Err(error) => return find(findings, "snapshot", Level::Error, Content::SnapshotBad(error.bilingual())),
    };
    let snapshot = match Snapshot::open(data, catalog, Some(name)) {
        Ok(snapshot) => snapshot,
        Err(error) => return find(findings, "snapshot", Level::Error, Content::SnapshotBad(error.bilingual())),
    };
    if let Some(Err(error)) = deep.then(|| snapshot.verify_files(&mut |_| {})) {
        find(findings, "snapshot", Level::Error, Content::SnapshotBad(error.bilingual()));
    }
    for refused in snapshot.refused() {
        let reason = refused.reason.bilingual();
        find(findings, "snapshot", Level::Warning, Content::DatasetRefused { reason });
    }
    for dataset in catalog.datasets() {
        let name = dataset.name.clone();
        let Some(entry) = snapshot.manifest().dataset(&name) else {
            find(findings, "snapshot", Level::Warning, Content::DatasetAbsent { name });
            continue;
        };
        let (as_of, update) = (entry.as_of, dataset.update);
        let days = today.days().saturating_sub(as_of.days());
        if days > update.age_days_max() {
            find(findings, "snapshot", Level::Warning, Content::DatasetOld { name, as_of, days, update });
        } else if days < 0 {
            find(findings, "snapshot", Level::Warning, Content::DatasetAhead { name, as_of });
        }
    }
    let datasets = snapshot.manifest().datasets.len() as u64;
    settle(findings, "snapshot", Content::Snapshot { name, datasets, deep });
}

/// Every registered guest is there as it was submitted, and as it was compiled for this program.
pub(super) fn check_guests(reader: &LedgerReader, folder: &Path, findings: Findings<'_>) {
    let (rows, identity) = match (reader.audit_guests(), GuestEngine::new()) {
        (Ok(rows), Ok(engine)) => (rows, engine.identity()),
        // The ledger's own check has told it; an engine that cannot be made is calibration's.
        _ => return,
    };
    for row in &rows {
        let latest = rows.iter().rfind(|other| (other.digest, &other.engine) == (row.digest, &identity));
        let module = folder.join(format!("{}.wasm", row.digest.hex()));
        let mut files = vec![(module, row.digest)];
        match latest {
            None => find(findings, "guests", Level::Warning, Content::GuestOther { guest: row.digest }),
            Some(latest) if latest == row => {
                files.push((folder.join(format!("artefacts/{}.cwasm", row.artefact.hex())), row.artefact));
            }
            // A later registration took its place.
            Some(_) => continue,
        }
        for (path, wanted) in files {
            if let Err(error) = check_content(&path, wanted) {
                find(findings, "guests", Level::Error, Content::GuestBad { guest: row.digest, error });
            }
        }
    }
    settle(findings, "guests", Content::Guests { count: rows.len() as u64 });
}

fn check_content(path: &Path, wanted: Digest) -> Result<(), Bilingual> {
    let found = sha256(&read(path, GUEST_FILE_BYTES_MAX).map_err(|error| error.bilingual())?);
    if found == wanted {
        return Ok(());
    }
    let path = path.display();
    Err(both(format!("`{path}` was changed: its digest is {found}"), format!("`{path}` 被改动：摘要为 {found}")))
}
