//! The same unit under several spellings: one unit after ingest, in the key and in columns that name one.

use super::support::{Home, PERSONS, failure, firm, outcome, person, show};
use crate::catalog::{Catalog, CatalogError};
use crate::data::Outcome;

/// Of two different days of birth, in the spelling before 1999 and in today's.
const OLD: &str = "371402900115003";
const NEW: &str = "371402199001150036";

/// [`PERSONS`] with what `firm` names.
fn home_where_firm_names(what: &str) -> Home {
    let text = PERSONS.replace("name = \"firm\"", &format!("name = \"firm\"\nnames = \"{what}\""));
    home_of(&text).unwrap()
}

fn home_of(text: &str) -> Result<Home, CatalogError> {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("catalog");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("persons.toml"), text).unwrap();
    Catalog::load(&folder).map(|catalog| Home { dir, catalog })
}

#[test]
fn both_spellings_of_a_citizen_id_are_one_unit() {
    let home = Home::persons();
    let wide: String = OLD.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
    let rows: String = [OLD, NEW, " 371402900115003 ", &wide]
        .iter()
        .enumerate()
        .map(|(number, id)| format!("n{number},{id},,,,1\n"))
        .collect();
    home.deliver("persons.csv", &format!("note,id,insured,seen,firm,heads\n{rows}"));
    let report = home.ingest("2026-12-31");
    assert!(matches!(outcome(&report, "persons"), Outcome::Published { rows: 4, units: 1, rejected: 0 }), "{report:?}");
    let unit = crate::model::UnitId::parse(crate::model::UnitKind::Person, NEW).unwrap();
    assert_eq!(show(&home.open(), "persons", &unit).len(), 4);
}

#[test]
fn a_false_date_or_letter_is_refused_with_its_reason() {
    let home = Home::persons();
    let bad = [
        ("371402900230003", "date of birth"),
        ("371402901301003", "date of birth"),
        ("37140290011500X", "character 15"),
        ("371402900115996", "born before 1900"),
        ("37140290011500", "has 18 characters"),
    ];
    let mut delivery = String::from("note,id,insured,seen,firm,heads\n");
    for (id, _) in bad {
        delivery.push_str(&format!("x,{id},,,,1\nx,{OLD},,,,1\n"));
    }
    home.deliver("persons.csv", &delivery);
    let report = home.ingest("2026-12-31");
    assert!(matches!(outcome(&report, "persons"), Outcome::Published { rows: 5, units: 1, rejected: 5 }), "{report:?}");
    let list = home.rejects("persons");
    for ((id, reason), line) in bad.iter().zip(list.lines().skip(1)) {
        assert!(line.contains(",id,") && line.contains(reason) && !line.contains(id), "{line}");
    }
}

#[test]
fn a_column_that_names_persons_joins_on_both_spellings() {
    let home = home_where_firm_names("person");
    let a = person(1);
    let rows: String = [OLD, NEW, ""].map(|id| format!("x,{a},,,{id},1\n")).concat();
    home.deliver("persons.csv", &format!("note,id,insured,seen,firm,heads\n{rows}x,{a},,,ABC-1,1\n"));
    let report = home.ingest("2026-12-31");
    assert!(matches!(outcome(&report, "persons"), Outcome::Published { rows: 3, units: 1, rejected: 1 }), "{report:?}");
    let shown = show(&home.open(), "persons", &a).concat();
    assert_eq!((shown.matches(NEW).count(), shown.contains(OLD)), (2, false), "{shown}");
    assert!(home.rejects("persons").contains("persons.csv,5,firm,an identifier has 18 characters"));
}

#[test]
fn fifteen_digits_that_may_be_anything_stay_as_they_are() {
    // A column of certificates, and one of firms: a registration number of 15 digits may look like a person's id.
    let a = person(1);
    let home = Home::persons();
    home.deliver("persons.csv", &format!("note,id,insured,seen,firm,heads\nx,{a},,,{OLD},1\nx,{a},,,{NEW},1\n"));
    home.ingest("2026-12-31");
    let shown = show(&home.open(), "persons", &a).concat();
    assert!(shown.contains(OLD) && shown.contains(NEW), "{shown}");

    let home = home_where_firm_names("enterprise");
    home.deliver("persons.csv", &format!("note,id,insured,seen,firm,heads\nx,{a},,,{OLD},1\nx,{a},,,{},1\n", firm(1)));
    let report = home.ingest("2026-12-31");
    assert!(matches!(outcome(&report, "persons"), Outcome::Published { rows: 1, rejected: 1, .. }), "{report:?}");
    home.clear().deliver("persons.csv", &format!("note,id,insured,seen,firm,heads\nx,{a},,,{OLD},1\n"));
    assert!(failure(&home.ingest("2026-12-31"), "persons").contains("1 of 1 rows were refused"));
}

#[test]
fn what_a_column_names_is_checked_and_part_of_the_schema() {
    let schema = |home: &Home| home.catalog.dataset("persons").unwrap().schema_sha256;
    let plain = schema(&Home::persons());
    let [person, enterprise] = ["person", "enterprise"].map(|what| schema(&home_where_firm_names(what)));
    assert!(plain != person && plain != enterprise && person != enterprise);
    for (text, error) in [
        ("name = \"firm\"\nnames = \"persons\"", "did you mean `person`?"),
        ("name = \"firm\"\nnames = \"certificate\"", "one of `enterprise`, `person`"),
    ] {
        let refused = home_of(&PERSONS.replace("name = \"firm\"", text)).err().unwrap().to_string();
        assert!(refused.contains(error), "{refused}");
    }
    for (name, error) in [
        ("note", "only a column of type `identifier` has `names`"),
        ("id", "the key names the dataset's unit, `person`"),
    ] {
        let name = format!("name = \"{name}\"");
        let text = PERSONS.replace(&name, &format!("{name}\nnames = \"enterprise\""));
        let refused = home_of(&text).err().unwrap().to_string();
        assert!(refused.contains(error), "{refused}");
    }
}
