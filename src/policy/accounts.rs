//! The engine's accounts: how much may be learnt of one unit by one client, across all policies.

use std::collections::BTreeMap;

use super::mistake::{Cure, Mistake};
use super::raw::{RawAccounts, RawLabelAccount, RawQuota};
use crate::document::{Document, DocumentError, Finding, Spanned};
use crate::keys::{DigestKind, digest_json};
use crate::model::{AccountKind, Digest, UnitKind, check_name};

/// What one client may spend of one party's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bits within the window.
    pub bits: u32,
    /// Bits ever.
    pub lifetime_bits: u32,
    /// The window, in days, the current one included.
    pub window_days: u32,
}

/// All accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    quotas: BTreeMap<(AccountKind, String), Quota>,
    sha256: Digest,
}

impl Accounts {
    /// Checks the accounts file.
    pub fn check(document: &Document) -> Result<Self, DocumentError> {
        let raw: RawAccounts = document.parse()?;
        let mut findings = Vec::new();
        let mut quotas = BTreeMap::new();
        for (unit, account) in &raw.label {
            match UnitKind::from_word(unit) {
                Some(unit) => check_account(AccountKind::Label(unit), account, &mut quotas, &mut findings),
                None => findings.push(Finding::at(account.window_days.span(), Mistake::AccountUnit(unit.clone()))),
            }
        }
        let sha256 = digest_json(DigestKind::Accounts, &raw)
            .map_err(|error| document.error(vec![Finding::whole(Mistake::Digest(error.to_string()))]))?;
        document.check(Some(Self { quotas, sha256 }), findings)
    }

    /// The quota of `client` in `account`; `None` where it has none and may not ask.
    pub fn quota(&self, account: AccountKind, client: &str) -> Option<Quota> {
        self.quotas.get(&(account, client.to_owned())).copied()
    }

    /// All quotas of `client`.
    pub fn quotas_of<'a>(&'a self, client: &'a str) -> impl Iterator<Item = (AccountKind, Quota)> + 'a {
        self.quotas
            .iter()
            .filter(move |((_, owner), _)| owner == client)
            .map(|((account, _), quota)| (*account, *quota))
    }

    /// The digest of the checked accounts.
    pub const fn sha256(&self) -> Digest {
        self.sha256
    }
}

fn check_account(
    account: AccountKind,
    raw: &RawLabelAccount,
    quotas: &mut BTreeMap<(AccountKind, String), Quota>,
    findings: &mut Vec<Finding>,
) {
    let window_days = *raw.window_days.get_ref();
    if window_days == 0 {
        findings.push(Finding::at(raw.window_days.span(), Mistake::Window));
    }
    for (client, quota) in &raw.clients {
        if let Err(error) = check_name(client) {
            findings.push(Finding::at(raw.limit.span(), error));
        }
        if quota.lifetime < quota.bits {
            findings.push(Finding::at(raw.limit.span(), Mistake::Lifetime(client.clone())));
        }
        quotas
            .insert((account, client.clone()), Quota { bits: quota.bits, lifetime_bits: quota.lifetime, window_days });
    }
    check_sum(&raw.limit, &raw.clients, findings);
}

/// Quotas are disjoint: a refusal then never tells what other clients asked.
fn check_sum(limit: &Spanned<RawQuota>, clients: &BTreeMap<String, RawQuota>, findings: &mut Vec<Finding>) {
    let sum = |part: fn(&RawQuota) -> u32| clients.values().map(|quota| u64::from(part(quota))).sum::<u64>();
    let (bits, lifetime) = (sum(|quota| quota.bits), sum(|quota| quota.lifetime));
    if bits > u64::from(limit.get_ref().bits) || lifetime > u64::from(limit.get_ref().lifetime) {
        findings.push(Finding::at(limit.span(), Mistake::Sum { bits, lifetime }).help(Cure::Sum));
    }
}
