//! The units that have a row in any of several datasets, one after the other, in order of their identifiers: no hash, no
//! group-by, memory that does not grow with them.

use super::snapshot::{DatasetFiles, Snapshot};
use crate::model::UNIT_ID_BYTES;

/// How many units are passed between two times of letting go of the memory of those behind.
const LET_GO_UNITS: u64 = 1 << 14;
/// How many units are counted at a time.
const COUNTED_UNITS: usize = 1 << 10;

/// Datasets about one kind of unit, walked together.
pub struct Frame<'s> {
    datasets: Vec<&'s DatasetFiles>,
}

/// How far the units of a frame have been taken: from the first to the last, each once.
pub struct FrameWalk<'s> {
    /// Of each dataset its units' identifiers, ascending, and how many of them were taken.
    heads: Vec<(&'s [[u8; UNIT_ID_BYTES]], usize)>,
    datasets: Vec<&'s DatasetFiles>,
    taken: u64,
    /// Where the heads stood the last two times that memory was let go of, the older first.
    behind: [Vec<usize>; 2],
}

/// Units taken from a frame at once: at most as many as were asked for, whatever the datasets that they lie in.
#[derive(Default)]
pub struct FramePart<'s> {
    ids: Vec<&'s [u8; UNIT_ID_BYTES]>,
    /// For each unit its place in each dataset.
    ordinals: Vec<Option<u64>>,
}

impl<'s> Frame<'s> {
    /// The frame of these datasets; `None` where the snapshot lacks one.
    pub fn new(snapshot: &'s Snapshot, names: &[String]) -> Option<Self> {
        let datasets = names.iter().map(|name| snapshot.dataset(name)).collect::<Option<_>>()?;
        Some(Self { datasets })
    }

    /// Begins to take its units.
    pub fn walk(&self) -> FrameWalk<'s> {
        let heads: Vec<_> = self.datasets.iter().map(|dataset| (dataset.unit_ids(), 0)).collect();
        let start = vec![0; heads.len()];
        FrameWalk { heads, datasets: self.datasets.clone(), taken: 0, behind: [start.clone(), start] }
    }

    /// How many units there are.
    pub fn units(&self) -> u64 {
        let (mut walk, mut part) = (self.walk(), FramePart::default());
        while walk.take(COUNTED_UNITS, &mut part) {}
        walk.taken
    }
}

impl<'s> FrameWalk<'s> {
    /// Takes the next `most` units, or as many as are left, in the place of what is in `part`. Says whether there were any.
    ///
    /// Every unit is taken exactly once: each turn takes the least identifier that is at any head, and moves every head past
    /// it that is at it. And a part has `most` units exactly, but for the last one: turns are counted, not what any
    /// dataset has, so a part is no longer where datasets hold different units or lie unevenly.
    pub fn take(&mut self, most: usize, part: &mut FramePart<'s>) -> bool {
        part.ids.clear();
        part.ordinals.clear();
        while part.ids.len() < most {
            let heads = self.heads.iter().filter_map(|(ids, head)| ids.get(*head));
            let Some(unit) = heads.min() else { break };
            for (ids, head) in &mut self.heads {
                let here = ids.get(*head) == Some(unit);
                part.ordinals.push(here.then_some(*head as u64));
                *head += usize::from(here);
            }
            part.ids.push(unit);
        }
        let before = self.taken;
        self.taken += part.ids.len() as u64;
        if before / LET_GO_UNITS != self.taken / LET_GO_UNITS {
            self.let_go();
        }
        !part.ids.is_empty()
    }

    /// Whether every unit was taken.
    pub fn is_done(&self) -> bool {
        self.heads.iter().all(|(ids, head)| *head == ids.len())
    }

    /// Lets go of the memory of what lies some way behind: what was taken last is still being looked at.
    fn let_go(&mut self) {
        let [older, newer] = &mut self.behind;
        for (dataset, (from, until)) in self.datasets.iter().zip(older.iter().zip(newer.iter())) {
            dataset.let_go(*from..*until);
        }
        std::mem::swap(older, newer);
        *newer = self.heads.iter().map(|(_, head)| *head).collect();
    }
}

impl<'s> FramePart<'s> {
    /// How many units.
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The units, each with its place in each dataset of the frame, `None` where it has no row there.
    pub fn units(&self) -> impl Iterator<Item = (&'s str, &[Option<u64>])> {
        let datasets = self.ordinals.len() / self.ids.len().max(1);
        // A damaged dictionary: verification finds it; such a unit has no name to be asked about by.
        let name = |id: &&'s [u8; UNIT_ID_BYTES]| std::str::from_utf8(*id).unwrap_or_default();
        self.ids.iter().map(name).zip(self.ordinals.chunks_exact(datasets.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Identifiers of one dataset: of few letters, so that datasets share some.
    fn dataset() -> impl Strategy<Value = BTreeSet<[u8; UNIT_ID_BYTES]>> {
        let id = |number: u16| {
            let mut id = [b'0'; UNIT_ID_BYTES];
            id[0] = b'a' + (number / 256) as u8;
            id[UNIT_ID_BYTES - 1] = b'0' + (number % 64) as u8;
            id
        };
        prop_oneof![
            prop::collection::btree_set((0..2_048u16).prop_map(id), 0..200),
            // All of them close together, where another dataset may have none.
            (0..2_000u16, 0..200u16).prop_map(move |(from, count)| (from..from + count).map(id).collect()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

        #[test]
        fn every_unit_is_taken_once_and_a_part_is_no_longer_than_asked(
            datasets in prop::collection::vec(dataset(), 1..5),
            sizes in prop::collection::vec(1..70usize, 1..4),
        ) {
            let lists: Vec<Vec<_>> = datasets.iter().map(|ids| ids.iter().copied().collect()).collect();
            let union: BTreeSet<_> = datasets.iter().flatten().copied().collect();
            let heads: Vec<_> = lists.iter().map(|ids| (ids.as_slice(), 0)).collect();
            let start = vec![0; heads.len()];
            let mut walk = FrameWalk { heads, datasets: Vec::new(), taken: 0, behind: [start.clone(), start] };
            let (mut part, mut taken) = (FramePart::default(), Vec::new());
            for size in sizes.iter().cycle() {
                let more = walk.take(*size, &mut part);
                prop_assert_eq!(more, !part.is_empty());
                if !more {
                    break;
                }
                prop_assert!(part.len() == *size || walk.is_done(), "{} of {size}", part.len());
                for (id, ordinals) in part.units() {
                    for (list, ordinal) in lists.iter().zip(ordinals) {
                        let found = list.binary_search_by(|other| other.as_slice().cmp(id.as_bytes()));
                        prop_assert_eq!(found.ok().map(|place| place as u64), *ordinal);
                    }
                    taken.push(id.to_owned());
                }
            }
            let wanted: Vec<_> = union.iter().map(|id| String::from_utf8(id.to_vec()).unwrap()).collect();
            prop_assert_eq!(&taken, &wanted);
            prop_assert!(walk.is_done() && walk.taken == wanted.len() as u64);
        }
    }
}
