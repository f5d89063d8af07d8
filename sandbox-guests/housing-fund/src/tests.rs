//! The shared rules, by a guest that reads all of them and answers one.

use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};
use anshi_guest::{Input, Manifest, ParameterSpec, Read, Role, TableRead, Verifier};

use super::{CASES, Household, MARRIAGE, REGISTRY, balance, has_paid, household, is_enforced, lives};

const AS_OF: i32 = day(2026, 6, 30);
const ACCOUNT: TableRead = TableRead {
    dataset: "housing_fund",
    reads: &[
        Read::dates("period_end"),
        Read::integers("payable_fen"),
        Read::integers("paid_fen"),
        Read::integers("balance_fen"),
    ],
};
const ENFORCEMENT: TableRead =
    TableRead { dataset: "person_enforcement", reads: &[Read::codes("status", CASES), Read::integers("dishonest")] };

struct All;

impl Verifier for All {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::integer("months")],
        roles: &[
            Role { name: "applicant", tables: &[REGISTRY, MARRIAGE, ACCOUNT, ENFORCEMENT] },
            Role { name: "spouse", tables: &[REGISTRY] },
        ],
        labels: super::LABELS,
    };

    fn verify(_: &Input) -> u32 {
        super::NO
    }
}

fn input(applicant: PartyRows, spouse: Option<u32>) -> Input {
    let call = Call::<All>::on(AS_OF).integer("months", 0).party(applicant.token(0));
    match spouse {
        Some(token) => call.party(PartyRows::of("spouse").token(token)).input(),
        None => call.input(),
    }
}

fn of<T>(rows: TableRows, read: impl Fn(&anshi_guest::Party) -> T) -> T {
    let input = input(PartyRows::of("applicant").table(rows), None);
    read(&input.party("applicant").expect("an applicant"))
}

/// Contributions of the months so many months before, each `paid` of 100.
fn fund(ages: impl IntoIterator<Item = u32>, paid: Option<i64>) -> TableRows {
    let end = |age: u32| day(2026 - (age as i32 + 6) / 12, 12 - (age + 6) % 12, 28);
    let ends: Vec<i32> = ages.into_iter().map(end).collect();
    let rows = ends.len();
    TableRows::of("housing_fund")
        .dates("period_end", ends)
        .integers("payable_fen", vec![100; rows])
        .integers("paid_fen", vec![paid; rows])
        .integers("balance_fen", (1..=rows).map(|row| Some(row as i64 * 10)))
}

#[test]
fn contributions_are_counted_without_a_gap() {
    let paid = |rows: TableRows, months| of(rows, |person| has_paid(person, AS_OF, months));
    assert!(paid(fund(0..3, Some(100)), 3) && !paid(fund(0..3, Some(100)), 4));
    assert!(paid(fund(0..24, Some(100)), 24) && paid(fund(2..5, Some(101)), 3));
    assert!(!paid(fund(3..24, Some(100)), 3), "stale");
    assert!(!paid(fund([0, 1, 3, 4], Some(100)), 3), "a gap");
    assert!(!paid(fund(0..9, Some(99)), 3) && !paid(fund(0..9, None), 3) && !paid(fund([], None), 1));
    assert!(!paid(fund(0..0, None), 0), "an account that nothing is known of");
}

#[test]
fn the_balance_is_the_newest() {
    assert_eq!(of(fund(0..3, Some(100)), balance), Some(30));
    assert_eq!(of(fund([], None), balance), None);
}

#[test]
fn who_is_registered_lives() {
    let state = |word| of(TableRows::of("person_registry").codes("status", [word]), lives);
    assert_eq!([Some("REGISTERED"), Some("MOVED_OUT"), Some("DECEASED"), None].map(state), [true, true, false, false]);
    assert!(!of(fund([], None), lives));
}

#[test]
fn cases_speak_against_who_has_not_performed() {
    let case = |status, dishonest| {
        of(
            TableRows::of("person_enforcement").codes("status", [status]).integers("dishonest", [dishonest]),
            is_enforced,
        )
    };
    let performed = Some("PERFORMED");
    assert_eq!(
        [case(performed, 0), case(performed, 1), case(Some("OPEN"), 0), case(Some("NO_ASSETS"), 0), case(None, 0)],
        [false, true, true, true, true]
    );
    assert!(!of(fund([], None), is_enforced));
}

#[test]
fn a_couple_is_one_by_the_register() {
    let married = |state: &str, spouse: Option<u32>| {
        PartyRows::of("applicant")
            .table(TableRows::of("marriage_registry").tokens("spouse_id", [spouse]).codes("state", [state]))
    };
    let of = |applicant, named| {
        let input = input(applicant, named);
        match household(&input, &input.party("applicant").expect("an applicant")) {
            Household::Alone => "alone",
            Household::SpouseNotNamed => "not named",
            Household::Couple(spouse) if spouse.token() == 1 => "couple",
            Household::Couple(_) | Household::Stranger => "stranger",
        }
    };
    assert_eq!(of(married("MARRIED", Some(1)), Some(1)), "couple");
    assert_eq!(of(married("MARRIED", Some(1)), Some(2)), "stranger");
    assert_eq!(of(married("MARRIED", None), Some(1)), "stranger");
    assert_eq!(of(married("DIVORCED", Some(1)), Some(1)), "stranger");
    assert_eq!(of(married("MARRIED", Some(1)), None), "not named");
    assert_eq!([of(married("DIVORCED", Some(1)), None), of(PartyRows::of("applicant"), None)], ["alone", "alone"]);
    assert_eq!(of(PartyRows::of("applicant"), Some(1)), "stranger");
}
