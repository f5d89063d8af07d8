//! What an engine may be told anew without a restart: configuration, clients, catalog, policies and snapshot. One value, so
//! that a job never sees half of a change.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::engine::OpenError;
use super::home::HomePaths;
use crate::catalog::Catalog;
use crate::config::{Config, ConfigError};
use crate::data::{Frame, Snapshot};
use crate::model::Millis;
use crate::policy::{ApprovalTrust, Policy, PolicySet};
use crate::receipt::{EngineIdentity, Facts};

/// What jobs are admitted on.
pub struct Standing {
    /// The configuration, with the clients.
    pub config: Arc<Config>,
    /// The catalog.
    pub catalog: Arc<Catalog>,
    /// The policies in force.
    pub policies: Arc<PolicySet>,
    /// The snapshot that jobs are pinned to; `None` before the first ingest.
    pub snapshot: Option<Arc<Snapshot>>,
    pub(super) facts: Option<Arc<Facts>>,
    /// By table policy.
    units: BTreeMap<String, u64>,
}

/// What was on disk cannot be taken; everything stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// It cannot be read, or has mistakes.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What is for good, or needs a restart, was changed.
    #[error("`{0}` cannot change while the engine runs: restart it")]
    Fixed(&'static str),
}

impl Standing {
    /// Reads and checks what `config` names, as it stands at `now`.
    pub(super) fn load(
        config: Config,
        (identity, origin): (&EngineIdentity, &str),
        now: Millis,
    ) -> Result<Self, OpenError> {
        let catalog = Catalog::load(&config.catalog)?;
        let trust = ApprovalTrust { needed: config.approvals_needed, auditors: config.auditors(), now };
        let policies = PolicySet::load(&config.policies, &catalog, config.pace, &trust)?;
        let snapshot = open_snapshot(&HomePaths::new(&config.home), &catalog)?;
        let facts = snapshot.as_ref().map(|snapshot| {
            Arc::new(Facts {
                issuer: config.ledger.clone(),
                origin: origin.to_owned(),
                engine: identity.clone(),
                as_of: snapshot.as_of(),
            })
        });
        Ok(Self {
            config: Arc::new(config),
            catalog: Arc::new(catalog),
            units: snapshot.as_ref().map_or_else(BTreeMap::new, |snapshot| count_units(&policies, snapshot)),
            policies: Arc::new(policies),
            snapshot,
            facts,
        })
    }

    /// How many units a table under `policy` is about; `None` of another kind of policy, and where there is no snapshot or it
    /// lacks a dataset.
    pub fn units(&self, policy: &Policy) -> Option<u64> {
        self.units.get(&policy.id).copied()
    }

    /// What receipts say of the engine and its data, and the data.
    pub(super) fn pinned(&self) -> Option<(Arc<Facts>, Arc<Snapshot>)> {
        self.facts.clone().zip(self.snapshot.clone())
    }

    /// What the ledger, the log, the threads and the listener were opened with stays until a restart.
    pub(super) fn check_same_home(&self, before: &Self) -> Result<(), ReloadError> {
        let (now, before) = (&self.config, &before.config);
        let same = [
            ("kind", now.kind == before.kind),
            ("ledger", now.ledger == before.ledger),
            ("public_url", now.public_url == before.public_url),
            ("checkpoint_mirror", now.checkpoint_mirror == before.checkpoint_mirror),
            ("pace", now.pace == before.pace),
            ("server", now.server == before.server),
        ];
        same.iter().find(|(_, same)| !same).map_or(Ok(()), |(what, _)| Err(ReloadError::Fixed(what)))
    }
}

fn open_snapshot(paths: &HomePaths, catalog: &Catalog) -> Result<Option<Arc<Snapshot>>, OpenError> {
    match Snapshot::current(&paths.data())? {
        None => Ok(None),
        Some(name) => Ok(Some(Arc::new(Snapshot::open(&paths.data(), catalog, Some(name))?))),
    }
}

/// How many units each table policy's frame has; policies about the same datasets are counted together.
fn count_units(policies: &PolicySet, snapshot: &Snapshot) -> BTreeMap<String, u64> {
    let mut counted: BTreeMap<Vec<String>, Option<u64>> = BTreeMap::new();
    let tables = policies.policies().filter(|policy| policy.table().is_some());
    let count = |policy: &Arc<Policy>| {
        let frame = policy.frame();
        let units = || Frame::new(snapshot, &frame).map(|frame| frame.units());
        Some((policy.id.clone(), (*counted.entry(frame.clone()).or_insert_with(units))?))
    };
    tables.filter_map(count).collect()
}
