//! What a good delivery becomes.

use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::support::{Home, TAX_HEADER, date, firm, outcome, person, show, show_rows};
use crate::data::ingest::IngestLimits;
use crate::data::intake::RUN_BYTES;
use crate::data::{DeliveryWarning, Outcome, Window};

#[test]
fn four_datasets_come_in_with_types_decimals_and_renamed_columns() {
    let home = Home::new();
    let (a, b) = (firm(1), firm(2));
    home.deliver_tax(&format!(
        "{b},20260131,VAT,100,100.5,20260215,\n{a},2026/02/28,CIT,0.01,NULL,—,20260301\n{a},20260131,PIT,12.50,12.5,20260215,20260215\n"
    ));
    home.deliver(
        "business_registration/x.csv",
        &format!(
            "\u{feff}注册资本(元),统一社会信用代码,成立日期,登记状态,企业类型,行业门类,行政区划\n\"1000000.00\",{a},2001/02/03,ACTIVE,LIMITED,C,371402\n"
        ),
    );
    home.deliver(
        "social_insurance/x.csv",
        &format!("统一社会信用代码,费款所属期止,参保人数,应缴金额(元),实缴金额(元)\n{a},2026-01-31,12,100,100\n"),
    );
    home.deliver(
        "electricity_usage/x.csv",
        &format!("统一社会信用代码,抄表日期,用电量(千瓦时),应收电费(元),欠费天数\n{a},2026-01-31,12.34,100,0\n"),
    );
    let report = home.ingest("2026-03-31");
    assert!(!report.failed() && report.published, "{report:?}");
    let snapshot = home.open();
    assert_eq!(Some(snapshot.name()), report.snapshot);
    assert_eq!(snapshot.as_of(), date("2026-03-31"));
    assert_eq!(
        show(&snapshot, "tax_payment", &a),
        [format!("{a}|2026-01-31|PIT|1250|1250|2026-02-15|2026-02-15"), format!("{a}|2026-02-28|CIT|1|-|-|2026-03-01")]
    );
    assert_eq!(show(&snapshot, "tax_payment", &b), [format!("{b}|2026-01-31|VAT|10000|10050|2026-02-15|-")]);
    assert_eq!(
        show(&snapshot, "business_registration", &a),
        [format!("{a}|2001-02-03|ACTIVE|LIMITED|C|371402|100000000")]
    );
    assert_eq!(show(&snapshot, "social_insurance", &a), [format!("{a}|2026-01-31|12|10000|10000")]);
    assert_eq!(show(&snapshot, "electricity_usage", &a), [format!("{a}|2026-01-31|1234|10000|0")]);
    assert_eq!(snapshot.verify_files(&mut |_| {}), Ok(()));
}

#[test]
fn every_type_of_column_and_a_quoted_newline() {
    let home = Home::persons();
    let (a, firm) = (person(1), firm(7));
    let lower = firm.to_string().to_lowercase();
    home.deliver(
        "persons.csv",
        &format!(
            "heads,id,note,insured,seen,firm\n-5,{a},\"one, \"\"two\"\"\nthree\",是,2026-01-31T08:00:00+08:00, {lower} \nNULL,{a},,0,1970-01-01 00:00:01,\n,{a},德州,,,ABC-1\n"
        ),
    );
    home.ingest("2026-03-31");
    let snapshot = home.open();
    let rows = show(&snapshot, "persons", &a);
    assert_eq!(
        rows,
        [
            format!("-|{a}|false|1000|-|-"),
            format!("one, \"two\"\nthree|{a}|true|1769817600000|{firm}|-5"),
            format!("德州|{a}|-|-|ABC-1|-"),
        ]
    );
    assert_eq!(snapshot.verify_files(&mut |_| {}), Ok(()));
    let dataset = snapshot.dataset("persons").unwrap();
    let window = Window::new(snapshot.as_of(), None, 2);
    let given = dataset.rows(dataset.ordinal(&a), &window, &[2, 5, 0]);
    // No time: the last rows. A missing value's slot holds nothing.
    assert_eq!(show_rows(&given), ["true|-5|one, \"two\"\nthree", "-|-|德州"]);
    assert_eq!(given.integers(1).unwrap().0, [-5, 0]);
    assert_eq!(given.integers(1).unwrap().1.missing_bitmap(), [0b10]);
    assert!(!given.booleans(0).unwrap().0.get(1));
    assert!(given.dates(0).is_none());
}

#[test]
fn variants_of_an_identifier_are_one_unit() {
    let home = Home::new();
    let a = firm(3);
    let wide: String = a.to_string().chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
    let lower = a.to_string().to_lowercase();
    home.deliver_tax(&format!(
        "{a},20260131,VAT,1,1,,\n{lower},20260228,VAT,1,1,,\n{wide},20260331,VAT,1,1,,\n\" {a} \u{3000}\",20260430,VAT,1,1,,\n"
    ));
    let report = home.ingest("2026-12-31");
    assert!(matches!(outcome(&report, "tax_payment"), Outcome::Published { rows: 4, units: 1, rejected: 0 }));
    assert_eq!(show(&home.open(), "tax_payment", &a).len(), 4);
}

#[test]
fn several_files_with_columns_in_other_orders_are_one_dataset() {
    let home = Home::new();
    let a = firm(1);
    home.deliver_tax(&format!("{a},20260131,VAT,1,1,,\r\n"));
    home.deliver(
        "tax_payment/b.csv",
        &format!(
            "缴款日期,缴款期限,实缴金额(元),应缴金额(元),税种,税款所属期止,纳税人识别号\n,,2,3,CIT,20260228,{a}\n"
        ),
    );
    home.deliver("tax_payment/read.me", "not a delivery");
    home.ingest("2026-12-31");
    assert_eq!(
        show(&home.open(), "tax_payment", &a),
        [format!("{a}|2026-01-31|VAT|100|100|-|-"), format!("{a}|2026-02-28|CIT|300|200|-|-")]
    );
}

#[test]
fn published_files_cannot_be_written() {
    let home = Home::new();
    home.deliver_tax(&format!("{},20260131,VAT,1,1,,\n", firm(1)));
    home.ingest("2026-12-31");
    for folder in ["files", "snapshots"] {
        let mut seen = 0;
        for entry in std::fs::read_dir(home.data().join(folder)).unwrap() {
            assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o444);
            seen += 1;
        }
        assert!(seen > 0, "{folder}");
    }
    assert_eq!(std::fs::read_dir(home.data().join("tmp")).unwrap().count(), 0);
}

#[test]
fn many_batches_read_like_one() {
    let home = Home::new();
    let mut rows = String::new();
    for number in 0..300u32 {
        for month in 1..=(number % 5 + 1) {
            rows.push_str(&format!("{},2026{month:02}28,VAT,{number},{month},,\n", firm(number)));
        }
    }
    home.deliver_tax(&rows);
    home.ingest("2026-12-31");
    let snapshot = home.open();
    let one = snapshot.dataset("tax_payment").unwrap().entry().clone();
    // The same rows, cut into batches of seven.
    home.ingest_within(&IngestLimits { run_bytes: RUN_BYTES, batch_rows: 7, rehearsal: false }, "2026-12-31");
    let small = home.open();
    let other = small.dataset("tax_payment").unwrap().entry();
    assert_eq!([other.units_file, other.offsets_file], [one.units_file, one.offsets_file]);
    assert_ne!(other.rows_file, one.rows_file);
    assert_eq!(small.verify_files(&mut |_| {}), Ok(()));
    for number in 0..300 {
        let unit = firm(number);
        let rows = show(&small, "tax_payment", &unit);
        assert_eq!(rows.len() as u32, number % 5 + 1);
        assert_eq!(rows, show(&snapshot, "tax_payment", &unit));
    }
}

fn row() -> impl Strategy<Value = String> {
    let amount = prop_oneof![Just(String::new()), (0..3u8).prop_map(|n| n.to_string())];
    let day = prop_oneof![Just(String::new()), (1..4u8).prop_map(|n| format!("202601{n:02}"))];
    let kind = prop_oneof![Just("VAT"), Just("CIT"), Just("")];
    (0..4u32, day.clone(), kind, amount.clone(), amount, day.clone(), day)
        .prop_map(|(unit, a, b, c, d, e, f)| format!("{},{a},{b},{c},{d},{e},{f}\n", firm(unit)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The order is total: however the rows are shuffled, the files are the same, byte for byte.
    #[test]
    fn order_of_delivery_leaves_no_trace(
        (rows, shuffled) in proptest::collection::vec(row(), 1..40)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        let name = |rows: &[String]| {
            let home = Home::new();
            home.deliver_tax(&rows.concat());
            let report = home.ingest("2026-12-31");
            assert_eq!(home.open().verify_files(&mut |_| {}), Ok(()));
            report.snapshot
        };
        let (a, b) = (name(&rows), name(&shuffled));
        prop_assert!(a.is_some());
        prop_assert_eq!(a, b);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Rows that do not fit into memory come out as those that do, byte for byte, and leave no file behind.
    #[test]
    fn little_memory_leaves_no_trace(
        rows in proptest::collection::vec(row(), 1..60),
        notes in proptest::collection::vec(("[a-c\0\"\n ]{0,5}", 0..4u32, "(|0|1)", "(|-5|0|5)"), 1..40),
        run_bytes in 1..2_000usize,
        batch_rows in 1..20usize,
    ) {
        let persons: String = notes.iter().map(|(note, unit, insured, heads)| {
            format!("\"{}\",{},{insured},,,{heads}\n", note.replace('"', "\"\""), person(*unit))
        }).collect();
        for (home, file, content) in [
            (Home::new(), "tax_payment/a.csv", format!("{TAX_HEADER}\n{}", rows.concat())),
            (Home::persons(), "persons.csv", format!("note,id,insured,seen,firm,heads\n{persons}")),
        ] {
            home.deliver(file, &content);
            let limits = |run_bytes| IngestLimits { run_bytes, batch_rows, rehearsal: false };
            let (small, large) = (limits(run_bytes), limits(RUN_BYTES));
            let names = [&small, &large].map(|limits| home.ingest_within(limits, "2026-12-31").snapshot.unwrap());
            prop_assert_eq!(names[0], names[1]);
            prop_assert_eq!(home.open().verify_files(&mut |_| {}), Ok(()));
            prop_assert_eq!(std::fs::read_dir(home.data().join("tmp")).unwrap().count(), 0);
        }
    }
}

#[test]
fn a_unit_larger_than_memory_and_batch_comes_through() {
    let home = Home::new();
    let rows: String = (0..500).map(|n| format!("{},202601{:02},VAT,{n},1,,\n", firm(1), n % 28 + 1)).collect();
    home.deliver_tax(&format!("{},20260131,VAT,1,1,,\n{rows}{},20260131,VAT,1,1,,\n", firm(0), firm(2)));
    home.ingest_within(&IngestLimits { run_bytes: 1_000, batch_rows: 10, rehearsal: false }, "2026-12-31");
    let snapshot = home.open();
    assert_eq!(snapshot.verify_files(&mut |_| {}), Ok(()));
    assert_eq!([0, 1, 2].map(|n| show(&snapshot, "tax_payment", &firm(n)).len()), [1, 500, 1]);
}

#[test]
fn a_header_alone_in_the_file_is_told() {
    let home = Home::new();
    home.deliver("tax_payment/a.csv", TAX_HEADER);
    let report = home.ingest("2026-12-31");
    assert!(super::support::failure(&report, "tax_payment").contains("no rows"));
    assert!(report.snapshot.is_none() && report.failed());
}

#[test]
fn a_delivery_with_much_fewer_rows_is_told() {
    let home = Home::new();
    let rows = |count: u32| -> String {
        (1..=count).map(|number| format!("{},20260131,VAT,100,100,20260215,\n", firm(number))).collect()
    };
    for (day, count, told) in [
        ("2026-03-31", 10, None),
        ("2026-04-30", 5, None),
        ("2026-05-31", 2, Some(5)),
        // The last good data count, however few they were.
        ("2026-06-30", 2, None),
        ("2026-07-31", 20, None),
    ] {
        home.clear().deliver_tax(&rows(count));
        let report = home.ingest(day);
        let tax = report.datasets.iter().find(|dataset| dataset.name == "tax_payment").unwrap();
        let told: Vec<_> = told.map(|before| DeliveryWarning::MuchFewerRows { before }).into_iter().collect();
        assert_eq!(tax.warnings, told, "{day}: {report:?}");
    }
}
