//! Approvals: a policy takes effect when as many auditors have signed its digest as the configuration asks for, and as long
//! as their approvals hold. Owns what an approval says and which count; never signs one.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::env::{FileError, list_dir, read_text};
use crate::keys::{CanonicalError, TokenKind, TrustedKey, canonical_json, read_json, verify};
use crate::model::{Digest, Millis};

/// The folder of approvals, beside what they approve.
pub const APPROVALS_FOLDER: &str = "approvals";

/// Whose approvals count, and how many are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalTrust {
    /// How many different auditors must have signed.
    pub needed: u32,
    /// The auditors' keys.
    pub auditors: Vec<TrustedKey>,
    /// The moment: approvals that have expired by then count for nothing.
    pub now: Millis,
}

/// What an auditor signs as `approval+jwt`. Times are seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalStatement {
    /// The policy or the accounts of this digest may be in force.
    Approves {
        /// The digest.
        sha256: Digest,
        /// When it was signed.
        iat: i64,
        /// From when on it counts for nothing.
        exp: i64,
    },
    /// None of the signer's approvals of this digest counts that was signed until then.
    Revokes {
        /// The digest.
        sha256: Digest,
        /// When it was signed.
        iat: i64,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approves: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revokes: Option<String>,
    iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

impl ApprovalStatement {
    /// The payload of the token.
    pub fn payload(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical_json(&match *self {
            Self::Approves { sha256, iat, exp } => {
                Payload { approves: Some(sha256.to_string()), revokes: None, iat, exp: Some(exp) }
            }
            Self::Revokes { sha256, iat } => {
                Payload { approves: None, revokes: Some(sha256.to_string()), iat, exp: None }
            }
        })
    }

    /// Reads a payload; `None` where it is none.
    fn read(payload: &[u8]) -> Option<Self> {
        let read: Payload = read_json(payload).ok()?;
        match read {
            Payload { approves: Some(digest), revokes: None, iat, exp: Some(exp) } => {
                Some(Self::Approves { sha256: digest.parse().ok()?, iat, exp })
            }
            Payload { approves: None, revokes: Some(digest), iat, exp: None } => {
                Some(Self::Revokes { sha256: digest.parse().ok()?, iat })
            }
            _ => None,
        }
    }
}

/// An auditor's approval that was not revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Whose it is.
    pub auditor: String,
    /// SHA-256 of its signing input: what receipts and the log name.
    pub digest: Digest,
    /// From when on it counts for nothing.
    pub until: Millis,
}

/// The approvals of one policy, or of the accounts: one for each auditor, the one that holds longest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approvals {
    /// Those that hold longest first.
    given: Vec<Approval>,
    needed: usize,
}

impl Approvals {
    /// Those that hold at `now`.
    pub fn held(&self, now: Millis) -> impl Iterator<Item = &Approval> {
        self.given.iter().filter(move |approval| now < approval.until)
    }

    /// The digests of those that hold at `now`; `None` where they are too few.
    pub fn at(&self, now: Millis) -> Option<Vec<Digest>> {
        let held: Vec<Digest> = self.held(now).map(|approval| approval.digest).collect();
        (held.len() >= self.needed).then_some(held)
    }

    /// From when on they are too few, if none is added; `None` where none is needed, or they are too few in any case.
    pub fn until(&self) -> Option<Millis> {
        self.given.get(self.needed.checked_sub(1)?).map(|approval| approval.until)
    }
}

/// What one auditor has signed about one digest.
#[derive(Default)]
struct Signed {
    approvals: Vec<(i64, Approval)>,
    revoked: Option<i64>,
}

impl ApprovalTrust {
    /// No approval is needed.
    pub const fn none_needed() -> Self {
        Self { needed: 0, auditors: Vec::new(), now: Millis(0) }
    }

    /// The approvals of `sha256` in `folder` (`*.jws`). Files that approve something else, or that no auditor has signed,
    /// do not count.
    pub fn approvals(&self, folder: &Path, sha256: Digest) -> Result<Approvals, FileError> {
        let signed = self.signed(folder, sha256)?.into_values();
        let longest = signed.filter_map(|Signed { approvals, revoked }| {
            let valid = approvals.into_iter().filter(|(iat, _)| revoked.is_none_or(|revoked| *iat > revoked));
            valid.map(|(_, approval)| approval).max_by_key(|approval| approval.until)
        });
        let mut given: Vec<Approval> = longest.collect();
        given.sort_by_key(|approval| (Reverse(approval.until), approval.auditor.clone()));
        Ok(Approvals { given, needed: usize::try_from(self.needed).unwrap_or(usize::MAX) })
    }

    /// When `auditor` last approved `sha256` in `folder`, revoked or not, and when it last revoked that.
    pub fn signed_at(
        &self,
        folder: &Path,
        sha256: Digest,
        auditor: &str,
    ) -> Result<(Option<i64>, Option<i64>), FileError> {
        let signed = self.signed(folder, sha256)?.remove(auditor).unwrap_or_default();
        Ok((signed.approvals.iter().map(|(iat, _)| *iat).max(), signed.revoked))
    }

    /// Whose approval of `sha256` a token is, revoked or not.
    pub fn approver(&self, token: &str, sha256: Digest) -> Option<String> {
        let token = verify(token.trim_end(), TokenKind::Approval, &self.auditors).ok()?;
        match ApprovalStatement::read(token.value()) {
            Some(ApprovalStatement::Approves { sha256: about, .. }) if about == sha256 => {
                Some(token.owner().to_owned())
            }
            _ => None,
        }
    }

    /// The tokens in `folder` that are the approvals of `sha256` which hold, by their digests: what an auditor signed, and
    /// nothing that lies beside it.
    pub fn tokens(&self, folder: &Path, sha256: Digest) -> Result<BTreeMap<Digest, String>, FileError> {
        let approvals = self.approvals(folder, sha256)?;
        let held: Vec<Digest> = approvals.held(self.now).map(|approval| approval.digest).collect();
        let mut tokens = BTreeMap::new();
        for path in list_dir(folder)? {
            if path.extension().is_none_or(|extension| extension != "jws") {
                continue;
            }
            let text = read_text(&path)?;
            let text = text.trim_end();
            let digest = verify(text, TokenKind::Approval, &self.auditors).map(|token| token.input());
            if let Some(digest) = digest.ok().filter(|digest| held.contains(digest)) {
                tokens.insert(digest, text.to_owned());
            }
        }
        Ok(tokens)
    }

    fn signed(&self, folder: &Path, about: Digest) -> Result<BTreeMap<String, Signed>, FileError> {
        let mut by_auditor: BTreeMap<String, Signed> = BTreeMap::new();
        for path in list_dir(folder)? {
            if path.extension().is_none_or(|extension| extension != "jws") {
                continue;
            }
            let token = read_text(&path)?;
            let Ok(token) = verify(token.trim_end(), TokenKind::Approval, &self.auditors) else { continue };
            let of = || token.owner().to_owned();
            match ApprovalStatement::read(token.value()) {
                Some(ApprovalStatement::Approves { sha256, iat, exp }) if sha256 == about => {
                    let until = Millis(exp.saturating_mul(1_000));
                    let approval = Approval { auditor: of(), digest: token.input(), until };
                    by_auditor.entry(of()).or_default().approvals.push((iat, approval));
                }
                Some(ApprovalStatement::Revokes { sha256, iat }) if sha256 == about => {
                    let revoked = &mut by_auditor.entry(of()).or_default().revoked;
                    *revoked = (*revoked).max(Some(iat));
                }
                _ => {}
            }
        }
        Ok(by_auditor)
    }
}
