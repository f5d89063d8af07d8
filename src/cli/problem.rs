//! What can be wrong with what a command was given; the words are in `english` and `chinese`, both exhaustive.
//! An error of the library below brings its words in both languages along.

use std::path::PathBuf;
use std::sync::Arc;

use super::delivery_words::DeliveryProblem;
use super::service_problem::{RemoteProblem, ServiceProblem};
use super::upkeep_message::UpkeepProblem;
use crate::config::CONFIG_FILE;
use crate::model::{Bilingual, IdError, Lang};
use crate::policy::Misfit;

/// What is wrong.
#[derive(Clone, Debug)]
pub enum Problem {
    /// With an engine elsewhere.
    Remote(RemoteProblem),
    /// With who may speak to an engine, or with what is sent to one.
    Service(ServiceProblem),
    /// With a file or a folder.
    File(FileProblem),
    /// With what was asked for.
    Ask(AskProblem),
    /// With a delivery as a whole.
    Delivery(DeliveryProblem),
    /// With an operator's work on a home.
    Upkeep(Arc<UpkeepProblem>),
    /// Found by the library below, and said by it.
    Library(Bilingual),
}

/// What is wrong with a file or a folder.
#[derive(Clone, Debug)]
pub enum FileProblem {
    Missing(PathBuf),
    OutFolder { path: PathBuf, folder: PathBuf },
    OutIsFolder(PathBuf),
    OutThere(PathBuf),
    OutTwice(PathBuf),
    NoHome(PathBuf),
    HomeThere(PathBuf),
    HomeUsed(PathBuf),
    MirrorUsed(PathBuf),
    NotWasm(PathBuf),
    NoDelivery(PathBuf),
    DeliveryIsFile(PathBuf),
    NoSeed(PathBuf),
    KeyThere(PathBuf),
    DraftThere(PathBuf),
    NotAFile(PathBuf),
    NotABundle { path: PathBuf, error: Bilingual },
    NotAConsent { path: PathBuf, error: Bilingual },
    PolicyName { folder: PathBuf, id: String },
    DemoPolicy(PathBuf),
}

/// What is wrong with what was asked for.
#[derive(Clone, Debug)]
pub enum AskProblem {
    /// `close` is an id that was perhaps meant, `known` those that are there.
    NoPolicy {
        place: PathBuf,
        id: String,
        close: Option<String>,
        known: Vec<String>,
    },
    NoRole {
        policy: String,
        role: String,
        roles: Vec<String>,
    },
    BadId {
        id: String,
        error: IdError,
    },
    NotAnId(String),
    NoAuthority {
        issuer: String,
        known: Vec<String>,
    },
    NoSnapshot(String),
    /// `close` is a name that was perhaps meant.
    NoDataset {
        name: String,
        close: Option<String>,
    },
    CatalogMistakes {
        mistakes: usize,
        bad: usize,
        files: usize,
    },
    ClientKeyNeeded(String),
    ProductionClient,
    ProductionAuthority,
    AutoInProduction,
    SyntheticDelivery,
    SyntheticAsOf,
    AsOfNeeded,
    ParameterTwice(String),
    DatasetsFailed,
    Misfits(Vec<Misfit>),
    ReceiptUnreadable,
    NoTable(String),
    RowsTwice(String),
    AuditFindings(usize),
}

impl Problem {
    /// The problem in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::File(problem), Lang::En) => problem.english(),
            (Self::File(problem), Lang::Zh) => problem.chinese(),
            (Self::Ask(problem), Lang::En) => problem.english(),
            (Self::Ask(problem), Lang::Zh) => problem.chinese(),
            (Self::Delivery(problem), lang) => problem.text(lang),
            (Self::Upkeep(problem), lang) => problem.text(lang),
            (Self::Remote(problem), lang) => problem.text(lang),
            (Self::Service(problem), Lang::En) => problem.english(),
            (Self::Service(problem), Lang::Zh) => problem.chinese(),
            (Self::Library(words), _) => words.in_lang(lang).to_owned(),
        }
    }
}

impl FileProblem {
    /// What is in the way where a home should be made: `folder` is the home's, or its mirror's.
    pub fn used(folder: PathBuf) -> Self {
        if folder.join(CONFIG_FILE).is_file() {
            Self::HomeThere(folder)
        } else if folder.extension().is_some_and(|extension| extension == "mirror") {
            Self::MirrorUsed(folder)
        } else {
            Self::HomeUsed(folder)
        }
    }
}

impl From<FileProblem> for Problem {
    fn from(problem: FileProblem) -> Self {
        Self::File(problem)
    }
}

impl From<AskProblem> for Problem {
    fn from(problem: AskProblem) -> Self {
        Self::Ask(problem)
    }
}

impl From<DeliveryProblem> for Problem {
    fn from(problem: DeliveryProblem) -> Self {
        Self::Delivery(problem)
    }
}

impl From<UpkeepProblem> for Problem {
    fn from(problem: UpkeepProblem) -> Self {
        Self::Upkeep(Arc::new(problem))
    }
}
