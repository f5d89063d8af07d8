//! What the operator's commands say, and what can be wrong with them; the words are in `upkeep_english` and
//! `upkeep_chinese`, both exhaustive.

use crate::model::Lang;
use crate::upkeep::{Diagnosis, Level};

/// Lines about backup, restore, keys, pruning and examination.
#[derive(Clone, Debug)]
pub enum UpkeepMessage {
    BackingUp,
    BackedUp { to: String, files: u64, bytes: u64, entries: u64, digest: String },
    KeysApart { folder: String },
    KeysLeftOut { home: String },
    Outside { place: String },
    Restoring,
    Restored { home: String, ledger: String, entries: u64, files: u64 },
    RestoredCurrent { mirror: String },
    KeysMissing { home: String },
    OutsideMissing { place: String },
    Rotated { kid: String, resumed: bool },
    Retired { kid: String, until: String },
    Pruned { name: String, jobs: u64, dry_run: bool },
    PruneInUse { name: String },
    PruneFreed { files: u64, bytes: u64, dry_run: bool },
    PruneRequests { requests: u64, dry_run: bool },
    PruneWaiting { requests: u64 },
    PruneNothing,
    Examining,
    Examined { check: &'static str, level: Level, diagnosis: Box<Diagnosis> },
    ExaminedSum { errors: u64, warnings: u64 },
}

/// What is wrong with an operator's command.
#[derive(Debug)]
pub enum UpkeepProblem {
    /// The restored home is behind its mirror. `after`: the longest window, and the day on which it has passed.
    MirrorAhead { mirror: String, entries: u64, seen: u64, after: Option<(u32, String)> },
    /// The restored home has no mirror.
    MirrorMissing { mirror: String, entries: u64 },
    /// The log's key is not rotated.
    LogKeyStays,
    /// So many checks found an error.
    Ill(u64),
}

impl UpkeepProblem {
    /// The problem in `lang`.
    pub(super) fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }
}

impl Diagnosis {
    /// The diagnosis in `lang`.
    pub(super) fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }
}

impl UpkeepMessage {
    /// The word of a level, in both languages as in JSON.
    pub const fn level_word(level: Level) -> &'static str {
        match level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}
