//! That the datasets tell of one city: whoever fails in one fails in all, and whom one dataset names the
//! other knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::support::{AS_OF, City, Row, SCALE_PPM, date, deliver, integer, rows, text};
use crate::model::{Date, UnitId, UnitKind};

/// What knows the examples of the first two firms.
const KNOWN: [&str; 7] = [
    "enterprise_officers",
    "person_registry",
    "real_estate",
    "housing_fund",
    "court_enforcement",
    "public_credit",
    "tax_filing",
];
/// Enough firms for shares to mean something.
const CITY_PPM: u64 = 8_000;

#[test]
fn every_officer_is_a_registered_person_and_every_firm_has_one_representative() {
    let city = City::new(SCALE_PPM, 7);
    let persons = city.all("person_registry", "citizen_id");
    assert_eq!(persons.len() as u64, city.report.persons);
    assert!(city.report.persons > 4 * city.report.firms);
    let mut representatives: BTreeMap<String, u32> = BTreeMap::new();
    let mut former = 0;
    for row in city.rows("enterprise_officers") {
        let person = text(&row, "person_id");
        assert!(UnitId::parse(UnitKind::Person, person).is_ok() && persons.contains(person), "{person}");
        if text(&row, "position") == "LEGAL_REPRESENTATIVE" {
            match row["until"] {
                None => *representatives.entry(text(&row, "uscc").to_owned()).or_default() += 1,
                Some(_) => former += 1,
            }
        }
    }
    assert_eq!(representatives.len() as u64, city.report.firms);
    assert!(representatives.values().all(|count| *count == 1));
    assert!(former > city.report.firms / 20, "{former}");
}

#[test]
fn terms_of_office_follow_each_other_and_shares_are_whole() {
    let city = City::new(SCALE_PPM, 7);
    let mut shares: BTreeMap<String, i64> = BTreeMap::new();
    let mut terms: BTreeMap<String, (Option<Date>, Option<Date>)> = BTreeMap::new();
    for row in city.rows("enterprise_officers") {
        let firm = text(&row, "uscc").to_owned();
        if row["share"].is_some() {
            *shares.entry(firm.clone()).or_default() += integer(&row, "share", 2);
        }
        if text(&row, "position") == "LEGAL_REPRESENTATIVE" {
            let day = |column| city.day("enterprise_officers", &row, column);
            match day("until") {
                Some(until) => terms.entry(firm).or_default().0 = Some(until),
                None => terms.entry(firm).or_default().1 = day("since"),
            }
        }
    }
    assert!(shares.values().all(|share| *share == 10_000), "{shares:?}");
    for (firm, term) in terms {
        if let (Some(until), Some(since)) = term {
            assert!(until < since, "{firm}: {until} {since}");
        }
    }
}

#[test]
fn what_persons_have_names_firms_and_persons_of_the_city() {
    let city = City::new(SCALE_PPM, 7);
    let firms = city.all("business_registration", "uscc");
    let persons = city.all("person_registry", "citizen_id");
    for name in ["housing_fund", "real_estate"] {
        assert!(city.all(name, "citizen_id").is_subset(&persons), "{name}");
    }
    assert!(city.all("housing_fund", "employer_uscc").is_subset(&firms));
    for row in city.rows("person_registry") {
        let born = city.day("person_registry", &row, "born").unwrap().to_string().replace('-', "");
        let id = text(&row, "citizen_id");
        assert_eq!(id[6..14], born);
        let woman = id.as_bytes()[16].is_multiple_of(2);
        assert_eq!(text(&row, "sex"), if woman { "FEMALE" } else { "MALE" });
    }
}

#[test]
fn what_is_declared_is_what_is_to_be_paid() {
    let city = City::new(SCALE_PPM, 7);
    let key = |name: &str, row: &Row| {
        (text(row, "uscc").to_owned(), city.day(name, row, "period_end"), text(row, "tax_kind").to_owned())
    };
    let payable = |row: &Row| row["payable_fen"].is_some().then(|| integer(row, "payable_fen", 2));
    let due: BTreeMap<_, _> =
        city.rows("tax_payment").iter().map(|row| (key("tax_payment", row), payable(row))).collect();
    let mut compared = 0;
    for row in city.rows("tax_filing") {
        let paid = due.get(&key("tax_filing", &row)).copied().flatten();
        if let (Some(declared), Some(paid)) = (payable(&row), paid) {
            assert_eq!(declared, paid, "{row:?}");
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn failing_firms_are_those_with_penalties_cases_and_missing_declarations() {
    let city = City::new(CITY_PPM, 7);
    for (name, least, most, counts) in [
        ("public_credit", 700, 200, (|row| text(row, "kind") == "PENALTY") as fn(&Row) -> bool),
        ("public_credit", 200, 10, |row| text(row, "kind") == "BLACK_LIST"),
        ("court_enforcement", 500, 80, |_| true),
        ("tax_filing", 700, 120, |row| row["filed_date"].is_none()),
    ] {
        let (failing, others) = city.shares(name, counts);
        assert!(failing >= least && others <= most, "{name}: {failing} and {others} in a thousand");
    }
}

#[test]
fn water_gas_and_heat_follow_electricity() {
    let city = City::new(CITY_PPM, 7);
    let mut power: BTreeMap<(String, Option<Date>), i64> = BTreeMap::new();
    for row in city.rows("electricity_usage").iter().filter(|row| row["usage_kwh"].is_some()) {
        let month = city.day("electricity_usage", row, "period_end");
        power.insert((text(row, "uscc").to_owned(), month), integer(row, "usage_kwh", 2));
    }
    let mut ratios: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in city.rows("water_gas_heat_usage").iter().filter(|row| row["usage"].is_some()) {
        let month = city.day("water_gas_heat_usage", row, "period_end").unwrap();
        assert!(text(row, "utility") != "HEAT" || matches!(month.ymd().1, 11 | 12 | 1..=3));
        let Some(power) = power.get(&(text(row, "uscc").to_owned(), Some(month))).filter(|power| **power > 100_000)
        else {
            continue;
        };
        if text(row, "utility") == "WATER" {
            let ratio = power * 10 / integer(row, "usage", 2).max(1);
            let (low, high) = ratios.entry(text(row, "uscc").to_owned()).or_insert((i64::MAX, 0));
            (*low, *high) = (ratio.min(*low), ratio.max(*high));
        }
    }
    // Electricity has its seasons; beyond them the two move together.
    assert!(ratios.len() > 100, "{}", ratios.len());
    assert!(ratios.values().all(|(low, high)| high < &(2 * low)), "{ratios:?}");
}

#[test]
fn the_healthy_example_has_a_representative_of_means() {
    for seed in 0..10 {
        let city = City::smallest(&KNOWN, seed);
        let examples = city.report.examples;
        let officers = city.of("enterprise_officers", examples.healthy);
        let holds = |person: UnitId, position: &str| {
            officers.iter().any(|row| {
                text(row, "person_id") == person.as_str() && text(row, "position") == position && row["until"].is_none()
            })
        };
        assert!(holds(examples.representative, "LEGAL_REPRESENTATIVE"));
        assert!(holds(examples.supervisor, "SUPERVISOR") && !holds(examples.supervisor, "LEGAL_REPRESENTATIVE"));
        assert_eq!(text(&city.of("person_registry", examples.representative)[0], "status"), "REGISTERED");
        let titles = city.of("real_estate", examples.representative);
        assert!(titles.iter().any(|row| text(row, "mortgaged") == "false" && text(row, "seized") == "false"));
        let fund = city.of("housing_fund", examples.representative);
        assert!(fund.len() == 24 && fund.iter().all(|row| row["paid_fen"] == row["payable_fen"]));
        assert!(city.of("court_enforcement", examples.healthy).is_empty());
        let credit = city.of("public_credit", examples.healthy);
        assert!(credit.len() == 1 && text(&credit[0], "kind") == "RED_LIST");
    }
}

#[test]
fn the_failing_example_fails_everywhere() {
    for seed in 0..10 {
        let city = City::smallest(&KNOWN, seed);
        let examples = city.report.examples;
        let kinds: BTreeSet<String> =
            city.of("public_credit", examples.failing).iter().map(|row| text(row, "kind").to_owned()).collect();
        assert!(kinds.into_iter().eq(["ABNORMAL", "BLACK_LIST", "PENALTY"].map(str::to_owned)));
        assert_eq!(city.of("court_enforcement", examples.failing).len(), 2);
        let filings = city.of("tax_filing", examples.failing);
        assert!(filings.iter().filter(|row| row["filed_date"].is_none()).count() > 2);
        let titles = city.of("real_estate", examples.failing_representative);
        assert!(titles.len() == 1 && text(&titles[0], "seized") == "true");
        let fund = city.of("housing_fund", examples.failing_representative);
        assert!(fund.iter().filter(|row| integer(row, "paid_fen", 2) == 0).count() > 3);
        let former = city.of("enterprise_officers", examples.failing);
        assert!(former.iter().any(|row| text(row, "position") == "LEGAL_REPRESENTATIVE" && row["until"].is_some()));
    }
}

#[test]
fn nothing_has_happened_after_the_day_of_the_delivery() {
    let city = City::new(SCALE_PPM, 7);
    let as_of: Date = AS_OF.parse().unwrap();
    for dataset in city.catalog.datasets() {
        // Until when something holds is told ahead.
        let days = dataset.columns.iter().filter(|column| column.kind == crate::catalog::ColumnType::Date);
        let days = days.filter(|column| column.name != "valid_until");
        let days: Vec<&str> = days.map(|column| column.name.as_str()).collect();
        for row in rows(dataset, city.dir.path()) {
            for column in &days {
                let day = date(dataset, &row, column);
                assert!(day.is_none_or(|day| day <= as_of), "{} {column} {day:?}", dataset.name);
            }
        }
    }
}

#[test]
fn a_catalog_that_was_changed_is_filled_all_the_same() {
    // A column that the model knows under another type falls back to the generic generator.
    let folder = tempfile::tempdir().unwrap();
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog/enterprise_officers.toml");
    let text = crate::env::read_text(&original).unwrap();
    let changed = text.replace("\"SHAREHOLDER\"]", "\"OWNER\"]");
    assert_ne!(changed, text);
    let path = folder.path().join("enterprise_officers.toml");
    crate::env::write_atomic(&path, changed.as_bytes(), crate::env::Durable::Shared).unwrap();
    let catalog = crate::catalog::Catalog::load(folder.path()).unwrap();
    let (dir, report) = deliver(&catalog, 1, 7);
    let rows = rows(catalog.dataset("enterprise_officers").unwrap(), dir.path());
    assert_eq!(rows.len() as u64, report.datasets[0].1);
    assert!(rows.iter().all(|row| row["position"].as_deref() != Some("SHAREHOLDER")));
}
