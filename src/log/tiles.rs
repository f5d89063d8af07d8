//! The published log: tiles of 256 hashes, bundles of 256 entries and the checkpoint, as files that a
//! web server can hand out (C2SP tlog-tiles). Everything here can be derived from the ledger again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tlog_tiles::tile::Tile;
use tlog_tiles::tlog::{self, Hash, HashReader};

use crate::env::{
    Durable, FileError, create_dir, list_dir, publish_dir, read, remove_file, write_renamed, write_unsynced,
};
use crate::model::Digest;

/// Hashes in a full tile.
pub const TILE_WIDTH: u32 = 256;
const TILE_HEIGHT: u8 = 8;
const HASH_BYTES: usize = 32;

/// The log cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum TilesError {
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A hash or an entry is missing.
    #[error("the log cannot be published: {0}")]
    Missing(String),
}

/// One tile file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileFile {
    /// The level: 0 for leaf hashes.
    pub level: u8,
    /// Its place in the level.
    pub index: u64,
    /// How many hashes it has.
    pub width: u32,
    /// Its path below the log's folder.
    pub path: String,
    /// For level 0, the path of the bundle with the entries.
    pub entries_path: Option<String>,
}

/// The tiles that a tree of `new_size` leaves has and one of `old_size` has not.
pub fn tile_files(old_size: u64, new_size: u64) -> Vec<TileFile> {
    let mut files = Vec::new();
    for tile in Tile::new_tiles(TILE_HEIGHT, old_size, new_size) {
        // Go's tiles carry their height in the path, C2SP's do not.
        let path = tile.path().replacen("tile/8/", "tile/", 1);
        let entries_path = (tile.level() == 0).then(|| path.replacen("tile/0/", "tile/entries/", 1));
        files.push(TileFile {
            level: tile.level(),
            index: tile.level_index(),
            width: tile.width(),
            path,
            entries_path,
        });
    }
    files
}

struct Reader<'r>(&'r dyn Fn(u64) -> Option<Digest>);

impl HashReader for Reader<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let one =
            |index: &u64| (self.0)(*index).map(|hash| Hash(*hash.as_bytes())).ok_or(tlog::Error::IndexesNotInTree);
        indexes.iter().map(one).collect()
    }
}

/// The folder of the published log.
#[derive(Debug)]
pub struct Tiles {
    folder: PathBuf,
    published: u64,
    /// Whether nothing but the tree of `published` leaves was ever begun to be written there.
    settled: bool,
}

impl Tiles {
    /// The log in `folder`, of which the first `published` leaves are there already; 0 publishes all again.
    pub fn new(folder: &Path, published: u64) -> Self {
        Self { folder: folder.to_owned(), published, settled: false }
    }

    /// Publishes the tree of `size` leaves: full tiles durably, partial ones quickly, the checkpoint last.
    pub fn publish(
        &mut self,
        size: u64,
        note: &str,
        hash: &dyn Fn(u64) -> Option<Digest>,
        entry: &dyn Fn(u64) -> Option<Vec<u8>>,
    ) -> Result<(), TilesError> {
        let files = tile_files(self.published, size);
        let was_settled = std::mem::replace(&mut self.settled, false);
        self.write_files(&files, was_settled, hash, entry)?;
        let checkpoint = self.folder.join("checkpoint");
        create_dir(&self.folder)?;
        write_unsynced(&checkpoint, note.as_bytes())?;
        self.published = size;
        self.settled = true;
        Ok(())
    }

    /// Writes again the tiles of what is published that are gone or cut, and partial ones that a power cut left cut or with
    /// holes: those are never synced. The newest of a tree of `size` leaves are left to `publish`. The bytes of full tiles
    /// are for the audit to check.
    pub fn mend(
        &self,
        size: u64,
        hash: &dyn Fn(u64) -> Option<Digest>,
        entry: &dyn Fn(u64) -> Option<Vec<u8>>,
    ) -> Result<(), TilesError> {
        let is_whole = |file: &TileFile| {
            let hashes = file_bytes(&self.folder.join(&file.path)) == Some(u64::from(file.width) * HASH_BYTES as u64);
            let entries = file.entries_path.as_ref();
            hashes && entries.is_none_or(|path| file_bytes(&self.folder.join(path)).is_some_and(|bytes| bytes > 0))
        };
        let mut broken = tile_files(0, self.published);
        broken.retain(|file| !is_whole(file));
        if !broken.is_empty() {
            tracing::warn!(tiles = broken.len(), "tiles of the published log are gone or cut: they are written again");
        }
        self.write_files(&broken, false, hash, entry)?;
        for file in tile_files(0, self.published).iter().filter(|file| file.width == TILE_WIDTH) {
            for path in [Some(&file.path), file.entries_path.as_ref()].into_iter().flatten() {
                remove_partials(&self.folder.join(path))?;
            }
        }
        tile_files(0, size).iter().filter(|file| file.width < TILE_WIDTH).try_for_each(|file| {
            let hashes = hashes(file, hash)?;
            self.mend_widths(&file.path, |width| hashes.get(..width.checked_mul(HASH_BYTES)?))?;
            let Some(path) = &file.entries_path else { return Ok(()) };
            let entries = bundle(file, entry)?;
            self.mend_widths(path, |width| beginning(&entries, width))
        })
    }

    /// Holds the files beside a partial tile, whose names are their widths, against what they `should` say.
    fn mend_widths<'b>(&self, path: &str, should: impl Fn(usize) -> Option<&'b [u8]>) -> Result<(), TilesError> {
        let path = self.folder.join(path);
        let Some(folder) = path.parent() else { return Ok(()) };
        for partial in list_dir(folder)? {
            let width = partial.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            let Some(bytes) = width.and_then(&should) else { continue };
            if read(&partial, bytes.len() as u64).ok().as_deref() != Some(bytes) {
                tracing::warn!(tile = %partial.display(), "a partial tile is not whole: it is written again");
                write_unsynced(&partial, bytes)?;
            }
        }
        Ok(())
    }

    /// Where the folder was `settled`, only the tile that its tree ended in can have been partial: of each level the first new
    /// one. A publication that was cut off may have left others.
    fn write_files(
        &self,
        files: &[TileFile],
        settled: bool,
        hash: &dyn Fn(u64) -> Option<Digest>,
        entry: &dyn Fn(u64) -> Option<Vec<u8>>,
    ) -> Result<(), TilesError> {
        let mut written = Written::default();
        let mut levels = BTreeSet::new();
        for file in files {
            let was_partial = levels.insert(file.level) || !settled;
            let kind = (file.width, was_partial);
            self.write(&file.path, &hashes(file, hash)?, kind, &mut written)?;
            if let Some(path) = &file.entries_path {
                self.write(path, &bundle(file, entry)?, kind, &mut written)?;
            }
        }
        written.synced.iter().try_for_each(|folder| publish_dir(folder))?;
        written.were_partial.iter().try_for_each(|path| remove_partials(path))
    }

    /// Writes one file.
    fn write(
        &self,
        path: &str,
        bytes: &[u8],
        (width, was_partial): (u32, bool),
        written: &mut Written,
    ) -> Result<(), TilesError> {
        let path = self.folder.join(path);
        let parent = path.parent().unwrap_or(&self.folder);
        if written.folders.insert(parent.to_owned()) {
            create_dir(parent)?;
        }
        if width < TILE_WIDTH {
            return Ok(write_unsynced(&path, bytes)?);
        }
        write_renamed(&path, bytes, Durable::ReadOnly)?;
        written.synced.insert(parent.to_owned());
        if was_partial {
            written.were_partial.push(path);
        }
        Ok(())
    }
}

/// What was written together.
#[derive(Default)]
struct Written {
    /// The folders that are there.
    folders: BTreeSet<PathBuf>,
    /// Those with a full tile: each is synced once for all that is new in it.
    synced: BTreeSet<PathBuf>,
    /// The full tiles that may have partial forebears.
    were_partial: Vec<PathBuf>,
}

/// A full tile's partial forebears say nothing that it does not.
fn remove_partials(full: &Path) -> Result<(), TilesError> {
    let mut partial = full.as_os_str().to_owned();
    partial.push(".p");
    Ok(list_dir(Path::new(&partial))?.iter().try_for_each(|old| remove_file(old))?)
}

/// The hashes of a tile, one after another.
fn hashes(file: &TileFile, hash: &dyn Fn(u64) -> Option<Digest>) -> Result<Vec<u8>, TilesError> {
    let tile = Tile::new(TILE_HEIGHT, file.level, file.index, file.width, false);
    tile.read_data(&Reader(hash)).map_err(|error| TilesError::Missing(error.to_string()))
}

/// The first `width` entries of a bundle, as long as it has so many.
fn beginning(bundle: &[u8], width: usize) -> Option<&[u8]> {
    let mut end = 0_usize;
    for _ in 0..width {
        let length = bundle.get(end..)?.first_chunk()?;
        end = end.checked_add(2)?.checked_add(usize::from(u16::from_be_bytes(*length)))?;
    }
    bundle.get(..end)
}

fn file_bytes(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|found| found.len())
}

/// The entries of a level-0 tile, each behind its length as a big-endian `u16`.
fn bundle(file: &TileFile, entry: &dyn Fn(u64) -> Option<Vec<u8>>) -> Result<Vec<u8>, TilesError> {
    let first = file.index * u64::from(TILE_WIDTH);
    let mut bytes = Vec::new();
    for index in first..first + u64::from(file.width) {
        let entry = entry(index).ok_or_else(|| TilesError::Missing(format!("entry {index}")))?;
        let length =
            u16::try_from(entry.len()).map_err(|_| TilesError::Missing(format!("entry {index} is too long")))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&entry);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_begins_with_whole_entries() {
        let bundle = [0, 2, b'a', b'b', 0, 0, 0, 1, b'c'];
        let lengths: Vec<Option<usize>> = (0..5).map(|width| beginning(&bundle, width).map(<[u8]>::len)).collect();
        assert_eq!(lengths, [Some(0), Some(4), Some(6), Some(9), None]);
        assert_eq!(beginning(&bundle[..3], 1), None);
    }

    #[test]
    fn a_full_tile_is_published_without_its_partial_forebears() {
        let folder = tempfile::tempdir().unwrap();
        let there = |path: &str| folder.path().join(path).exists();
        let publish = |tiles: &mut Tiles, size| {
            let hash = |index: u64| Some(Digest::from_bytes([u8::try_from(index % 251).unwrap(); 32]));
            tiles.publish(size, "a checkpoint", &hash, &|index| Some(index.to_be_bytes().to_vec())).unwrap();
        };
        let mut tiles = Tiles::new(folder.path(), 0);
        publish(&mut tiles, 300);
        publish(&mut tiles, 310);
        let partials = ["tile/0/001.p/44", "tile/0/001.p/54", "tile/entries/001.p/44", "tile/entries/001.p/54"];
        assert!(partials.iter().all(|path| there(path)));
        publish(&mut tiles, 900);
        assert!(there("tile/0/001") && there("tile/0/002") && !partials.iter().any(|path| there(path)));
        // A publication was cut off behind the checkpoint that the folder shows.
        for left in ["tile/0/005.p/7", "tile/entries/005.p/7"] {
            let left = folder.path().join(left);
            create_dir(left.parent().unwrap()).unwrap();
            write_unsynced(&left, b"torn").unwrap();
        }
        publish(&mut Tiles::new(folder.path(), 900), 1_600);
        assert!(there("tile/0/005") && !there("tile/0/005.p/7") && !there("tile/entries/005.p/7"));
    }

    #[test]
    fn paths_are_those_of_c2sp() {
        let paths: Vec<String> = tile_files(0, 70_000).into_iter().map(|file| file.path).collect();
        for path in ["tile/0/000", "tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
        {
            assert!(paths.iter().any(|p| p == path), "{path}");
        }
        assert_eq!(tile_files(0, 1)[0].entries_path.as_deref(), Some("tile/entries/000.p/1"));
        assert_eq!(tile_files(5, 5), []);
    }
}
