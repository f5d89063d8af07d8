//! Which texts of a column may be listed as its values. A value enters a draft only where at least [`UNITS_MIN`] units
//! share it: rows would not do, because one person may have many. All of a column's values pass, or none is listed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use csv::ByteRecord;

use super::profile::{MARKERS, Profile, WEAK_MARKER};
use crate::data::cells::trimmed;
use crate::model::{UnitId, UnitKind};

/// How many units must share a value.
pub(super) const UNITS_MIN: usize = 10;
/// How many units are remembered, to see whether one comes again.
const UNITS_KEPT_MAX: usize = 100_000;

/// The second pass over a file.
pub(super) struct Closed {
    key: usize,
    unit: UnitKind,
    /// By place: for each text, some of the units that have it, at most [`UNITS_MIN`].
    columns: BTreeMap<usize, BTreeMap<Box<str>, BTreeSet<u64>>>,
    units: HashSet<u64>,
    several_rows: bool,
}

impl Closed {
    /// Looks at the columns `places`, whose texts were few.
    pub fn new(key: usize, unit: UnitKind, places: &[usize], profiles: &[Profile]) -> Self {
        let texts = |place: &usize| {
            let few = profiles.get(*place)?.few.as_ref()?;
            let weak = profiles.get(*place)?.markers.get(WEAK_MARKER).is_some_and(|count| *count > 0);
            let weak = MARKERS.get(WEAK_MARKER).filter(|_| weak).map(|marker| Box::from(*marker));
            Some((*place, few.iter().cloned().chain(weak).map(|text| (text, BTreeSet::new())).collect()))
        };
        let columns = places.iter().filter_map(texts).collect();
        Self { key, unit, columns, units: HashSet::new(), several_rows: false }
    }

    /// Takes one row.
    pub fn see(&mut self, record: &ByteRecord) {
        let cell = |place: usize| std::str::from_utf8(trimmed(record.get(place).unwrap_or_default())).ok();
        let Some(unit) = cell(self.key).and_then(|text| UnitId::canonicalise(self.unit, text).ok()) else { return };
        let mut hasher = DefaultHasher::new();
        unit.hash(&mut hasher);
        let unit = hasher.finish();
        if self.units.contains(&unit) {
            self.several_rows = true;
        } else if self.units.len() < UNITS_KEPT_MAX {
            self.units.insert(unit);
        }
        for (place, texts) in &mut self.columns {
            let units = cell(*place).and_then(|text| texts.get_mut(text));
            if let Some(units) = units.filter(|units| units.len() < UNITS_MIN) {
                units.insert(unit);
            }
        }
    }

    /// Whether a unit came twice.
    pub const fn several_rows(&self) -> bool {
        self.several_rows
    }

    /// The values of the column at `place`, if each is shared by enough units.
    pub fn values(&self, place: usize) -> Option<Vec<String>> {
        let texts = self.columns.get(&place)?;
        let shared = texts.values().all(|units| units.len() >= UNITS_MIN);
        (shared && !texts.is_empty()).then(|| texts.keys().map(ToString::to_string).collect())
    }
}
