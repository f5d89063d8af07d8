//! Slips of whoever delivers and ingests, which are all well formed: files that nobody reads, a wrong folder, a wrong day, a
//! file that was cut or came twice. Each is told, and a rehearsal tells the same and changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::bureau::{Bureau, TAX_HEADER, anshi, taxes};
use super::languages::fails;
use crate::support::firm;

/// Tax payments of so many firms, a row each.
fn firms(from: u32, count: u32) -> String {
    (from..from + count).map(|number| format!("{},20260131,VAT,{number},1,,\n", firm(number))).collect()
}

/// Every file below a folder.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(contents(&path)),
            false => drop(found.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    found
}

/// What a rehearsal and then a real run say, both of which succeed.
fn rehearsed_and_taken(bureau: &Bureau, day: &str) -> [String; 2] {
    [&["--dry-run"][..], &[]].map(|more| {
        let (code, said) = bureau.ingest(day, more);
        assert_eq!(code, 0, "{said}");
        said
    })
}

#[test]
fn files_of_no_dataset_are_named() {
    let (bureau, _) = Bureau::with_taxes();
    for said in rehearsed_and_taken(&bureau, "2020-12-01") {
        assert!(!said.contains("no dataset"), "{said}");
    }
    bureau.deliver("tax_payment/a.CSV", taxes(&firms(1, 10)));
    bureau.deliver("tax_payments/b.csv", taxes(&firms(1, 10)));
    for number in 0..7 {
        bureau.deliver(&format!("unread/{number}.csv"), "");
    }
    for said in rehearsed_and_taken(&bureau, "2020-12-31") {
        let told = "9 files belong to no dataset, and were passed over: `tax_payment/a.CSV`, `tax_payments/b.csv`, `unread/0.csv`, `unread/1.csv`, `unread/2.csv` and more";
        assert!(said.contains(told), "{said}");
    }
    let (_, said) = bureau.ingest("2020-12-31", &["--json"]);
    assert!(said.contains(r#""files": 9"#) && said.contains("tax_payment/a.CSV"), "{said}");
}

#[test]
fn a_folder_with_nothing_for_any_dataset_is_no_delivery() {
    let (bureau, current) = Bureau::with_taxes();
    let home = bureau.home();
    let empty = bureau.folder().join("empty").display().to_string();
    fs::create_dir(&empty).unwrap();
    let inside = bureau.delivery().join("tax_payment").display().to_string();
    for from in [&empty, &inside] {
        for more in [&[][..], &["--dry-run"], &["--dataset", "tax_payment"]] {
            let words = [&["ingest", "--home", &home, "--from", from, "--as-of", "2020-12-31"], more].concat();
            fails(&words, 1);
            let (code, said) = anshi(&words);
            assert!(code == 1 && said.contains("belongs to a dataset: files are looked for as `"), "{said}");
            assert!(
                more != ["--dataset", "tax_payment"] || said.contains("looked for as `tax_payment/*.csv`;"),
                "{said}"
            );
            assert_eq!(bureau.current(), current);
        }
    }
    // Nothing for the dataset that was asked for, beside another's delivery.
    let (code, said) = bureau.ingest("2020-12-31", &["--dataset", "tax_filing"]);
    assert!(code == 1 && said.contains("`tax_filing/*.csv`"), "{said}");
}

#[test]
fn a_rehearsal_says_what_the_real_run_does_and_changes_nothing() {
    let (bureau, _) = Bureau::with_taxes();
    let whole = taxes(&firms(1, 99));
    bureau.deliver("tax_payment/a.csv", whole.clone() + &firms(100, 1).replace("20260131", "20260132"));
    let (code, said) = bureau.ingest("2020-12-01", &[]);
    assert!(code == 0 && said.contains("99 rows of 99 units taken, 1 rejected"), "{said}");
    let before = contents(&bureau.path());
    // One row is left of ninety-nine, and one is wrong: too many.
    bureau.deliver("tax_payment/a.csv", taxes(&(firms(1, 1) + &firms(2, 1).replace("VAT", "VATS"))));
    let (code, said) = bureau.ingest("2020-12-31", &["--dry-run"]);
    assert!(code == 1 && said.contains("1 of 2 rows were refused") && !said.contains("lists them"), "{said}");
    let row = "  tax_payment: `a.csv`, row 3, column `tax_kind`: not one of the values that the catalog lists";
    assert!(said.contains(row), "{said}");
    bureau.deliver("tax_payment/a.csv", taxes(&firms(1, 1)));
    let (code, said) = bureau.ingest("2020-12-31", &["--dry-run"]);
    let shrunk = "1 row where there were 99 before";
    assert!(code == 0 && said.contains(shrunk) && said.contains("nothing was published or changed"), "{said}");
    let (_, said) = bureau.ingest("2020-12-31", &["--dry-run", "--json"]);
    assert!(said.contains("much-fewer-rows"), "{said}");
    assert_eq!(contents(&bureau.path()), before, "a rehearsal changes nothing, the last list of refused rows included");
    // The whole list, where it is asked for.
    bureau.deliver("tax_payment/a.csv", whole + &firms(100, 1).replace("20260131", "20260132"));
    let lists = bureau.folder().join("lists").display().to_string();
    fs::create_dir(&lists).unwrap();
    assert_eq!(bureau.ingest("2020-12-31", &["--dry-run", "--rejects", &lists]).0, 0);
    let list = fs::read_to_string(Path::new(&lists).join("tax_payment.csv")).unwrap();
    assert!(list.lines().count() == 2 && list.contains("a.csv,101,period_end,"), "{list}");
    assert_eq!(contents(&bureau.path()), before);
    assert_eq!(bureau.ingest("2020-12-31", &["--rejects", &lists]).0, 2);
    bureau.deliver("tax_payment/a.csv", taxes(&firms(1, 1)));
    assert!(bureau.ingest("2020-12-31", &[]).1.contains(shrunk));
}

#[test]
fn a_day_that_has_not_come_is_refused() {
    let (bureau, current) = Bureau::with_taxes();
    let (home, delivery) = (bureau.home(), bureau.delivery().display().to_string());
    let today = anshi::env::Clock::System.now().day();
    for (ahead, code) in [(2, 2), (400, 2), (40_000, 2)] {
        let day = today.plus_days(ahead).to_string();
        let words = ["ingest", "--home", &home, "--from", &delivery, "--as-of", &day];
        fails(&words, code);
        assert!(anshi(&words).1.contains("the data cannot be of"));
        assert_eq!(anshi(&[&words[..], &["--dry-run"]].concat()).0, code);
        assert_eq!(bureau.current(), current);
    }
    // East of Greenwich tomorrow has begun.
    assert_eq!(bureau.ingest(&today.plus_days(1).to_string(), &[]).0, 0);
}

#[test]
fn a_file_that_ends_within_its_last_row_is_told() {
    let (bureau, current) = Bureau::with_taxes();
    let whole = taxes(&firms(100, 20));
    let path = "tax_payment/a.csv";
    // Anywhere within the last row: what is left of it has fewer cells than the header.
    let last = whole.trim_end().rfind('\n').unwrap() + 1;
    for end in [last + 1, last + 18, last + 22, whole.len() - 3] {
        bureau.deliver(path, &whole[..end]);
        let (code, said) = bureau.ingest("2020-12-31", &[]);
        assert!(code == 1 && said.contains("a.csv` ends within its last row, on line 21"), "{end}: {said}");
        assert_eq!(bureau.current(), current);
    }
    // Within its last cell: nobody can tell, so it is said, and said again by the snapshot.
    let cut = taxes(&(firms(100, 19) + &format!("{},20260131,VAT,1,1,,20260131", firm(120))));
    bureau.deliver(path, &cut);
    let warning =
        "warning: tax_payment: nothing ends the last row of `a.csv`: it may have been cut within its last cell";
    for said in rehearsed_and_taken(&bureau, "2020-12-31") {
        assert!(said.contains(warning), "{said}");
    }
    let show = ["snapshot", "show", "--home", &bureau.home()];
    assert!(anshi(&show).1.contains("1 file without a line end"), "{}", anshi(&show).1);
    // A line end, one of Windows, and blank space behind it are as they should be.
    for end in ["\n", "\r\n", "\n\n", "\r\n  ", "\n \t\n"] {
        bureau.deliver(path, format!("{cut}{end}"));
        for said in rehearsed_and_taken(&bureau, "2020-12-31") {
            assert!(!said.contains("nothing ends"), "{end:?}: {said}");
        }
    }
    assert!(!anshi(&show).1.contains("line end"));
    bureau.deliver(path, TAX_HEADER);
    assert_eq!(bureau.ingest("2020-12-31", &[]).0, 1);
}

#[test]
fn rows_that_came_twice_are_told() {
    let (bureau, _) = Bureau::with_taxes();
    bureau.deliver("tax_payment/a.csv", taxes(&firms(1, 1_000)));
    for said in rehearsed_and_taken(&bureau, "2020-12-01") {
        assert!(!said.contains("repeat"), "{said}");
    }
    // The same again, with one byte more: no copy of the file.
    bureau.deliver("tax_payment/b.csv", taxes(&firms(1, 1_000)) + "\n");
    for said in rehearsed_and_taken(&bureau, "2020-12-02") {
        assert!(said.contains("1000 of 2000 rows repeat another row in every column"), "{said}");
    }
    // A few rows may be so.
    bureau.deliver("tax_payment/b.csv", taxes(&firms(1, 40)));
    for said in rehearsed_and_taken(&bureau, "2020-12-03") {
        assert!(!said.contains("repeat"), "{said}");
    }
    let (_, said) = bureau.ingest("2020-12-31", &["--json"]);
    assert!(!said.contains("repeated-rows"), "{said}");
    bureau.deliver("tax_payment/b.csv", taxes(&firms(1, 60)));
    assert!(bureau.ingest("2020-12-31", &["--json"]).1.contains("repeated-rows"));
}
