//! The latest of what only grows: found by index, in memory, while it is among the last that were kept.

use std::collections::VecDeque;

/// Items that follow one another, up to [`Self::next`].
#[derive(Debug)]
pub struct Latest<T> {
    /// The index behind the last one.
    next: u64,
    kept: VecDeque<T>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self::from_next(0)
    }
}

impl<T> Latest<T> {
    /// None yet; the first one that comes has the index `next`.
    pub const fn from_next(next: u64) -> Self {
        Self { next, kept: VecDeque::new() }
    }

    /// The index of the next item.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// The item of an index, where it is kept.
    pub fn get(&self, index: u64) -> Option<&T> {
        let behind = self.next.checked_sub(index).and_then(|behind| usize::try_from(behind).ok())?;
        self.kept.len().checked_sub(behind).and_then(|place| self.kept.get(place))
    }

    /// Adds the next ones, in their order.
    pub fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        let before = self.kept.len();
        self.kept.extend(items);
        self.next += (self.kept.len() - before) as u64;
    }

    /// Forgets all but the last `count`.
    pub fn keep_last(&mut self, count: usize) {
        self.kept.drain(..self.kept.len().saturating_sub(count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(latest: &Latest<u64>, range: std::ops::Range<u64>) -> Vec<u64> {
        let is_right = |index: &u64| latest.get(*index).map(|item| assert_eq!(item, index)).is_some();
        range.filter(is_right).collect()
    }

    #[test]
    fn an_item_is_found_by_its_index_while_it_is_kept() {
        let mut latest = Latest::from_next(1_000);
        assert_eq!(found(&latest, 0..2_000), [0; 0]);
        latest.extend(1_000..1_003);
        latest.extend(1_003..2_000);
        assert_eq!((latest.next(), found(&latest, 0..3_000)), (2_000, (1_000..2_000).collect()));
        latest.keep_last(256);
        assert_eq!(found(&latest, 0..3_000), (1_744..2_000).collect::<Vec<_>>());
        latest.extend(2_000..2_010);
        assert_eq!((latest.next(), found(&latest, 0..3_000)), (2_010, (1_744..2_010).collect()));
        latest.keep_last(9_999);
        assert_eq!(found(&latest, 0..3_000).len(), 266);
    }
}
