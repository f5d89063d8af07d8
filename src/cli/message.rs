//! The message catalogue: every line that a command says to a person. Both languages match exhaustively,
//! so that a line without its words does not compile.

use super::catalog_words::CatalogMessage;
use super::upkeep_message::UpkeepMessage;
use crate::config::HomeKind;
use crate::model::{Bilingual, Date, Lang, ParameterKind, Refusal};
use crate::policy::Misfit;
use crate::review::Counted;

/// A line for a person.
#[derive(Clone, Debug)]
pub enum Message {
    /// About deliveries and snapshots.
    Data(DataMessage),
    /// A step of the demo.
    Demo(DemoMessage),
    /// About everything else.
    Work(WorkMessage),
    /// About an operator's work on a home.
    Upkeep(UpkeepMessage),
    /// About the catalog.
    Catalog(CatalogMessage),
}

/// Lines about deliveries and snapshots; their words are in `english` and `chinese`.
#[derive(Clone, Debug)]
pub enum DataMessage {
    Inventing,
    DatasetInvented { name: String, rows: u64 },
    Invented { firms: u64, persons: u64, healthy: String, representative: String, failing: String },
    Ingesting,
    DatasetTaken { name: String, rows: u64, units: u64, rejected: u64 },
    DatasetChecked { name: String, rows: u64, rejected: u64 },
    Rehearsed { rejects: String },
    DatasetShrunk { name: String, rows: u64, before: u64 },
    DatasetKept { name: String, as_of: String },
    DatasetFailed { name: String, error: Bilingual, kept: Option<String> },
    DatasetAbsent { name: String },
    SnapshotCurrent { name: String, published: bool },
    SnapshotListed { name: String, current: bool },
    SnapshotsNone,
    Verifying,
    SnapshotShown { name: String, as_of: String },
    SnapshotVerified { name: String },
    DatasetShown { name: String, rows: u64, units: u64, rejected: u64, as_of: String },
}

/// Lines about the demo; their words are in `english` and `chinese`.
#[derive(Clone, Debug)]
pub enum DemoMessage {
    Title,
    Home { home: String },
    Invented { rows: u64, firms: u64, persons: u64, datasets: usize },
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
    HomeMade {
        home: String,
        kind: HomeKind,
    },
    GuestBuilt {
        path: String,
        bytes: u64,
        digest: String,
    },
    GuestInspected {
        digest: String,
        bytes: u64,
    },
    GuestParameter {
        name: String,
        kind: ParameterKind,
    },
    GuestReads {
        role: Option<String>,
        dataset: String,
        columns: String,
    },
    GuestAnswers {
        labels: String,
    },
    GuestDimension {
        name: String,
        labels: usize,
    },
    GuestMeasures {
        measures: String,
    },
    GuestRegistered {
        digest: String,
    },
    GuestFits {
        policy: String,
        misfits: Vec<Misfit>,
    },
    PolicyGood {
        id: String,
        version: String,
        answers: Answers,
        cost: Cost,
    },
    AccountsGood {
        path: String,
        digest: String,
    },
    PolicyListed {
        id: String,
        version: String,
        title: Bilingual,
        state: PolicyState,
        digest: String,
    },
    PoliciesNone,
    AccountsUnapproved {
        needed: u32,
    },
    ConsentIssued {
        out: String,
        jti: String,
        days: u32,
        uses: u32,
    },
    ConsentRevoked {
        jti: String,
        issuer: String,
        used: u64,
        known: bool,
    },
    Answered {
        label: String,
        cost: Cost,
        out: String,
    },
    Table {
        text: String,
        facts: Box<TableFacts>,
    },
    TableAnswered {
        cost: Cost,
        out: String,
    },
    TableNone {
        cost: Cost,
        out: String,
    },
    TableFile {
        path: String,
    },
    TableWaiting,
    Cancelling,
    DebugEnd {
        end: &'static str,
    },
    ReceiptUnverified,
    ReceiptParty {
        role: String,
        id: String,
    },
    ReceiptVerified {
        size: u64,
    },
    ReceiptShown {
        answer: ShownAnswer,
        client: String,
        policy: String,
        as_of: String,
        guest: String,
        cost: Cost,
        index: u64,
    },
    Auditing,
    Calibrating,
    Compiling,
    AuditCheck {
        name: &'static str,
        counts: Vec<(u64, Counted)>,
        findings: Vec<String>,
        notes: Vec<String>,
    },
    AuditClean,
    BudgetRow {
        account: String,
        client: String,
        party: String,
        unit: BudgetUnit,
        window: (String, String, u32),
        lifetime: (String, String),
    },
    BudgetEmpty,
    KeyMade {
        out: String,
    },
}

/// What an answer cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Bits of each party.
    Bits(u64),
    /// ε, as a decimal.
    Epsilon(String),
}

/// What a policy lets be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answers {
    /// One of these labels.
    Labels(String),
    /// A table of so many cells.
    Table(usize),
}

/// What a receipt says was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownAnswer {
    /// A label.
    Label(String),
    /// A table: its cells, and how many of them are printed.
    Table(usize, usize),
    /// No table.
    NoTable,
}

/// What an account counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetUnit {
    /// Bits.
    Bits,
    /// ε.
    Epsilon,
}

/// What stands below a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFacts {
    /// The mechanism.
    pub noise: String,
    /// ε.
    pub epsilon: String,
    /// For Gaussian noise: ρ, δ and the ε at that δ.
    pub gaussian: Option<(String, String, String)>,
    /// Half of the 95 % interval, for the count and each measure.
    pub intervals: Vec<(String, String)>,
    /// Suppressed cells.
    pub suppressed: usize,
    /// Below how many units, by the noisy count.
    pub min_units: u32,
}

/// Whether a policy of a home can be asked under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyState {
    /// Today, and until this day.
    InForce(Date),
    /// The auditors' approvals are missing.
    Unapproved,
    /// Only between these days.
    OutsideValidity(Date, Date),
}

impl PolicyState {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InForce(_) => "in-force",
            Self::Unapproved => "not-approved",
            Self::OutsideValidity(..) => "outside-validity",
        }
    }
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
            (Self::Upkeep(message), Lang::En) => message.english(),
            (Self::Upkeep(message), Lang::Zh) => message.chinese(),
            (Self::Catalog(message), lang) => message.text(lang),
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

impl From<UpkeepMessage> for Message {
    fn from(message: UpkeepMessage) -> Self {
        Self::Upkeep(message)
    }
}

impl From<CatalogMessage> for Message {
    fn from(message: CatalogMessage) -> Self {
        Self::Catalog(message)
    }
}

impl From<WorkMessage> for Message {
    fn from(message: WorkMessage) -> Self {
        Self::Work(message)
    }
}
