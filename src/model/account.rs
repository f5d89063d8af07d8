//! What a job costs and where it is charged.

use super::{Date, Digest, UnitKind};

/// Which of the engine's accounts: one for each kind of answer and of unit, across all policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// Label answers about one kind of unit, in bits for each party and client.
    Label(UnitKind),
}

impl AccountKind {
    /// The account's name in ledger, records and reports: `label.enterprise`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Label(UnitKind::Enterprise) => "label.enterprise",
            Self::Label(UnitKind::Person) => "label.person",
        }
    }

    /// The account that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Label(UnitKind::Enterprise), Self::Label(UnitKind::Person)].into_iter().find(|kind| kind.word() == word)
    }
}

/// One append-only row of the ledger: `bits` of one party's account, spent by one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The account.
    pub account: AccountKind,
    /// The party, as the home's keyed pseudonym of its identifier: the ledger names nobody.
    pub party: Digest,
    /// The day that the window counts.
    pub day: Date,
    /// Bits, at least 1 for a new answer.
    pub bits: u32,
}
