//! Parquet and Excel: the same rows as text, exactly; what the source spoilt is refused.

use std::fs::File;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use parquet::arrow::ArrowWriter;

use super::support::{Home, failure, outcome, person, show};
use crate::data::Outcome;

const TYPED: &str = r#"
name = "typed"
title = { zh = "表", en = "Table" }
department = { zh = "部门", en = "Department" }
library = "population"
unit = "person"
key = "id"
classification = "L4"
update = "daily"
[[column]]
name = "id"
type = "identifier"
[[column]]
name = "day"
type = "date"
[[column]]
name = "paid_fen"
type = "integer"
[[column]]
name = "seen"
type = "timestamp"
[[column]]
name = "insured"
type = "boolean"
[[column]]
name = "kind"
type = "text"
[source]
SOURCE
columns = { "身份证号" = "id", "日期" = "day", "金额(元)" = "paid_fen", "时间" = "seen", "参保" = "insured", "类别" = "kind" }
decimals = { paid_fen = 2 }
dates = ["%Y%m%d"]
missing = ["NULL"]
on_bad_id = "reject"
rejects_max = "0.9"
[synthetic]
rows_per_unit = { min = 1, max = 2 }
"#;

pub fn typed(source: &str) -> Home {
    Home::with("typed", &TYPED.replace("SOURCE", source))
}

fn parquet_file(home: &Home, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).unwrap();
    let file = File::create(home.delivery().join("a.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn array(array: impl arrow_array::Array + 'static) -> ArrayRef {
    Arc::new(array)
}

#[test]
fn parquet_is_read_exactly() {
    let home = typed("kind = \"parquet\"\nfiles = \"*.parquet\"");
    let (a, rows) = (person(1), 4);
    let mut kinds = StringDictionaryBuilder::<Int32Type>::new();
    for kind in [Some("甲"), None, Some("乙"), Some("甲")] {
        kinds.append_option(kind);
    }
    let micros = [1_769_846_400_000_000, 1_000_500_000, -1, 0];
    parquet_file(
        &home,
        vec![
            ("类别", array(kinds.finish())),
            ("金额(元)", array(Float64Array::from(vec![Some(12.5), None, Some(0.1), Some(0.1 + 0.2)]))),
            ("身份证号", array(StringArray::from(vec![a.as_str(); rows]))),
            ("日期", array(Date32Array::from(vec![Some(20_484), None, Some(-1), Some(0)]))),
            ("时间", array(TimestampMicrosecondArray::from(micros.to_vec()).with_timezone("UTC"))),
            ("参保", array(BooleanArray::from(vec![Some(true), Some(false), None, None]))),
        ],
    );
    let report = home.ingest("2026-12-31");
    // The sum of two floats has more decimals than the column: refused, not rounded.
    assert!(matches!(outcome(&report, "typed"), Outcome::Published { rows: 3, rejected: 1, .. }), "{report:?}");
    assert!(home.rejects("typed").contains("a.parquet,4,paid_fen,the number has more than 2 decimals"));
    assert_eq!(
        show(&home.open(), "typed", &a),
        [
            format!("{a}|-|-|1000500|false|-"),
            format!("{a}|1969-12-31|10|-1|-|乙"),
            format!("{a}|2026-01-31|1250|1769846400000|true|甲"),
        ]
    );
}

#[test]
fn parquet_decimals_midnights_and_types_that_do_not_fit() {
    let home = typed("kind = \"parquet\"\nfiles = \"a.parquet\"");
    let a = person(1);
    let day = 1_769_817_600_000_000;
    let columns = |wrong: ArrayRef| {
        vec![
            ("身份证号", array(StringArray::from(vec![a.as_str(); 2]))),
            ("日期", array(TimestampMicrosecondArray::from(vec![day, day + 1]))),
            ("金额(元)", array(Decimal128Array::from(vec![-125, 7]).with_precision_and_scale(20, 1).unwrap())),
            ("时间", array(TimestampMicrosecondArray::from(vec![day + 1_500_000, day]))),
            ("参保", array(Int64Array::from(vec![1, 0]))),
            ("类别", wrong),
        ]
    };
    parquet_file(&home, columns(array(Int64Array::from(vec![7, 8]))));
    let report = home.ingest("2026-12-31");
    // A time that is no midnight is no day.
    assert!(matches!(outcome(&report, "typed"), Outcome::Published { rows: 1, rejected: 1, .. }), "{report:?}");
    assert!(home.rejects("typed").contains("a.parquet,2,day,not a date"));
    assert_eq!(show(&home.open(), "typed", &a), [format!("{a}|2026-01-31|-1250|1769817601500|true|7")]);
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)]), None]);
    parquet_file(&home, columns(array(lists)));
    let message = failure(&home.ingest("2026-12-31"), "typed");
    assert!(message.contains("the column `类别` is of type List"), "{message}");
    // Cut off, and no Parquet at all.
    let path = home.delivery().join("a.parquet");
    let bytes = std::fs::read(&path).unwrap();
    for bad in [&bytes[..bytes.len() / 2], b"id,day\n"] {
        std::fs::write(&path, bad).unwrap();
        let message = failure(&home.ingest("2026-12-31"), "typed");
        assert!(message.contains("a.parquet` as Parquet"), "{message}");
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// A zip file whose files are not compressed.
fn zip(files: &[(&str, String)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let offset = out.len() as u32;
        let mut entry = Vec::new();
        entry.extend([20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]);
        entry.extend(crc32(text.as_bytes()).to_le_bytes());
        entry.extend((text.len() as u32).to_le_bytes());
        entry.extend((text.len() as u32).to_le_bytes());
        entry.extend((name.len() as u16).to_le_bytes());
        entry.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&entry);
        out.extend(name.bytes());
        out.extend(text.bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&entry);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.bytes());
    }
    let (start, size, count) = (out.len() as u32, directory.len() as u32, files.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// A workbook with these rows on its one sheet; style 1 is a date.
fn workbook(date1904: bool, rows: &str, after: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packages = "http://schemas.openxmlformats.org/package/2006";
    let strings = ["身份证号", "日期", "金额(元)", "时间", "参保", "类别"];
    let strings: String = strings.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    zip(&[
        ("[Content_Types].xml", format!("<Types xmlns=\"{packages}/content-types\"/>")),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{packages}/relationships\">\
             <Relationship Id=\"rId1\" Type=\"{rel}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{rel}\"><workbookPr date1904=\"{}\"/><sheets>\
             <sheet name=\"数据\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
                u8::from(date1904)
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{packages}/relationships\">\
             <Relationship Id=\"rId1\" Type=\"{rel}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{strings}</sst>")),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData>{after}</worksheet>"),
        ),
    ])
}

fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn number(place: &str, number: &str) -> String {
    format!("<c r=\"{place}\"><v>{number}</v></c>")
}

fn day(place: &str, serial: &str) -> String {
    format!("<c r=\"{place}\" s=\"1\"><v>{serial}</v></c>")
}

fn header(row: u32) -> String {
    let cells = ["A", "B", "C", "D", "E", "F"].iter().enumerate();
    let cells: String = cells.map(|(n, c)| format!("<c r=\"{c}{row}\" t=\"s\"><v>{n}</v></c>")).collect();
    format!("<row r=\"{row}\">{cells}</row>")
}

fn excel(source: &str, bytes: &[u8]) -> Home {
    let home = typed(&format!("kind = \"excel\"\nfiles = \"*.xlsx\"\n{source}"));
    std::fs::write(home.delivery().join("a.xlsx"), bytes).unwrap();
    home
}

#[test]
fn excel_is_read_exactly_and_what_it_spoilt_is_refused() {
    let a = person(1);
    let id = |row: u32| text(&format!("A{row}"), a.as_str());
    let rows = [
        "<row r=\"1\">".to_owned() + &text("A1", "二〇二六年报表") + "</row>",
        header(3),
        format!(
            "<row r=\"4\">{}{}{}{}<c r=\"E4\" t=\"b\"><v>1</v></c>{}</row>",
            id(4),
            day("B4", "46053"),
            number("C4", "12.5"),
            day("D4", "46053.5"),
            text("F4", "甲")
        ),
        // A blank row, then a day as text and a number as text.
        format!("<row r=\"6\">{}{}{}{}</row>", id(6), text("B6", "20260131"), text("C6", "-0.05"), text("F6", "NULL")),
        format!("<row r=\"7\">{}</row>", number("A7", "371402199001010000")),
        format!("<row r=\"8\">{}{}</row>", id(8), number("C8", "0.30000000000000004")),
        format!("<row r=\"9\">{}<c r=\"C9\" t=\"e\"><v>#REF!</v></c></row>", id(9)),
        format!("<row r=\"10\">{}{}</row>", id(10), day("B10", "60")),
        format!("<row r=\"11\">{}{}</row>", id(11), day("B11", "46053.25")),
        format!("<row r=\"12\">{}{}</row>", id(12), text("H12", "随手记")),
        format!("<row r=\"13\">{}{}</row>", id(13), number("B13", "46053")),
    ];
    let home = excel("header_row = 3\nsheet = \"数据\"", &workbook(false, &rows.concat(), ""));
    let report = home.ingest("2026-12-31");
    assert!(
        matches!(outcome(&report, "typed"), Outcome::Published { rows: 2, rejected: 7, .. }),
        "{report:?}\n{}",
        home.rejects("typed")
    );
    let list = home.rejects("typed");
    for told in [
        "a.xlsx,7,id,the workbook keeps 15 digits",
        "a.xlsx,8,paid_fen,the number has more than 2 decimals",
        "a.xlsx,9,paid_fen,the cell's formula gave an error",
        "a.xlsx,10,day,\"the cell is formatted as a date",
        "a.xlsx,11,day,not a date",
        "a.xlsx,12,,\"the row has",
        "a.xlsx,13,day,not a date",
    ] {
        assert!(list.contains(told), "{told}: {list}");
    }
    assert_eq!(
        show(&home.open(), "typed", &a),
        [format!("{a}|2026-01-31|-5|-|-|-"), format!("{a}|2026-01-31|1250|1769860800000|true|甲"),]
    );
}

#[test]
fn excel_of_1904_counts_its_own_days() {
    let a = person(1);
    let row = format!("<row r=\"2\">{}{}</row>", text("A2", a.as_str()), day("B2", "44591"));
    let home = excel("", &workbook(true, &(header(1) + &row), ""));
    home.ingest("2026-12-31");
    assert_eq!(show(&home.open(), "typed", &a), [format!("{a}|2026-01-31|-|-|-|-")]);
}

#[test]
fn workbooks_that_cannot_be_read_are_told() {
    let row = |n: u32| format!("<row r=\"{n}\">{}</row>", text(&format!("A{n}"), person(1).as_str()));
    let good = header(1) + &row(2) + &row(3);
    let told = |home: &Home, wanted: &str| {
        let message = failure(&home.ingest("2026-12-31"), "typed");
        assert!(message.contains(wanted) && message.contains("a.xlsx"), "{message}");
    };
    let merged = "<mergeCells count=\"1\"><mergeCell ref=\"B2:B3\"/></mergeCells>";
    told(&excel("", &workbook(false, &good, merged)), "merged cells in rows 2 to 3");
    told(&excel("sheet = \"一月\"", &workbook(false, &good, "")), "no sheet `一月`: it has the sheets `数据`");
    told(&excel("header_row = 2", &workbook(false, &good, "")), "names none of the columns");
    told(&excel("", &workbook(false, "", "")), "the file is empty");
    let bytes = workbook(false, &good, "");
    told(&excel("", &bytes[..bytes.len() / 2]), "as an Excel workbook");
    told(&excel("", b"id,day\n"), "neither .xlsx nor .xls");
    told(&excel("", &workbook(false, &(header(1) + &row(3) + &row(2)), "")), "out of order");
}

#[test]
fn a_database_does_not_enter_a_synthetic_home() {
    let home = typed("kind = \"postgresql\"\nconnection = \"registry\"\ntable = \"public.t\"");
    let message = failure(&home.ingest("2026-12-31"), "typed");
    assert!(message.contains("`registry`: a synthetic home reads no database"), "{message}");
}
