//! Harm done to the published log and to the mirror, and homes that are not what the mirror has seen.

use anshi::job::{OpenError, answer};
use anshi::ledger::LedgerError;

use super::home::{Home, another_job, open};

#[test]
fn a_changed_tile_is_found() {
    for (path, wanted) in [
        ("log/tile/0/000", "`tile/0/000`: hash 128 of level 0 does not follow"),
        ("log/tile/0/001.p/9", "`tile/0/001`: hash 260 of level 0 does not follow"),
        ("log/tile/1/000.p/1", "`tile/1/000`: hash 0 of level 1 does not follow"),
    ] {
        let home = Home::copy();
        home.flip(&home.file(path));
        home.expect(&[wanted]);
    }
}

#[test]
fn a_removed_tile_is_found() {
    for path in ["tile/0/000", "tile/0/001.p/9", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/9"] {
        let home = Home::copy();
        std::fs::remove_file(home.file("log").join(path)).unwrap();
        home.expect(&["published log: cannot open", path]);
        assert_eq!(home.findings().len(), 1, "one missing file is one finding: {:#?}", home.findings());
    }
}

#[test]
fn the_next_start_writes_lost_and_cut_tiles_again() {
    for path in ["tile/0/000", "tile/0/001.p/9", "tile/1/000.p/1", "tile/entries/000"] {
        let home = Home::copy();
        let path = home.file("log").join(path);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        drop(open(&home.path()).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        assert_eq!(home.findings(), Vec::<String>::new());
    }
    let home = Home::copy();
    let path = home.file("log/tile/0/000");
    home.overwrite(&path, &std::fs::read(&path).unwrap()[..8160]);
    drop(open(&home.path()).unwrap());
    assert_eq!(home.findings(), Vec::<String>::new());
}

/// What a power cut leaves of partial tiles, which nobody syncs: holes of a sector, files cut, and forebears of a full
/// tile that were removed and are there again.
#[test]
fn the_next_start_mends_what_a_power_cut_left_of_partial_tiles() {
    let home = Home::copy();
    for folder in ["log/tile/0", "log/tile/entries"] {
        for (name, spoilt) in [("001.p/3", vec![0; 96]), ("001.p/4", Vec::new()), ("000.p/7", vec![0; 224])] {
            let path = home.file(folder).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &spoilt).unwrap();
        }
        drop(open(&home.path()).unwrap());
        let [whole, four, three] =
            ["001.p/9", "001.p/4", "001.p/3"].map(|name| std::fs::read(home.file(folder).join(name)).unwrap());
        assert!(whole.starts_with(&four) && four.starts_with(&three), "{folder}");
        assert!(whole.len() > four.len() && four.len() > three.len() && three.len() >= 96, "{folder}");
        assert!(!home.file(folder).join("000.p/7").exists(), "{folder}");
    }
    let path = home.file("log/tile/1/000.p/1");
    home.overwrite(&path, &[0; 32]);
    drop(open(&home.path()).unwrap());
    assert_eq!(home.findings(), Vec::<String>::new());
}

#[test]
fn a_cut_tile_is_found() {
    let home = Home::copy();
    let path = home.file("log/tile/0/000");
    let bytes = std::fs::read(&path).unwrap();
    home.overwrite(&path, &bytes[..bytes.len() - 32]);
    home.expect(&["`tile/0/000` has 8160 bytes for 256 hashes"]);
}

#[test]
fn a_changed_bundle_is_found() {
    for (path, wanted) in [("000", "entry 0"), ("001.p/9", "entry 256")] {
        let home = Home::copy();
        let path = home.file("log/tile/entries").join(path);
        let mut bytes = std::fs::read(&path).unwrap();
        // The last byte of the first entry's digest.
        let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        bytes[length + 1] ^= 1;
        home.overwrite(&path, &bytes);
        home.expect(&[
            &format!("ledger: {wanted}: salt and record do not open its leaf"),
            "does not follow from the entries",
            "published log: `checkpoint`: the published entries have the root",
        ]);
    }
}

#[test]
fn an_older_partial_tile_that_is_no_beginning_is_found() {
    let home = Home::copy();
    let path = home.file("log/tile/0/001.p/3");
    std::fs::write(&path, [0; 96]).unwrap();
    home.expect(&["published log: `tile/0/001.p/3` is no beginning of the tile"]);
}

#[test]
fn a_foreign_checkpoint_in_the_log_is_found() {
    let home = Home::copy();
    home.overwrite(&home.file("log/checkpoint"), home.other_checkpoint(264, false).as_bytes());
    home.expect(&["published log: `checkpoint`: the checkpoint is not signed by the log's key"]);
}

#[test]
fn a_forked_checkpoint_in_the_log_is_found() {
    let home = Home::copy();
    home.overwrite(&home.file("log/checkpoint"), home.other_checkpoint(200, true).as_bytes());
    home.expect(&["published log: the log's first 200 entries are not the ledger's"]);
    let home = Home::copy();
    home.overwrite(&home.file("log/checkpoint"), home.other_checkpoint(1 << 60, true).as_bytes());
    home.expect(&["published log: cannot open", "published log: and 1 more"]);
    // What is missing there is not held against the ledger.
    assert!(!home.findings().iter().any(|finding| finding.starts_with("ledger: ")));
}

#[test]
fn a_published_log_behind_the_ledger_is_in_order() {
    let home = Home::copy();
    // What a web server shows that was last synchronised some time ago.
    let early = Home::rolled_back();
    std::fs::remove_dir_all(home.file("log")).unwrap();
    std::fs::rename(early.file("log"), home.file("log")).unwrap();
    let report = home.audit();
    assert!(report.is_clean(), "{report:#?}");
    assert!(report.checks[0].notes[0].contains("not yet published"), "{report:#?}");
}

#[test]
fn a_foreign_checkpoint_in_the_mirror_is_found() {
    let home = Home::copy();
    home.overwrite(&home.file("../home.mirror/checkpoint.0"), home.other_checkpoint(264, false).as_bytes());
    home.expect(&["mirror: `checkpoint.0`: the checkpoint is not signed by the log's key"]);
}

#[test]
fn a_checkpoint_that_a_power_cut_tore_is_noted_and_stops_no_start() {
    for (tear, with) in [("\n265\n", "\n26"), ("\n265\n", "\n264\n")] {
        let home = Home::copy();
        let newest = ["../home.mirror/checkpoint.0", "../home.mirror/checkpoint.1"].map(|path| home.file(path));
        let newest = newest.iter().find(|path| std::fs::read_to_string(path).unwrap().contains(tear)).unwrap();
        let note = std::fs::read_to_string(newest).unwrap();
        home.overwrite(newest, note.replacen(tear, with, 1).as_bytes());
        let report = home.audit();
        assert!(report.is_clean(), "{report:#?}");
        assert!(report.checks.iter().any(|check| check.notes.iter().any(|note| note.contains("a crash while"))));
        drop(open(&home.path()).unwrap());
        assert_eq!(std::fs::read_to_string(newest).unwrap(), note, "the mirror has caught up");
    }
    // Both of them: then nobody knows what the latest is.
    let home = Home::copy();
    for path in ["../home.mirror/checkpoint.0", "../home.mirror/checkpoint.1"] {
        let path = home.file(path);
        let note = std::fs::read_to_string(&path).unwrap();
        home.overwrite(&path, note.replacen("\n26", "\n27", 1).as_bytes());
    }
    assert!(matches!(open(&home.path()), Err(OpenError::Ledger(LedgerError::Mirror(_)))));
}

#[test]
fn a_fork_in_the_mirror_is_found() {
    let home = Home::copy();
    home.overwrite(&home.file("../home.mirror/checkpoint.1"), home.other_checkpoint(264, true).as_bytes());
    home.expect(&["mirror: the home is not the one that was mirrored: the first 264 entries"]);
}

#[test]
fn a_mirror_without_a_checkpoint_is_found() {
    let home = Home::copy();
    home.overwrite(&home.file("../home.mirror/checkpoint.0"), b"torn");
    let report = home.audit();
    assert!(report.is_clean(), "a crash leaves one file so: {report:#?}");
    home.overwrite(&home.file("../home.mirror/checkpoint.1"), b"torn");
    home.expect(&[
        "mirror: `checkpoint.0` is no checkpoint that the log's key signed",
        "mirror: `checkpoint.1` is no checkpoint that the log's key signed",
    ]);
    std::fs::remove_dir_all(home.file("../home.mirror")).unwrap();
    home.expect(&["mirror: cannot open"]);
}

#[test]
fn a_rolled_back_home_is_found_and_does_not_start() {
    let home = Home::rolled_back();
    home.expect(&["mirror: the home is behind its mirror: its log has 9 entries", "it was rolled back"]);
    assert!(matches!(open(&home.path()), Err(OpenError::Ledger(LedgerError::Behind(_)))));
}

#[test]
fn a_home_can_be_audited_while_its_engine_runs() {
    let home = Home::copy();
    let engine = open(&home.path()).unwrap();
    assert_eq!(home.findings(), Vec::<String>::new());
    drop(engine);
    assert_eq!(home.findings(), Vec::<String>::new());
}

#[test]
fn a_job_that_a_crash_left_open_is_noted_and_then_closed() {
    let home = Home::copy();
    home.leave_a_job_open();
    let report = home.audit();
    assert!(report.is_clean(), "{report:#?}");
    let notes: Vec<&String> = report.checks.iter().flat_map(|check| &check.notes).collect();
    assert!(notes[0].starts_with("1 job without an outcome yet"), "{notes:?}");

    let engine = open(&home.path()).unwrap();
    // The charge stayed, and there is no answer that could be given again: the same question is charged anew.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(answer(&engine, &another_job(&engine))).unwrap();
    runtime.block_on(answer(&engine, &another_job(&engine))).unwrap();
    drop(engine);
    let report = home.audit();
    assert!(report.is_clean(), "{report:#?}");
    assert!(
        report.checks.iter().any(|check| check.counted() == "135 intents, 5 charges, 1 registration"),
        "{report:#?}"
    );
    home.tamper("UPDATE outcome SET reason = 'answered' WHERE answer IS NULL");
    home.expect(&["outcomes: outcome 266 has no answer in the table, and was not abandoned"]);
}
