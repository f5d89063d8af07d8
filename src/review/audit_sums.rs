//! The sums that budgets are decided by: added up again from the records, compared with what the store
//! adds up.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::{Check, Counted};
use crate::ledger::LedgerReader;
use crate::model::{AccountKind, Date, Digest};

/// The windows that are added up, in days, whatever the policies say today.
const WINDOWS_DAYS: [i32; 5] = [1, 7, 30, 90, 365];

/// The charges of each party, as day and amount.
type PartyCharges = BTreeMap<Digest, Vec<(i32, u64)>>;

/// What the records say was charged, by account and client.
#[derive(Debug, Default)]
pub(super) struct Charged {
    accounts: BTreeMap<(String, String), PartyCharges>,
    latest_day: Option<i32>,
}

impl Charged {
    /// Adds one charge.
    pub fn add(&mut self, account: &str, party: Digest, client: &str, day: i32, amount: u64) {
        self.latest_day = self.latest_day.max(Some(day));
        let parties = self.accounts.entry((account.to_owned(), client.to_owned())).or_default();
        parties.entry(party).or_default().push((day, amount));
    }

    /// Sums since a day, and ever, in the order of account, client, party.
    fn sums(&self, since: i32) -> impl Iterator<Item = (&str, Digest, &str, u64, u64)> {
        let sum = move |charges: &[(i32, u64)], since: i32| -> u64 {
            charges.iter().filter(|(day, _)| *day >= since).map(|(_, amount)| *amount).fold(0, u64::saturating_add)
        };
        self.accounts.iter().flat_map(move |((account, client), parties)| {
            parties.iter().map(move |(party, charges)| {
                (account.as_str(), *party, client.as_str(), sum(charges, since), sum(charges, i32::MIN))
            })
        })
    }
}

/// Compares every sum that a budget could be decided by.
pub(super) fn check_sums(reader: &LedgerReader, charged: &Charged) -> Check {
    let mut check = Check::new("sums");
    // One wrong row makes the sums of several windows wrong: the shortest one is told.
    let mut told: BTreeSet<(String, Digest, String)> = BTreeSet::new();
    let latest = charged.latest_day.unwrap_or_default();
    for window in WINDOWS_DAYS {
        let since = latest.saturating_sub(window - 1);
        let stored = match reader.all_spent(Date::from_days(since)) {
            Ok(stored) => stored,
            Err(error) => {
                check.find(format!("the charges of {window} days cannot be added up: {error}"));
                continue;
            }
        };
        let derived: BTreeMap<_, _> = charged
            .sums(since)
            .map(|(account, party, client, recent, ever)| ((account, party, client), (recent, ever)))
            .collect();
        let stored: BTreeMap<_, _> = stored
            .iter()
            .map(|(account, party, client, recent, ever)| {
                ((account.as_str(), *party, client.as_str()), (*recent, *ever))
            })
            .collect();
        for key in derived.keys().chain(stored.keys().filter(|key| !derived.contains_key(*key))) {
            let (wanted, found) = (derived.get(key), stored.get(key));
            let (account, party, client) = key;
            if wanted != found && told.insert((account.to_string(), *party, client.to_string())) {
                let [wanted, found] = [wanted, found].map(|sum| sum.copied().unwrap_or_default());
                let kind = AccountKind::from_word(account);
                let shown = |amount: u64| kind.map_or_else(|| amount.to_string(), |kind| kind.shown(amount));
                let unit = if matches!(kind, Some(AccountKind::Table(_))) { "ε" } else { "bits" };
                check.find(format!(
                    "`{client}` has spent {} {unit} of {party} in `{account}` within {window} days and {} ever; the store adds up {} and {}",
                    shown(wanted.0), shown(wanted.1), shown(found.0), shown(found.1)
                ));
            }
        }
    }
    check.count(charged.accounts.values().map(|parties| parties.len() as u64).sum(), Counted::Sums);
    check
}
