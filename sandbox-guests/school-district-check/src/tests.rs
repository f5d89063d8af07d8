//! A family with a home, a family that rents, and what has to change for the answer to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::{COUNTIES, DISTRICTS, SchoolDistrictCheck};

const AS_OF: i32 = day(2026, 6, 30);
const HERE: &str = "371402-2";
const ELSEWHERE: &str = "371428-4";
/// Tokens as the engine numbers them: the parties first, then by appearance.
const MOTHER: u32 = 1;
const FATHER: u32 = 2;
const HOUSEHOLD: u32 = 3;
const TITLE: u32 = 4;

fn register(district: &str, father: Option<u32>, mother: Option<u32>) -> TableRows {
    TableRows::of("household_register")
        .tokens("household", [HOUSEHOLD])
        .tokens("father_id", [father])
        .tokens("mother_id", [mother])
        .codes("district", [district])
}

fn registry(born: Option<i32>, status: &str) -> TableRows {
    TableRows::of("person_registry").dates("born", [born]).codes("status", [status])
}

fn child(district: &str) -> PartyRows {
    PartyRows::of("child")
        .table(register(district, Some(FATHER), Some(MOTHER)))
        .table(registry(Some(day(2020, 8, 31)), "REGISTERED"))
}

fn parent() -> PartyRows {
    PartyRows::of("parent").table(TableRows::of("household_register").tokens("household", [HOUSEHOLD]))
}

fn listed(district: &str, seat_used: Option<i64>) -> TableRows {
    TableRows::of("school_districts")
        .tokens("title_number", [TITLE])
        .codes("district", [district])
        .integers("seat_used", [seat_used])
}

fn title(number: u32, purpose: Option<&'static str>, share: Option<i64>, seized: Option<i64>) -> TableRows {
    TableRows::of("real_estate")
        .tokens("title_number", [number])
        .codes("purpose", [purpose])
        .integers("share", [share])
        .integers("seized", [seized])
}

fn owner() -> PartyRows {
    parent().table(listed(HERE, Some(0))).table(title(TITLE, Some("RESIDENTIAL"), Some(5_000), Some(0)))
}

fn rental(district: &str, until: Option<i32>) -> TableRows {
    TableRows::of("rental_contracts").codes("district", [district]).dates("valid_until", [until])
}

fn insured(county: &str, months: Option<i64>, status: &str) -> TableRows {
    TableRows::of("insured_persons")
        .codes("county", [county])
        .integers("paid_months", [months])
        .codes("status", [status])
}

fn tenant() -> PartyRows {
    parent().table(rental(HERE, Some(AS_OF))).table(insured("371402", Some(12), "PAYING"))
}

fn asked(district: &str, parties: impl IntoIterator<Item = PartyRows>) -> &'static str {
    let call = Call::<SchoolDistrictCheck>::on(AS_OF).text("district", district).integer("year", 2026);
    parties.into_iter().fold(call, Call::party).label().expect("a label")
}

fn answer(child: PartyRows, parent: PartyRows) -> &'static str {
    asked(HERE, [child, parent])
}

#[test]
fn lists_stand_as_the_codes_do() {
    assert_eq!(SchoolDistrictCheck::MANIFEST.labels, ["no", "yes"]);
    for (place, district) in DISTRICTS.iter().enumerate() {
        assert!(district.starts_with(COUNTIES[place / 4]));
    }
}

#[test]
fn registered_there_with_a_home_there() {
    assert_eq!(answer(child(HERE), owner()), "yes");
    assert_eq!(answer(child(ELSEWHERE), owner()), "no");
    assert_eq!(answer(child(HERE), parent()), "no");
    assert_eq!(asked("371402-1", [child(HERE), owner()]), "no");
    assert_eq!(
        [asked("REGISTERED", [child(HERE), owner()]), asked("REGISTERED", [child(ELSEWHERE), owner()])],
        ["yes", "no"]
    );
    assert_eq!(
        [asked("999999-9", [child(HERE), owner()]), asked("REGISTERED", [child("999999-9"), owner()])],
        ["no", "no"]
    );
}

#[test]
fn the_home_may_be_the_other_parents() {
    assert_eq!(asked(HERE, [child(HERE), parent(), owner()]), "yes");
    assert_eq!(asked(HERE, [child(HERE), owner(), parent()]), "yes");
}

#[test]
fn a_false_parent_is_a_no_whatever_they_own() {
    assert_eq!(answer(child(HERE).table(register(HERE, Some(FATHER), Some(9))), owner()), "no");
    assert_eq!(asked(HERE, [child(HERE), parent(), owner().token(9)]), "no");
    assert_eq!(asked(HERE, [child(HERE), owner(), tenant().token(9)]), "no");
    // A missing cell holds the token 0 underneath: it is nobody's.
    assert_eq!(answer(child(HERE).table(register(HERE, None, None)), owner().token(0)), "no");
    assert_eq!(asked(HERE, [child(HERE)]), "no");
    assert_eq!(asked(HERE, [owner()]), "no");
}

#[test]
fn another_household_is_not_registered_there() {
    let apart = owner().table(TableRows::of("household_register").tokens("household", [8]));
    assert_eq!(answer(child(HERE), apart.clone()), "no");
    assert_eq!(asked(HERE, [child(HERE), parent(), apart]), "yes");
    let nowhere = || TableRows::of("household_register").tokens("household", [None]);
    assert_eq!(answer(child(HERE), owner().table(nowhere())), "no");
}

#[test]
fn six_years_by_the_end_of_august() {
    let born = |born, status| answer(child(HERE).table(registry(born, status)), owner());
    assert_eq!(born(Some(day(2020, 8, 31)), "REGISTERED"), "yes");
    assert_eq!(born(Some(day(2020, 9, 1)), "REGISTERED"), "no");
    assert_eq!(born(None, "REGISTERED"), "no");
    assert_eq!([born(Some(0), "DECEASED"), born(Some(0), "MOVED_OUT")], ["no", "no"]);
    let pupil = TableRows::of("school_enrolment").integers("grade", [None]);
    assert_eq!(answer(child(HERE).table(pupil), owner()), "no");
}

#[test]
fn what_a_home_is() {
    let with =
        |number, purpose, share, seized| answer(child(HERE), owner().table(title(number, purpose, share, seized)));
    let home = Some("RESIDENTIAL");
    assert_eq!(with(TITLE, home, Some(5_000), Some(0)), "yes");
    assert_eq!(with(TITLE, home, Some(4_999), Some(0)), "no");
    assert_eq!(with(TITLE + 1, home, Some(10_000), Some(0)), "no");
    assert_eq!(with(TITLE, Some("COMMERCIAL"), Some(10_000), Some(0)), "no");
    assert_eq!(with(TITLE, home, Some(10_000), Some(1)), "no");
    assert_eq!(
        [
            with(TITLE, None, Some(10_000), Some(0)),
            with(TITLE, home, None, Some(0)),
            with(TITLE, home, Some(10_000), None)
        ],
        ["no"; 3]
    );
    let seat = |used| answer(child(HERE), owner().table(listed(HERE, used)));
    assert_eq!([seat(Some(0)), seat(Some(1)), seat(None)], ["yes", "no", "no"]);
}

#[test]
fn living_there_takes_a_year_of_insurance_in_the_county() {
    let away = || child(ELSEWHERE);
    assert_eq!(answer(away(), tenant()), "yes");
    assert_eq!(answer(away(), owner().table(insured("371402", Some(12), "PAYING"))), "yes");
    for rows in [
        insured("371402", Some(11), "PAYING"),
        insured("371403", Some(99), "PAYING"),
        insured("371402", Some(99), "PAUSED"),
        insured("371402", None, "PAYING"),
    ] {
        assert_eq!(answer(away(), tenant().table(rows)), "no");
    }
    for rows in [rental(HERE, Some(AS_OF - 1)), rental(HERE, None), rental("371402-1", Some(AS_OF))] {
        assert_eq!(answer(away(), tenant().table(rows)), "no");
    }
    // One rents, the other is insured: neither lives and works there.
    let (rents, works) =
        (parent().table(rental(HERE, Some(AS_OF))), parent().table(insured("371402", Some(99), "PAYING")));
    assert_eq!(asked(HERE, [away(), rents, works]), "no");
}

#[test]
fn absurd_years_end_in_a_label_too() {
    for year in [i64::MIN, i64::MAX, 0] {
        let call = Call::<SchoolDistrictCheck>::on(AS_OF).text("district", HERE).integer("year", year);
        assert_eq!(call.party(child(HERE)).party(owner()).label(), Some("no"));
    }
}
