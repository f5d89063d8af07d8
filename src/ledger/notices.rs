//! What the ledger keeps beside jobs: the guests that were registered and the consents that were revoked, each
//! with its entry in the log.

use rusqlite::params;

use super::read::{GuestRow, registered_guest};
use super::records::{RegistrationRecord, RevocationRecord, RotationRecord};
use super::reserve::{Desk, is_revoked};
use super::store::{Leaves, LedgerError, signed};
use crate::keys::{canonical_json, sha256};
use crate::log::EntryKind;

/// Keeps a guest, unless its latest registration says the same.
pub(super) fn keep_guest(desk: &Desk<'_>, leaves: &mut Leaves<'_>, row: &GuestRow) -> Result<(), LedgerError> {
    if registered_guest(&desk.connection, row.digest, &row.engine)?.as_ref() == Some(row) {
        return Ok(());
    }
    let record = RegistrationRecord {
        guest: row.digest.to_string(),
        engine: row.engine.clone(),
        artefact: row.artefact.to_string(),
        manifest: sha256(row.manifest.as_bytes()).to_string(),
        registered_ms: desk.now.0,
    };
    let record = canonical_json(&record)?;
    let index = leaves.append(&desk.connection, desk.entropy, EntryKind::Registration, record)?.index;
    desk.connection
        .prepare_cached(
            "INSERT INTO guest (registration_index, digest, engine, artefact, manifest) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![signed(index), row.digest.as_bytes(), row.engine, row.artefact.as_bytes(), row.manifest])?;
    Ok(())
}

/// Notes that another key signs receipts from here on.
pub(super) fn rotate(
    desk: &Desk<'_>,
    leaves: &mut Leaves<'_>,
    kid: String,
    retired: Vec<String>,
) -> Result<(), LedgerError> {
    let record = canonical_json(&RotationRecord { kid, retired, rotated_ms: desk.now.0 })?;
    leaves.append(&desk.connection, desk.entropy, EntryKind::Rotation, record)?;
    Ok(())
}

/// Revokes a consent, unless it is revoked already.
pub(super) fn revoke(desk: &Desk<'_>, leaves: &mut Leaves<'_>, issuer: &str, jti: &str) -> Result<(), LedgerError> {
    if is_revoked(&desk.connection, issuer, jti)? {
        return Ok(());
    }
    let record = RevocationRecord { issuer: issuer.to_owned(), jti: jti.to_owned(), revoked_ms: desk.now.0 };
    let record = canonical_json(&record)?;
    let index = leaves.append(&desk.connection, desk.entropy, EntryKind::Revocation, record)?.index;
    desk.connection
        .prepare_cached("INSERT INTO consent_revoked (revocation_index, issuer, jti) VALUES (?1, ?2, ?3)")?
        .execute(params![signed(index), issuer, jti])?;
    Ok(())
}
