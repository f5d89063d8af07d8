//! A snapshot of which every unit is known to be invented. What is made for developers (a guest's fuel, its raw answers) takes
//! one of these and no plain snapshot, so that it cannot be used on anybody's data. Never made of a production home.

use std::path::Path;

use super::snapshot::{DatasetFiles, Snapshot, SnapshotError};
use super::synth::is_invented;
use crate::catalog::Catalog;
use crate::config::HomeKind;
use crate::model::{UnitId, UnitKind};

/// A snapshot whose units are all invented.
pub struct Invented(Snapshot);

impl Invented {
    /// The current snapshot in `data`, of a home of this kind. `None` where the home is not a synthetic one, and where any unit
    /// of any dataset is one that `anshi synth` does not invent, whatever the home says of itself.
    pub fn open(kind: HomeKind, data: &Path, catalog: &Catalog) -> Result<Option<Self>, SnapshotError> {
        match kind {
            HomeKind::Production => Ok(None),
            HomeKind::Synthetic => Ok(Self::of(Snapshot::open(data, catalog, None)?)),
        }
    }

    /// The snapshot, if every unit of it is invented: datasets that the catalog cannot read are not looked at, so one that has
    /// any is none.
    fn of(snapshot: Snapshot) -> Option<Self> {
        let whole = snapshot.refused().is_empty() && snapshot.datasets().all(all_invented);
        whole.then_some(Self(snapshot))
    }

    /// The snapshot.
    pub const fn snapshot(&self) -> &Snapshot {
        &self.0
    }
}

fn all_invented(files: &DatasetFiles) -> bool {
    let kind: UnitKind = files.schema().unit;
    files.unit_ids().iter().all(|id| {
        let unit = std::str::from_utf8(id).ok().and_then(|id| UnitId::parse(kind, id).ok());
        unit.is_some_and(|unit| is_invented(&unit))
    })
}
