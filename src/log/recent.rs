//! The stored hashes that the right edge of a growing log asks for again and again, kept in memory: what a proof or an
//! append needs of leaves that are new. Everything here stands in the store as well; what is not here is read there.

use std::collections::HashMap;

use super::latest::Latest;
use super::tree::{TreeError, root, stored_count, stored_level};
use crate::model::Digest;

/// Hashes from this level on are all kept: each stands for 4,096 leaves or more, so they are few.
const LEVEL_KEPT: u8 = 12;
/// So many of the latest hashes are kept: those of 32,768 leaves, 2 MiB.
const LATEST_MAX: usize = 65_536;

/// Stored hashes by index; knows the latest ones and the high ones.
#[derive(Debug, Default)]
pub struct RecentHashes {
    high: HashMap<u64, Digest>,
    latest: Latest<Digest>,
}

impl RecentHashes {
    /// For a log of `size` leaves: its peaks, which are all that a leaf behind them needs of what is before it.
    pub fn of(size: u64, read: &dyn Fn(u64) -> Option<Digest>) -> Result<Self, TreeError> {
        let high = std::cell::RefCell::new(HashMap::new());
        root(size, &|index| {
            let hash = read(index)?;
            high.borrow_mut().insert(index, hash);
            Some(hash)
        })?;
        Ok(Self { high: high.into_inner(), latest: Latest::from_next(stored_count(size)) })
    }

    /// The index of the next hash to be stored.
    pub const fn next(&self) -> u64 {
        self.latest.next()
    }

    /// The hash of an index, where it is kept.
    pub fn get(&self, index: u64) -> Option<Digest> {
        self.latest.get(index).or_else(|| self.high.get(&index)).copied()
    }

    /// Hashes that were stored next, in their order.
    pub fn extend(&mut self, hashes: impl IntoIterator<Item = Digest>) {
        for hash in hashes {
            if stored_level(self.next()) >= LEVEL_KEPT {
                self.high.insert(self.next(), hash);
            }
            self.latest.extend([hash]);
        }
        self.latest.keep_last(LATEST_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{append, inclusion, leaf_hash};

    /// A log that grows, and what is kept of it from `opened` leaves on.
    fn grown(opened: u64, size: u64) -> (Vec<Digest>, RecentHashes) {
        let mut stored: Vec<Digest> = Vec::new();
        let mut recent = RecentHashes::default();
        for leaf in 0..size {
            let read = |index: u64| stored.get(index as usize).copied();
            if leaf == opened {
                recent = RecentHashes::of(leaf, &read).unwrap();
            }
            let hash = leaf_hash(&leaf.to_be_bytes());
            let fresh = append(leaf, hash, &|index| recent.get(index).or_else(|| read(index)), 0, &[]).unwrap();
            if leaf >= opened {
                assert_eq!(
                    append(leaf, hash, &|index| recent.get(index), 0, &[]).unwrap(),
                    fresh,
                    "kept hashes are enough"
                );
                recent.extend(fresh.iter().copied());
            }
            stored.extend(fresh);
        }
        (stored, recent)
    }

    #[test]
    fn what_is_kept_proves_every_leaf_since_the_opening() {
        for (opened, size) in [(0, 300), (1, 77), (255, 513), (256, 700), (1_000, 1_001)] {
            let (stored, recent) = grown(opened, size);
            let read = |index: u64| stored.get(index as usize).copied();
            assert_eq!(recent.next(), stored_count(size));
            assert_eq!(root(size, &|index| recent.get(index)), root(size, &read));
            for leaf in opened..size {
                let kept = inclusion(size, leaf, &|index| recent.get(index));
                assert_eq!(kept.unwrap(), inclusion(size, leaf, &read).unwrap(), "leaf {leaf} of {size}");
            }
            let told = (0..stored.len() as u64).filter_map(|index| Some((index, recent.get(index)?)));
            assert!(told.clone().count() > 0);
            assert!(told.into_iter().all(|(index, hash)| read(index) == Some(hash)), "nothing is kept wrong");
            assert_eq!(recent.get(recent.next()), None);
        }
    }

    #[test]
    fn little_is_kept_of_a_long_log() {
        let (stored, recent) = grown(0, 100_000);
        let last = recent.next();
        let kept = (0..last).filter(|index| recent.latest.get(*index).is_some()).count();
        assert_eq!(kept, LATEST_MAX);
        assert!(recent.high.len() < 60, "{}", recent.high.len());
        let read = |index: u64| stored.get(index as usize).copied();
        for leaf in 70_000..100_000u64 {
            assert!(inclusion(100_000, leaf, &|index| recent.get(index)).is_ok(), "leaf {leaf}");
        }
        assert!(inclusion(100_000, 5, &|index| recent.get(index)).is_err(), "what is old is in the store alone");
        assert_eq!(root(100_000, &|index| recent.get(index)), root(100_000, &read));
    }
}
