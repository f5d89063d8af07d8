//! The message catalogue: every line that a command says to a person, in both languages.

use crate::model::{Lang, Refusal};

/// A line for a person.
#[derive(Clone, Debug)]
pub enum Message {
    Verbatim(String),
    HomeMade { home: String, kind: &'static str },
    Inventing,
    DatasetInvented { name: String, rows: u64 },
    Invented { units: u64, healthy: String, failing: String },
    Ingesting,
    DatasetTaken { name: String, rows: u64, units: u64, rejected: u64 },
    DatasetKept { name: String, as_of: String },
    DatasetFailed { name: String, error: String, kept: Option<String> },
    DatasetAbsent { name: String },
    SnapshotCurrent { name: String, published: bool },
    SnapshotListed { name: String, current: bool },
    SnapshotShown { name: String, as_of: String },
    SnapshotVerified { name: String },
    DatasetShown { name: String, rows: u64, units: u64, rejected: u64, as_of: String },
    GuestBuilt { path: String, bytes: u64, digest: String },
    GuestInspected { digest: String, bytes: u64 },
    GuestParameter { name: String, kind: &'static str },
    GuestReads { role: String, dataset: String, columns: String },
    GuestAnswers { labels: String },
    GuestRegistered { digest: String },
    GuestFits { policy: String, misfits: Vec<String> },
    PolicyGood { id: String, version: String, labels: String, bits: u32 },
    ConsentIssued { out: String, days: u32, uses: u32 },
    ConsentRevoked { jti: String },
    Answered { label: String, bits: u64, out: String },
    DebugEnd { end: &'static str },
    ReceiptUnverified,
    ReceiptVerified { size: u64 },
    ReceiptShown { label: String, client: String, policy: String, as_of: String, guest: String, bits: u64, index: u64 },
    AuditCheck { name: String, counted: String, findings: Vec<String> },
    AuditClean,
    AuditFindings { findings: usize },
    BudgetRow { account: String, client: String, party: String, window: (u64, u32, u32), lifetime: (u64, u32) },
    BudgetEmpty,
    KeyMade { out: String },
    DemoTitle,
    DemoHome { home: String },
    DemoInvented { rows: u64, units: u64, datasets: usize },
    DemoIngested { name: String, rejected: u64 },
    DemoGuest { bytes: u64, digest: String },
    DemoPolicy { path: String },
    DemoAnswered { party: String, label: String, bits: u64, out: String },
    DemoRefused { party: String, refusal: Refusal },
    DemoVerified,
    DemoNext { home: String, guest: String, party: String },
}

impl Message {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        self.data_english().or_else(|| self.demo_english()).unwrap_or_else(|| self.work_english())
    }

    fn chinese(&self) -> String {
        self.data_chinese().or_else(|| self.demo_chinese()).unwrap_or_else(|| self.work_chinese())
    }
}
