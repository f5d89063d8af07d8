//! A pack becomes a folder: all of it or nothing, and in the place of nothing that is not one.

use std::fs;
use std::os::unix::fs::symlink;

use anshi::pack::{ImportOptions, PackError, import, read_seeds};

use super::room::{Room, files, seeds};

#[test]
fn a_folder_is_what_the_manifest_says() {
    let room = Room::new();
    let exported = room.export();
    let imported = room.import(&exported.bytes, false).unwrap();
    assert_eq!((&imported.manifest, imported.digest), (&exported.manifest, exported.digest));
    assert_eq!(imported.policies, exported.policies);
    assert_eq!(read_seeds(&room.path("bank")).unwrap(), seeds());
    let mut listed: Vec<String> = exported.manifest.files.iter().map(|file| file.path.clone()).collect();
    listed.push("pack.json".to_owned());
    listed.sort();
    assert_eq!(files(&room.path("bank")).into_keys().collect::<Vec<_>>(), listed);
}

#[test]
fn what_is_there_stays_unless_it_is_an_earlier_pack_and_may_go() {
    let room = Room::new();
    let archive = room.export().bytes;
    fs::create_dir(room.path("bank")).unwrap();
    room.import(&archive, false).unwrap();
    let before = files(&room.path("bank"));
    assert!(matches!(room.import(&archive, false), Err(PackError::Used(_))));
    room.import(&archive, true).unwrap();
    assert_eq!(files(&room.path("bank")), before);
    // Somebody's work is no pack's, whether it lies beside the pack's files or in one of them, and whatever it is called.
    let policy = "policies/sme-credit-check/policy.toml";
    let written = |path: &str| fs::write(room.path("bank").join(path), "x").unwrap();
    let refused = |path: &str| {
        let told = room.import(&archive, true);
        assert!(matches!(&told, Err(PackError::NotAPack { name, .. }) if name == path), "{path}: {told:?}");
        assert_eq!(fs::read(room.path("bank").join(path)).unwrap(), b"x");
        fs::remove_file(room.path("bank").join(path)).unwrap();
    };
    for path in ["catalog/old.toml", "policies/notes.md", "wit/guest.rs", "policies/private.key"] {
        written(path);
        refused(path);
    }
    written(policy);
    refused(policy);
    fs::write(room.path("bank").join(policy), &before[policy]).unwrap();
    let manifest = fs::read(room.path("bank/pack.json")).unwrap();
    fs::remove_file(room.path("bank/pack.json")).unwrap();
    assert!(matches!(room.import(&archive, true), Err(PackError::NotAPack { name, .. }) if name == "pack.json"));
    fs::write(room.path("bank/pack.json"), manifest).unwrap();
    fs::write(room.path("bank/thesis.txt"), "x").unwrap();
    assert!(matches!(room.import(&archive, true), Err(PackError::NotAPack { name, .. }) if name == "thesis.txt"));
    assert_eq!(fs::read(room.path("bank/thesis.txt")).unwrap(), b"x");
    assert!(!room.path("bank.importing").exists());
    let elsewhere = |name: &str, force| {
        let options = ImportOptions { file: room.path("pack"), folder: room.path(name), digest: None, force };
        import(&options).map(|_| ())
    };
    symlink(room.path("bank"), room.path("link")).unwrap();
    fs::write(room.path("file"), "x").unwrap();
    for name in ["link", "file"] {
        assert!(matches!(elsewhere(name, true), Err(PackError::Used(_))), "{name}");
    }
    fs::create_dir(room.path("new.importing")).unwrap();
    assert!(matches!(elsewhere("new", false), Err(PackError::LeftOver(_))));
    assert!(room.path("new.importing").is_dir() && !room.path("new").exists());
}

#[test]
fn the_digest_that_the_bureau_sent_is_asked_for() {
    let room = Room::new();
    let exported = room.export();
    let file = room.path("pack");
    fs::write(&file, &exported.bytes).unwrap();
    let options =
        |digest| ImportOptions { file: file.clone(), folder: room.path("bank"), digest: Some(digest), force: false };
    let other = anshi::keys::sha256(b"another");
    assert!(matches!(import(&options(other)), Err(PackError::Digest { .. })));
    assert!(!room.path("bank").exists());
    import(&options(exported.digest)).unwrap();
}
