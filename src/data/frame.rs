//! The units that have a row in any of several datasets, one after the other, in order of their identifiers: no hash, no
//! group-by, memory that does not grow with them.

use super::snapshot::{DatasetFiles, Snapshot};
use crate::model::UNIT_ID_BYTES;

/// How many units are counted between two times of letting go of what was counted.
const COUNTED_UNITS: usize = 1 << 16;

/// Datasets about one kind of unit, walked together.
pub struct Frame<'s> {
    datasets: Vec<&'s DatasetFiles>,
}

/// A part of a frame: for each dataset, the places of its units in the dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FramePart {
    ranges: Vec<std::ops::Range<usize>>,
}

impl<'s> Frame<'s> {
    /// The frame of these datasets; `None` where the snapshot lacks one.
    pub fn new(snapshot: &'s Snapshot, names: &[String]) -> Option<Self> {
        let datasets = names.iter().map(|name| snapshot.dataset(name)).collect::<Option<_>>()?;
        Some(Self { datasets })
    }

    /// Parts that together are the whole, each with at most about `units` units of the largest dataset.
    pub fn parts(&self, units: usize) -> Vec<FramePart> {
        let ids = |dataset: &&'s DatasetFiles| dataset.unit_ids();
        let Some(largest) = self.datasets.iter().map(ids).max_by_key(|ids| ids.len()) else { return Vec::new() };
        let borders = largest.iter().step_by(units.max(1)).skip(1);
        let mut starts: Vec<usize> = vec![0; self.datasets.len()];
        let mut parts = Vec::new();
        for border in borders {
            let ends: Vec<usize> =
                self.datasets.iter().map(|dataset| dataset.unit_ids().partition_point(|id| id < border)).collect();
            parts.push(FramePart { ranges: starts.iter().zip(&ends).map(|(start, end)| *start..*end).collect() });
            starts = ends;
        }
        let ends = self.datasets.iter().map(|dataset| dataset.unit_ids().len());
        parts.push(FramePart { ranges: starts.into_iter().zip(ends).map(|(start, end)| start..end).collect() });
        parts
    }

    /// How many units there are.
    pub fn units(&self) -> u64 {
        let (mut units, parts) = (0, self.parts(COUNTED_UNITS));
        for (number, part) in parts.iter().enumerate() {
            self.visit(part, &mut |_, _| {
                units += 1;
                true
            });
            self.let_go(number.checked_sub(1).and_then(|before| parts.get(before)), Some(part));
        }
        units
    }

    /// Lets go of the memory of what lies before `until` and not before `from`.
    pub fn let_go(&self, from: Option<&FramePart>, until: Option<&FramePart>) {
        let (Some(from), Some(until)) = (from, until) else { return };
        for (dataset, (from, until)) in self.datasets.iter().zip(from.ranges.iter().zip(&until.ranges)) {
            dataset.let_go(from.start..until.start);
        }
    }

    /// Shows every unit of the part with its place in each dataset, `None` where it has no row there, until `visit`
    /// has seen enough and says `false`.
    pub fn visit(&self, part: &FramePart, visit: &mut dyn FnMut(&'s str, &[Option<u64>]) -> bool) {
        let mut heads: Vec<usize> = part.ranges.iter().map(|range| range.start).collect();
        let mut ordinals: Vec<Option<u64>> = vec![None; heads.len()];
        loop {
            let mut next: Option<&'s [u8; UNIT_ID_BYTES]> = None;
            for ((dataset, head), range) in self.datasets.iter().zip(&heads).zip(&part.ranges) {
                let id = dataset.unit_ids().get(*head).filter(|_| *head < range.end);
                next = match (next, id) {
                    (Some(least), Some(id)) => Some(least.min(id)),
                    (least, id) => least.or(id),
                };
            }
            let Some(unit) = next else { return };
            let places = self.datasets.iter().zip(heads.iter_mut()).zip(&part.ranges).zip(ordinals.iter_mut());
            for (((dataset, head), range), ordinal) in places {
                let here = *head < range.end && dataset.unit_ids().get(*head) == Some(unit);
                *ordinal = here.then_some(*head as u64);
                *head += usize::from(here);
            }
            // A damaged dictionary: verification finds it; such a unit has no name to be asked about by.
            let id = std::str::from_utf8(unit).unwrap_or_default();
            if !visit(id, &ordinals) {
                return;
            }
        }
    }
}
