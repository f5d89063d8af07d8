//! What a bad delivery becomes: rows refused with place and reason, datasets refused with the cure.

use super::support::{Home, TAX_HEADER, failure, firm, outcome, person};
use crate::data::{IngestError, IngestOptions, Outcome, ingest};

#[test]
fn each_kind_of_bad_cell_is_listed_and_never_shown() {
    let home = Home::persons();
    let a = person(1);
    let mut delivery = String::from("note,id,insured,seen,firm,heads\n");
    let bad = [
        (format!("x,{},1,,,1", "371402199001010015"), "id", "check character"),
        ("x,,1,,,1".to_owned(), "id", "identifier is missing"),
        ("x,NULL,1,,,1".to_owned(), "id", "identifier is missing"),
        (format!("x,{},1,,,1", firm(1)), "id", "not one that the standard allows"),
        (format!("x,{a},ja,,,1"), "insured", "not a truth value"),
        (format!("x,{a},1,gestern,,1"), "seen", "not a time"),
        (format!("x,{a},1,,,1.5"), "heads", "more than 0 decimals"),
        (format!("x,{a},1,,,six"), "heads", "not a number"),
        (format!("x,{a},1,,,6"), "heads", "greater than 5"),
        (format!("x,{a},1,,,-6"), "heads", "less than -5"),
        (format!("x,{a},1,,,99999999999999999999"), "heads", "too large"),
        (format!("x,{a},1,,"), "", "the row has 5 cells, the header 6"),
        (format!("x,{a},1,,,1,secret"), "", "the row has 7 cells, the header 6"),
        (format!("{},{a},1,,,1", "x".repeat(20_000)), "note", "longer than 16384 bytes"),
    ];
    for (row, _, _) in &bad {
        delivery.push_str(&format!("fine,{a},1,,,1\n{row}\n"));
    }
    home.deliver("persons.csv", &delivery);
    let report = home.ingest("2026-12-31");
    assert!(matches!(outcome(&report, "persons"), Outcome::Published { rows: 14, rejected: 14, .. }), "{report:?}");
    let list = home.rejects("persons");
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines[0], "file,row,column,reason,原因");
    assert_eq!(lines.len(), 15);
    for (number, ((_, column, reason), line)) in bad.iter().zip(&lines[1..]).enumerate() {
        assert!(line.contains(&format!("persons.csv,{},{column},", 2 * number + 3)), "{line}");
        assert!(line.contains(reason), "{line}");
    }
    for secret in [a.as_str(), "gestern", "secret", "371402199001010015", firm(1).as_str()] {
        assert!(!list.contains(secret), "{secret}");
    }
    assert_eq!(home.open().verify_files(&mut |_| {}), Ok(()));
}

#[test]
fn numbers_and_days_in_forms_that_nobody_stated_are_refused_never_guessed() {
    let home = Home::new();
    let a = firm(1);
    let bad = [
        ("\"1,000.50\"", "20260131", "payable_fen", "not a number", "不是数"),
        ("１０００", "20260131", "payable_fen", "not a number", "不是数"),
        ("1000．5", "20260131", "payable_fen", "not a number", "不是数"),
        ("1 000", "20260131", "payable_fen", "not a number", "不是数"),
        ("￥1000", "20260131", "payable_fen", "not a number", "不是数"),
        ("1e3", "20260131", "payable_fen", "not a number", "不是数"),
        ("0.125", "20260131", "payable_fen", "the number has more than 2 decimals", "该数小数超过 2 位"),
        ("1", "20260230", "period_end", "no such day", "该日不存在"),
        ("1", "20251331", "period_end", "no such day", "该日不存在"),
        ("1", "20250229", "period_end", "no such day", "该日不存在"),
        ("1", "２０２６０１３１", "period_end", "not a date", "不是目录所列形式的日期"),
        ("1", "46053", "period_end", "not a date", "不是目录所列形式的日期"),
    ];
    let good = format!("{a},20240229,VAT,0.5,1,,\n");
    let rows: String =
        bad.iter().map(|(due, day, ..)| format!("{a},{day},VAT,{due},1,,\n{}", good.repeat(120))).collect();
    home.deliver_tax(&rows);
    let report = home.ingest("2026-12-31");
    assert!(
        matches!(outcome(&report, "tax_payment"), Outcome::Published { rows: 1_440, rejected: 12, .. }),
        "{report:?}"
    );
    let list = home.rejects("tax_payment");
    for (number, ((_, _, column, en, zh), line)) in bad.iter().zip(list.lines().skip(1)).enumerate() {
        assert!(line.starts_with(&format!("a.csv,{},{column},", 2 + 121 * number)), "{line}");
        assert!(line.contains(en) && line.contains(zh), "{line}");
    }
    assert_eq!(list.lines().count(), 13);
}

#[test]
fn bad_dates_values_and_bytes_are_refused() {
    let home = Home::new();
    let a = firm(1);
    let mut delivery = format!("{TAX_HEADER}\n").into_bytes();
    for row in 0..400 {
        delivery.extend(format!("{a},20260131,VAT,{row},1,,\n").bytes());
    }
    delivery.extend(format!("{a},20260230,VAT,1,1,,\n{a},2026-01-31,VAT,1,1,,\n{a},20260131,vat,1,1,,\n").bytes());
    delivery.extend(format!("{a},20260131,").bytes());
    delivery.extend(b"\xd4\xf6,1,1,,\n");
    let path = home.delivery().join("tax_payment");
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("a.csv"), delivery).unwrap();
    let report = home.ingest("2026-12-31");
    assert!(matches!(outcome(&report, "tax_payment"), Outcome::Published { rows: 400, rejected: 4, .. }), "{report:?}");
    let list = home.rejects("tax_payment");
    assert_eq!(list.matches("period_end,not a date").count(), 2);
    assert_eq!(list.matches("tax_kind,not one of the values").count(), 1);
    assert_eq!(list.matches("tax_kind,the text is not in the encoding").count(), 1);
}

#[test]
fn above_the_share_nothing_of_the_dataset_is_published() {
    let home = Home::new();
    let a = firm(1);
    let good = |n: usize| format!("{a},20260131,VAT,1,1,,\n").repeat(n);
    // 1 % is the limit: one in a hundred is taken, two are not.
    home.deliver_tax(&(good(99) + "x,20260131,VAT,1,1,,\n"));
    let report = home.ingest("2026-12-30");
    assert!(!report.failed());
    home.deliver_tax(&(good(98) + &"x,20260131,VAT,1,1,,\n".repeat(2)));
    let second = home.ingest("2026-12-31");
    let message = failure(&second, "tax_payment");
    assert!(message.contains("2 of 100 rows were refused, more than the allowed 1 %"), "{message}");
    assert!(message.contains("rejects/tax_payment.csv"), "{message}");
    assert_eq!(second.snapshot, report.snapshot);
    assert_eq!(home.rejects("tax_payment").lines().count(), 3);
}

#[test]
fn an_open_quote_counts_for_the_rows_that_it_swallows() {
    let home = Home::new();
    let a = firm(1);
    let good = format!("{a},20260131,VAT,1,1,,\n");
    home.deliver_tax(&(good.repeat(200) + &format!("{a},20260131,\"VAT,1,1,,\n") + &good.repeat(50)));
    let report = home.ingest("2026-12-31");
    let message = failure(&report, "tax_payment");
    assert!(message.contains("51 of 251 rows"), "{message}");
    // In the last column the row has as many cells as it should.
    home.deliver_tax(&(good.repeat(200) + &format!("{a},20260131,VAT,1,1,,\"\n") + &good.repeat(50)));
    let message = failure(&home.ingest("2026-12-31"), "tax_payment");
    assert!(message.contains("51 of 251 rows"), "{message}");
    assert!(home.rejects("tax_payment").contains("a quote is left open"));
}

#[test]
fn headers_that_do_not_fit_are_told_with_the_cure() {
    let home = Home::new();
    let check = |header: &str, wanted: &[&str]| {
        home.deliver("tax_payment/a.csv", header);
        let message = failure(&home.ingest("2026-12-31"), "tax_payment");
        for part in wanted {
            assert!(message.contains(part), "{header}: {message}");
        }
        assert!(message.contains("tax_payment/a.csv"), "{message}");
    };
    let renamed = TAX_HEADER.replace("实缴金额(元)", "实缴金额（元）");
    check(
        &renamed,
        &["unknown column `实缴金额（元）`: did you mean `实缴金额(元)`?", "`实缴金额(元)` (`paid_fen` of"],
    );
    check(&TAX_HEADER.replace(",税种", ""), &["the column `税种` (`tax_kind` of the catalog) is missing"]);
    check(&format!("{TAX_HEADER},税种"), &["the column `税种` stands there twice"]);
    check(&format!("{TAX_HEADER},电话"), &["unknown column `电话`", "catalog/tax_payment.toml"]);
    check(&TAX_HEADER.replace("税种", "tax_kind"), &["unknown column `tax_kind`"]);
    check(&format!("{},张三,13800000000", firm(9)), &["it names none of the columns", "`税种`"]);
    assert!(!failure(&home.ingest("2026-12-31"), "tax_payment").contains("13800000000"));
    check("", &["the file is empty"]);
    check("\u{feff}", &["the file is empty"]);
    let path = home.delivery().join("tax_payment/a.csv");
    std::fs::write(path, b"\xc4\xc9\xcb\xb0,\xb1\xf0\n").unwrap();
    assert!(failure(&home.ingest("2026-12-31"), "tax_payment").contains("not in the encoding `utf-8`"));
}

#[test]
fn wrong_use_is_told() {
    let home = Home::new();
    let only = |name: &str| {
        let options = IngestOptions { as_of: super::support::date("2026-01-01"), only: Some(vec![name.to_owned()]) };
        ingest(&home.data(), &home.data(), &home.catalog, &home.delivery(), &options, &mut |_| {})
    };
    let message = only("tax_payments").unwrap_err().to_string();
    assert!(message.contains("no dataset `tax_payments`: did you mean `tax_payment`?"), "{message}");
    let missing = home.dir.path().join("nowhere");
    let options = IngestOptions { as_of: super::support::date("2026-01-01"), only: None };
    let error = ingest(&home.data(), &home.data(), &home.catalog, &missing, &options, &mut |_| {});
    assert!(matches!(error, Err(IngestError::Delivery(_))));
    home.deliver_tax(&format!("{},20260131,VAT,1,1,,\n", firm(1)));
    home.ingest("2026-02-01");
    assert!(matches!(home.try_ingest("2026-01-31"), Err(IngestError::Older { .. })));
}

#[test]
fn rows_are_numbered_by_the_line_on_which_they_begin() {
    let a = person(1);
    for end in ["\n", "\r\n"] {
        let home = Home::persons();
        let lines = [
            "note,id,insured,seen,firm,heads".to_owned(),
            format!("fine,{a},1,,,1"),
            "bad,,1,,,1".to_owned(),
            String::new(),
            "  ".to_owned(),
            "bad,,1,,,1".to_owned(),
            format!("\"two{end}lines\",{a},1,,,1"),
            format!("\"two{end}lines\",,1,,,1"),
            format!("fine,{a},1,,,1"),
            format!("fine,{a},1,,,1"),
            format!("fine,{a},1,,,1"),
            "bad,,1,,,1".to_owned(),
        ];
        home.deliver("persons.csv", &lines.join(end));
        home.ingest("2026-12-31");
        let list = home.rejects("persons");
        let rows: Vec<&str> = list.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
        assert_eq!(rows, ["3", "6", "9", "14"], "{end:?}");
    }
}
