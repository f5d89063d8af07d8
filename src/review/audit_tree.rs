//! The Merkle tree of RFC 6962, written down from the standard once more: an audit must not believe the
//! code that made the log. Keeps every node, so that the root of any earlier size can be told.

use crate::keys::sha256;
use crate::model::Digest;

/// RFC 6962, section 2.1: the hash of a leaf.
pub(super) fn hash_leaf(entry: &[u8]) -> Digest {
    sha256(&[&[0], entry].concat())
}

/// RFC 6962, section 2.1: the hash of an inner node.
fn hash_node(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [1; 65];
    let (_, hashes) = bytes.split_at_mut(1);
    let (first, second) = hashes.split_at_mut(32);
    first.copy_from_slice(left.as_bytes());
    second.copy_from_slice(right.as_bytes());
    sha256(&bytes)
}

/// Stands where a leaf is not known: no leaf that anybody can find hashes to it.
pub(super) const UNKNOWN: Digest = Digest::from_bytes([0; 32]);

/// A tree that grows by leaves: all complete subtrees, by height.
#[derive(Debug, Default)]
pub(super) struct Tree {
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.nodes(0).len() as u64
    }

    /// The roots of the complete subtrees of 2^`level` leaves.
    pub fn nodes(&self, level: usize) -> &[Digest] {
        self.levels.get(level).map_or(&[], Vec::as_slice)
    }

    /// The root of the complete subtree `n` of 2^`level` leaves.
    pub fn node(&self, level: usize, n: u64) -> Option<Digest> {
        self.nodes(level).get(usize::try_from(n).ok()?).copied()
    }

    /// A leaf; `None` where it is beyond the end, or not known.
    pub fn leaf(&self, index: u64) -> Option<Digest> {
        self.node(0, index).filter(|leaf| *leaf != UNKNOWN)
    }

    /// Appends a leaf, and every node that it completes.
    pub fn push(&mut self, leaf: Digest) {
        let mut node = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let Some(nodes) = self.levels.get_mut(level) else {
                return;
            };
            nodes.push(node);
            match nodes.as_chunks::<2>() {
                (pairs, []) => match pairs.last() {
                    Some([left, right]) => node = hash_node(left, right),
                    None => return,
                },
                _ => return,
            }
        }
    }

    /// The root of the first `size` leaves; `None` where there are fewer.
    pub fn root(&self, size: u64) -> Option<Digest> {
        if size > self.size() {
            return None;
        }
        let mut root = None;
        for level in 0..u64::BITS {
            let count = size >> level;
            if count & 1 == 1 {
                let left = self.node(usize::try_from(level).ok()?, count - 1)?;
                root = Some(root.map_or(left, |right| hash_node(&left, &right)));
            }
        }
        Some(root.unwrap_or_else(|| sha256(b"")))
    }
}

/// Level and place of every node in the order in which appending completes them: the order in which the
/// ledger numbers its stored hashes.
pub(super) fn completion_order(size: u64) -> impl Iterator<Item = (usize, u64)> {
    let completed = |leaf: u64| {
        let count = leaf + 1;
        (0..=count.trailing_zeros()).map(move |level| (level as usize, (count >> level) - 1))
    };
    (0..size).flat_map(completed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{leaf_hash, stored_count, stored_index};

    /// RFC 6962's definition, word for word.
    fn reference(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => sha256(b""),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                hash_node(&reference(left), &reference(right))
            }
        }
    }

    #[test]
    fn every_root_is_the_standards() {
        let leaves: Vec<Digest> = (0..300u64).map(|n| hash_leaf(&n.to_be_bytes())).collect();
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        for size in 0..=leaves.len() {
            assert_eq!(tree.root(size as u64), Some(reference(&leaves[..size])));
        }
        assert_eq!(tree.root(301), None);
        assert_eq!(hash_leaf(b"x"), leaf_hash(b"x"));
    }

    #[test]
    fn the_order_of_completion_is_that_of_the_stored_hashes() {
        let order: Vec<_> = completion_order(300).collect();
        assert_eq!(order.len() as u64, stored_count(300));
        for (id, (level, n)) in order.into_iter().enumerate() {
            assert_eq!(stored_index(level as u8, n), id as u64);
        }
    }
}
