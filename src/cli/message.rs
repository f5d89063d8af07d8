//! The message catalogue: every line that a command says to a person. Both languages match exhaustively,
//! so that a line without its words does not compile.

use crate::model::{Lang, Refusal};

/// A line for a person.
#[derive(Clone, Debug)]
pub enum Message {
    /// About deliveries and snapshots.
    Data(DataMessage),
    /// A step of the demo.
    Demo(DemoMessage),
    /// About everything else.
    Work(WorkMessage),
}

/// Lines about deliveries and snapshots; their words are in `english` and `chinese`.
#[derive(Clone, Debug)]
pub enum DataMessage {
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
}

/// Lines about the demo; their words are in `english` and `chinese`.
#[derive(Clone, Debug)]
pub enum DemoMessage {
    Title,
    Home { home: String },
    Invented { rows: u64, units: u64, datasets: usize },
    Ingested { name: String, rejected: u64 },
    Guest { bytes: u64, digest: String },
    Policy { path: String },
    Answered { party: String, label: String, bits: u64, out: String },
    Refused { party: String, refusal: Refusal },
    Verified,
    Next { anshi: String, home: String, guest: String, party: String },
}

/// Lines about homes, guests, policies, receipts and audits; their words are in `english` and `chinese`.
#[derive(Clone, Debug)]
pub enum WorkMessage {
    Verbatim(String),
    HomeMade { home: String, kind: &'static str },
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
}

impl Message {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Data(message), Lang::En) => message.english(),
            (Self::Data(message), Lang::Zh) => message.chinese(),
            (Self::Demo(message), Lang::En) => message.english(),
            (Self::Demo(message), Lang::Zh) => message.chinese(),
            (Self::Work(message), Lang::En) => message.english(),
            (Self::Work(message), Lang::Zh) => message.chinese(),
        }
    }
}

impl From<DataMessage> for Message {
    fn from(message: DataMessage) -> Self {
        Self::Data(message)
    }
}

impl From<DemoMessage> for Message {
    fn from(message: DemoMessage) -> Self {
        Self::Demo(message)
    }
}

impl From<WorkMessage> for Message {
    fn from(message: WorkMessage) -> Self {
        Self::Work(message)
    }
}
