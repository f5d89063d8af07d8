//! A policy after its file was checked.

use std::collections::{BTreeMap, BTreeSet};

use super::client_dataset::ClientDataset;
use super::table::TableRule;
use crate::model::{AccountKind, Bilingual, Date, Digest, ParameterKind, UnitKind, Version, label_cost_bits};

/// What may be asked, by whom, about whom, and what the answer may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: Version,
    /// What people call it.
    pub title: Bilingual,
    /// What its answers may be used for.
    pub purpose: String,
    /// The legal bases.
    pub basis: Vec<String>,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_until: Date,
    /// The clients that may ask.
    pub clients: BTreeSet<String>,
    /// The guests that may answer.
    pub guests: Guests,
    /// The parties, by role.
    pub roles: BTreeMap<String, RoleRule>,
    /// What a guest may read of which party.
    pub grants: Vec<Grant>,
    /// The datasets whose rows the client sends along.
    pub client_datasets: Vec<ClientDataset>,
    /// The parameters.
    pub parameters: Vec<ParameterRule>,
    /// What may be answered.
    pub answer: AnswerRule,
    /// What a run may use.
    pub limits: Limits,
    /// Warnings that were considered: their codes, and why they are accepted.
    pub accepts: Vec<(String, String)>,
    /// The processor time of one run at worst, on this machine.
    pub run_nanos: u64,
    /// SHA-256 of the checked policy.
    pub sha256: Digest,
}

impl Policy {
    /// What one answer costs of the account `account`, in its own unit: a function of the policy alone.
    pub fn cost(&self) -> u64 {
        match &self.answer {
            AnswerRule::Label(labels) => u64::from(label_cost_bits(labels.len())),
            AnswerRule::Table(table) => table.epsilon.count(),
        }
    }

    /// The datasets whose units a table is about: each unit that has a row in any of them.
    pub fn frame(&self) -> Vec<String> {
        self.grants.iter().map(|grant| grant.dataset.clone()).collect()
    }

    /// The labels of a label policy; none of a table's.
    pub fn labels(&self) -> &[String] {
        match &self.answer {
            AnswerRule::Label(labels) => labels,
            AnswerRule::Table(_) => &[],
        }
    }

    /// The table of a table policy.
    pub const fn table(&self) -> Option<&TableRule> {
        match &self.answer {
            AnswerRule::Label(_) => None,
            AnswerRule::Table(table) => Some(table),
        }
    }

    /// The accounts that an answer about these kinds of units is charged to.
    pub const fn account(&self, unit: UnitKind) -> AccountKind {
        match &self.answer {
            AnswerRule::Label(_) => AccountKind::Label(unit),
            AnswerRule::Table(_) => AccountKind::Table(unit),
        }
    }

    /// The version as text.
    pub fn version_text(&self) -> String {
        self.version.to_string()
    }

    /// The grant of `dataset` to `role`; a table's grants have no role.
    pub fn grant(&self, role: Option<&str>, dataset: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.role.as_deref() == role && grant.dataset == dataset)
    }

    /// The client's own dataset of this name about `role`.
    pub fn client_dataset(&self, role: Option<&str>, name: &str) -> Option<&ClientDataset> {
        self.client_datasets.iter().find(|dataset| role == Some(&dataset.role) && dataset.name == name)
    }
}

/// What may be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerRule {
    /// One of these labels about named parties, or `undetermined`.
    Label(Vec<String>),
    /// A table over all units of a kind, with noise.
    Table(Box<TableRule>),
}

/// Which guests may answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guests {
    /// Any registered one: the gate does not trust the guest either way.
    Any,
    /// One of these.
    Listed(BTreeSet<Digest>),
}

/// A kind of party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRule {
    /// Its kind of unit.
    pub unit: UnitKind,
    /// At least so many parties.
    pub min: u32,
    /// At most so many parties.
    pub max: u32,
    /// Whether each must have consented.
    pub consent_required: bool,
    /// What consent or its absence rests on, as the policy's authors say.
    pub basis: Option<String>,
}

/// Columns of one dataset for one role, or for a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role; none where the answer is a table, whose unit is the only party.
    pub role: Option<String>,
    /// The dataset.
    pub dataset: String,
    /// The columns.
    pub columns: BTreeSet<String>,
    /// Rows older than so many months before `as_of` are not given.
    pub history_months: Option<u32>,
    /// The newest rows, at most so many.
    pub rows_max: u32,
}

/// A parameter and what it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterRule {
    /// Its name.
    pub name: String,
    /// What it may be.
    pub allowed: Allowed,
}

impl ParameterRule {
    /// The parameter's kind.
    pub const fn kind(&self) -> ParameterKind {
        match self.allowed {
            Allowed::Integers(_) | Allowed::Range { .. } => ParameterKind::Integer,
            Allowed::Dates(_) => ParameterKind::Date,
            Allowed::Texts(_) => ParameterKind::Text,
            Allowed::AnyIdentifier => ParameterKind::Identifier,
        }
    }
}

/// What a parameter may be: a finite list, except for identifiers, which a guest only compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// One of these integers.
    Integers(BTreeSet<i64>),
    /// `min`, `min + step`, … up to `max`.
    Range {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
        /// The distance, at least 1.
        step: i64,
    },
    /// One of these days.
    Dates(BTreeSet<Date>),
    /// One of these texts.
    Texts(BTreeSet<String>),
    /// Any identifier.
    AnyIdentifier,
}

/// A refusal lists at most so many values.
const VALUES_SHOWN_MAX: usize = 32;

impl Allowed {
    /// What is allowed, as a list that needs no language: `1, 2, 3`.
    pub fn text(&self) -> String {
        match self {
            Self::Integers(values) => listed(values),
            Self::Range { min, max, step: 1 } => format!("{min} – {max}"),
            Self::Range { min, max, step } => {
                let next = min.saturating_add(*step).min(*max);
                format!("{min}, {next}, … ≤ {max}")
            }
            Self::Dates(values) => listed(values),
            Self::Texts(values) => listed(values),
            Self::AnyIdentifier => ParameterKind::Identifier.word().to_owned(),
        }
    }
}

fn listed<T: std::fmt::Display>(values: &BTreeSet<T>) -> String {
    let shown = values.iter().take(VALUES_SHOWN_MAX).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if values.len() > VALUES_SHOWN_MAX { format!("{shown}, …") } else { shown }
}

/// What a run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fuel of one run: of a label job, or of one unit of a table.
    pub fuel: u64,
    /// Linear memory of one instance, in bytes.
    pub memory_bytes: u64,
    /// From dispatch to tick, in milliseconds.
    pub slot_ms: u32,
    /// Jobs a minute and client.
    pub jobs_per_minute: u32,
}
