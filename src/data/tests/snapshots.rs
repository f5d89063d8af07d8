//! Publication, keeping, reading, damage.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::support::{Home, date, firm, outcome, person, show, show_rows};
use crate::catalog::Catalog;
use crate::data::store::Store;
use crate::data::{
    IngestError, IngestOptions, Outcome, Snapshot, SnapshotError, Stage, StoreError, Window, ingest, prune,
};
use crate::model::UnitKind;

const POWER_HEADER: &str = "统一社会信用代码,抄表日期,用电量(千瓦时),应收电费(元),欠费天数";

fn tax(home: &Home, month: u32) {
    home.deliver_tax(&format!("{},2026{month:02}28,VAT,1,1,,\n", firm(1)));
}

#[test]
fn one_department_fails_and_the_others_move_on() {
    let home = Home::new();
    tax(&home, 1);
    home.deliver("electricity_usage/a.csv", &format!("{POWER_HEADER}\n{},2026-01-31,1,1,0\n", firm(1)));
    home.ingest("2026-01-31");
    // February: no electricity, broken insurance, new taxes.
    home.clear();
    tax(&home, 2);
    home.deliver("social_insurance/a.csv", "wrong\n");
    let report = home.ingest("2026-02-28");
    assert!(report.failed() && report.published);
    assert!(matches!(outcome(&report, "electricity_usage"), Outcome::Kept { as_of } if *as_of == date("2026-01-31")));
    assert!(matches!(outcome(&report, "social_insurance"), Outcome::Failed { kept: None, .. }));
    assert!(matches!(outcome(&report, "business_registration"), Outcome::Absent { reason: None }));
    let snapshot = home.open();
    assert_eq!(snapshot.as_of(), date("2026-02-28"));
    assert_eq!(snapshot.dataset("electricity_usage").unwrap().entry().as_of, date("2026-01-31"));
    assert_eq!(show(&snapshot, "tax_payment", &firm(1)), [format!("{}|2026-02-28|VAT|100|100|-|-", firm(1))]);
    // March: taxes fail too, so there is nothing new, and the snapshot stays.
    home.clear();
    home.deliver("tax_payment/a.csv", "wrong\n");
    let third = home.ingest("2026-03-31");
    assert!(matches!(outcome(&third, "tax_payment"), Outcome::Failed { kept: Some(_), .. }));
    assert!(!third.published);
    assert_eq!(third.snapshot, report.snapshot);
    assert_eq!(home.open().name(), snapshot.name());
    assert_eq!(Snapshot::list(&home.data()).unwrap().len(), 2);
}

#[test]
fn the_same_delivery_again_is_the_same_snapshot() {
    let home = Home::new();
    tax(&home, 1);
    let first = home.ingest("2026-01-31");
    assert_eq!(home.ingest("2026-01-31").snapshot, first.snapshot);
    let later = home.ingest("2026-02-01");
    assert_ne!(later.snapshot, first.snapshot);
    // An open snapshot stays as it was, and old ones can be opened by name.
    let old = Snapshot::open(&home.data(), &home.catalog, first.snapshot).unwrap();
    assert_eq!(old.as_of(), date("2026-01-31"));
    assert_eq!(home.open().as_of(), date("2026-02-01"));
}

#[test]
fn leftovers_of_a_crash_are_swept_and_change_nothing() {
    let home = Home::new();
    tax(&home, 1);
    let first = home.ingest("2026-01-31");
    let data = home.data();
    fs::write(data.join("tmp/rows"), "half a file").unwrap();
    fs::write(data.join("current.tmp77"), "sha256:").unwrap();
    fs::write(data.join("snapshots/abc.tmp77"), "{").unwrap();
    assert_eq!(Some(home.open().name()), first.snapshot);
    assert_eq!(Snapshot::list(&data).unwrap().len(), 1);
    tax(&home, 2);
    home.ingest("2026-02-28");
    for left in ["tmp/rows", "current.tmp77", "snapshots/abc.tmp77"] {
        assert!(!data.join(left).exists(), "{left}");
    }
    assert_eq!(home.open().verify_files(&mut |_| {}), Ok(()));
}

#[test]
fn an_ingest_that_dies_leaves_the_old_snapshot() {
    let home = Home::new();
    tax(&home, 1);
    let first = home.ingest("2026-01-31");
    home.deliver("electricity_usage/a.csv", &format!("{POWER_HEADER}\n{},2026-01-31,1,1,0\n", firm(1)));
    tax(&home, 2);
    for stage in [Stage::Reading, Stage::Sorting, Stage::Writing] {
        let options = IngestOptions { as_of: date("2026-02-28"), only: None };
        let (delivery, rejects) = (home.delivery(), home.dir.path().join("rejects"));
        // The electricity is through by then, its files are in place.
        let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            ingest(&home.data(), &rejects, &home.catalog, &delivery, &options, &mut |progress| {
                assert!(progress.dataset != "tax_payment" || progress.stage != stage, "power cut");
            })
        }));
        assert!(died.is_err());
        assert_eq!(Snapshot::current(&home.data()).unwrap(), first.snapshot);
        assert_eq!(home.open().verify_files(&mut |_| {}), Ok(()));
    }
    // What it left behind belongs to no snapshot.
    assert_eq!(prune(&home.data(), &BTreeSet::new()).unwrap().files, 1);
    assert!(home.ingest("2026-02-28").published);
    assert_eq!(home.open().datasets().count(), 2);
}

#[test]
fn two_ingests_at_once_are_refused() {
    let home = Home::new();
    tax(&home, 1);
    let held = Store::new(&home.data()).lock().unwrap();
    assert!(matches!(home.try_ingest("2026-01-31"), Err(IngestError::Store(StoreError::Busy(_)))));
    drop(held);
    assert!(home.ingest("2026-01-31").published);
}

#[test]
fn the_window_gives_what_the_grant_says() {
    let home = Home::new();
    let a = firm(1);
    let days = ["20260630", "20260701", "", "20260531", "20260430", "20260429", "20260331"];
    let rows: Vec<String> = days.iter().enumerate().map(|(n, day)| format!("{a},{day},VAT,{n},1,,\n")).collect();
    home.deliver_tax(&rows.concat());
    home.ingest("2026-06-30");
    let snapshot = home.open();
    let dataset = snapshot.dataset("tax_payment").unwrap();
    let given = |unit, months, rows_max| {
        let window = Window::new(snapshot.as_of(), months, rows_max);
        show_rows(&dataset.rows(dataset.ordinal(unit), &window, &[1]))
    };
    assert_eq!(given(&a, None, 99), ["2026-03-31", "2026-04-29", "2026-04-30", "2026-05-31", "2026-06-30"]);
    assert_eq!(given(&a, Some(2), 99), ["2026-05-31", "2026-06-30"]);
    assert_eq!(given(&a, Some(3), 99), ["2026-03-31", "2026-04-29", "2026-04-30", "2026-05-31", "2026-06-30"]);
    assert_eq!(given(&a, Some(3), 2), ["2026-05-31", "2026-06-30"]);
    assert_eq!(given(&a, Some(0), 9), Vec::<String>::new());
    assert_eq!(given(&firm(2), None, 9), Vec::<String>::new());
    // An absent unit has the same shape, and a person is no enterprise.
    let none = dataset.rows(dataset.ordinal(&firm(2)), &Window::new(snapshot.as_of(), None, 9), &[0, 1, 3]);
    assert_eq!((none.rows, none.columns.len()), (0, 3));
    assert!(none.texts(0).is_some() && none.dates(1).is_some() && none.integers(2).is_some());
    assert_eq!(person(1).kind(), UnitKind::Person);
    assert_eq!(dataset.ordinal(&person(1)), None);
}

#[test]
fn a_flipped_byte_is_found() {
    let home = Home::new();
    tax(&home, 1);
    home.ingest("2026-01-31");
    let entry = home.open().manifest().datasets[0].clone();
    for file in entry.files() {
        let path = home.data().join("files").join(file.sha256.hex());
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        overwrite(&path, &bad);
        // A byte of the frame is found at once, a byte of the data by its hash.
        let message = match Snapshot::open(&home.data(), &home.catalog, None) {
            Ok(snapshot) => snapshot.verify_files(&mut |_| {}).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(message.contains("`tax_payment`") && message.contains(&file.sha256.hex()), "{message}");
        overwrite(&path, &good[..good.len() - 1]);
        let error = Snapshot::open(&home.data(), &home.catalog, None).unwrap_err();
        assert!(matches!(error, SnapshotError::Size { .. }), "{error}");
        overwrite(&path, &good);
    }
    assert_eq!(home.open().verify_files(&mut |_| {}), Ok(()));
    let path = home.data().join("snapshots").join(format!("{}.json", home.open().name().hex()));
    let text = fs::read_to_string(&path).unwrap();
    overwrite(&path, text.replace("\"rejected\":0", "\"rejected\":1").as_bytes());
    let error = Snapshot::open(&home.data(), &home.catalog, None).unwrap_err().to_string();
    assert!(error.contains("its content is not what its name says"), "{error}");
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_rows_file_never_panics() {
    let home = Home::new();
    home.deliver_tax(&format!("{0},20260131,VAT,1,1,,\n{1},20260131,CIT,1,1,,\n", firm(1), firm(2)));
    home.ingest("2026-01-31");
    let path = home.data().join("files").join(home.open().manifest().datasets[0].rows_file.sha256.hex());
    let good = fs::read(&path).unwrap();
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 0xff;
        overwrite(&path, &bad);
        if let Ok(snapshot) = Snapshot::open(&home.data(), &home.catalog, None) {
            show(&snapshot, "tax_payment", &firm(1));
            assert!(snapshot.verify_files(&mut |_| {}).is_err(), "{place}");
        }
    }
}

#[test]
fn a_changed_schema_refuses_the_dataset_alone() {
    let mut home = Home::new();
    tax(&home, 1);
    home.deliver("electricity_usage/a.csv", &format!("{POWER_HEADER}\n{},2026-01-31,1,1,0\n", firm(1)));
    home.ingest("2026-01-31");
    let folder = home.dir.path().join("catalog");
    fs::create_dir(&folder).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog");
    for name in ["tax_payment.toml", "electricity_usage.toml"] {
        let text = fs::read_to_string(source.join(name)).unwrap();
        fs::write(folder.join(name), text.replace("\"OTHER\"", "\"OTHER\", \"LAND\"")).unwrap();
    }
    home.catalog = Catalog::load(&folder).unwrap();
    let snapshot = home.open();
    assert!(snapshot.dataset("tax_payment").is_none());
    assert!(snapshot.dataset("electricity_usage").is_some());
    assert_eq!(snapshot.refused().len(), 1);
    assert!(snapshot.refused()[0].reason.to_string().contains("ingest it anew"));
    // Its bytes are still verified; its data cannot be kept.
    assert_eq!(snapshot.verify_files(&mut |_| {}), Ok(()));
    home.clear();
    let report = home.ingest("2026-02-28");
    assert!(matches!(outcome(&report, "tax_payment"), Outcome::Absent { reason: Some(_) }));
    assert!(matches!(outcome(&report, "electricity_usage"), Outcome::Kept { .. }));
}

#[test]
fn pruning_leaves_what_is_kept_and_current() {
    let home = Home::new();
    let mut names = Vec::new();
    for month in 1..=3 {
        tax(&home, month);
        names.push(home.ingest(&format!("2026-{month:02}-28")).snapshot.unwrap());
    }
    let report = prune(&home.data(), &BTreeSet::from([names[0]])).unwrap();
    assert_eq!(report.snapshots, [names[1]]);
    // The dictionary and the offsets are shared; only one file of rows was the second's alone.
    assert_eq!(report.files, 1);
    for name in [names[0], names[2]] {
        let snapshot = Snapshot::open(&home.data(), &home.catalog, Some(name)).unwrap();
        assert_eq!(snapshot.verify_files(&mut |_| {}), Ok(()));
    }
    assert!(Snapshot::open(&home.data(), &home.catalog, Some(names[1])).is_err());
}

#[test]
fn without_a_snapshot_the_cure_is_told() {
    let home = Home::new();
    let error = Snapshot::open(&home.data(), &home.catalog, None).unwrap_err().to_string();
    assert!(error.contains("run `anshi ingest`"), "{error}");
    assert_eq!(Snapshot::current(&home.data()).unwrap(), None);
}
