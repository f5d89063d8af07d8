//! Pruning keeps what is current, new, or in use, and says which jobs cannot be computed again.

use std::path::Path;

use anshi::catalog::Catalog;
use anshi::config::Config;
use anshi::data::synth::{SynthOptions, synthesise};
use anshi::data::{IngestOptions, Snapshot, ingest};
use anshi::job::HomePaths;
use anshi::model::{Date, Digest};
use anshi::upkeep::{PruneOptions, prune_snapshots};

use super::place::{anshi, back_up, bring_back, files, findings};
use crate::support::TestHome;

/// Another snapshot, of this day of October.
fn deliver(home: &Path, day: i8) -> Digest {
    let delivery = tempfile::tempdir().unwrap();
    let catalog = Catalog::load(&Config::load(home).unwrap().catalog).unwrap();
    let as_of = Date::from_ymd(2026, 10, day).unwrap();
    let options = SynthOptions { scale_ppm: 20, seed: day.unsigned_abs().into(), as_of };
    synthesise(&catalog, delivery.path(), &options, &mut |_, _| {}).unwrap();
    let paths = HomePaths::new(home);
    let options = IngestOptions { as_of, only: None };
    ingest(&paths.data(), &paths.rejects(), &catalog, delivery.path(), &options, &mut |_| {}).unwrap().snapshot.unwrap()
}

fn names(home: &Path) -> Vec<Digest> {
    Snapshot::list(&HomePaths::new(home).data()).unwrap()
}

#[test]
fn what_is_in_use_stays() {
    let home = TestHome::new();
    let token = home.token(0, 1);
    home.answered(&home.token(0, 2));
    let pinned = home.engine.snapshot().unwrap().name();
    let later: Vec<Digest> = (1..4).map(|day| deliver(&home.path, day)).collect();
    let prune = |keep, dry_run| prune_snapshots(&PruneOptions { home: home.path.clone(), keep, dry_run }).unwrap();
    let before = files(&home.path.join("data"));
    let dry = prune(1, true);
    assert_eq!(files(&home.path.join("data")), before, "a dry run removes nothing");
    let pruned = prune(1, false);
    assert_eq!(dry, pruned, "and says what a real one does");
    let mut gone: Vec<Digest> = pruned.gone.iter().map(|gone| gone.name).collect();
    gone.sort();
    let mut expected = later[..2].to_vec();
    expected.sort();
    assert_eq!((gone, pruned.in_use.as_slice()), (expected, [pinned].as_slice()));
    assert!(pruned.files > 0 && pruned.bytes > 0);
    assert!(names(&home.path).contains(&pinned) && names(&home.path).contains(&later[2]));
    home.answered(&token);
    drop(home.engine);
    let path = home.path.to_str().unwrap();
    let (code, printed) = anshi(&["snapshot", "prune", "--home", path, "--keep", "1", "--lang", "en"]);
    assert!(code == 0 && printed.contains("2 jobs ran on it and cannot be computed again"), "{printed}");
    assert_eq!(names(&home.path), [later[2]]);
    assert_eq!(findings(&home.path), Vec::<String>::new(), "the audit knows that old snapshots may be gone");
    let (code, printed) = anshi(&["snapshot", "prune", "--home", path, "--keep", "1", "--lang", "en"]);
    assert!(code == 0 && printed.contains("nothing to prune"), "{printed}");
}

#[test]
fn the_newest_stay_and_a_backup_has_them_all() {
    let home = TestHome::new();
    drop(home.engine);
    let later: Vec<Digest> = (1..5).map(|day| deliver(&home.path, day)).collect();
    prune_snapshots(&PruneOptions { home: home.path.clone(), keep: 3, dry_run: false }).unwrap();
    let mut expected = later[1..].to_vec();
    expected.sort();
    assert_eq!(names(&home.path), expected);
    back_up(&home.path, "backup").unwrap();
    bring_back(&home.path, "backup", "restored").unwrap();
    assert_eq!(names(&home.path.with_file_name("restored")), expected);
}
