//! The limit of an account against what was spent of it. Quotas add up to at most their limit, but a client keeps what
//! it has spent when its quota is lowered or given to another: both together must still fit. Held at the start, against
//! the whole ledger, and never in a job: a refusal must not tell what other clients asked.

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, Params, params_from_iter, types::Value};

use super::accounts::window_start;
use super::read::LedgerReader;
use super::reserve::spent;
use super::statements::Statements;
use super::store::{LedgerError, digest, latest_day, signed};
use crate::env::weaken::{self, Weakness};
use crate::env::{Durable, read_text, write_atomic};
use crate::model::{AccountKind, Date, Digest};
use crate::policy::{Accounts, Quota};

/// More may be spent of an account than its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// The account.
    pub account: AccountKind,
    /// The window, in days; `None`: ever.
    pub window_days: Option<u32>,
    /// The account's limit.
    pub limit: u64,
    /// The lowest limit that would do, for all parties.
    pub needed: u64,
    /// The party for which the most may be spent, as its pseudonym.
    pub party: Digest,
    /// For how many parties it is too much.
    pub parties: u64,
    /// Who has spent, or may spend, of that party's account.
    pub shares: Vec<Share>,
}

/// One client's part of a party's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The client.
    pub client: String,
    /// Its quota; 0 for one that is not in the file any more.
    pub quota: u64,
    /// What it has spent.
    pub spent: u64,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |amount: u64| self.amount(amount);
        let (account, limit, needed) = (self.account.word(), shown(self.limit), shown(self.needed));
        let when = self.window_days.map_or_else(|| "ever".to_owned(), |days| format!("within {days} days"));
        let others = match self.parties {
            1 => String::new(),
            more => format!(", the most of {more} parties"),
        };
        let share = |share: &Share| {
            format!("`{}` has spent {} and may spend {}", share.client, shown(share.spent), shown(share.quota))
        };
        let shares: Vec<String> = self.shares.iter().map(share).collect();
        write!(
            f,
            "the quotas in `accounts.toml` do not fit what was spent: the `limit` of `{account}` is {limit} {when}, and {needed} \
             could be spent of {}{others}: {}. What a client has spent stays spent when its quota is lowered or given to another: \
             raise `limit` to {needed}, or lower the quotas of clients that have not spent theirs",
            self.party,
            shares.join("; ")
        )
    }
}

impl Excess {
    /// An amount with what it counts.
    pub(super) fn amount(&self, amount: u64) -> String {
        let shown = self.account.shown(amount);
        match self.account {
            AccountKind::Label(_) => format!("{shown} bits"),
            AccountKind::Table(_) => format!("ε = {shown}"),
        }
    }
}

/// One part of an account: the window, or ever.
struct Part<'a> {
    account: AccountKind,
    /// The window, in days; `None`: ever.
    window_days: Option<u32>,
    limit: u64,
    /// Each client's quota.
    quotas: Vec<(&'a str, u64)>,
    /// Charges before this day do not count.
    since: Date,
}

/// The party whose account would be exceeded by most, and how many there are.
struct Worst {
    party: Digest,
    needed: u64,
    parties: u64,
}

/// What the file of a passed check begins with.
const MARK: &str = "anshi/limits/v1";

impl LedgerReader {
    /// [`check_limits`](Self::check_limits), unless these accounts passed it already. From then on they bind what is
    /// spent, and what was spent before only falls out of windows: what fits once fits for as long as the file stays and
    /// neither day nor log goes back. `mark` is the file that says so; it follows every change of the accounts.
    pub fn hold_limits(&self, accounts: &Accounts, today: Date, mark: &Path) -> Result<(), LedgerError> {
        let seen = read_text(mark).ok();
        if seen.is_some_and(|seen| self.is_marked(&seen, accounts, today) == Some(true)) {
            return Ok(());
        }
        self.check_limits(accounts, today)?;
        let size = self.size()?;
        let (accounts, day, root) = (accounts.sha256(), today.days(), self.root(size)?);
        // Without it the next start would believe an older one.
        write_atomic(mark, format!("{MARK} {accounts} {day} {size} {root}\n").as_bytes(), Durable::Private)?;
        Ok(())
    }

    fn is_marked(&self, mark: &str, accounts: &Accounts, today: Date) -> Option<bool> {
        let mut words = mark.split_whitespace();
        let same = words.next()? == MARK && words.next()? == accounts.sha256().to_string();
        let (day, size): (i32, u64) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let forward = day <= today.days() && size <= self.size().ok()?;
        Some(same && forward && self.root(size).ok()?.to_string() == words.next()? && words.next().is_none())
    }

    /// How many entries the log has.
    fn size(&self) -> Result<u64, LedgerError> {
        let last: Option<i64> = self.0.query_row("SELECT MAX(leaf_index) FROM entry", [], |row| row.get(0))?;
        Ok(last.and_then(|last| u64::try_from(last).ok()).map_or(0, |last| last + 1))
    }

    /// That of no party more may be spent, by all clients together, than an account's limit: by each its quota, or what it
    /// has spent, where that is more. `today` is the clock's day; a later one that the ledger has seen counts instead.
    pub fn check_limits(&self, accounts: &Accounts, today: Date) -> Result<(), LedgerError> {
        if weaken::on(Weakness::SpentForgotten) {
            return Ok(());
        }
        let day = latest_day(&self.0)?.map_or(today, |latest| latest.max(today));
        for (account, limit) in accounts.limits() {
            let quotas: Vec<(&str, Quota)> = accounts.quotas_in(account).collect();
            let part = |window_days, limit, of: fn(&Quota) -> u64, since| Part {
                account,
                window_days,
                limit,
                quotas: quotas.iter().map(|(client, quota)| (*client, of(quota))).collect(),
                since,
            };
            let since = window_start(day, limit.window_days);
            part(None, limit.lifetime, |quota| quota.lifetime, Date::from_days(i32::MIN)).check(&self.0)?;
            part(Some(limit.window_days), limit.window, |quota| quota.window, since).check(&self.0)?;
        }
        Ok(())
    }
}

impl Part<'_> {
    fn check(&self, connection: &Connection) -> Result<(), LedgerError> {
        let Some(Worst { party, needed, parties }) = self.worst(connection)? else { return Ok(()) };
        let shares = self.shares(connection, party)?;
        let Self { account, window_days, limit, .. } = *self;
        Err(LedgerError::Limit(Box::new(Excess { account, window_days, limit, needed, party, parties, shares })))
    }

    /// Reads who has spent more than its quota, party by party: of all others the quotas bound the sum already.
    fn worst(&self, connection: &Connection) -> Result<Option<Worst>, LedgerError> {
        let mut statement = connection.prepare(&self.overspent())?;
        let mut rows = statement.query(self.arguments())?;
        let (mut worst, mut current): (Option<Worst>, Option<(Digest, Vec<(String, u64)>)>) = (None, None);
        loop {
            let row = rows.next()?;
            let next =
                row.map(|row| Ok::<_, LedgerError>((digest(row, 0)?, row.get::<_, String>(1)?, amount(row.get(2)?))));
            let next = next.transpose()?;
            let same = matches!((&next, &current), (Some((party, ..)), Some((other, _))) if party == other);
            if let Some((party, over)) = current.take_if(|_| !same) {
                self.weigh(party, &over, &mut worst);
            }
            let Some((party, client, spent)) = next else { return Ok(worst) };
            current.get_or_insert_with(|| (party, Vec::new())).1.push((client, spent));
        }
    }

    /// Notes a party of whose account more may be spent than the limit. `over`: who has spent more than its quota.
    fn weigh(&self, party: Digest, over: &[(String, u64)], worst: &mut Option<Worst>) {
        let beyond = |client: &str, quota: u64| {
            over.iter().find(|(name, _)| name == client).map_or(0, |(_, spent)| spent.saturating_sub(quota))
        };
        let promised = self.quotas.iter().fold(0u64, |sum, (_, quota)| sum.saturating_add(*quota));
        let excess = over.iter().map(|(client, spent)| spent.saturating_sub(self.quota(client)));
        let all = excess.fold(promised, u64::saturating_add);
        // Who can spend no more adds nothing, ever; in a window it can again once its own excess has passed.
        let spender = |(client, quota): &(&str, u64)| match (beyond(client, *quota), self.window_days) {
            _ if *quota == 0 => None,
            (0, _) => Some(all),
            (_, None) => None,
            (beyond, Some(_)) => Some(all.saturating_sub(beyond)),
        };
        let Some(needed) = self.quotas.iter().filter_map(spender).max().filter(|most| *most > self.limit) else {
            return;
        };
        match worst {
            Some(worst) if worst.needed >= needed => worst.parties += 1,
            _ => {
                let parties = worst.as_ref().map_or(0, |worst| worst.parties) + 1;
                *worst = Some(Worst { party, needed, parties });
            }
        }
    }

    fn quota(&self, client: &str) -> u64 {
        self.quotas.iter().find(|(name, _)| *name == client).map_or(0, |(_, quota)| *quota)
    }

    /// The sums above each client's quota, in the order of the charges.
    fn overspent(&self) -> String {
        let cases: String =
            (0..self.quotas.len()).map(|n| format!(" WHEN ?{} THEN ?{}", 3 + 2 * n, 4 + 2 * n)).collect();
        let quota = if cases.is_empty() { "0".to_owned() } else { format!("CASE client{cases} ELSE 0 END") };
        format!(
            "SELECT party, client, SUM(amount) AS spent FROM charge WHERE account = ?1 AND day >= ?2
             GROUP BY party, client HAVING spent > {quota} OR spent < 0 ORDER BY party, client"
        )
    }

    fn arguments(&self) -> impl Params {
        let text = |text: &str| Value::Text(text.to_owned());
        let quotas = self.quotas.iter().flat_map(|(client, quota)| [text(client), Value::Integer(signed(*quota))]);
        let fixed = [text(self.account.word()), Value::Integer(self.since.days().into())];
        params_from_iter(fixed.into_iter().chain(quotas).collect::<Vec<_>>())
    }

    /// Who has spent, or may spend, of a party's account.
    fn shares(&self, connection: &Connection, party: Digest) -> Result<Vec<Share>, LedgerError> {
        let sql = "SELECT DISTINCT client FROM charge WHERE account = ?1 AND party = ?2 ORDER BY client";
        let mut statement = connection.prepare(sql)?;
        let clients = statement
            .query_map((self.account.word(), party.as_bytes()), |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        let named = self.quotas.iter().map(|(client, _)| (*client).to_owned());
        let mut all: Vec<String> = clients.into_iter().chain(named).collect();
        all.sort();
        all.dedup();
        let share = |client: String| {
            let spent = spent(&Statements::on(connection), self.account, party, &client, self.since)?.window;
            Ok(Share { quota: self.quota(&client), client, spent })
        };
        let shares: Vec<Share> = all.into_iter().map(share).collect::<Result<_, LedgerError>>()?;
        Ok(shares.into_iter().filter(|share| share.quota > 0 || share.spent > 0).collect())
    }
}

/// A negative sum can only be tampering; it must not read as credit.
fn amount(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or(u64::MAX)
}
