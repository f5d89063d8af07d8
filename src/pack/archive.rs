//! The archive around a pack: a gzipped tar of plain files. The only one that knows either format. Written, it is the same
//! bytes for the same files; read, it is hostile: bounded in size and count, and nothing in it is believed but names and content.

use std::io::{Read, Write};

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};
use tar::{Archive, Builder, EntryType, Header};

use super::error::{EntryFault, PackError};
use super::manifest::{Files, PACK_MANIFEST, PackManifest};
use super::place::is_known;
use crate::model::seen;

/// No archive is larger.
pub const PACK_BYTES_MAX: u64 = 16 << 20;
/// No archive becomes larger than this when it is unpacked.
pub const PACK_PLAIN_BYTES_MAX: u64 = 64 << 20;
/// No archive has more files.
pub const PACK_FILES_MAX: usize = 4_096;
/// Everybody may read a pack's files.
const MODE: u32 = 0o644;

/// The archive of `files`: the manifest first, the others by path, without times, owners or a name of the machine.
pub fn write_archive(files: &Files, manifest: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut tar = Builder::new(Vec::new());
    let all = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    for (path, bytes) in std::iter::once((PACK_MANIFEST, manifest)).chain(all) {
        let mut header = Header::new_ustar();
        header.set_path(path)?;
        header.set_size(bytes.len() as u64);
        header.set_mode(MODE);
        header.set_entry_type(EntryType::Regular);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        tar.append(&header, bytes)?;
    }
    let plain = tar.into_inner()?;
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    gzip.write_all(&plain)?;
    gzip.finish()
}

fn broken(error: std::io::Error) -> PackError {
    PackError::Archive(error)
}

/// The files of an archive, by path.
pub fn read_archive(bytes: &[u8]) -> Result<Files, PackError> {
    let mut gzip = GzDecoder::new(bytes);
    let mut plain = Vec::new();
    (&mut gzip).take(PACK_PLAIN_BYTES_MAX + 1).read_to_end(&mut plain).map_err(broken)?;
    if plain.len() as u64 > PACK_PLAIN_BYTES_MAX {
        return Err(PackError::Bomb);
    }
    if !gzip.into_inner().is_empty() {
        return Err(PackError::Behind);
    }
    read_tar(&plain)
}

/// The files of a tar, by path.
fn read_tar(plain: &[u8]) -> Result<Files, PackError> {
    let mut rest = plain;
    let mut files = Files::new();
    let mut tar = Archive::new(&mut rest);
    // Raw: what only extends another entry (long names, pax records, holes) is an entry by itself, and refused as such.
    for entry in tar.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let refused = |fault: EntryFault| PackError::Entry { path: seen(&path), fault };
        if entry.header().entry_type() != EntryType::Regular {
            return Err(refused(EntryFault::Kind));
        }
        if !is_known(&path) {
            return Err(refused(EntryFault::Path));
        }
        if files.len() == PACK_FILES_MAX {
            return Err(PackError::Crowd);
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(broken)?;
        if content.len() as u64 != entry.size() {
            return Err(refused(EntryFault::Cut));
        }
        if files.insert(path.clone(), content).is_some() {
            return Err(refused(EntryFault::Twice));
        }
    }
    // A tar ends with zeros; what else stands there would go unseen.
    if rest.iter().any(|byte| *byte != 0) { Err(PackError::Behind) } else { Ok(files) }
}

/// What an archive holds, where it is believed: the manifest, and the files that it lists. `plain` is the archive without its
/// compression.
pub fn read_plain(plain: &[u8]) -> Result<(PackManifest, Files), PackError> {
    let mut files = read_tar(plain)?;
    Ok((PackManifest::take(&mut files)?, files))
}
