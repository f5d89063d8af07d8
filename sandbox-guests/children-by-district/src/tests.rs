//! Children, and who is none.

use anshi_guest::calendar::day;
use anshi_guest::testing::{TableRows, UnitCall};

use super::{ChildrenByDistrict, YEAR_FIRST, YEARS};

fn call(born: Option<i32>, district: Option<&str>) -> UnitCall<ChildrenByDistrict> {
    UnitCall::on(day(2026, 9, 30))
        .table(TableRows::of("births").dates("born_on", [born]))
        .table(TableRows::of("household_register").codes("district", [district]))
}

fn cell(born: Option<i32>, district: Option<&str>) -> Option<Vec<&'static str>> {
    let cells = call(born, district).cells();
    assert!(cells.len() <= 1);
    cells.into_iter().next().map(|(labels, _)| labels)
}

#[test]
fn years_stand_one_after_the_other() {
    for (place, year) in YEARS.iter().enumerate() {
        assert_eq!(year.parse(), Ok(YEAR_FIRST + place as i32));
    }
}

#[test]
fn the_year_of_birth_goes_from_new_year_to_new_years_eve() {
    let born = |born| cell(Some(born), Some("371402-2"));
    assert_eq!(born(day(2020, 1, 1)), Some(vec!["371402-2", "2020"]));
    assert_eq!(born(day(2020, 12, 31)), Some(vec!["371402-2", "2020"]));
    assert_eq!(born(day(2019, 12, 31)), Some(vec!["371402-2", "2019"]));
    assert_eq!(
        [born(day(2015, 12, 31)), born(day(2028, 1, 1)), born(i32::MIN), born(i32::MAX)],
        [None, None, None, None]
    );
    assert_eq!([born(day(2016, 1, 1)).is_some(), born(day(2027, 12, 31)).is_some()], [true, true]);
}

#[test]
fn both_registers_have_to_know_the_child() {
    let born = Some(day(2020, 5, 10));
    assert_eq!([cell(None, Some("371402-2")), cell(born, None), cell(born, Some("999999-9"))], [None, None, None]);
    let on = || UnitCall::<ChildrenByDistrict>::on(day(2026, 9, 30));
    assert!(on().table(TableRows::of("births").dates("born_on", [born])).cells().is_empty());
    assert!(on().table(TableRows::of("household_register").codes("district", ["371402-2"])).cells().is_empty());
}
