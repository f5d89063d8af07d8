//! A bank's pack, as a developer gets it from anywhere: the tar below the compression, whose checksum would keep the fuzzer out.

use std::path::{Component, Path};

use anshi::keys::sha256;
use anshi::pack::{PACK_FILES_MAX, read_plain};

/// A pack that is believed is what its manifest says, and leads nowhere but into its folder.
pub fn pack(data: &[u8]) {
    let Ok((manifest, files)) = read_plain(data) else { return };
    assert!(files.len() <= PACK_FILES_MAX, "more files than a pack has");
    assert_eq!(files.len(), manifest.files.len(), "files and manifest differ");
    for (listed, (path, bytes)) in manifest.files.iter().zip(&files) {
        assert_eq!(listed.path, *path, "files and manifest differ");
        assert_eq!((listed.bytes, listed.sha256.clone()), (bytes.len() as u64, sha256(bytes).to_string()), "`{path}`");
        let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        assert!(plain && !path.is_empty(), "`{path}` leads out of the folder");
    }
}
