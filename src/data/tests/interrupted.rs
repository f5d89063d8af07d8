//! Deliveries that change under the reader, and files whose end nobody has seen: refused, told, and nothing lost.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::support::{Home, PERSONS, TAX_HEADER, date, failure, firm, outcome, show};
use crate::data::{IngestOptions, IngestReport, Outcome, ingest};

/// Far more rows than are read ahead.
const ROWS: usize = 200_000;

/// A home with one row of last good data, and two large files of taxes in its delivery.
fn begun() -> (Home, IngestReport) {
    let home = Home::new();
    home.deliver_tax(&format!("{},20260131,VAT,1,1,,\n", firm(1)));
    let before = home.ingest("2026-11-30");
    assert!(before.published);
    home.deliver_tax(&format!("{},20260228,VAT,2,2,,\n", firm(1)).repeat(ROWS));
    home.deliver("tax_payment/b.csv", &format!("{TAX_HEADER}\n{},20260331,VAT,3,3,,\n", firm(2)));
    (home, before)
}

/// Ingests, and does something to the delivery when its first file was read in part.
fn ingest_and(home: &Home, meanwhile: impl Fn(&Path)) -> IngestReport {
    let options = IngestOptions { as_of: date("2026-12-31"), only: None };
    let (delivery, rejects) = (home.delivery(), home.dir.path().join("rejects"));
    let mut done = false;
    let report = ingest(&home.data(), &rejects, &home.catalog, &delivery, &options, &mut |progress| {
        if !done && progress.rows > 0 {
            done = true;
            assert!(progress.rows < ROWS as u64 / 2);
            meanwhile(&delivery.join("tax_payment"));
        }
    });
    assert!(done);
    report.unwrap()
}

fn append(path: &Path, text: &str) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_file_that_changes_or_vanishes_in_the_middle_leaves_the_last_good_data() {
    type Change = (fn(&Path), &'static [&'static str]);
    let changes: [Change; 5] = [
        (|folder| append(&folder.join("a.csv"), "x"), &["a.csv` was changed, cut or removed while it was read"]),
        (
            |folder| {
                let file = File::options().write(true).open(folder.join("a.csv")).unwrap();
                file.set_len(file.metadata().unwrap().len() / 2).unwrap();
            },
            &["a.csv` was changed, cut or removed while it was read", "ingest again once it is complete"],
        ),
        (
            |folder| {
                // As long as before, and as it was: only its time tells.
                let (path, text) = (folder.join("a.csv"), fs::read(folder.join("a.csv")).unwrap());
                std::thread::sleep(std::time::Duration::from_millis(20));
                File::options().write(true).open(path).unwrap().write_all(&text).unwrap();
            },
            &["a.csv` was changed, cut or removed while it was read"],
        ),
        (|folder| fs::remove_file(folder.join("b.csv")).unwrap(), &["cannot open", "b.csv"]),
        // The whole share is gone.
        (|folder| fs::rename(folder, folder.with_file_name("gone")).unwrap(), &["cannot open", "b.csv"]),
    ];
    for (change, wanted) in changes {
        let (home, before) = begun();
        let report = ingest_and(&home, change);
        let message = failure(&report, "tax_payment");
        assert!(wanted.iter().all(|part| message.contains(part)), "{message}");
        assert!(matches!(outcome(&report, "tax_payment"), Outcome::Failed { kept: Some(_), .. }));
        assert_eq!((report.published, report.snapshot), (false, before.snapshot));
        assert_eq!(show(&home.open(), "tax_payment", &firm(1)).len(), 1);
        assert_eq!(fs::read_dir(home.data().join("tmp")).unwrap().count(), 0);
    }
}

#[test]
fn a_file_that_is_replaced_whole_is_read_as_it_was() {
    let (home, _) = begun();
    let report = ingest_and(&home, |folder| {
        fs::write(folder.join("new"), "half").unwrap();
        fs::rename(folder.join("new"), folder.join("a.csv")).unwrap();
    });
    let rows = ROWS as u64 + 1;
    assert!(matches!(outcome(&report, "tax_payment"), Outcome::Published { rows: n, .. } if *n == rows), "{report:?}");
}

#[test]
fn a_workbook_or_parquet_file_that_is_written_anew_is_refused() {
    for (kind, file) in [("parquet", "a.parquet"), ("excel", "a.xlsx")] {
        let home = super::typed::typed(&format!("kind = \"{kind}\"\nfiles = \"{file}\""));
        let path = home.delivery().join(file);
        super::typed::write_many(&path, kind, 9_000);
        let options = IngestOptions { as_of: date("2026-12-31"), only: None };
        let (delivery, rejects) = (home.delivery(), home.dir.path().join("rejects"));
        let mut done = false;
        let report = ingest(&home.data(), &rejects, &home.catalog, &delivery, &options, &mut |progress| {
            if !done && progress.rows > 0 {
                done = true;
                append(&path, "x");
            }
        });
        let report = report.unwrap();
        assert!(done, "{kind}");
        let message = failure(&report, "typed");
        assert!(message.contains(&format!("{file}` was changed, cut or removed while it was read")), "{message}");
        assert!(report.snapshot.is_none());
        // Left alone it is taken.
        super::typed::write_many(&path, kind, 9_000);
        assert!(matches!(outcome(&home.ingest("2026-12-31"), "typed"), Outcome::Published { rows: 9_000, .. }));
    }
}

#[test]
fn a_line_of_two_gigabytes_is_told_by_its_number_and_not_gathered() {
    // A hole: two gigabytes of zeros that take no room on the disk.
    let sparse = |home: &Home, before: &[u8]| {
        let path = home.delivery().join("persons.csv");
        let mut file = File::create(&path).unwrap();
        file.write_all(before).unwrap();
        file.set_len(2 << 30).unwrap();
    };
    let header = "note,id,insured,seen,firm,heads\n";
    let row = format!("x,{},1,,,1\n", super::support::person(1));
    for encoding in ["utf-8", "gb18030"] {
        let home = Home::with("persons", &PERSONS.replace("\"utf-8\"", &format!("\"{encoding}\"")));
        home.deliver("persons.csv", &format!("{header}{row}"));
        let before = home.ingest("2026-11-30").snapshot;
        assert!(before.is_some());
        for (start, line) in [
            (String::new(), 1),
            (format!("{header}{row}{row}"), 4),
            // A quote that is left open makes a line of all that follows.
            (format!("{header}{row}\"open"), 3),
        ] {
            sparse(&home, start.as_bytes());
            let report = home.ingest("2026-12-31");
            let message = failure(&report, "persons");
            let place = format!("the row that begins on line {line} is longer than 4194304 bytes");
            assert!(message.contains("persons.csv`") && message.contains(&place), "{message}");
            assert_eq!((report.published, report.snapshot), (false, before));
        }
    }
}
