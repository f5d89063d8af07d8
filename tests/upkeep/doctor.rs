//! The examination: a home that is well is told so, and for each check there is a harm that it finds, with its cure.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use anshi::env::Clock;
use anshi::job::{HomePaths, KeyFile};
use anshi::upkeep::{CheckUp, DoctorOptions, Level, Thresholds, examine};

use super::place::{anshi, back_up, bring_back, files, overwrite};
use crate::support::TestHome;

const DAY_MS: i64 = 86_400_000;

/// Everything but the measuring, with room and speed out of the way unless a test is about them.
fn options(home: &Path) -> DoctorOptions {
    let thresholds = Thresholds { free_low_bytes: 0, free_least_bytes: 0, sync_slow_ms: u64::MAX };
    DoctorOptions { home: home.to_owned(), deep: false, calibrate: false, thresholds }
}

/// A clock at noon of the day of the test homes' data, and so many days behind it.
fn shifted(days: i64) -> Clock {
    Clock::Shifted(Arc::new(AtomicI64::new(days * DAY_MS)))
}

fn look(options: &DoctorOptions, clock: &Clock) -> Vec<CheckUp> {
    examine(options, clock, &mut |_| {})
}

/// That the home's examination finds this of `check`, and nothing of this level anywhere else.
fn expect(options: &DoctorOptions, clock: &Clock, (check, level, diagnosis): (&str, Level, &str)) {
    let found = look(options, clock);
    let fits = |finding: &&CheckUp| {
        finding.check == check && finding.level == level && format!("{:?}", finding.diagnosis).contains(diagnosis)
    };
    assert!(found.iter().any(|finding| fits(&finding)), "no {level:?} `{diagnosis}` of {check} in {found:#?}");
    if level == Level::Error {
        let others: Vec<_> = found.iter().filter(|f| f.level == Level::Error && f.check != check).collect();
        assert!(others.is_empty(), "{others:#?}");
    }
}

/// A closed home with one job.
struct Patient {
    _home: tempfile::TempDir,
    path: std::path::PathBuf,
}

fn patient() -> Patient {
    let home = TestHome::new();
    home.answered(&home.token(0, 1));
    let folder = tempfile::tempdir().unwrap();
    let TestHome { engine, path, .. } = &home;
    back_up(path, "backup").unwrap();
    bring_back(path, "backup", "copy").unwrap();
    let _ = engine;
    for name in ["copy", "home.mirror"] {
        assert!(
            std::process::Command::new("cp")
                .arg("-a")
                .arg(path.with_file_name(name))
                .arg(folder.path())
                .status()
                .unwrap()
                .success()
        );
    }
    Patient { path: folder.path().join("copy"), _home: folder }
}

/// Harms a fresh home, and expects what the examination says of it.
fn harmed(harm: impl FnOnce(&Path, &HomePaths), expected: (&str, Level, &str)) {
    let patient = patient();
    harm(&patient.path, &HomePaths::new(&patient.path));
    expect(&options(&patient.path), &Clock::System, expected);
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_home_that_is_well() {
    let patient = patient();
    let found = look(&DoctorOptions { deep: true, ..options(&patient.path) }, &Clock::System);
    let errors: Vec<_> = found.iter().filter(|finding| finding.level == Level::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let checks: Vec<&str> = found.iter().map(|finding| finding.check).collect();
    for check in [
        "configuration",
        "catalog",
        "policies",
        "folder",
        "keys",
        "disk",
        "writing",
        "ledger",
        "accounts",
        "published log",
        "mirror",
        "clock",
        "snapshot",
        "guests",
    ] {
        assert!(checks.contains(&check), "{check} in {checks:?}");
    }
    assert!(!patient.path.join("doctor.probe").exists());
}

#[test]
fn configuration_catalog_and_policies() {
    let config = |home: &Path, _: &HomePaths| edit(&home.join("anshi.toml"), "kind =", "kinds =");
    harmed(config, ("configuration", Level::Error, "ConfigBad"));
    let catalog =
        |home: &Path, _: &HomePaths| edit(&home.join("catalog/tax_payment.toml"), "\"monthly\"", "\"seldom\"");
    harmed(catalog, ("catalog", Level::Error, "CatalogBad"));
    let policies = |home: &Path, _: &HomePaths| edit(&home.join("policies/adversary/policy.toml"), "fuel", "fuels");
    harmed(policies, ("policies", Level::Error, "PoliciesBad"));
    let valid = |home: &Path, _: &HomePaths| {
        edit(&home.join("policies/adversary/policy.toml"), "until = 2099-12-31", "until = 2020-12-31");
    };
    harmed(valid, ("policies", Level::Warning, "PolicyOutside"));
    harmed(valid, ("policies", Level::Warning, "PoliciesNone"));
    let approvals =
        |home: &Path, _: &HomePaths| edit(&home.join("anshi.toml"), "approvals_needed = 0", "approvals_needed = 1");
    harmed(approvals, ("policies", Level::Error, "AccountsUnapproved"));
    let moved = |home: &Path, _: &HomePaths| {
        let path = home.join("policies/accounts.toml");
        let accounts = fs::read_to_string(&path).unwrap().replace("smart-finance", "housing-fund");
        fs::write(&path, accounts).unwrap();
    };
    harmed(moved, ("accounts", Level::Error, "AccountsExceeded"));
}

#[test]
fn a_machine_slower_than_the_slots() {
    let patient = patient();
    edit(&patient.path.join("anshi.toml"), "nanos_per_kilofuel = 4_000", "nanos_per_kilofuel = 1");
    let options = DoctorOptions { calibrate: true, ..options(&patient.path) };
    expect(&options, &Clock::System, ("calibration", Level::Error, "PaceSlow"));
}

#[test]
fn folders() {
    let open = |home: &Path, _: &HomePaths| fs::set_permissions(home, fs::Permissions::from_mode(0o750)).unwrap();
    harmed(open, ("folder", Level::Warning, "FolderOpen"));
    // Whatever the caller's umask is, and of production an error.
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name).display().to_string();
    let mode = |name: &str| fs::metadata(place.path().join(name)).unwrap().permissions().mode() & 0o777;
    fs::create_dir(place.path().join("home")).unwrap();
    fs::set_permissions(place.path().join("home"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(anshi(&["init", "--home", &at("home"), "--kind", "production"]).0, 0);
    assert_eq!(anshi(&["backup", "--home", &at("home"), "--to", &at("backup"), "--keys-to", &at("safe")]).0, 0);
    let restored = anshi(&["restore", "--from", &at("backup"), "--keys", &at("safe"), "--home", &at("restored")]);
    assert!(fs::exists(at("restored")).unwrap(), "{restored:?}");
    for name in
        ["home", "home/keys", "home/data", "home/guests", "home/log", "home.mirror", "backup", "safe", "restored"]
    {
        assert_eq!(mode(name), 0o700, "{name}");
    }
    let home = place.path().join("home");
    expect(&options(&home), &Clock::System, ("folder", Level::Ok, "FolderPrivate"));
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    // Its accounts lack approvals, too.
    let found = look(&options(&home), &Clock::System);
    assert!(found.iter().any(|found| found.check == "folder" && found.level == Level::Error), "{found:#?}");
}

#[test]
fn keys() {
    let gone = |_: &Path, paths: &HomePaths| fs::remove_file(paths.salt()).unwrap();
    harmed(gone, ("keys", Level::Error, "KeyMissing"));
    let exposed = |_: &Path, paths: &HomePaths| {
        fs::set_permissions(paths.key(KeyFile::Log), fs::Permissions::from_mode(0o640)).unwrap();
    };
    harmed(exposed, ("keys", Level::Error, "KeyExposed"));
    harmed(|_, paths| overwrite(&paths.salt(), b"short"), ("keys", Level::Error, "KeyBad"));
    harmed(|_, paths| overwrite(&paths.key(KeyFile::Log), b"{}"), ("keys", Level::Error, "KeyBad"));
    for other in [KeyFile::Receipt, KeyFile::Log] {
        let mixed = |_: &Path, paths: &HomePaths| {
            fs::copy(paths.key(KeyFile::Client), paths.key(other)).unwrap();
        };
        harmed(mixed, ("keys", Level::Error, "KeyMixed"));
    }
    let cut_off = |_: &Path, paths: &HomePaths| drop(fs::copy(paths.key(KeyFile::Client), paths.next_receipt_key()));
    harmed(cut_off, ("keys", Level::Warning, "RotationOpen"));
}

#[test]
fn clock_and_disk() {
    let patient = patient();
    let options = options(&patient.path);
    expect(&options, &shifted(-40), ("clock", Level::Error, "ClockBack"));
    expect(&options, &shifted(-4_000), ("clock", Level::Error, "ClockWrong"));
    expect(&options, &shifted(40_000), ("clock", Level::Error, "ClockWrong"));
    expect(&options, &shifted(500), ("clock", Level::Warning, "ClockAhead"));
    let with = |thresholds: Thresholds| DoctorOptions { thresholds, ..options.clone() };
    let none = options.thresholds;
    let low = with(Thresholds { free_low_bytes: u64::MAX, ..none });
    expect(&low, &Clock::System, ("disk", Level::Warning, "RoomLow"));
    let least = with(Thresholds { free_least_bytes: u64::MAX, ..none });
    expect(&least, &Clock::System, ("disk", Level::Error, "RoomLow"));
    // A disk takes its time; one in memory may need none, so the probe is made to fail as well.
    fs::create_dir(patient.path.join("doctor.probe")).unwrap();
    expect(&options, &Clock::System, ("writing", Level::Error, "WritingBad"));
}

#[test]
fn ledger_and_published_log() {
    let sql = |paths: &HomePaths, sql: &str| {
        rusqlite::Connection::open(paths.store()).unwrap().execute_batch(sql).unwrap();
    };
    harmed(|_, paths| sql(paths, "PRAGMA user_version = 1"), ("ledger", Level::Error, "SchemaOther"));
    let cut = |_: &Path, paths: &HomePaths| {
        sql(
            paths,
            "DROP TRIGGER entry_stays; DELETE FROM entry WHERE leaf_index = (SELECT MAX(leaf_index) FROM entry)",
        );
    };
    harmed(cut, ("ledger", Level::Error, "LedgerBad"));
    let gone = |_: &Path, paths: &HomePaths| fs::remove_file(paths.log().join("checkpoint")).unwrap();
    harmed(gone, ("published log", Level::Error, "PublishedBad"));
    let old = |_: &Path, paths: &HomePaths| {
        let note: String = rusqlite::Connection::open(paths.store())
            .unwrap()
            .query_row("SELECT note FROM checkpoint ORDER BY size LIMIT 1", [], |row| row.get(0))
            .unwrap();
        fs::write(paths.log().join("checkpoint"), note).unwrap();
    };
    harmed(old, ("published log", Level::Warning, "PublishedBehind"));
}

#[test]
fn mirror() {
    let mirror = |home: &Path| home.with_file_name("home.mirror");
    harmed(|_, _| {}, ("mirror", Level::Warning, "MirrorBeside"));
    let gone = |home: &Path, _: &HomePaths| fs::remove_dir_all(mirror(home)).unwrap();
    harmed(gone, ("mirror", Level::Error, "MirrorBad"));
    let foreign = |home: &Path, _: &HomePaths| {
        let other = TestHome::new();
        other.answered(&other.token(0, 3));
        drop(other.engine);
        for name in ["checkpoint.0", "checkpoint.1"] {
            fs::copy(other.path.with_file_name("home.mirror").join(name), mirror(home).join(name)).unwrap();
        }
    };
    harmed(foreign, ("mirror", Level::Error, "MirrorBad"));
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    home.answered(&home.token(0, 1));
    bring_back(&home.path, "backup", "restored").unwrap();
    let restored = home.path.with_file_name("restored");
    expect(&options(&restored), &Clock::System, ("mirror", Level::Error, "MirrorAhead"));
}

#[test]
fn snapshot_and_guests() {
    let none = |_: &Path, paths: &HomePaths| fs::remove_file(paths.data().join("current")).unwrap();
    harmed(none, ("snapshot", Level::Warning, "SnapshotNone"));
    let cut = |_: &Path, paths: &HomePaths| {
        let (path, bytes) = files(&paths.data().join("files")).remove(0);
        overwrite(&path, &bytes[..bytes.len() - 8]);
    };
    harmed(cut, ("snapshot", Level::Error, "SnapshotBad"));
    let renamed =
        |home: &Path, _: &HomePaths| edit(&home.join("catalog/tax_payment.toml"), "\"VAT\", ", "\"VAT\", \"NEW\", ");
    harmed(renamed, ("snapshot", Level::Warning, "DatasetRefused"));
    let changed = |_: &Path, paths: &HomePaths| {
        let (path, mut bytes) = files(&paths.guests().join("artefacts")).remove(0);
        bytes[100] ^= 1;
        overwrite(&path, &bytes);
    };
    harmed(changed, ("guests", Level::Error, "GuestBad"));
    let other = |_: &Path, paths: &HomePaths| {
        let store = rusqlite::Connection::open(paths.store()).unwrap();
        store.execute_batch("DROP TRIGGER guest_kept; UPDATE guest SET engine = 'another'").unwrap();
    };
    harmed(other, ("guests", Level::Warning, "GuestOther"));
    let patient = patient();
    // The data of the test homes are of June 2026.
    expect(&options(&patient.path), &shifted(365), ("snapshot", Level::Warning, "DatasetOld"));
    expect(&options(&patient.path), &shifted(-3_650), ("snapshot", Level::Warning, "DatasetAhead"));
    // In the middle of the largest file are rows, which opening it does not look at.
    let largest = files(&patient.path.join("data/files")).into_iter().max_by_key(|(_, bytes)| bytes.len());
    let (path, mut bytes) = largest.unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    overwrite(&path, &bytes);
    let shallow = look(&options(&patient.path), &Clock::System);
    assert!(!shallow.iter().any(|finding| finding.check == "snapshot" && finding.level == Level::Error));
    let deep = DoctorOptions { deep: true, ..options(&patient.path) };
    expect(&deep, &Clock::System, ("snapshot", Level::Error, "SnapshotBad"));
}

#[test]
fn the_command_tells_it_in_both_languages_and_by_its_exit_code() {
    let patient = patient();
    let path = patient.path.to_str().unwrap();
    let (_, printed) = anshi(&["doctor", "--home", path, "--lang", "en"]);
    assert!(printed.contains("ok       keys: 3, readable by their owner alone"), "{printed}");
    fs::set_permissions(HomePaths::new(&patient.path).salt(), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, printed) = anshi(&["doctor", "--home", path, "--lang", "en"]);
    assert!(
        code == 1 && printed.contains("error    keys: others can read") && printed.contains("chmod 600"),
        "{printed}"
    );
    let (code, printed) = anshi(&["doctor", "--home", path, "--lang", "zh"]);
    assert!(code == 1 && printed.contains("错误　密钥：他人可读"), "{printed}");
    let (code, printed) = anshi(&["doctor", "--home", path, "--json"]);
    assert!(code == 1 && printed.contains(r#""level": "error""#), "{printed}");
}
