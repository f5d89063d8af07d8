//! The published log, as a stranger would check it: entries from the bundles, leaves from entries, tiles
//! and root from leaves (C2SP tlog-tiles). Reads paths and files by the specification, not by the writer's code.

use std::path::{Path, PathBuf};

use super::audit::{Check, Counted, some};
use super::audit_tree::{Tree, UNKNOWN, hash_leaf};
use crate::env::{list_dir, read, read_text};
use crate::log::{Checkpoint, LogVerifier};
use crate::model::Digest;

const TILE_WIDTH: usize = 256;
const TILE_HEIGHT: usize = 8;
const HASH_BYTES: usize = 32;
/// 256 entries of at most 65,535 bytes, each behind two bytes of length.
const BUNDLE_BYTES_MAX: u64 = 256 * (2 + 65_535);

/// The published log as it was read, before the ledger.
pub(super) struct Published {
    check: Check,
    checkpoint: Option<Checkpoint>,
    tree: Tree,
}

impl Published {
    /// Reads and derives the tree that the published checkpoint is about.
    pub fn read(folder: &Path, verifier: &LogVerifier) -> Self {
        let mut folder = Folder { path: folder.to_owned(), check: Check::new("published log"), files: 0 };
        let note = read_text(&folder.path.join("checkpoint")).map_err(|error| error.to_string());
        let checkpoint = note.and_then(|note| verifier.verify(&note).map_err(|error| format!("`checkpoint`: {error}")));
        let mut tree = Tree::default();
        let checkpoint = match checkpoint {
            Ok(checkpoint) => {
                folder.derive(checkpoint.size, &mut tree);
                folder.check_root(&checkpoint, &tree);
                folder.check.count(checkpoint.size, Counted::Entries);
                Some(checkpoint)
            }
            Err(error) => {
                folder.check.find(error);
                None
            }
        };
        folder.check.count(folder.files, Counted::Files);
        Self { check: folder.check, checkpoint, tree }
    }

    /// The tree of the published entries.
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The published log may be behind the ledger, and must be its beginning.
    pub fn check_against(self, ledger: &Tree) -> Check {
        let Self { mut check, checkpoint, .. } = self;
        let Some(checkpoint) = checkpoint else {
            return check;
        };
        let (size, published) = (ledger.size(), checkpoint.size);
        match ledger.root(published) {
            None => check.find(format!("the log shows {}, the ledger has {size}", some(published, "entry", "entries"))),
            Some(root) if root != checkpoint.root => check
                .find(format!("the log's first {published} entries are not the ledger's: its root there is {root}")),
            Some(_) if published < size => {
                let behind = some(size - published, "entry", "entries");
                check.note(format!("{behind} of the ledger not yet published"));
            }
            Some(_) => {}
        }
        check
    }
}

struct Folder {
    path: PathBuf,
    check: Check,
    files: u64,
}

impl Folder {
    /// Reads every bundle, then compares every tile with what follows from the bundles.
    fn derive(&mut self, size: u64, tree: &mut Tree) {
        for index in 0..size.div_ceil(TILE_WIDTH as u64) {
            // A checkpoint can claim any size; that most of it is missing has then been told.
            if self.check.is_full() {
                return;
            }
            let width = width_at(size, index);
            for leaf in self.leaves(index, width) {
                tree.push(leaf);
            }
        }
        for level in 0..u64::BITS as usize / TILE_HEIGHT {
            let nodes = tree.nodes(level * TILE_HEIGHT);
            for (index, hashes) in (0..).zip(nodes.chunks(TILE_WIDTH)) {
                self.check_tile(level, index, hashes);
            }
        }
    }

    fn check_root(&mut self, checkpoint: &Checkpoint, tree: &Tree) {
        // That entries are missing has been told.
        if let Some(root) = tree.root(checkpoint.size)
            && root != checkpoint.root
            && !tree.nodes(0).contains(&UNKNOWN)
        {
            let told = checkpoint.root;
            self.check.find(format!("`checkpoint`: the published entries have the root {root}, it says {told}"));
        }
    }

    /// The leaf hashes of one bundle; where it is of no use, those that the tile of leaves claims.
    fn leaves(&mut self, index: u64, width: usize) -> Vec<Digest> {
        let path = format!("tile/entries/{}", index_path(index));
        if let Some((held, bytes)) = self.file(&path, width, BUNDLE_BYTES_MAX) {
            match split_bundle(&bytes, held) {
                Ok(entries) => {
                    for (place, entry) in (index * TILE_WIDTH as u64..).zip(&entries) {
                        if !is_entry(entry) {
                            self.check.find(format!("`{path}`: entry {place} is no `anshi/leaf/v1`"));
                        }
                    }
                    return entries.into_iter().take(width).map(hash_leaf).collect();
                }
                Err(reason) => self.check.find(format!("`{path}`: {reason}")),
            }
        }
        let tile = format!("tile/0/{}", index_path(index));
        let bytes = self.shown(&tile, width, (TILE_WIDTH * HASH_BYTES) as u64).map_or(Vec::new(), |(_, bytes)| bytes);
        let (hashes, _) = bytes.as_chunks::<HASH_BYTES>();
        let known = hashes.iter().map(|hash| Digest::from_bytes(*hash));
        known.chain(std::iter::repeat(UNKNOWN)).take(width).collect()
    }

    fn check_tile(&mut self, level: usize, index: u64, hashes: &[Digest]) {
        let path = format!("tile/{level}/{}", index_path(index));
        let bytes_max = (TILE_WIDTH * HASH_BYTES) as u64;
        let Some((held, bytes)) = self.file(&path, hashes.len(), bytes_max) else {
            return;
        };
        let (found, rest) = bytes.as_chunks::<HASH_BYTES>();
        if found.len() != held || !rest.is_empty() {
            self.check.find(format!("`{path}` has {} bytes for {held} hashes", bytes.len()));
        }
        let first = index * TILE_WIDTH as u64;
        for (place, (found, derived)) in (first..).zip(found.iter().zip(hashes)) {
            if found != derived.as_bytes() {
                self.check.find(format!("`{path}`: hash {place} of level {level} does not follow from the entries"));
            }
        }
    }

    /// Reads a tile or bundle that the tree must have: how many things it must hold, and its bytes.
    fn file(&mut self, path: &str, width: usize, bytes_max: u64) -> Option<(usize, Vec<u8>)> {
        match self.shown(path, width, bytes_max) {
            Ok((held, bytes)) => {
                self.files += 1;
                self.check_partials(path, &bytes, bytes_max);
                Some((held, bytes))
            }
            Err(error) => {
                self.check.find(error);
                None
            }
        }
    }

    /// A partial tile may have given way to the full one since the checkpoint was read.
    fn shown(&self, path: &str, width: usize, bytes_max: u64) -> Result<(usize, Vec<u8>), String> {
        let full = || read(&self.path.join(path), bytes_max).map(|bytes| (TILE_WIDTH, bytes));
        if width == TILE_WIDTH {
            return full().map_err(|error| error.to_string());
        }
        let partial = read(&self.path.join(format!("{path}.p/{width}")), bytes_max).map(|bytes| (width, bytes));
        partial.or_else(|missing| full().map_err(|_| missing.to_string()))
    }

    /// Older partial files of a tile, where some were left, must be beginnings of it.
    fn check_partials(&mut self, path: &str, bytes: &[u8], bytes_max: u64) {
        let folder = self.path.join(format!("{path}.p"));
        for partial in list_dir(&folder).unwrap_or_default() {
            let name = partial.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.parse::<u16>().is_err() {
                continue;
            }
            match read(&partial, bytes_max) {
                Ok(other) if other.starts_with(bytes) || bytes.starts_with(&other) => {}
                Ok(_) => self.check.find(format!("`{path}.p/{name}` is no beginning of the tile")),
                Err(error) => self.check.find(error.to_string()),
            }
        }
    }
}

/// How many of the first `size` things lie in tile `index`.
fn width_at(size: u64, index: u64) -> usize {
    let left = size.saturating_sub(index * TILE_WIDTH as u64);
    usize::try_from(left).map_or(TILE_WIDTH, |left| left.min(TILE_WIDTH))
}

/// C2SP tlog-tiles: three digits a folder, an `x` before all but the last.
fn index_path(index: u64) -> String {
    let mut path = format!("{:03}", index % 1_000);
    let mut rest = index / 1_000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    path
}

/// The `width` entries of a bundle, each behind its length as a big-endian `u16`.
fn split_bundle(bytes: &[u8], width: usize) -> Result<Vec<&[u8]>, String> {
    let mut entries = Vec::with_capacity(width);
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or("its last entry is cut off")?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() && entries.len() == width {
        Ok(entries)
    } else {
        Err(format!("it has {} entries where {width} belong", entries.len()))
    }
}

/// Whether these are the bytes of an entry: type and a salted digest.
fn is_entry(entry: &[u8]) -> bool {
    let rest = entry.strip_prefix(b"anshi/leaf/v1\n".as_slice());
    let kinds = [b"intent\n".as_slice(), b"outcome\n", b"registration\n", b"revocation\n", b"rotation\n"];
    rest.is_some_and(|rest| {
        kinds.iter().any(|kind| rest.strip_prefix(*kind).is_some_and(|hash| hash.len() == HASH_BYTES))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_c2sp() {
        let paths: Vec<String> = [0, 999, 1_000, 1_234_067].into_iter().map(index_path).collect();
        assert_eq!(paths, ["000", "999", "x001/000", "x001/x234/067"]);
        assert_eq!((width_at(256, 0), width_at(257, 1), width_at(70_000, 273)), (256, 1, 112));
    }

    #[test]
    fn bundles_are_cut_at_their_lengths() {
        let bytes = [0, 1, b'a', 0, 2, b'b', b'c'];
        assert_eq!(split_bundle(&bytes, 2), Ok(vec![b"a".as_slice(), b"bc"]));
        assert!(split_bundle(&bytes, 1).is_err());
        assert!(split_bundle(&bytes, 3).is_err());
        assert!(split_bundle(&bytes[..6], 2).is_err());
        assert!(split_bundle(&bytes[..4], 1).is_err());
    }
}
