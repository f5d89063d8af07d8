//! CSV as departments write it: GB 18030, marks of their own, files that are no CSV, rows that do not end.

use std::fs;
use std::os::unix::fs::FileTypeExt;

use encoding_rs::GB18030;

use super::support::{Home, PERSONS, TAX_HEADER, failure, firm, outcome, person, show};
use crate::data::Outcome;

/// The persons of a department that writes them so.
fn persons(form: &str) -> Home {
    Home::with("persons", &PERSONS.replace("encoding = \"utf-8\"", form))
}

fn deliver_bytes(home: &Home, file: &str, bytes: &[u8]) {
    home.deliver(file, "");
    fs::write(home.delivery().join(file), bytes).unwrap();
}

fn gb(text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = GB18030.encode(text);
    assert!(!unmappable);
    bytes.into_owned()
}

const ROWS: &str = "note,id,insured,seen,firm,heads\n";

#[test]
fn gb18030_gives_the_same_snapshot_as_utf8() {
    let a = person(1);
    // 倈 ends in `|`, 乗 in `\`, 𠀀 takes four bytes with digits in it.
    let text = format!("{ROWS}德州，鲁,{a},是,,,1\n\"乗\n倈\",{a},否,2026-01-31 08:00:00,ＤＺ-1,2\r\n𠀀€㐂,{a},,,,3\n");
    let (one, other) = (Home::persons(), persons("encoding = \"gb18030\""));
    one.deliver("persons.csv", &text);
    deliver_bytes(&other, "persons.csv", &gb(&text));
    let (one, other) = ((one.ingest("2026-12-31"), one), (other.ingest("2026-12-31"), other));
    let rows = show(&one.1.open(), "persons", &a);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows, show(&other.1.open(), "persons", &a));
    // With the mark that some programs write before it.
    let marked = persons("encoding = \"gb18030\"");
    deliver_bytes(&marked, "persons.csv", &gb(&format!("\u{feff}{text}")));
    assert_eq!(marked.ingest("2026-12-31").snapshot, other.0.snapshot);
}

#[test]
fn a_mark_between_cells_may_be_half_of_a_character() {
    let home = persons("encoding = \"gb18030\"\ndelimiter = \"|\"\nquote = \"\"");
    let a = person(1);
    let text = format!("{}倈\"傏|{a}|是|||1\n", ROWS.replace(',', "|"));
    deliver_bytes(&home, "persons.csv", &gb(&text));
    home.ingest("2026-12-31");
    assert_eq!(show(&home.open(), "persons", &a), [format!("倈\"傏|{a}|true|-|-|1")]);
}

#[test]
fn broken_sequences_refuse_their_row_alone() {
    let home = persons("encoding = \"gb18030\"");
    let a = person(1);
    let mut bytes = gb(&format!("{ROWS}好,{a},是,,,1\n"));
    // A lead byte without its second; a byte that leads nothing; half a character at the end of a cell of each type.
    bytes.extend(format!("x,{a},1,,,1\n").replace('x', "\u{1}").bytes().map(|b| if b == 1 { 0xb5 } else { b }));
    bytes.extend(b"ok,");
    bytes.extend(a.as_str().bytes());
    bytes.extend(b",\xff,,,1\nok,");
    bytes.extend(a.as_str().bytes());
    bytes.extend(b",1,,,1\xb5\n");
    bytes.extend(gb(&format!("好,{a},是,,,2\n")));
    deliver_bytes(&home, "persons.csv", &bytes);
    let report = home.ingest("2026-12-31");
    assert!(matches!(outcome(&report, "persons"), Outcome::Failed { .. }), "{report:?}");
    let list = home.rejects("persons");
    for place in ["persons.csv,3,note,", "persons.csv,4,insured,", "persons.csv,5,heads,"] {
        assert!(list.contains(&format!("{place}the text is not in the encoding")), "{list}");
    }
    assert_eq!(list.lines().count(), 4, "{list}");
}

#[test]
fn a_file_in_another_encoding_or_of_another_kind_is_told() {
    let header = gb(&format!("{TAX_HEADER}\n"));
    let utf8 = Home::new();
    let told = |home: &Home, file: &str, dataset: &str, bytes: &[u8], wanted: &[&str]| {
        deliver_bytes(home, file, bytes);
        let message = failure(&home.ingest("2026-12-31"), dataset);
        assert!(wanted.iter().all(|part| message.contains(part)), "{message}");
    };
    let tax = "tax_payment/a.csv";
    told(
        &utf8,
        tax,
        "tax_payment",
        &header,
        &["not in the encoding `utf-8`", "writes `gb18030`", "catalog/tax_payment"],
    );
    let renamed = PERSONS.replace("missing =", "columns = { \"身份证号\" = \"id\" }\nmissing =");
    let gb18030 = Home::with("persons", &renamed.replace("\"utf-8\"", "\"gb18030\""));
    let names = "备注,身份证号,参保,见,企业,数\n";
    told(&gb18030, "persons.csv", "persons", names.as_bytes(), &["not in the encoding `gb18030`", "writes `utf-8`"]);
    told(&gb18030, "persons.csv", "persons", &gb("备注,证号\n"), &["names none of the columns"]);
    for (bytes, is) in [
        (&b"PK\x03\x04xxxx"[..], "ZIP, XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "XLS"),
        (b"\xff\xfei\0d\0", "UTF-16"),
        (b"PAR1xxxx", "Parquet"),
        (b"\x1f\x8b\x08", "gzip"),
    ] {
        told(&utf8, tax, "tax_payment", bytes, &[&format!("no CSV text but {is}"), "catalog/tax_payment.toml"]);
    }
    assert!(utf8.ingest("2026-12-31").snapshot.is_none());
}

#[test]
fn one_file_under_two_names_is_refused() {
    let home = Home::new();
    let rows = |n: u32| format!("{TAX_HEADER}\n{},20260131,VAT,{n},1,,\n", firm(1));
    home.deliver("tax_payment/a.csv", &rows(1)).deliver("tax_payment/b.csv", &rows(2));
    let before = home.ingest("2026-11-30").snapshot;
    assert!(before.is_some());
    home.deliver("tax_payment/副本.csv", &rows(2));
    let report = home.ingest("2026-12-31");
    let message = failure(&report, "tax_payment");
    assert!(message.contains("tax_payment/b.csv` and `"), "{message}");
    assert!(message.contains("副本.csv` are the same file"), "{message}");
    assert_eq!(report.snapshot, before);
}

#[test]
fn a_pipe_is_not_waited_for() {
    let home = Home::new();
    home.deliver_tax(&format!("{},20260131,VAT,1,1,,\n", firm(1)));
    let pipe = home.delivery().join("tax_payment/b.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let message = failure(&home.ingest("2026-12-31"), "tax_payment");
    assert!(message.contains("b.csv`: it is not a regular file"), "{message}");
}
