//! The engine's accounts: how much may be learnt of one unit by one client, across all policies.

use std::collections::BTreeMap;

use super::check::named;
use super::mistake::{Cure, Mistake};
use super::raw::{RawAccounts, RawEpsilon, RawLabelAccount, RawQuota, RawTableAccount};
use super::schema::accounts_shape;
use crate::document::{Document, DocumentError, Finding, Spanned};
use crate::env::weaken::{self, Weakness};
use crate::keys::{DigestKind, digest_json};
use crate::model::{AccountKind, Billionths, Digest, UnitKind};

/// What one client may spend of one account: bits of one party's, or billionths of ε of all units'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Within the window.
    pub window: u64,
    /// Ever.
    pub lifetime: u64,
    /// The window, in days, the current one included.
    pub window_days: u32,
}

/// All accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    quotas: BTreeMap<(AccountKind, String), Quota>,
    limits: BTreeMap<AccountKind, Quota>,
    sha256: Digest,
}

impl Accounts {
    /// Checks the accounts file.
    pub fn check(document: &Document) -> Result<Self, DocumentError> {
        // Sums need every quota: a file with a mistake in its form is not added up.
        document.read::<RawAccounts>(accounts_shape(), |_| true).settle(document, |raw, findings| {
            let (quotas, limits) = check_accounts(&raw, findings);
            let sha256 = digest_json(DigestKind::Accounts, &raw).unwrap_or_else(|error| {
                findings.push(Finding::whole(Mistake::Digest(error.to_string())));
                Digest::from_bytes([0; 32])
            });
            Self { quotas, limits, sha256 }
        })
    }

    /// The quota of `client` in `account`; `None` where it has none and may not ask.
    pub fn quota(&self, account: AccountKind, client: &str) -> Option<Quota> {
        self.quotas.get(&(account, client.to_owned())).copied()
    }

    /// The quotas of all clients in `account`.
    pub fn quotas_in(&self, account: AccountKind) -> impl Iterator<Item = (&str, Quota)> {
        let inside = self.quotas.iter().filter(move |((kind, _), _)| *kind == account);
        inside.map(|((_, client), quota)| (client.as_str(), *quota))
    }

    /// The limit of every account: what all clients together may spend.
    pub fn limits(&self) -> impl Iterator<Item = (AccountKind, Quota)> {
        self.limits.iter().map(|(account, limit)| (*account, *limit))
    }

    /// All quotas of `client`.
    pub fn quotas_of<'a>(&'a self, client: &'a str) -> impl Iterator<Item = (AccountKind, Quota)> + 'a {
        self.quotas
            .iter()
            .filter(move |((_, owner), _)| owner == client)
            .map(|((account, _), quota)| (*account, *quota))
    }

    /// The longest window of any account, in days; `None` where there is no account.
    pub fn window_days_max(&self) -> Option<u32> {
        self.quotas.values().map(|quota| quota.window_days).max()
    }

    /// The digest of the checked accounts.
    pub const fn sha256(&self) -> Digest {
        self.sha256
    }
}

type Quotas = BTreeMap<(AccountKind, String), Quota>;

fn check_accounts(raw: &RawAccounts, findings: &mut Vec<Finding>) -> (Quotas, BTreeMap<AccountKind, Quota>) {
    let (mut quotas, mut limits) = (BTreeMap::new(), BTreeMap::new());
    let mut take = |account: Shares, kind: AccountKind, findings: &mut Vec<Finding>| {
        limits.insert(kind, account.whole());
        account.check(kind, &mut quotas, findings);
    };
    for (unit, account) in &raw.label {
        match UnitKind::from_word(unit.get_ref()) {
            Some(unit) => take(labels(account), AccountKind::Label(unit), findings),
            None => findings.push(Finding::at(unit.span(), Mistake::AccountUnit("label", unit.get_ref().clone()))),
        }
    }
    for (unit, account) in &raw.table {
        match UnitKind::from_word(unit.get_ref()) {
            Some(unit) => {
                let account = tables(account, findings);
                take(account, AccountKind::Table(unit), findings);
            }
            None => findings.push(Finding::at(unit.span(), Mistake::AccountUnit("table", unit.get_ref().clone()))),
        }
    }
    (quotas, limits)
}

/// An account of either kind: amounts as (window, lifetime), places in the file.
struct Shares {
    clients: BTreeMap<Spanned<String>, (u64, u64)>,
    limit: (u64, u64),
    /// Whether all of them are numbers: others are told where they stand, and not added up.
    whole: bool,
    limit_place: std::ops::Range<usize>,
    window_days: u32,
    window_place: std::ops::Range<usize>,
}

fn labels(raw: &RawLabelAccount) -> Shares {
    let amounts = |quota: &RawQuota| (u64::from(quota.bits), u64::from(quota.lifetime));
    Shares {
        clients: raw.clients.iter().map(|(client, quota)| (client.clone(), amounts(quota))).collect(),
        limit: amounts(raw.limit.get_ref()),
        whole: true,
        limit_place: raw.limit.span(),
        window_days: *raw.window_days.get_ref(),
        window_place: raw.window_days.span(),
    }
}

fn tables(raw: &RawTableAccount, findings: &mut Vec<Finding>) -> Shares {
    let before = findings.len();
    let mut amount = |text: &Spanned<String>| {
        let parsed = Billionths::parse(text.get_ref());
        parsed.map(Billionths::count).unwrap_or_else(|error| {
            findings.push(Finding::at(text.span(), Mistake::Number(error)).help(Cure::Decimal));
            0
        })
    };
    let mut amounts = |quota: &RawEpsilon| (amount(&quota.epsilon), amount(&quota.lifetime));
    let clients = raw.clients.iter().map(|(client, quota)| (client.clone(), amounts(quota))).collect();
    let limit = amounts(raw.limit.get_ref());
    Shares {
        clients,
        limit,
        whole: findings.len() == before,
        limit_place: raw.limit.span(),
        window_days: *raw.window_days.get_ref(),
        window_place: raw.window_days.span(),
    }
}

impl Shares {
    /// The limit, as a quota of all clients together.
    const fn whole(&self) -> Quota {
        Quota { window: self.limit.0, lifetime: self.limit.1, window_days: self.window_days }
    }

    fn check(self, account: AccountKind, quotas: &mut Quotas, findings: &mut Vec<Finding>) {
        let place = || self.limit_place.clone();
        if self.window_days == 0 {
            findings.push(Finding::at(self.window_place.clone(), Mistake::Window));
        }
        for (client, (window, lifetime)) in &self.clients {
            named(client, findings);
            if lifetime < window && self.whole {
                findings.push(Finding::at(client.span(), Mistake::Lifetime(client.get_ref().clone())));
            }
            let quota = Quota { window: *window, lifetime: *lifetime, window_days: self.window_days };
            quotas.insert((account, client.get_ref().clone()), quota);
        }
        // Quotas are disjoint: a refusal then never tells what other clients asked.
        let sum = |part: fn(&(u64, u64)) -> u64| self.clients.values().map(part).fold(0, u64::saturating_add);
        let (window, lifetime) = (sum(|quota| quota.0), sum(|quota| quota.1));
        let overlap = window > self.limit.0 || lifetime > self.limit.1;
        if overlap && self.whole && !weaken::on(Weakness::QuotasOverlap) {
            let [window, lifetime, limit, ever] =
                [window, lifetime, self.limit.0, self.limit.1].map(|amount| account.shown(amount));
            let mistake = Mistake::Sum { window, lifetime, limit, ever };
            findings.push(Finding::at(place(), mistake).help(Cure::Sum));
        }
    }
}
