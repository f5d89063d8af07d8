//! What was asked of a home, for whoever supervises it: a line for each admitted job, sums, and budgets. From the ledger alone,
//! without a key. Says that a job was answered, never with which label; how many parties it was about, never which.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::ledger::{IntentRecord, LeafOutcome, LeafRows, LedgerError, LedgerReader};
use crate::model::{AccountKind, Billionths, Date, Digest, Millis};
use crate::policy::{Accounts, Quota};
use crate::receipt::Claims;

/// A job without a label or a table, in the ledger.
const UNDETERMINED: &str = "undetermined";

/// A calendar month, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    first: Date,
}

/// The text is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a month: write it as 2026-01")]
pub struct MonthError;

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let first = format!("{text}-01").parse().map_err(|_| MonthError)?;
        Ok(Self { first })
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, _) = self.first.ymd();
        write!(f, "{year:04}-{month:02}")
    }
}

impl Month {
    /// Its first day.
    pub const fn first(self) -> Date {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.first.month_end()
    }

    fn has(self, day: Date) -> bool {
        (self.first..=self.last()).contains(&day)
    }
}

/// Which jobs are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those admitted in this month; of all times where there is none.
    pub month: Option<Month>,
    /// Those of this client.
    pub client: Option<String>,
    /// Those under this policy, by id.
    pub policy: Option<String>,
}

/// How far a job came, as far as that may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// A label or a table was given.
    Answered,
    /// `undetermined`, or no table.
    Undetermined,
    /// The engine stopped in between: no answer, and the charge stays.
    Abandoned,
    /// It runs.
    Open,
}

impl Ended {
    /// The word in JSON and CSV.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Undetermined => UNDETERMINED,
            Self::Abandoned => "abandoned",
            Self::Open => "open",
        }
    }
}

/// One admitted job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLine {
    /// Its intent's leaf in the log.
    pub index: u64,
    /// When it was admitted.
    pub admitted: Millis,
    /// Its id.
    pub job: String,
    /// Who asked.
    pub client: String,
    /// Under which policy: id, version, digest.
    pub policy: (String, String, String),
    /// The digests of the approvals that the policy rested on; an older engine left them to the receipt.
    pub approvals: Vec<String>,
    /// What the answer may be used for; not known of a job without a receipt.
    pub purpose: Option<String>,
    /// The program.
    pub guest: String,
    /// The data: name, and the day that they are about; the day stands in the receipt.
    pub snapshot: (String, Option<String>),
    /// How many parties in which role; none of a table, which is about all units.
    pub roles: BTreeMap<String, u64>,
    /// How many consents it used.
    pub consents: u64,
    /// Bits charged, of all parties together.
    pub bits: u64,
    /// Billionths of ε charged.
    pub epsilon: u64,
    /// How it ended.
    pub ended: Ended,
    /// How its run ended, for auditors: `answered`, `reused`, `trap`, `fuel`, `memory`, `index`, `missed-tick`, …
    pub reason: String,
}

impl JobLine {
    /// ε charged, as a decimal.
    pub fn epsilon_text(&self) -> String {
        Billionths::new(self.epsilon).to_string()
    }

    /// How many parties it named.
    pub fn parties(&self) -> u64 {
        self.roles.values().sum()
    }
}

/// Jobs added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Admitted.
    pub jobs: u64,
    /// Parties named.
    pub parties: u64,
    /// Answered.
    pub answered: u64,
    /// Undetermined.
    pub undetermined: u64,
    /// Abandoned.
    pub abandoned: u64,
    /// Under way.
    pub open: u64,
    /// Given a stored answer, for nothing.
    pub reused: u64,
    /// Bits charged.
    pub bits: u64,
    /// Billionths of ε charged.
    pub epsilon: u64,
}

impl Sum {
    /// ε charged, as a decimal.
    pub fn epsilon_text(&self) -> String {
        Billionths::new(self.epsilon).to_string()
    }

    fn add(&mut self, line: &JobLine) {
        self.jobs += 1;
        self.parties += line.parties();
        match line.ended {
            Ended::Answered => self.answered += 1,
            Ended::Undetermined => self.undetermined += 1,
            Ended::Abandoned => self.abandoned += 1,
            Ended::Open => self.open += 1,
        }
        self.reused += u64::from(line.reason == "reused");
        self.bits = self.bits.saturating_add(line.bits);
        self.epsilon = self.epsilon.saturating_add(line.epsilon);
    }
}

/// What one client has spent of one account, as of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetLine {
    /// The account.
    pub account: AccountKind,
    /// The client.
    pub client: String,
    /// Parties that were ever charged; of a table's account one, which stands for all units.
    pub parties: u64,
    /// Charged in the month, of all parties together; of all times where no month was asked for.
    pub spent: u64,
    /// The quota of each party, as the accounts are now; none where the client has none any more.
    pub quota: Option<Quota>,
    /// The most that is spent of any party: within the window that ends that day, and ever.
    pub most: (u64, u64),
    /// Of how many parties the quota is used up: of the window's, and the lifetime's.
    pub used_up: (u64, u64),
}

/// What was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The jobs, in the order of the log.
    pub jobs: Vec<JobLine>,
    /// All of them.
    pub total: Sum,
    /// By client.
    pub clients: BTreeMap<String, Sum>,
    /// By policy: id, version, digest, and the approvals' digests, as far as they are known.
    pub policies: BTreeMap<(String, String, String, Option<String>), Sum>,
    /// By purpose; what is not known is empty.
    pub purposes: BTreeMap<String, Sum>,
    /// Undetermined and abandoned jobs by how their runs ended.
    pub reasons: BTreeMap<String, u64>,
    /// The budgets, by account and client.
    pub budgets: Vec<BudgetLine>,
    /// Entries that cannot be read: `anshi audit verify` says what they are.
    pub unreadable: u64,
}

/// Reads the ledger. Budgets are as of the month's last day, or of `today` where that is earlier or no month was asked for.
pub fn asked(reader: &LedgerReader, accounts: &Accounts, wanted: &Wanted, today: Date) -> Result<Asked, LedgerError> {
    let mut asked = Asked::default();
    let until = wanted.month.map_or(today, |month| month.last().min(today));
    let mut budgets = Budgets { until, wanted, spent: BTreeMap::new() };
    reader.audit_leaves(|rows| {
        let Some(entry) = rows.entry.as_ref().filter(|entry| entry.kind == "intent") else { return };
        match serde_json::from_slice::<IntentRecord>(&entry.record) {
            Ok(record) => {
                budgets.add(&record);
                if let Some(line) = line(&rows, record).filter(|line| wanted.has(line)) {
                    asked.add(line);
                }
            }
            Err(_) => asked.unreadable += 1,
        }
    })?;
    asked.budgets = budgets.lines(accounts);
    Ok(asked)
}

impl Wanted {
    fn has(&self, line: &JobLine) -> bool {
        self.month.is_none_or(|month| month.has(line.admitted.day()))
            && self.client.as_ref().is_none_or(|client| *client == line.client)
            && self.policy.as_ref().is_none_or(|policy| *policy == line.policy.0)
    }
}

impl Asked {
    /// Adds a job.
    pub fn add(&mut self, line: JobLine) {
        let (id, version, sha256) = line.policy.clone();
        let purpose = line.purpose.clone().unwrap_or_default();
        // Without a receipt, an intent that names none is that of an older engine, or of a home that asks for none.
        let known = line.purpose.is_some() || !line.approvals.is_empty();
        let approvals = known.then(|| line.approvals.join(" "));
        let sums = [
            &mut self.total,
            self.clients.entry(line.client.clone()).or_default(),
            self.policies.entry((id, version, sha256, approvals)).or_default(),
            self.purposes.entry(purpose).or_default(),
        ];
        sums.into_iter().for_each(|sum| sum.add(&line));
        if matches!(line.ended, Ended::Undetermined | Ended::Abandoned) {
            *self.reasons.entry(line.reason.clone()).or_default() += 1;
        }
        self.jobs.push(line);
    }
}

/// The text as a person can read it, whoever wrote the file: nothing that moves a cursor.
fn tame(text: String) -> String {
    match text.chars().any(char::is_control) {
        true => text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect(),
        false => text,
    }
}

fn line(rows: &LeafRows, record: IntentRecord) -> Option<JobLine> {
    let outcome = rows.outcome.as_ref();
    let claims: Option<Claims> = outcome.and_then(|outcome| serde_json::from_slice(outcome.claims.as_deref()?).ok());
    let mut roles = BTreeMap::new();
    // A table's one charge is of all units, and names nobody.
    let amounts = |label: bool| {
        let of_kind = record.charges.iter().filter(move |charge| charge.bits.is_some() == label);
        of_kind.filter_map(crate::ledger::ChargeRecord::amount).fold(0, u64::saturating_add)
    };
    let (bits, epsilon) = (amounts(true), amounts(false));
    for party in record.parties {
        *roles.entry(tame(party.role)).or_default() += 1;
    }
    let tamed = |texts: Vec<String>| texts.into_iter().map(tame).collect();
    let (approvals, purpose, as_of) = match claims {
        Some(claims) => (tamed(claims.approvals), Some(tame(claims.purpose)), Some(tame(claims.snapshot.as_of))),
        None => (tamed(record.approvals), None, None),
    };
    Some(JobLine {
        index: u64::try_from(rows.index).ok()?,
        admitted: Millis(record.admitted_ms),
        job: tame(record.job.trim_start_matches("sha256:").to_owned()),
        client: tame(record.client),
        policy: (tame(record.policy), tame(record.version), tame(record.policy_sha256)),
        approvals,
        purpose,
        guest: tame(record.guest),
        snapshot: (tame(record.snapshot), as_of),
        roles,
        consents: record.consents.len() as u64,
        bits,
        epsilon,
        ended: ended(outcome),
        reason: outcome.map(|outcome| tame(outcome.reason.clone())).unwrap_or_default(),
    })
}

/// Whether there was an answer: which one is not looked at.
fn ended(outcome: Option<&LeafOutcome>) -> Ended {
    match outcome.map(|outcome| outcome.answer.as_deref()) {
        None => Ended::Open,
        Some(None) => Ended::Abandoned,
        Some(Some(UNDETERMINED)) => Ended::Undetermined,
        Some(Some(_)) => Ended::Answered,
    }
}

/// The charges of each party, as day and amount.
type PartyCharges = BTreeMap<Digest, Vec<(i32, u64)>>;

struct Budgets<'a> {
    until: Date,
    wanted: &'a Wanted,
    spent: BTreeMap<(AccountKind, String), PartyCharges>,
}

impl Budgets<'_> {
    fn add(&mut self, record: &IntentRecord) {
        if self.wanted.client.as_ref().is_some_and(|client| *client != record.client) {
            return;
        }
        for charge in record.charges.iter().filter(|charge| charge.day <= self.until.days()) {
            let kind = AccountKind::from_word(&charge.account);
            if let (Some(kind), Some(amount), Ok(party)) = (kind, charge.amount(), charge.party.parse()) {
                let parties = self.spent.entry((kind, tame(record.client.clone()))).or_default();
                parties.entry(party).or_default().push((charge.day, amount));
            }
        }
    }

    fn lines(self, accounts: &Accounts) -> Vec<BudgetLine> {
        let Self { until, wanted, spent } = self;
        let first = wanted.month.map_or(i32::MIN, |month| month.first().days());
        let since = |charges: &[(i32, u64)], first: i32| -> u64 {
            charges.iter().filter(|(day, _)| *day >= first).map(|(_, amount)| *amount).fold(0, u64::saturating_add)
        };
        let line = |((account, client), parties): ((AccountKind, String), PartyCharges)| {
            let quota = accounts.quota(account, &client);
            let days = quota.map_or(0, |quota| i32::try_from(quota.window_days).unwrap_or(i32::MAX));
            let window = until.days().saturating_sub(days.saturating_sub(1));
            let mut line = BudgetLine {
                account,
                client,
                parties: parties.len() as u64,
                spent: 0,
                quota,
                most: (0, 0),
                used_up: (0, 0),
            };
            for charges in parties.values() {
                let (recent, ever) = (since(charges, window), since(charges, i32::MIN));
                line.spent = line.spent.saturating_add(since(charges, first));
                line.most = (line.most.0.max(recent), line.most.1.max(ever));
                line.used_up.0 += u64::from(quota.is_some_and(|quota| recent >= quota.window));
                line.used_up.1 += u64::from(quota.is_some_and(|quota| ever >= quota.lifetime));
            }
            line
        };
        spent.into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_month() {
        let month: Month = "2026-02".parse().unwrap();
        assert_eq!((month.first().to_string(), month.last().to_string()), ("2026-02-01".into(), "2026-02-28".into()));
        assert_eq!(month.to_string(), "2026-02");
        assert!(month.has("2026-02-28".parse().unwrap()) && !month.has("2026-03-01".parse().unwrap()));
        for bad in ["2026-13", "2026-1", "2026", "2026-02-01", "", "２０２６-02"] {
            assert_eq!(bad.parse::<Month>(), Err(MonthError), "{bad}");
        }
    }
}
