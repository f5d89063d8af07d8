//! What an explanation is made of: sentences in both languages, each with a name. `docs/sentences.md` says by that name which
//! test fails if the sentence were false; `tests/tidy` holds the two together. Owns no wording of a sentence.

use crate::model::{Bilingual, Digest, Lang};

/// Which sentence it is: what it promises, whatever the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "`docs/sentences.md` says of each what it promises")]
pub enum SentenceId {
    PolicyPurpose,
    PolicyBasis,
    PolicyValidity,
    PolicyAccepted,
    WhoClients,
    WhoNoQuota,
    WhoGuestsAny,
    WhoGuestsListed,
    PartyRole,
    PartyConsent,
    PartyNoConsent,
    PartyAllUnits,
    ReadsOnly,
    ReadsDataset,
    ReadsRows,
    ReadsTokens,
    ReadsClientRows,
    ParameterChoice,
    ParameterNone,
    AnswerLabels,
    AnswerUndetermined,
    AnswerTable,
    AnswerMeasure,
    AnswerUnitCells,
    AnswerNoise,
    AnswerMinUnits,
    AnswerFailedUnit,
    WorstQuestion,
    WorstLabelJob,
    WorstLabelClient,
    WorstLabelAll,
    WorstTableJob,
    WorstTableClient,
    WorstTableAll,
    WorstTableBeyond,
    WorstSameAgain,
    LimitsRun,
    LimitsSlot,
    LimitsRate,
    LimitsUnits,
}

impl SentenceId {
    /// The name in JSON, HTML and `docs/sentences.md`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PolicyPurpose => "policy.purpose",
            Self::PolicyBasis => "policy.basis",
            Self::PolicyValidity => "policy.validity",
            Self::PolicyAccepted => "policy.accepted",
            Self::WhoClients => "who.clients",
            Self::WhoNoQuota => "who.no-quota",
            Self::WhoGuestsAny => "who.guests-any",
            Self::WhoGuestsListed => "who.guests-listed",
            Self::PartyRole => "party.role",
            Self::PartyConsent => "party.consent",
            Self::PartyNoConsent => "party.no-consent",
            Self::PartyAllUnits => "party.all-units",
            Self::ReadsOnly => "reads.only",
            Self::ReadsDataset => "reads.dataset",
            Self::ReadsRows => "reads.rows",
            Self::ReadsTokens => "reads.tokens",
            Self::ReadsClientRows => "reads.client-rows",
            Self::ParameterChoice => "parameter.choice",
            Self::ParameterNone => "parameter.none",
            Self::AnswerLabels => "answer.labels",
            Self::AnswerUndetermined => "answer.undetermined",
            Self::AnswerTable => "answer.table",
            Self::AnswerMeasure => "answer.measure",
            Self::AnswerUnitCells => "answer.unit-cells",
            Self::AnswerNoise => "answer.noise",
            Self::AnswerMinUnits => "answer.min-units",
            Self::AnswerFailedUnit => "answer.failed-unit",
            Self::WorstQuestion => "worst.question",
            Self::WorstLabelJob => "worst.label-job",
            Self::WorstLabelClient => "worst.label-client",
            Self::WorstLabelAll => "worst.label-all",
            Self::WorstTableJob => "worst.table-job",
            Self::WorstTableClient => "worst.table-client",
            Self::WorstTableAll => "worst.table-all",
            Self::WorstTableBeyond => "worst.table-beyond",
            Self::WorstSameAgain => "worst.same-again",
            Self::LimitsRun => "limits.run",
            Self::LimitsSlot => "limits.slot",
            Self::LimitsRate => "limits.rate",
            Self::LimitsUnits => "limits.units",
        }
    }
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Which.
    pub id: SentenceId,
    /// Its words.
    pub words: Bilingual,
}

/// A sentence of its words, English first.
pub(super) fn say(id: SentenceId, en: impl Into<String>, zh: impl Into<String>) -> Sentence {
    Sentence { id, words: Bilingual { zh: zh.into(), en: en.into() } }
}

/// What a group of sentences is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// What the policy is.
    Policy,
    /// Who may ask.
    Who,
    /// About whom.
    Parties,
    /// What a guest reads.
    Reads,
    /// What a client may choose.
    Choice,
    /// What leaves the room.
    Answer,
    /// What is learnt at the worst.
    Worst,
    /// What a run may use.
    Limits,
}

impl Heading {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Who => "who",
            Self::Parties => "parties",
            Self::Reads => "reads",
            Self::Choice => "choice",
            Self::Answer => "answer",
            Self::Worst => "worst",
            Self::Limits => "limits",
        }
    }

    /// The heading in `lang`.
    pub const fn text(self, lang: Lang) -> &'static str {
        let (en, zh) = match self {
            Self::Policy => ("What it is", "政策概况"),
            Self::Who => ("Who may ask", "谁可以询问"),
            Self::Parties => ("About whom", "询问涉及谁"),
            Self::Reads => ("What a guest reads", "程序读取什么"),
            Self::Choice => ("What the client chooses", "客户可选什么"),
            Self::Answer => ("What leaves the room", "什么离开暗室"),
            Self::Worst => ("What can be learnt at the worst", "最坏情况下会泄露多少"),
            Self::Limits => ("What a run may use", "一次运行可用什么"),
        };
        match lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}

/// Sentences that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What they are about.
    pub heading: Heading,
    /// The sentences.
    pub sentences: Vec<Sentence>,
}

/// A policy in plain sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The policy's id.
    pub policy: String,
    /// Its version.
    pub version: String,
    /// What people call it.
    pub title: Bilingual,
    /// Its digest.
    pub sha256: Digest,
    /// The sentences.
    pub sections: Vec<Section>,
}
