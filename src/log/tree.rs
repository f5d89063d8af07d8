//! The Merkle tree (RFC 6962) over hashes that somebody else stores, by the numbering of Go's tlog.

use tlog_tiles::tlog::{self, Hash, HashReader};

use crate::model::Digest;

/// The tree cannot be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A stored hash is missing.
    #[error("the log lacks stored hash {0}")]
    Missing(u64),
    /// The request makes no sense for this tree.
    #[error("the log cannot be computed: {0}")]
    Math(String),
}

/// So many levels has a tree of sixteen million leaves: those of a larger one take more room.
const LEVELS_EXPECTED: usize = 24;

/// Reads the stored hash of an index.
type Read<'r> = &'r dyn Fn(u64) -> Option<Digest>;

struct Reader<'r> {
    read: Read<'r>,
    /// Hashes of this append, which the store does not have yet.
    fresh: &'r [Digest],
    fresh_from: u64,
}

impl HashReader for Reader<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let one = |index: &u64| {
            let fresh =
                index.checked_sub(self.fresh_from).and_then(|place| self.fresh.get(usize::try_from(place).ok()?));
            let hash = fresh.copied().or_else(|| (self.read)(*index));
            hash.map(|hash| Hash(*hash.as_bytes())).ok_or(tlog::Error::IndexesNotInTree)
        };
        indexes.iter().map(one).collect()
    }
}

fn failed(error: tlog::Error) -> TreeError {
    TreeError::Math(error.to_string())
}

fn digest(hash: Hash) -> Digest {
    Digest::from_bytes(hash.0)
}

/// How many hashes a tree of `size` leaves stores.
pub fn stored_count(size: u64) -> u64 {
    tlog::stored_hash_count(size)
}

/// The index of the stored hash of node `n` at `level`.
pub fn stored_index(level: u8, n: u64) -> u64 {
    tlog::stored_hash_index(level, n)
}

/// The level of a stored hash: it covers 2 to the power of it leaves.
pub(super) fn stored_level(index: u64) -> u8 {
    tlog::split_stored_hash_index(index).0
}

/// The hashes to store for a new leaf behind `size` leaves, from index [`stored_count`]`(size)` on.
/// `pending` are hashes of earlier leaves that are not stored yet, from index `pending_from` on.
pub fn append(
    size: u64,
    leaf: Digest,
    read: Read<'_>,
    pending_from: u64,
    pending: &[Digest],
) -> Result<Vec<Digest>, TreeError> {
    let reader = Reader { read, fresh: pending, fresh_from: pending_from };
    let hashes = tlog::stored_hashes_for_record_hash(size, Hash(*leaf.as_bytes()), &reader).map_err(failed)?;
    Ok(hashes.into_iter().map(digest).collect())
}

/// The root of the first `size` leaves.
pub fn root(size: u64, read: Read<'_>) -> Result<Digest, TreeError> {
    let reader = Reader { read, fresh: &[], fresh_from: 0 };
    tlog::tree_hash(size, &reader).map(digest).map_err(failed)
}

/// The inclusion proof of leaf `index` in the first `size` leaves.
pub fn inclusion(size: u64, index: u64, read: Read<'_>) -> Result<Vec<Digest>, TreeError> {
    if index >= size {
        return Err(TreeError::Math(format!("leaf {index} is not among the first {size}")));
    }
    let stored = |level: u8, n: u64| {
        let place = stored_index(level, n);
        read(place).ok_or(TreeError::Missing(place))
    };
    let mut hashes = Vec::with_capacity(LEVELS_EXPECTED);
    let (mut level, mut node) = (0, index);
    // From the leaf up, as long as the node beside it can have any leaves.
    while (size - 1) >> level > 0 {
        let beside = node ^ 1;
        let begin = beside << level;
        if size.saturating_sub(begin) >> level > 0 {
            hashes.push(stored(level, beside)?);
        } else if begin < size {
            hashes.push(fringe(begin, size, &stored)?);
        }
        node >>= 1;
        level += 1;
    }
    Ok(hashes)
}

/// The hash of the last leaves, from `begin` to `size`, which are not as many as fill a node: of its parts, the largest first.
fn fringe(begin: u64, size: u64, stored: &dyn Fn(u8, u64) -> Result<Digest, TreeError>) -> Result<Digest, TreeError> {
    let count = size - begin;
    let level = u8::try_from(count.max(1).ilog2()).unwrap_or(u8::MAX);
    let (left, middle) = (stored(level, begin >> level)?, begin + (1 << level));
    if middle == size {
        return Ok(left);
    }
    let right = fringe(middle, size, stored)?;
    Ok(digest(tlog::node_hash(Hash(*left.as_bytes()), Hash(*right.as_bytes()))))
}

/// Whether `proof` shows `leaf` at `index` in the tree of `size` leaves with this `root`.
pub(super) fn is_included(proof: &[Digest], size: u64, root: Digest, index: u64, leaf: Digest) -> bool {
    let proof = proof.iter().map(|hash| Hash(*hash.as_bytes())).collect();
    index < size && tlog::check_record(&proof, size, Hash(*root.as_bytes()), index, Hash(*leaf.as_bytes())).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::sha256;
    use crate::log::leaf_hash;

    /// RFC 6962's definition, written down as it stands there.
    fn reference(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => sha256(b""),
            [leaf] => *leaf,
            _ => {
                let half = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(half);
                sha256(&[&[1], &reference(left).as_bytes()[..], reference(right).as_bytes()].concat())
            }
        }
    }

    #[test]
    fn roots_and_proofs_agree_with_the_rfc() {
        let mut stored: Vec<Digest> = Vec::new();
        let mut leaves = Vec::new();
        for size in 0..70u64 {
            let read = |index: u64| stored.get(index as usize).copied();
            assert_eq!(root(size, &read).unwrap(), reference(&leaves));
            for index in 0..size {
                let proof = inclusion(size, index, &read).unwrap();
                assert!(is_included(&proof, size, reference(&leaves), index, leaves[index as usize]));
                assert!(!is_included(&proof, size, reference(&leaves), index, sha256(b"other")));
            }
            assert!(inclusion(size, size, &read).is_err());
            let leaf = leaf_hash(&size.to_be_bytes());
            let fresh = append(size, leaf, &read, 0, &[]).unwrap();
            stored.extend(fresh);
            leaves.push(leaf);
            assert_eq!(stored.len() as u64, stored_count(size + 1));
        }
    }
}
