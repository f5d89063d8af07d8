//! The message catalogue: every line that a command says to a person. Both languages match exhaustively,
//! so that a line without its words does not compile.

use super::audit_words::AuditMessage;
use super::catalog_words::CatalogMessage;
use super::delivery_words::DeliveryMessage;
use super::demo_words::DemoMessage;
use super::desk_words::DeskMessage;
use super::guest_inspect_words::InspectMessage;
use super::guest_test_words::TestMessage;
use super::guest_words::GuestMessage;
use super::pack_words::PackMessage;
use super::policy_words::PolicyMessage;
use super::service_words::ServiceMessage;
use super::table_words::TableMessage;
use super::upkeep_message::UpkeepMessage;
use crate::config::HomeKind;
use crate::data::Stage;
use crate::model::{Bilingual, Date, Lang};
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
    /// About what may be wrong with deliveries.
    Delivery(DeliveryMessage),
    /// About guests.
    Guest(GuestMessage),
    /// About a guest that is looked into.
    Inspect(InspectMessage),
    /// About a guest that is tested.
    Test(TestMessage),
    /// About policies and their approvals.
    Policy(PolicyMessage),
    /// About a policy's cases and its dossier.
    Desk(DeskMessage),
    /// About tables.
    Table(TableMessage),
    /// About the service.
    Service(ServiceMessage),
    /// About what was asked.
    Audit(AuditMessage),
    /// About packs and the manual.
    Pack(PackMessage),
}

/// Lines about deliveries and snapshots; their words are in `english` and `chinese`.
#[derive(Clone, Debug)]
pub enum DataMessage {
    Inventing,
    DatasetInvented {
        name: String,
        rows: u64,
    },
    Invented {
        firms: u64,
        persons: u64,
        healthy: String,
        representative: String,
        failing: String,
    },
    Ingesting,
    IngestingDataset {
        name: String,
        stage: Stage,
    },
    DatasetTaken {
        name: String,
        rows: u64,
        units: u64,
        rejected: u64,
    },
    DatasetChecked {
        name: String,
        rows: u64,
        rejected: u64,
    },
    DatasetKept {
        name: String,
        as_of: String,
    },
    DatasetFailed {
        name: String,
        error: Bilingual,
        kept: Option<String>,
    },
    DatasetAbsent {
        name: String,
    },
    SnapshotCurrent {
        name: String,
        published: bool,
    },
    /// `as_of`: none where its manifest cannot be read.
    SnapshotListed {
        name: String,
        as_of: Option<String>,
        current: bool,
    },
    SnapshotsNone,
    Verifying,
    SnapshotShown {
        name: String,
        as_of: String,
    },
    SnapshotVerified {
        name: String,
    },
    DatasetShown {
        name: String,
        rows: u64,
        units: u64,
        rejected: u64,
        unended: u64,
        as_of: String,
    },
}

/// Lines about homes, guests, policies, receipts and audits; their words are in `english` and `chinese`.
#[derive(Clone, Debug)]
pub enum WorkMessage {
    Verbatim(String),
    HomeMade {
        home: String,
        kind: HomeKind,
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
    Labels(Vec<String>),
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
            (Self::Demo(message), lang) => message.text(lang),
            (Self::Work(message), Lang::En) => message.english(),
            (Self::Work(message), Lang::Zh) => message.chinese(),
            (Self::Upkeep(message), Lang::En) => message.english(),
            (Self::Upkeep(message), Lang::Zh) => message.chinese(),
            (Self::Catalog(message), lang) => message.text(lang),
            (Self::Delivery(message), lang) => message.text(lang),
            (Self::Guest(message), lang) => message.text(lang),
            (Self::Inspect(message), lang) => message.text(lang),
            (Self::Test(message), lang) => message.text(lang),
            (Self::Policy(message), lang) => message.text(lang),
            (Self::Desk(message), lang) => message.text(lang),
            (Self::Table(message), lang) => message.text(lang),
            (Self::Service(message), lang) => message.text(lang),
            (Self::Audit(message), lang) => message.text(lang),
            (Self::Pack(message), lang) => message.text(lang),
        }
    }
}

impl From<AuditMessage> for Message {
    fn from(message: AuditMessage) -> Self {
        Self::Audit(message)
    }
}

impl From<PackMessage> for Message {
    fn from(message: PackMessage) -> Self {
        Self::Pack(message)
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

impl From<DeliveryMessage> for Message {
    fn from(message: DeliveryMessage) -> Self {
        Self::Delivery(message)
    }
}

impl From<InspectMessage> for Message {
    fn from(message: InspectMessage) -> Self {
        Self::Inspect(message)
    }
}

impl From<TestMessage> for Message {
    fn from(message: TestMessage) -> Self {
        Self::Test(message)
    }
}

impl From<GuestMessage> for Message {
    fn from(message: GuestMessage) -> Self {
        Self::Guest(message)
    }
}

impl From<PolicyMessage> for Message {
    fn from(message: PolicyMessage) -> Self {
        Self::Policy(message)
    }
}

impl From<DeskMessage> for Message {
    fn from(message: DeskMessage) -> Self {
        Self::Desk(message)
    }
}

impl From<ServiceMessage> for Message {
    fn from(message: ServiceMessage) -> Self {
        Self::Service(message)
    }
}

impl From<TableMessage> for Message {
    fn from(message: TableMessage) -> Self {
        Self::Table(message)
    }
}

impl From<WorkMessage> for Message {
    fn from(message: WorkMessage) -> Self {
        Self::Work(message)
    }
}
