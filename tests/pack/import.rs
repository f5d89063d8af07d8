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
    fs::write(room.path("bank/catalog/old.toml"), "x").unwrap();
    room.import(&archive, true).unwrap();
    assert_eq!(files(&room.path("bank")), before);
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
