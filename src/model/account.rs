//! What a job costs and where it is charged.

use super::{Billionths, Date, Digest, UnitKind};

/// Which of the engine's accounts: one for each kind of answer and of unit, across all policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// Label answers about one kind of unit, in bits for each party and client.
    Label(UnitKind),
    /// Tables over all units of one kind, in billionths of ε for each client.
    Table(UnitKind),
}

impl AccountKind {
    /// Every account.
    pub const ALL: [Self; 4] = [
        Self::Label(UnitKind::Enterprise),
        Self::Label(UnitKind::Person),
        Self::Table(UnitKind::Enterprise),
        Self::Table(UnitKind::Person),
    ];

    /// The account's name in ledger, records and reports: `label.enterprise`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Label(UnitKind::Enterprise) => "label.enterprise",
            Self::Label(UnitKind::Person) => "label.person",
            Self::Table(UnitKind::Enterprise) => "table.enterprise",
            Self::Table(UnitKind::Person) => "table.person",
        }
    }

    /// The account that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// An amount of this account as people and JSON write it: bits, or ε as a decimal.
    pub fn shown(self, amount: u64) -> String {
        match self {
            Self::Label(_) => amount.to_string(),
            Self::Table(_) => Billionths::new(amount).to_string(),
        }
    }
}

/// One append-only row of the ledger: what one client spent of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The account.
    pub account: AccountKind,
    /// The party, as the home's keyed pseudonym of its identifier: the ledger names nobody. Of a table, one digest
    /// that stands for all units of a kind.
    pub party: Digest,
    /// The day that the window counts.
    pub day: Date,
    /// Bits, or billionths of ε; at least 1 for a new answer.
    pub amount: u64,
}
