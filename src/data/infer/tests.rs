//! Drafts end to end: what is drafted of a file passes the catalog's check, and ingest takes that very file with it.

use std::fs;
use std::path::{Path, PathBuf};

use encoding_rs::GB18030;
use tempfile::TempDir;

use super::*;
use crate::catalog::{Catalog, ColumnType, Dataset, check_text};
use crate::data::synth::{SynthOptions, synthesise};
use crate::data::{IngestOptions, IngestReport, Outcome, ingest};
use crate::model::{UnitId, UnitKind};

fn firm(number: u32) -> UnitId {
    let head = format!("91371400MA{number:07}");
    UnitId::with_check(UnitKind::Enterprise, head.as_bytes().try_into().unwrap()).unwrap()
}

fn person(number: u32) -> UnitId {
    let head = format!("371402{}{:02}{:02}{:03}", 1950 + number % 50, 1 + number % 12, 1 + number % 28, number % 990);
    UnitId::with_check(UnitKind::Person, head.as_bytes().try_into().unwrap()).unwrap()
}

struct File {
    dir: TempDir,
    path: PathBuf,
}

fn file(bytes: impl AsRef<[u8]>) -> File {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("delivery")).unwrap();
    let path = dir.path().join("delivery/table.csv");
    fs::write(&path, bytes).unwrap();
    File { dir, path }
}

fn options() -> InferOptions {
    InferOptions { name: "drafted".to_owned(), unit: None, key: None, rows_max: None }
}

fn find(file: &File) -> Result<Findings, InferError> {
    infer(&file.path, &options(), &mut |_| {})
}

/// The draft, in the words of a test, and the dataset that the catalog makes of it.
fn drafted(findings: &Findings) -> (String, Dataset) {
    let text = draft(findings, &|note| format!("{note:?}"));
    let dataset = check_text("drafted.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    (text, dataset)
}

fn take(file: &File, text: &str) -> IngestReport {
    let folder = file.dir.path().join("catalog");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("drafted.toml"), text).unwrap();
    let catalog = Catalog::load(&folder).unwrap();
    let options = IngestOptions { as_of: "2026-12-31".parse().unwrap(), only: None };
    let [data, rejects] = ["data", "rejects"].map(|name| file.dir.path().join(name));
    ingest(&data, &rejects, &catalog, file.path.parent().unwrap(), &options, &mut |_| {}).unwrap()
}

/// Rows taken and rows refused of the very file that the draft was made of.
fn taken(file: &File) -> (Findings, String, u64, u64) {
    let findings = find(file).unwrap();
    let (text, _) = drafted(&findings);
    let report = take(file, &text);
    match &report.datasets[0].outcome {
        Outcome::Published { rows, rejected, .. } => (findings, text, *rows, *rejected),
        other => panic!("{other:?}\n{text}"),
    }
}

fn column<'a>(findings: &'a Findings, header: &str) -> &'a ColumnFinding {
    findings.columns.iter().find(|column| column.header == header).unwrap()
}

/// Fewer say little about a column.
const ROWS_MIN: u64 = 400;

/// Every dataset of the repository's catalog with enough rows, as the synthesiser delivers it: in UTF-8 with and without a mark, and in
/// GB18030.
#[test]
fn the_synthesisers_files_are_drafted_as_the_catalog_has_them() {
    let catalog = Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let options = SynthOptions { scale_ppm: 2_000, seed: 7, as_of: "2026-03-20".parse().unwrap() };
    synthesise(&catalog, dir.path(), &options, &mut |_, _| {}).unwrap();
    let mut seen = 0;
    for dataset in catalog.datasets() {
        let folder = dir.path().join(&dataset.source.files().unwrap().folder);
        let path = crate::env::list_dir(&folder).unwrap().remove(0);
        let bytes = fs::read(path).unwrap();
        let form = dataset.source.csv().unwrap();
        let text = match form.encoding {
            crate::catalog::Encoding::Utf8 => String::from_utf8(bytes).unwrap(),
            crate::catalog::Encoding::Gb18030 => GB18030.decode(&bytes).0.into_owned(),
        };
        let text = text.trim_start_matches('\u{feff}');
        let encoded = GB18030.encode(text).0.into_owned();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), "utf-8"),
            (format!("\u{feff}{text}").into_bytes(), "utf-8"),
            (encoded, "gb18030"),
        ] {
            let file = file(bytes);
            let (findings, text, rows, rejected) = taken(&file);
            assert_eq!((rows, rejected, findings.encoding.word()), (findings.rows, 0, encoding), "{}", dataset.name);
            // What few rows have cannot be told from chance.
            if rows >= ROWS_MIN {
                compare(dataset, &findings, &drafted(&findings).1, &text);
                seen += 1;
            }
        }
    }
    assert!(seen >= 3 * 7, "{seen}");
}

/// The drafted types beside the catalog's own.
fn compare(dataset: &Dataset, findings: &Findings, drafted: &Dataset, text: &str) {
    let context = format!("{}\n{text}", dataset.name);
    assert_eq!(findings.unit, dataset.unit, "{context}");
    let key = &dataset.source.headers[dataset.key];
    assert_eq!(&findings.columns[findings.key].header, key, "{context}");
    assert!(dataset.time.is_none() || findings.time.is_some(), "{context}");
    for (place, wanted) in dataset.columns.iter().enumerate() {
        let header = &dataset.source.headers[place];
        let found = drafted.source.headers.iter().position(|other| other == header).unwrap();
        let (column, decimals) = (&drafted.columns[found], drafted.source.decimals[found]);
        if column_is_empty(findings, header) {
            continue;
        }
        match (&wanted.kind, &column.kind) {
            (ColumnType::Integer(wanted), ColumnType::Integer(bounds)) => {
                assert_eq!(decimals, dataset.source.decimals[place], "{header} {context}");
                let money = wanted.unit.as_deref() == Some("fen");
                assert_eq!(bounds.unit.as_deref() == Some("fen"), money, "{header} {context}");
                assert!(bounds.scale == wanted.scale && [0, i64::MIN].contains(&bounds.min), "{header} {context}");
                assert_eq!(bounds.max, i64::MAX, "{header} {context}");
            }
            (ColumnType::Text { values: Some(wanted) }, ColumnType::Text { values: Some(values) }) => {
                assert!(values.iter().all(|value| wanted.contains(value)), "{header} {context}");
            }
            (wanted, kind) => assert_eq!(wanted.word(), kind.word(), "{header} {context}"),
        }
    }
}

fn column_is_empty(findings: &Findings, header: &str) -> bool {
    column(findings, header).cells == 0
}

#[test]
fn separators_markers_and_units_are_found() {
    let rows: String = (0..40)
        .map(|n| {
            format!(
                "\"{}\"|2026年0{}月28日|{}.5|无|{}|{n}.25\n",
                firm(n % 20),
                n % 9 + 1,
                n,
                ["有", "无"][n as usize % 2]
            )
        })
        .collect();
    let file = file(format!("统一社会信用代码|统计日期|金额(万元)|结案日期|是否欠费|余额\n{rows}"));
    let (findings, text, rows, rejected) = taken(&file);
    assert_eq!((rows, rejected, findings.delimiter), (40, 0, '|'), "{text}");
    assert_eq!(findings.dates, ["%Y年%m月%d日"]);
    assert!(text.contains("amount_fen = 6") && text.contains("balance_fen = 2"), "{text}");
    assert!(column(&findings, "余额").notes.contains(&Note::YuanAssumed));
    assert_eq!(findings.columns[findings.time.unwrap()].header, "统计日期");
    assert_eq!(
        column(&findings, "是否欠费").kind,
        Drafted::Text { values: Some(vec!["无".to_owned(), "有".to_owned()]) }
    );
    assert_eq!(column(&findings, "结案日期").kind.word(), "text");
}

#[test]
fn both_spellings_of_persons_join_and_other_digits_stay() {
    let rows: String = (0..60)
        .map(|n| {
            let id = person(n).to_string();
            let old = format!("{}{}", &id[..6], &id[8..17]);
            format!(
                "{},{},{old},{}\n",
                if n % 3 == 0 { &old } else { &id },
                firm(n),
                if n % 2 == 0 { &old } else { &id }
            )
        })
        .collect();
    let file = file(format!("身份证号,employer,注册编码,guarantor\n{rows}"));
    let (findings, text, rows, rejected) = taken(&file);
    assert_eq!((rows, rejected, findings.unit), (60, 0, UnitKind::Person), "{text}");
    assert_eq!(findings.columns[findings.key].header, "身份证号");
    let named = |header: &str| column(&findings, header).kind.clone();
    assert_eq!(named("employer"), Drafted::Identifier { names: Some(UnitKind::Enterprise) });
    assert_eq!(named("guarantor"), Drafted::Identifier { names: Some(UnitKind::Person) });
    assert_eq!(named("注册编码"), Drafted::Identifier { names: None });
    assert!(column(&findings, "注册编码").notes.contains(&Note::OldIds));
    assert!(findings.notes.contains(&Note::OtherKey { header: "employer".to_owned() }));
}

#[test]
fn no_rare_value_no_name_and_no_extreme_gets_into_a_draft() {
    // One person has the secret in twelve rows; nine units share another; names are few, and shared by many.
    let mut rows = String::new();
    for n in 0..200 {
        let kind = if n < 9 { "稀有病" } else { "普通" };
        let name = ["王某", "李某某", "张某", "刘某"][n as usize % 4];
        rows.push_str(&format!("{},{kind},公开,{name},{name},{}\n", person(n), 1_000 + n));
    }
    for _ in 0..12 {
        rows.push_str(&format!("{},普通,绝密病,王某,王某,98765432\n", person(5)));
    }
    let file = file(format!("公民身份号码,a,b,c,姓名,工资(元)\n{rows}"));
    let (findings, text, _, rejected) = taken(&file);
    assert_eq!(rejected, 0);
    for header in ["a", "b"] {
        assert_eq!(column(&findings, header).kind, Drafted::Text { values: None }, "{header}");
        assert!(column(&findings, header).notes.contains(&Note::RareValues));
    }
    assert!(column(&findings, "c").notes.contains(&Note::NameLike));
    assert_eq!(column(&findings, "姓名").kind, Drafted::Identifier { names: None });
    for secret in ["稀有病", "绝密病", "普通", "公开", "王某", "李某某", "98765432", person(5).as_str()]
    {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
    assert!(!text.contains("max = 9") && text.contains("min = 0"));
}

#[test]
fn mixed_cells_become_text_or_are_counted_and_the_file_is_still_taken() {
    let mut rows = String::new();
    for n in 0..1_000 {
        let (date, amount) = (if n == 7 { "bald" } else { "2026-01-31" }, if n % 3 == 0 { "1,234.50" } else { "12.5" });
        let (half, code) = (if n % 2 == 0 { "12" } else { "x" }, format!("{:04}", n % 50));
        rows.push_str(&format!("{},{date},\"{amount}\",{half},{code},2026/1/5,{}\n", firm(n), n % 2));
    }
    rows.push_str("short,row\n");
    rows.push_str(&format!("{},2026-01-31,1,1,0001,2026/1/5,1,long\n", firm(1)));
    let file = file(format!("uscc,day,amount,half,code,loose,bit\n{rows}"));
    let (findings, text, rows, rejected) = taken(&file);
    assert_eq!((rows, rejected), (999, 3), "{text}");
    assert!(findings.notes.contains(&Note::Ragged { rows: 2 }));
    let notes = |header: &str| column(&findings, header).notes.clone();
    assert_eq!(column(&findings, "day").kind, Drafted::Date);
    assert!(notes("day").contains(&Note::Misfits { misfits: 1, cells: 1_000 }));
    assert!(notes("amount").contains(&Note::Separators));
    assert!(matches!(notes("half").as_slice(), [Note::Mixed { word: "integer", misfits: 500, cells: 1_000 }, ..]));
    assert!(notes("code").contains(&Note::LeadingZeros));
    assert!(notes("loose").contains(&Note::LooseDates));
    assert!(notes("bit").contains(&Note::ZeroOne));
}

#[test]
fn misfits_of_all_columns_together_stay_within_what_is_refused() {
    // Each column alone would pass with 0.8 % of misfits; all three together would not.
    let cell = |n: u32, column: u32| if n % 125 == column { "x".to_owned() } else { (n * 7).to_string() };
    let rows: String =
        (0..1_000).map(|n| format!("{},{},{},{}\n", firm(n), cell(n, 1), cell(n, 2), cell(n, 3))).collect();
    let (findings, _, rows, rejected) = taken(&file(format!("uscc,a,b,c\n{rows}")));
    assert_eq!((rows, rejected), (992, 8));
    let integers = findings.columns.iter().filter(|column| column.kind.word() == "integer").count();
    assert_eq!(integers, 1);
}

#[test]
fn what_cannot_be_drafted_says_why_and_repeats_nothing() {
    let rows: String = (0..20).map(|n| format!("a,{n}\n")).collect();
    for (bytes, wanted) in [
        (Vec::new(), "is empty"),
        (b"\n\n".to_vec(), "is empty"),
        (b"uscc,amount\n".to_vec(), "has a header and no rows"),
        (format!("name,number\n{rows}").into_bytes(), "no cell is one"),
        (format!("uscc,amount\n{},1\n{}x,2\nx,3\ny,4\n", firm(1), firm(2)).into_bytes(), "with 1 of 4 cells"),
        ("a,b,a\n1,2,3\n".as_bytes().to_vec(), "two columns `a` (1 and 3)"),
        (format!("secret,{}\n{},1\n", firm(1), firm(2)).into_bytes(), "cell 2 holds"),
        (format!("secret,13812345678\n{},1\n", firm(2)).into_bytes(), "cell 2 holds"),
        (b"a,b\n\xff\xff,1\n".to_vec(), "neither UTF-8 (from line 2) nor GB18030 (from line 2)"),
        (b"\xff\xfea\0,\0b\0".to_vec(), "is UTF-16"),
        (b"PK\x03\x04....".to_vec(), "is Excel"),
        (format!("uscc,b\n{},\"open{}", firm(1), "x".repeat(5 << 20)).into_bytes(), "begins on line 2 is longer than"),
    ] {
        let error = find(&file(bytes)).unwrap_err();
        let (english, chinese) = (error.to_string(), crate::model::Chinese::chinese(&error));
        assert!(english.contains(wanted), "{english}");
        assert!(chinese.contains("table.csv") && chinese != english, "{chinese}");
        for secret in ["13812345678", firm(1).as_str(), "secret"] {
            assert!(!english.contains(secret) && !chinese.contains(secret), "{english}");
        }
    }
}

#[test]
fn the_key_can_be_named() {
    let rows: String = (0..30).map(|n| format!("{},{}\n", person(n), firm(n / 3))).collect();
    let file = file(format!("who,where\n{rows}"));
    let keyed = |key: Option<&str>, unit| {
        let options = InferOptions { key: key.map(str::to_owned), unit, ..options() };
        infer(&file.path, &options, &mut |_| {})
    };
    for (key, unit, wanted) in [
        (None, None, (0, UnitKind::Person)),
        (None, Some(UnitKind::Enterprise), (1, UnitKind::Enterprise)),
        (Some("where"), None, (1, UnitKind::Enterprise)),
        (Some(" who "), None, (0, UnitKind::Person)),
    ] {
        let findings = keyed(key, unit).unwrap();
        assert_eq!((findings.key, findings.unit), wanted);
        assert!(matches!(take(&file, &drafted(&findings).0).datasets[0].outcome, Outcome::Published { .. }));
    }
    assert!(keyed(Some("wher"), None).unwrap_err().to_string().contains("did you mean `where`?"));
}

#[test]
fn a_part_of_a_file_is_said_to_be_one() {
    let rows: String = (0..100).map(|n| format!("{},{}\n", firm(n), if n < 50 { "1" } else { "one" })).collect();
    let file = file(format!("uscc,n\n{rows}"));
    let findings = infer(&file.path, &InferOptions { rows_max: Some(50), ..options() }, &mut |_| {}).unwrap();
    assert_eq!((findings.rows, findings.whole), (50, false));
    assert_eq!(column(&findings, "n").kind.word(), "integer");
    assert!(find(&file).unwrap().whole);
}

#[test]
fn hostile_headers_stay_strings() {
    let header = "uscc,\"a\"\"b\nname = \"\"x\"\"\",c\\d,\u{202e}e,";
    let rows: String = (0..3).map(|n| format!("{},1,2,3,\n", firm(n))).collect();
    let (findings, text, rows, _) = taken(&file(format!("{header}\n{rows}")));
    assert_eq!((rows, findings.columns.len()), (3, 5), "{text}");
    let names: Vec<&str> = findings.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["uscc", "a_b_name____x", "c_d", "column_4", "column_5"]);
}
