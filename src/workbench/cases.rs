//! The cases of a policy after their file was checked: what is asked in which order, and what must come of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::synth::SynthOptions;
use crate::model::{Bilingual, Date, RawParameter, RefusalCode, UnitId, UnitKind};

/// The file's name, beside its policy.
pub const CASES_FILE: &str = "cases.toml";

/// The cases of one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cases {
    /// The file, for messages.
    pub path: String,
    /// The guest that is asked, where a case names no other.
    pub guest: String,
    /// The day of the first case.
    pub day: Date,
    /// The invented city that is asked about.
    pub data: SynthOptions,
    /// The cases, in their order: they share one home.
    pub cases: Vec<Case>,
    /// What many are asked, each of them once, in a home of its own for each of these.
    pub populations: Vec<Population>,
}

impl Cases {
    /// Every guest that a case names and that is to be registered.
    pub fn guests(&self) -> BTreeSet<&str> {
        let named = self.asked().map(|ask| ask.guest.as_str());
        named.chain([self.guest.as_str()]).filter(|guest| !guest.starts_with("sha256:")).collect()
    }

    /// Every file of rows that a case sends along, below the policy's folder.
    pub fn row_files(&self) -> BTreeSet<&str> {
        self.asked().flat_map(|ask| ask.rows.values()).map(String::as_str).collect()
    }

    /// Every client that asks.
    pub fn clients(&self) -> BTreeSet<&str> {
        self.asked().map(|ask| ask.client.as_str()).collect()
    }

    /// Everything that is asked, of one or of many.
    fn asked(&self) -> impl Iterator<Item = &Ask> {
        self.cases.iter().map(|case| &case.ask).chain(self.populations.iter().map(|population| &population.ask))
    }
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The line of what it expects.
    pub line: usize,
    /// What it shows, where its author said.
    pub title: Option<Bilingual>,
    /// The day that it is asked on, where that is a later one.
    pub day: Option<Date>,
    /// Whether the data are delivered anew before it is asked.
    pub new_data: bool,
    /// How often it is asked, with new data between: each time the same must come of it.
    pub times: u32,
    /// What is asked.
    pub ask: Ask,
    /// What must come of it.
    pub expect: Expect,
    /// What the client must have left then.
    pub left: Vec<Left>,
}

/// What many units of the invented city are asked, and how their answers must be shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// The line of the shares.
    pub line: usize,
    /// What it shows, where its author said.
    pub title: Option<Bilingual>,
    /// The invented city that they live in.
    pub data: SynthOptions,
    /// How many are asked at most, evenly out of all.
    pub most: u32,
    /// The role that each of them plays in turn.
    pub role: String,
    /// The dataset that they all have rows in.
    pub dataset: String,
    /// Who comes along with each, in this order.
    pub others: Vec<Others>,
    /// What is asked; it names no parties.
    pub ask: Ask,
    /// Of every label, and of `undetermined`.
    pub shares: Vec<Share>,
}

/// Who comes along with a party: whom an identifier column of its rows names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Others {
    /// The role that they play.
    pub role: String,
    /// The role of the party whose rows name them.
    pub of: String,
    /// The dataset of those rows.
    pub dataset: String,
    /// The column.
    pub column: String,
}

/// The share of the answers that a label must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The label, or `undetermined`.
    pub label: String,
    /// At least so many ten-thousandths.
    pub least: u64,
    /// At most so many.
    pub most: u64,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The guest, by name or digest.
    pub guest: String,
    /// Who asks.
    pub client: String,
    /// What for.
    pub purpose: String,
    /// Under which version.
    pub version: String,
    /// About whom, with the roles.
    pub parties: Vec<(String, Who)>,
    /// The parameters.
    pub parameters: Vec<(String, RawParameter)>,
    /// The consents that come along; `None`: those of all parties that need one.
    pub consents: Option<Vec<ConsentSpec>>,
    /// Files of the client's own rows below the policy's folder, by dataset.
    pub rows: BTreeMap<String, String>,
}

/// Whom a case is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// An example of the invented city, by its name.
    Example(String),
    /// An identifier as it stands, right or wrong.
    Id(String),
}

/// A consent, and what of it is not as the job needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentSpec {
    /// The role that is consented to.
    pub role: String,
    /// Who consents; `None`: the party in the role.
    pub party: Option<Who>,
    /// For another client.
    pub client: Option<String>,
    /// For another purpose.
    pub purpose: Option<String>,
    /// For another policy.
    pub policy: Option<String>,
    /// From which version on, and below which.
    pub versions: Option<[String; 2]>,
    /// From this day on.
    pub from: Option<Date>,
    /// To this day, which it does not cover.
    pub until: Option<Date>,
    /// The very consent that this party gave last.
    pub again: bool,
}

/// What must come of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// An answer: a label, or `undetermined`.
    Answer {
        /// The word.
        label: String,
        /// What it costs each party, where that is said.
        cost: Option<u64>,
    },
    /// A table.
    Table {
        /// What of it is known before.
        shape: TableShape,
        /// What it costs, where that is said.
        cost: Option<u64>,
    },
    /// A refusal.
    Refused {
        /// Which.
        code: RefusalCode,
        /// A part of what it says beside, in either language.
        detail: Option<String>,
    },
}

/// What is known of a table before it is asked for: everything but its figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableShape {
    /// The labels of each dimension, in the table's order.
    pub keys: Option<BTreeMap<String, Vec<String>>>,
    /// The mechanism.
    pub noise: Option<String>,
    /// The scale of the noise by measure; of the count of units, `count`.
    pub scales: BTreeMap<String, String>,
    /// The threshold.
    pub min_units: Option<u32>,
}

/// What a client must have left of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Whose account.
    pub whose: Whose,
    /// Whether ever, or in the window.
    pub ever: bool,
    /// How much, in the account's own unit.
    pub amount: u64,
}

/// Whose account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// An example's.
    Example(String),
    /// A unit's.
    Unit(UnitId),
    /// That of the tables about all units of a kind.
    All(UnitKind),
}

impl Whose {
    /// As the file has it.
    pub fn word(&self) -> String {
        match self {
            Self::Example(name) => name.clone(),
            Self::Unit(unit) => unit.to_string(),
            Self::All(unit) => unit.word().to_owned(),
        }
    }
}
