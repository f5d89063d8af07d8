//! Archives that nobody exported: each is refused, and nothing is written, neither in the folder nor beside it.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use anshi::keys::sha256;
use anshi::pack::{EntryFault, PACK_FILES_MAX, PACK_PLAIN_BYTES_MAX, PackError};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::room::Room;

/// An entry of an archive as somebody could write it.
struct Entry {
    path: Vec<u8>,
    kind: EntryType,
    link: &'static str,
    bytes: Vec<u8>,
}

fn file(path: &str, bytes: &[u8]) -> Entry {
    Entry { path: path.as_bytes().to_vec(), kind: EntryType::Regular, link: "", bytes: bytes.to_vec() }
}

fn tar_of(entries: &[Entry]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for Entry { path, kind, link, bytes } in entries {
        let mut header = Header::new_ustar();
        // Written by hand: the library refuses what is tried here.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path);
        header.as_mut_bytes()[157..157 + link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

/// What is in it, where it is whole.
fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).ok().map(|_| plain)
}

/// The entries of an honest archive, by path.
fn honest(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let plain = gunzip(archive);
    let mut tar = tar::Archive::new(plain.as_slice());
    let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (entry.path().unwrap().display().to_string(), bytes)
    };
    tar.entries().unwrap().map(read).collect()
}

/// An archive of these files with a manifest that lists them truly.
fn listed(files: &BTreeMap<String, Vec<u8>>) -> Vec<Entry> {
    let list: Vec<String> = files
        .iter()
        .filter(|(path, _)| *path != "pack.json")
        .map(|(path, bytes)| format!(r#"{{"bytes":{},"path":"{path}","sha256":"{}"}}"#, bytes.len(), sha256(bytes)))
        .collect();
    let manifest = format!(r#"{{"anshi":"0.1.0","client":"smart-finance","files":[{}],"format":1}}"#, list.join(","));
    let mut entries = vec![file("pack.json", (manifest + "\n").as_bytes())];
    entries.extend(files.iter().filter(|(path, _)| *path != "pack.json").map(|(path, bytes)| file(path, bytes)));
    entries
}

/// That the archive is refused, and that the room is as it was.
fn refused(room: &Room, archive: &[u8]) -> PackError {
    let names = || {
        let entries = std::fs::read_dir(room.folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    std::fs::write(room.path("pack"), "").unwrap();
    let before = names();
    let error = room.import(archive, false).unwrap_err();
    assert_eq!(names(), before, "{error}");
    error
}

#[test]
fn an_archive_written_by_hand_is_taken_when_it_is_honest() {
    let room = Room::new();
    room.import(&gzip(&tar_of(&listed(&honest(&room.export().bytes)))), false).unwrap();
}

#[test]
fn entries_that_no_pack_has_are_refused_by_name() {
    let room = Room::new();
    let good = honest(&room.export().bytes);
    let with = |entry: Entry| {
        let mut entries = listed(&good);
        entries.push(entry);
        refused(&room, &gzip(&tar_of(&entries)))
    };
    for path in
        ["/etc/passwd", "../escaped", "catalog/../../escaped", "./pack.json", "keys/receipt.jwk", "catalog/a.toml/"]
    {
        let error = with(file(path, b"x"));
        assert!(matches!(&error, PackError::Entry { path: told, fault: EntryFault::Path } if told == path), "{error}");
        // Listing it changes nothing.
        let mut all = good.clone();
        all.insert(path.to_owned(), b"x".to_vec());
        let error = refused(&room, &gzip(&tar_of(&listed(&all))));
        assert!(matches!(&error, PackError::Entry { fault: EntryFault::Path, .. }), "{error}");
    }
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Directory,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::GNULongName,
        EntryType::GNULongLink,
        EntryType::GNUSparse,
        EntryType::XHeader,
        EntryType::XGlobalHeader,
        EntryType::Continuous,
        EntryType::new(b'?'),
    ] {
        let mut entry = file("catalog/link.toml", b"");
        (entry.kind, entry.link) = (kind, "/etc/passwd");
        let error = with(entry);
        assert!(matches!(error, PackError::Entry { fault: EntryFault::Kind, .. }), "{kind:?}: {error}");
    }
    let error = with(file("wit/sandbox.wit", &good["wit/sandbox.wit"]));
    assert!(matches!(error, PackError::Entry { fault: EntryFault::Twice, .. }), "{error}");
    let error = with(file("pack.json", b"{}"));
    assert!(matches!(error, PackError::Entry { fault: EntryFault::Twice, .. }), "{error}");
    let error = with(Entry { path: b"catalog/\x1b[2J.toml".to_vec(), ..file("", b"") });
    assert!(!error.to_string().contains('\x1b'), "{error}");
}

#[test]
fn what_the_manifest_does_not_say_is_refused() {
    let room = Room::new();
    let good = honest(&room.export().bytes);
    let archive = |entries: &[Entry]| refused(&room, &gzip(&tar_of(entries)));
    let mut entries = listed(&good);
    entries.push(file("catalog/stray.toml", b"x"));
    assert!(matches!(archive(&entries), PackError::Unlisted(path) if path == "catalog/stray.toml"));
    let mut entries = listed(&good);
    let last = entries.pop().unwrap();
    assert!(matches!(archive(&entries), PackError::Missing(path) if path.as_bytes() == last.path));
    let mut entries = listed(&good);
    entries.last_mut().unwrap().bytes[0] ^= 1;
    assert!(matches!(archive(&entries), PackError::Changed(_)));
    entries.remove(0);
    assert!(matches!(archive(&entries), PackError::NoManifest));
    let manifest = String::from_utf8(listed(&good).remove(0).bytes).unwrap();
    for (from, to) in [
        ("\"format\":1", "\"format\":1,\"more\":1"),
        ("\"format\":1", "\"format\":1,\"format\":1"),
        ("\"format\":1}", "\"format\":1} "),
        ("{\"anshi\"", "{\"anshi\":\"0.1.0\",\"anshi\""),
        ("\"files\":[", "\"files\":[{},"),
    ] {
        let mut entries = listed(&good);
        entries[0].bytes = manifest.replacen(from, to, 1).into_bytes();
        assert!(matches!(archive(&entries), PackError::Manifest(_)), "{to}");
    }
    let mut entries = listed(&good);
    entries[0].bytes = manifest.replace("\"format\":1", "\"format\":2").into_bytes();
    assert!(matches!(archive(&entries), PackError::Format { found: 2, .. }));
    // A file that is listed twice does not stand for another.
    let mut entries = listed(&good);
    let one = manifest.split_once("\"files\":[").unwrap().1.split_once('}').unwrap().0.to_owned() + "},";
    entries[0].bytes = manifest.replacen(&one, &one.repeat(2), 1).into_bytes();
    assert!(matches!(archive(&entries), PackError::Manifest(_)));
}

#[test]
fn what_cannot_be_used_is_not_written() {
    let room = Room::new();
    let good = honest(&room.export().bytes);
    for (path, text) in [
        ("catalog/tax_payment.toml", "name = \"tax_payment\"\n"),
        ("policies/sme-credit-check/policy.toml", "id = 1\n"),
        ("policies/accounts.toml", "odd = 1\n"),
        ("synthetic.toml", "seed = 1\n"),
    ] {
        let mut files = good.clone();
        files.insert(path.to_owned(), text.as_bytes().to_vec());
        let error = refused(&room, &gzip(&tar_of(&listed(&files))));
        let of_file = matches!(error, PackError::Catalog(_) | PackError::Policy(_) | PackError::Document(_));
        assert!(of_file, "{path}: {error}");
    }
}

#[test]
fn bombs_and_what_hides_behind_the_end_are_refused() {
    let room = Room::new();
    let honest_bytes = room.export().bytes;
    let bomb = gzip(&vec![0; usize::try_from(PACK_PLAIN_BYTES_MAX).unwrap() + 1]);
    assert!(bomb.len() < 1 << 20, "a small file becomes a large one");
    assert!(matches!(refused(&room, &bomb), PackError::Bomb));
    let many: Vec<Entry> = (0..=PACK_FILES_MAX).map(|number| file(&format!("catalog/a{number}.toml"), b"")).collect();
    assert!(matches!(refused(&room, &gzip(&tar_of(&many))), PackError::Crowd));
    let plain = gunzip(&honest_bytes);
    let behind = [plain.as_slice(), b"hidden"].concat();
    assert!(matches!(refused(&room, &gzip(&behind)), PackError::Behind));
    assert!(matches!(refused(&room, &[honest_bytes.as_slice(), b"hidden"].concat()), PackError::Behind));
    let second = [honest_bytes.clone(), gzip(b"hidden")].concat();
    assert!(matches!(refused(&room, &second), PackError::Behind));
    // An entry that says that it is larger than the archive.
    let mut huge = tar_of(&[file("catalog/a.toml", b"x")]);
    let mut header = Header::from_byte_slice(&huge[..512]).clone();
    header.set_size(1 << 40);
    header.set_cksum();
    huge[..512].copy_from_slice(header.as_bytes());
    let error = refused(&room, &gzip(&huge));
    assert!(matches!(error, PackError::Archive(_) | PackError::Entry { .. }), "{error}");
}

#[test]
fn every_truncation_and_every_flipped_byte_is_refused() {
    let room = Room::new();
    let archive = room.export().bytes;
    for cut in (0..archive.len()).step_by(977).chain([archive.len() - 1, archive.len() - 8]) {
        refused(&room, &archive[..cut]);
    }
    // The header of a gzip (10 bytes) has fields that nobody reads; every other byte counts.
    for place in (10..archive.len()).step_by(977).chain(archive.len() - 8..archive.len()) {
        let mut changed = archive.clone();
        changed[place] ^= 0x10;
        // Some bits of a compressed stream say nothing: then it is the same pack.
        match inflated(&changed) {
            Some(same) if same == gunzip(&archive) => {}
            _ => drop(refused(&room, &changed)),
        }
    }
    refused(&room, b"");
    refused(&room, b"no archive at all");
    refused(&room, &gunzip(&archive));
}
