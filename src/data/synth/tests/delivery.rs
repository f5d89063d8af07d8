//! What a synthetic delivery promises, seen from outside: the files that `synthesise` writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::support::{
    AS_OF, Row, SCALE_PPM, catalog, date, deliver, deliver_some, integer, options, rows, rows_of, sums,
};
use crate::catalog::{Catalog, ColumnType, Dataset};
use crate::data::synth::{
    MANIFEST_FILE, ROWS_AT_SCALE_ONE, SCALE_ONE_PPM, SeedError, SeedManifest, SynthError, synthesise, synthesise_some,
};
use crate::env::{create_dir, create_new};
use crate::model::{Date, UnitId, parse_decimal};

fn assert_cell(dataset: &Dataset, place: usize, text: Option<&str>) {
    let column = &dataset.columns[place];
    let Some(text) = text else {
        assert!(place != dataset.key && Some(place) != dataset.time, "`{}` is missing", column.name);
        return;
    };
    let context = format!("{} {} `{text}`", dataset.name, column.name);
    match &column.kind {
        ColumnType::Identifier if place == dataset.key => {
            assert!(UnitId::parse(dataset.unit, text).is_ok(), "{context}");
        }
        ColumnType::Integer(bounds) => {
            let value = parse_decimal(text.as_bytes(), dataset.source.decimals[place]);
            assert!(value.is_ok_and(|value| (bounds.min..=bounds.max).contains(&value)), "{context}");
        }
        ColumnType::Date => {
            let read = dataset.source.dates.iter().filter_map(|format| format.read(text.as_bytes()));
            assert_eq!(read.count(), 1, "{context}");
        }
        ColumnType::Text { values: Some(values) } => assert!(values.iter().any(|v| v == text), "{context}"),
        ColumnType::Boolean => assert!(["true", "false"].contains(&text), "{context}"),
        _ => assert!(!text.is_empty(), "{context}"),
    }
}

fn assert_cells(catalog: &Catalog, dir: &Path) {
    for dataset in catalog.datasets() {
        let mut seen = BTreeSet::new();
        for row in rows(dataset, dir) {
            for (place, column) in dataset.columns.iter().enumerate() {
                assert_cell(dataset, place, row[&column.name].as_deref());
            }
            assert!(seen.insert(row), "{}: a row twice", dataset.name);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let catalog = catalog();
    let (one, report) = deliver(&catalog, SCALE_PPM, 7);
    let (same, same_report) = deliver(&catalog, SCALE_PPM, 7);
    let (other, _) = deliver(&catalog, SCALE_PPM, 8);
    assert_eq!(sums(one.path()), sums(same.path()));
    assert_eq!(report, same_report);
    let (one, other) = (sums(one.path()), sums(other.path()));
    assert!(one.iter().zip(&other).all(|(one, other)| one.sha256 != other.sha256));
}

#[test]
fn the_rows_are_as_many_as_the_scale_asks_for_and_as_reported() {
    let catalog = catalog();
    let dir = tempfile::tempdir().unwrap();
    let mut heard = Vec::new();
    let mut hear = |written, expected| heard.push((written, expected));
    let report = synthesise(&catalog, dir.path(), &options(SCALE_PPM, 7), &mut hear).unwrap();
    let total: u64 = report.datasets.iter().map(|(_, rows)| rows).sum();
    let target = ROWS_AT_SCALE_ONE * SCALE_PPM / SCALE_ONE_PPM;
    let listed = |name: &str| catalog.dataset(name).unwrap().collections.iter().any(|name| name == "smart-finance");
    let counted: u64 = report.datasets.iter().filter(|(name, _)| listed(name)).map(|(_, rows)| rows).sum();
    assert!((target..target + 300).contains(&counted), "{counted}");
    assert!(total > counted && total < counted + counted / 4, "{total}");
    assert_eq!(heard.last(), Some(&(total, total)));
    for (name, count) in &report.datasets {
        assert_eq!(rows(catalog.dataset(name).unwrap(), dir.path()).len() as u64, *count, "{name}");
    }
    let (_tiny, report) = deliver(&catalog, 1, 7);
    assert_eq!(report.firms, 26);
}

#[test]
fn every_cell_is_as_the_catalog_says_and_no_row_comes_twice() {
    let catalog = catalog();
    let (dir, _) = deliver(&catalog, SCALE_PPM, 7);
    assert_cells(&catalog, dir.path());
    let files: Vec<String> = sums(dir.path()).into_iter().map(|file| file.path).collect();
    assert!(files.contains(&"tax_payment/tax_payment.csv".to_owned()), "{files:?}");
}

#[test]
fn some_datasets_are_of_the_same_city_as_all() {
    let catalog = catalog();
    let (all, _) = deliver(&catalog, 1, 7);
    let some = tempfile::tempdir().unwrap();
    let wanted = |name: &str| ["real_estate", "tax_payment"].contains(&name);
    let report = synthesise_some(&catalog, &wanted, some.path(), &options(1, 7), &mut |_, _| {}).unwrap();
    assert!(report.datasets.iter().map(|(name, _)| name.as_str()).eq(["real_estate", "tax_payment"]));
    let (all, some) = (sums(all.path()), sums(some.path()));
    assert!(some.len() >= 2 && some.iter().all(|file| all.contains(file)));
}

#[test]
fn gaps_are_few_and_histories_differ() {
    let catalog = catalog();
    let (dir, _) = deliver(&catalog, SCALE_PPM, 7);
    let power = catalog.dataset("electricity_usage").unwrap();
    let rows = rows(power, dir.path());
    let gaps = rows.iter().filter(|row| row["overdue_days"].is_none()).count();
    assert!(gaps > 0 && gaps < rows.len() / 100, "{gaps} of {}", rows.len());
    let mut months: BTreeMap<&str, u32> = BTreeMap::new();
    for row in &rows {
        *months.entry(row["uscc"].as_deref().unwrap()).or_default() += 1;
    }
    assert!(months.values().all(|months| *months <= 24));
    assert!(months.values().any(|months| *months == 24) && months.values().any(|months| *months < 12));
}

#[test]
fn rows_do_not_come_sorted_by_unit() {
    let catalog = catalog();
    let (dir, _) = deliver(&catalog, SCALE_PPM, 7);
    for dataset in catalog.datasets() {
        let key = &dataset.key_column().unwrap().name;
        let keys: Vec<Option<String>> = rows(dataset, dir.path()).into_iter().map(|row| row[key].clone()).collect();
        let falls = keys.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!(falls > keys.len() / 10, "{}", dataset.name);
    }
}

#[test]
fn a_unit_has_the_same_rows_at_every_scale() {
    let catalog = catalog();
    let (small, report) = deliver(&catalog, 1, 7);
    let (large, large_report) = deliver(&catalog, SCALE_PPM, 7);
    assert_eq!(report.examples, large_report.examples);
    // Dates and gaps are written differently in different files, so rows are compared as values.
    let read = |dir: &Path| -> Vec<BTreeSet<Vec<String>>> {
        let mut known: BTreeSet<String> = BTreeSet::new();
        for (name, key) in [("business_registration", "uscc"), ("person_registry", "citizen_id")] {
            let rows = rows(catalog.dataset(name).unwrap(), small.path());
            known.extend(rows.iter().map(|row| row[key].clone().unwrap()));
        }
        let values = |dataset: &Dataset, row: Row| -> Vec<String> {
            let columns = dataset.columns.iter();
            let value = |name: &str, kind: &ColumnType| match kind {
                ColumnType::Date => format!("{:?}", date(dataset, &row, name)),
                _ => format!("{:?}", row[name]),
            };
            columns.map(|column| value(&column.name, &column.kind)).collect()
        };
        let of = |dataset: &Dataset| {
            let key = &dataset.key_column().unwrap().name;
            let rows = rows(dataset, dir).into_iter().filter(|row| known.contains(row[key].as_ref().unwrap()));
            rows.map(|row| values(dataset, row)).collect()
        };
        catalog.datasets().map(|dataset| of(dataset)).collect()
    };
    assert_eq!(read(small.path()), read(large.path()));
}

#[test]
fn the_healthy_example_pays_all_its_taxes_in_time() {
    let catalog = catalog();
    let tax = catalog.dataset("tax_payment").unwrap();
    for seed in 0..20 {
        let (dir, report) = deliver_some(&catalog, &["tax_payment", "electricity_usage"], 1, seed);
        let rows = rows_of(tax, dir.path(), report.examples.healthy);
        let months: BTreeSet<Option<Date>> = rows.iter().map(|row| date(tax, row, "period_end")).collect();
        assert_eq!(months.len(), 24);
        let paid: i64 = rows.iter().map(|row| integer(row, "paid_fen", 2)).sum();
        assert!(paid > 120_000_000, "{paid}");
        for row in &rows {
            assert_eq!(row["paid_fen"], row["payable_fen"]);
            assert!(date(tax, row, "paid_date").unwrap() <= date(tax, row, "due_date").unwrap());
        }
        let power = rows_of(catalog.dataset("electricity_usage").unwrap(), dir.path(), report.examples.healthy);
        assert!(power.len() == 24 && power.iter().all(|row| integer(row, "overdue_days", 0) == 0));
    }
}

/// The sums of `name` over the months from `from` on, and over as many months before.
fn halves(dataset: &Dataset, rows: &[Row], name: &str, decimals: u8, months: usize) -> (i64, i64) {
    let by_month: BTreeMap<Option<Date>, i64> =
        rows.iter().map(|row| (date(dataset, row, "period_end"), integer(row, name, decimals))).collect();
    let mut newest = by_month.into_values().rev();
    let after = newest.by_ref().take(months).sum();
    (newest.take(months).sum(), after)
}

#[test]
fn the_failing_example_pays_late_and_loses_power_and_heads() {
    let catalog = catalog();
    let [tax, power, insurance] =
        ["tax_payment", "electricity_usage", "social_insurance"].map(|name| catalog.dataset(name).unwrap());
    for seed in 0..20 {
        let names = ["tax_payment", "electricity_usage", "social_insurance"];
        let (dir, report) = deliver_some(&catalog, &names, 1, seed);
        let taxes = rows_of(tax, dir.path(), report.examples.failing);
        let since: Date = "2025-08-01".parse().unwrap();
        let paid: i64 = taxes.iter().map(|row| integer(row, "paid_fen", 2)).sum();
        assert!(paid < 5_000_000, "{paid}");
        let recent: Vec<&Row> = taxes.iter().filter(|row| date(tax, row, "period_end").unwrap() > since).collect();
        let owed = recent.iter().filter(|row| integer(row, "payable_fen", 2) > 0);
        let late = |row: &Row| date(tax, row, "paid_date").is_none_or(|day| day > date(tax, row, "due_date").unwrap());
        assert!(owed.clone().count() > 10 && owed.clone().all(|row| late(row)));
        assert!(owed.filter(|row| row["paid_date"].is_none()).count() > 5);
        let readings = rows_of(power, dir.path(), report.examples.failing);
        let (before, after) = halves(power, &readings, "usage_kwh", 2, 6);
        assert!(after * 2 <= before, "{before} {after}");
        assert!(readings.iter().any(|row| integer(row, "overdue_days", 0) > 180));
        let insured = rows_of(insurance, dir.path(), report.examples.failing);
        let (before, after) = halves(insurance, &insured, "insured_heads", 0, 8);
        assert!(after * 10 <= before * 7, "{before} {after}");
    }
}

#[test]
fn some_firms_fail_and_most_do_not() {
    let catalog = catalog();
    let (dir, report) = deliver_some(&catalog, &["tax_payment"], SCALE_PPM * 5, 7);
    let tax = catalog.dataset("tax_payment").unwrap();
    let mut unpaid: BTreeMap<Option<String>, u32> = BTreeMap::new();
    for row in rows(tax, dir.path()) {
        *unpaid.entry(row["uscc"].clone()).or_default() += u32::from(row["paid_date"].is_none());
    }
    let failing = unpaid.values().filter(|count| **count > 4).count() as u64;
    assert!((report.firms * 4 / 100..report.firms * 12 / 100).contains(&failing), "{failing} of {}", report.firms);
    let clean = unpaid.values().filter(|count| **count == 0).count() as u64;
    assert!(clean > report.firms / 2, "{clean} of {}", report.firms);
}

#[test]
fn what_is_due_after_the_delivery_is_not_in_it() {
    let catalog = catalog();
    let (dir, _) = deliver(&catalog, SCALE_PPM, 7);
    let tax = catalog.dataset("tax_payment").unwrap();
    let as_of: Date = AS_OF.parse().unwrap();
    for row in rows(tax, dir.path()) {
        assert!(date(tax, &row, "due_date").unwrap() <= as_of);
        assert!(date(tax, &row, "paid_date").is_none_or(|day| day <= as_of));
    }
}

const OTHER_DATASETS: [(&str, &str, &str); 3] = [
    (
        "household",
        r#"unit = "person"
key = "citizen_id"
"#,
        r#"files = "people/household.csv""#,
    ),
    (
        "pension",
        r#"unit = "person"
key = "citizen_id"
time = "paid_on"
"#,
        r#"files = "pension_*.csv""#,
    ),
    (
        "certificate",
        r#"unit = "enterprise"
key = "holder_uscc"
time = "paid_on"
"#,
        r#"files = "certificates/*.csv""#,
    ),
];

fn other_catalog(dir: &Path) -> Catalog {
    for (name, unit, files) in OTHER_DATASETS {
        let key = if unit.contains("person") { "citizen_id" } else { "holder_uscc" };
        let max = if name == "pension" { 12 } else { 3 };
        let text = format!(
            r#"name = "{name}"
title = {{ zh = "其他", en = "Other" }}
department = {{ zh = "民政局", en = "Civil affairs" }}
library = "population"
classification = "L3"
update = "monthly"
{unit}
column = [
    {{ name = "{key}", type = "identifier" }},
    {{ name = "paid_on", type = "date" }},
    {{ name = "seen_at", type = "timestamp" }},
    {{ name = "certificate", type = "identifier" }},
    {{ name = "legal_representative", type = "identifier" }},
    {{ name = "alive", type = "boolean" }},
    {{ name = "share", type = "integer", scale = 4, min = -5, max = 10000 }},
    {{ name = "any", type = "integer" }},
    {{ name = "note", type = "text" }},
    {{ name = "kind", type = "text", values = ["a,b", "c"] }},
]
[source]
kind = "csv"
{files}
encoding = "utf-8"
columns = {{ "证件号码" = "{key}", "备注,说明" = "note" }}
decimals = {{ share = 4 }}
dates = ["%Y.%m.%d", "%d/%m/%Y"]
missing = ["-"]
on_bad_id = "reject"
[synthetic]
rows_per_unit = {{ min = 0, max = {max} }}
"#
        );
        crate::env::write_atomic(&dir.join(format!("{name}.toml")), text.as_bytes(), crate::env::Durable::Shared)
            .unwrap();
    }
    Catalog::load(dir).unwrap()
}

#[test]
fn a_dataset_without_a_model_is_drawn_from_its_catalog() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = other_catalog(folder.path());
    let (dir, report) = deliver(&catalog, 300, 7);
    let files: Vec<String> = sums(dir.path()).into_iter().map(|file| file.path).collect();
    assert_eq!(
        files,
        [
            "certificates/certificate-2.csv",
            "certificates/certificate.csv",
            "pension_pension-2.csv",
            "pension_pension.csv",
            "people/household.csv"
        ]
    );
    assert!(report.datasets.iter().all(|(_, rows)| *rows > 100), "{report:?}");
    let certificate = catalog.dataset("certificate").unwrap();
    for row in rows(certificate, dir.path()) {
        for (place, column) in certificate.columns.iter().enumerate() {
            assert_cell(certificate, place, row[&column.name].as_deref());
        }
    }
}

#[test]
fn a_delivery_is_verified_to_the_byte() {
    let catalog = catalog();
    let (dir, report) = deliver(&catalog, 1, u64::MAX);
    let manifest = SeedManifest::read(dir.path()).unwrap().unwrap();
    assert_eq!((manifest.seed, manifest.examples, manifest.catalog), (u64::MAX, report.examples, catalog.sha256()));
    manifest.verify_files(dir.path()).unwrap();

    let added = dir.path().join("tax_payment/more.csv");
    create_new(&added).unwrap();
    assert!(matches!(manifest.verify_files(dir.path()), Err(SeedError::Unlisted(path)) if path == added));
    assert!(matches!(
        synthesise(&catalog, dir.path(), &options(1, 1), &mut |_, _| {}),
        Err(SynthError::Occupied(path)) if path == added
    ));
    crate::env::remove_file(&added).unwrap();

    let changed = dir.path().join(&manifest.files[0].path);
    let mut bytes = crate::env::read(&changed, u64::MAX - 1).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    crate::env::overwrite_synced(&changed, &bytes).unwrap();
    assert!(matches!(manifest.verify_files(dir.path()), Err(SeedError::Changed(path)) if path == changed));
    crate::env::remove_file(&changed).unwrap();
    assert!(matches!(manifest.verify_files(dir.path()), Err(SeedError::Absent(path)) if path == changed));

    // A half-removed synthetic delivery is replaced.
    synthesise(&catalog, dir.path(), &options(1, 1), &mut |_, _| {}).unwrap();
    SeedManifest::read(dir.path()).unwrap().unwrap().verify_files(dir.path()).unwrap();
}

#[test]
fn a_folder_without_a_manifest_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    assert!(SeedManifest::read(dir.path()).unwrap().is_none());
    create_dir(&dir.path().join("tax_payment")).unwrap();
    let real = dir.path().join("tax_payment/tax_payment.csv");
    create_new(&real).unwrap();
    let refused = synthesise(&catalog(), dir.path(), &options(1, 1), &mut |_, _| {});
    assert!(matches!(refused, Err(SynthError::Occupied(path)) if real.starts_with(&path)));
    assert!(real.exists());
}

#[test]
fn a_manifest_with_anything_wrong_is_refused() {
    let (dir, _) = deliver(&catalog(), 1, 1);
    let path = dir.path().join(MANIFEST_FILE);
    let good = crate::env::read_text(&path).unwrap();
    for (from, to) in [
        ("\"format\":3", "\"format\":2"),
        ("\"seed\":1", "\"seed\":\"x\""),
        ("\"seed\":1", "\"seed\":1,\"more\":1"),
        ("\"as_of\":\"2026-03-20\"", "\"as_of\":\"2026-02-30\""),
        ("sha256:", "sha1:"),
        ("abnormal_operations/abnormal", "z/abnormal"),
        ("\"tenant\":", "\"lodger\":"),
        ("\"tenant\":\"3", "\"tenant\":\"4"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        crate::env::write_atomic(&path, bad.as_bytes(), crate::env::Durable::Shared).unwrap();
        assert!(matches!(SeedManifest::read(dir.path()), Err(SeedError::Malformed { .. })), "{to}");
    }
}
