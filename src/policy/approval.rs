//! Approvals: a policy takes effect when as many auditors have signed its digest as the configuration asks for.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::env::{FileError, list_dir, read_text};
use crate::keys::{TokenKind, TrustedKey, read_json, verify};
use crate::model::Digest;

/// Whose approvals count, and how many are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalTrust {
    /// How many different auditors must have signed.
    pub needed: u32,
    /// The auditors' keys.
    pub auditors: Vec<TrustedKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    approves: String,
}

/// The payload of an approval of the thing with this digest.
pub fn approval_payload(sha256: Digest) -> Vec<u8> {
    format!(r#"{{"approves":"{sha256}"}}"#).into_bytes()
}

impl ApprovalTrust {
    /// The digests of the valid approvals of `sha256` in `folder` (`*.jws`), one for each auditor;
    /// `None` where they are too few. Files that approve something else do not count.
    pub fn approvals(&self, folder: &Path, sha256: Digest) -> Result<Option<Vec<Digest>>, FileError> {
        let mut by_auditor = BTreeMap::new();
        for path in list_dir(folder)? {
            if path.extension().is_none_or(|extension| extension != "jws") {
                continue;
            }
            let token = read_text(&path)?;
            let Ok(signed) = verify(token.trim_end(), TokenKind::Approval, &self.auditors) else { continue };
            let Ok(payload) = read_json::<Payload>(signed.value()) else { continue };
            if payload.approves == sha256.to_string() {
                by_auditor.insert(signed.owner().to_owned(), signed.input());
            }
        }
        let enough = by_auditor.len() >= usize::try_from(self.needed).unwrap_or(usize::MAX);
        Ok(enough.then(|| by_auditor.into_values().collect()))
    }
}
