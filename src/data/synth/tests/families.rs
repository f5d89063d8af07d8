//! That the datasets about persons tell of the same families: whom one row names another knows, and as the same kin.

use std::collections::{BTreeMap, BTreeSet};

use super::support::{City, Row, SCALE_PPM, text};
use crate::model::{Date, UnitId, UnitKind};

/// Enough families for every kind of kin.
const FAMILIES_PPM: u64 = 5_000;

fn by_id(rows: Vec<Row>) -> BTreeMap<String, Row> {
    rows.into_iter().map(|row| (text(&row, "citizen_id").to_owned(), row)).collect()
}

fn born(id: &str) -> Date {
    format!("{}-{}-{}", &id[6..10], &id[10..12], &id[12..14]).parse().unwrap()
}

#[test]
fn nobody_comes_twice_and_every_id_is_right() {
    for seed in [7, 8] {
        let city = City::new(FAMILIES_PPM, seed);
        let rows = city.rows("person_registry");
        let ids: BTreeSet<&str> = rows.iter().map(|row| text(row, "citizen_id")).collect();
        assert_eq!(ids.len(), rows.len());
        assert_eq!(ids.len() as u64, city.report.persons);
        for id in ids {
            let unit = UnitId::parse(UnitKind::Person, id).unwrap();
            assert!(crate::data::synth::is_invented(&unit), "{id}");
        }
    }
}

#[test]
fn a_household_is_the_same_to_all_its_members() {
    let city = City::new(FAMILIES_PPM, 7);
    let rows = city.rows("household_register");
    let mut members: BTreeMap<&str, i64> = BTreeMap::new();
    for row in &rows {
        *members.entry(text(row, "household")).or_default() += 1;
    }
    assert!(members.values().any(|count| *count >= 6) && members.values().all(|count| *count <= 8));
    let registry = by_id(city.rows("person_registry"));
    let mut relations = BTreeSet::new();
    for row in &rows {
        let person = &registry[text(row, "citizen_id")];
        assert_eq!(person["household"], row["household"]);
        assert_eq!((text(person, "status"), &person["county"]), ("REGISTERED", &row["county"]));
        assert_eq!(text(row, "members"), members[text(row, "household")].to_string());
        let head = &registry[text(row, "head_id")];
        assert_eq!(head["household"], row["household"]);
        assert_eq!(text(row, "relation") == "HEAD", row["citizen_id"] == row["head_id"]);
        assert!(text(row, "district").starts_with(text(row, "county")));
        relations.insert(text(row, "relation").to_owned());
    }
    assert!(relations.into_iter().eq(["CHILD", "HEAD", "OTHER", "PARENT", "SPOUSE"].map(str::to_owned)));
}

#[test]
fn spouses_name_each_other_and_hold_one_certificate() {
    let city = City::new(FAMILIES_PPM, 7);
    let weddings = by_id(city.rows("marriage_registry"));
    let register = by_id(city.rows("household_register"));
    let mut couples = 0;
    for (id, row) in &weddings {
        let Some(spouse) = row["spouse_id"].as_ref() else {
            assert_ne!(text(row, "state"), "MARRIED", "{id}");
            continue;
        };
        let other = &weddings[spouse];
        assert_eq!(other["spouse_id"].as_ref(), Some(id));
        assert_eq!(row["certificate_number"], other["certificate_number"]);
        let day = |row: &Row| city.day("marriage_registry", row, "registered_on");
        assert_eq!(day(row), day(other));
        if let (Some(one), Some(two)) = (register.get(id), register.get(spouse)) {
            assert_eq!(one["spouse_id"].as_ref(), Some(spouse));
            assert_eq!(one["household"], two["household"]);
            couples += 1;
        }
        assert_ne!(id.as_bytes()[16] % 2, spouse.as_bytes()[16] % 2, "{id} {spouse}");
    }
    assert!(couples > 400, "{couples}");
}

#[test]
fn parents_are_a_generation_older_and_children_have_births_and_schools() {
    let city = City::new(FAMILIES_PPM, 7);
    let register = by_id(city.rows("household_register"));
    let registry = by_id(city.rows("person_registry"));
    let mut children = 0;
    for (id, row) in &register {
        for (parent, is_woman) in [("father_id", false), ("mother_id", true)] {
            let Some(parent) = row[parent].as_ref() else { continue };
            assert!(registry.contains_key(parent));
            assert_eq!(parent.as_bytes()[16].is_multiple_of(2), is_woman, "{parent}");
            let years = (born(id).days() - born(parent).days()) / 365;
            assert!((18..=46).contains(&years), "{id} {parent}: {years}");
            children += 1;
        }
    }
    assert!(children > 400, "{children}");
    let births = city.rows("births");
    assert!(births.len() > 70);
    for row in &births {
        let child = &register[text(row, "citizen_id")];
        assert_eq!((&row["mother_id"], &row["father_id"]), (&child["mother_id"], &child["father_id"]));
        assert_eq!(city.day("births", row, "born_on"), Some(born(text(row, "citizen_id"))));
    }
    for row in city.rows("school_enrolment") {
        let child = &register[text(&row, "citizen_id")];
        assert!(registry.contains_key(text(&row, "guardian_id")));
        assert_eq!((&row["home_county"], &row["home_district"]), (&child["county"], &child["district"]));
        let grade: i32 = text(&row, "grade").parse().unwrap();
        let years =
            city.day("school_enrolment", &row, "entered_on").unwrap().ymd().0 - born(text(&row, "citizen_id")).ymd().0;
        assert!((6..=7).contains(&years) && (1..=12).contains(&grade));
    }
}

#[test]
fn the_dead_are_those_with_funerals() {
    let city = City::new(FAMILIES_PPM, 7);
    let registry = by_id(city.rows("person_registry"));
    let dead: BTreeSet<&String> =
        registry.iter().filter(|(_, row)| text(row, "status") == "DECEASED").map(|(id, _)| id).collect();
    let funerals = by_id(city.rows("funerals"));
    assert_eq!(dead, funerals.keys().collect());
    assert!(dead.len() > 12, "{}", dead.len());
    for (id, row) in &funerals {
        let day = |column| city.day("funerals", row, column).unwrap();
        assert!(day("died_on") <= day("cremated_on"));
        if let Some(changed) = city.day("person_registry", &registry[id], "registered_on") {
            assert!(day("died_on") <= changed, "{id}");
        }
    }
    for name in ["household_register", "health_insurance", "fiscal_payroll", "insured_persons"] {
        assert!(city.all(name, "citizen_id").iter().all(|id| !dead.contains(id)), "{name}");
    }
}

#[test]
fn whoever_is_named_lives_in_the_city() {
    let city = City::new(SCALE_PPM, 7);
    let persons = city.all("person_registry", "citizen_id");
    let firms = city.all("business_registration", "uscc");
    let mut columns = 0;
    for dataset in city.catalog.datasets() {
        let known = |unit| if unit == UnitKind::Person { &persons } else { &firms };
        let key = &dataset.key_column().unwrap().name;
        let named = dataset.columns.iter().filter_map(|column| Some((&column.name, column.names?)));
        for (column, unit) in named.chain([(key, dataset.unit)]) {
            assert!(city.all(&dataset.name, column).is_subset(known(unit)), "{} {column}", dataset.name);
            columns += 1;
        }
    }
    assert!(columns > 80, "{columns}");
}
