//! A couple with a child, and what has to change for the answer to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::HouseholdCheck;

const AS_OF: i32 = day(2026, 9, 30);
/// Tokens as the engine numbers them: the parties first, then by appearance.
const HOUSEHOLD: u32 = 3;
const ANOTHER: u32 = 4;
/// 800 yuan; for the three of them 2,400, and one and a half times 3,600.
const LINE: i64 = 80_000;

fn person(role: &str, born: i32) -> PartyRows {
    PartyRows::of(role).table(register(Some(HOUSEHOLD), Some(3))).table(registry(Some(born), Some("REGISTERED")))
}

fn register(household: Option<u32>, members: Option<i64>) -> TableRows {
    TableRows::of("household_register").tokens("household", [household]).integers("members", [members])
}

fn registry(born: Option<i32>, status: Option<&str>) -> TableRows {
    TableRows::of("person_registry").dates("born", [born]).codes("status", [status])
}

fn insured(kind: &str, base: Option<i64>, status: &str) -> TableRows {
    TableRows::of("insured_persons").codes("kind", [kind]).integers("base_fen", [base]).codes("status", [status])
}

fn applicant(wage: i64) -> PartyRows {
    person("applicant", day(1980, 1, 1)).table(insured("EMPLOYEE", Some(wage), "PAYING"))
}

fn spouse() -> PartyRows {
    person("member", day(1982, 1, 1)).table(insured("RESIDENT", None, "PAYING"))
}

fn child() -> PartyRows {
    person("member", day(2015, 1, 1))
}

fn answer(parties: impl IntoIterator<Item = PartyRows>) -> &'static str {
    let call = Call::<HouseholdCheck>::on(AS_OF).integer("line_fen", LINE);
    parties.into_iter().fold(call, Call::party).label().expect("a label")
}

fn with(applicant: PartyRows) -> &'static str {
    answer([applicant, spouse(), child()])
}

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!(HouseholdCheck::MANIFEST.labels, ["differs", "no", "marginal", "minimum"]);
    assert_eq!((super::DIFFERS, super::NO, super::MARGINAL, super::MINIMUM), (0, 1, 2, 3));
}

#[test]
fn bands_end_at_the_line_and_at_one_and_a_half_of_it() {
    let bands = [239_999, 240_000, 360_000, 360_001].map(|wage| with(applicant(wage)));
    assert_eq!(bands, ["minimum", "marginal", "marginal", "no"]);
}

#[test]
fn whom_the_register_has_elsewhere_is_no_member() {
    assert_eq!(answer([applicant(0), spouse(), child().table(register(Some(ANOTHER), Some(3)))]), "differs");
    assert_eq!(answer([applicant(0), spouse(), child().table(register(None, Some(3)))]), "differs");
    assert_eq!(answer([applicant(0), spouse(), PartyRows::of("member")]), "differs");
    // A missing number holds the token 0 underneath: two of them are no household.
    let nowhere = |party: PartyRows| party.table(register(None, Some(3)));
    assert_eq!(answer([nowhere(applicant(0)), nowhere(spouse()), nowhere(child())]), "differs");
}

#[test]
fn nobody_is_left_out_and_nobody_comes_along() {
    assert_eq!(answer([applicant(0), spouse()]), "differs");
    assert_eq!(answer([applicant(0), spouse(), child(), child()]), "differs");
    assert_eq!(answer([applicant(0).table(register(Some(HOUSEHOLD), None)), spouse(), child()]), "differs");
    assert_eq!(answer([spouse(), child()]), "differs");
    assert_eq!(answer([applicant(0).table(register(Some(HOUSEHOLD), Some(1)))]), "minimum");
}

#[test]
fn the_dead_and_those_who_left_are_no_members() {
    for status in [Some("DECEASED"), Some("MOVED_OUT"), None] {
        assert_eq!(answer([applicant(0), spouse(), child().table(registry(Some(0), status))]), "differs");
    }
}

#[test]
fn wages_count_while_they_are_paid() {
    let paid = |kind, status| with(applicant(0).table(insured(kind, Some(900_000), status)));
    assert_eq!([paid("EMPLOYEE", "PAYING"), paid("FLEXIBLE", "PAYING")], ["no", "no"]);
    assert_eq!([paid("EMPLOYEE", "PAUSED"), paid("EMPLOYEE", "RETIRED")], ["minimum", "minimum"]);
    assert_eq!(paid("RESIDENT", "PAYING"), "minimum");
}

#[test]
fn the_newest_tax_year_counts_where_it_is_more() {
    let years = |incomes: &[Option<i64>]| TableRows::of("personal_income_tax").integers("income_fen", incomes.to_vec());
    assert_eq!(with(applicant(0).table(years(&[Some(99_000_000), Some(240_000 * 12 - 1)]))), "minimum");
    assert_eq!(with(applicant(0).table(years(&[Some(0), Some(240_000 * 12)]))), "marginal");
    assert_eq!(with(applicant(240_000).table(years(&[Some(0)]))), "marginal");
    assert_eq!(with(applicant(0).table(years(&[None]))), "no");
}

#[test]
fn pensions_count_while_they_are_paid() {
    let pension = |monthly: Option<i64>, status: Option<&str>| {
        TableRows::of("pensions").integers("monthly_fen", [monthly]).codes("status", [status])
    };
    assert_eq!(with(applicant(200_000).table(pension(Some(39_999), Some("PAID")))), "minimum");
    assert_eq!(with(applicant(200_000).table(pension(Some(40_000), Some("PAID")))), "marginal");
    assert_eq!(with(applicant(200_000).table(pension(Some(40_000), None))), "marginal");
    assert_eq!(with(applicant(200_000).table(pension(Some(900_000), Some("STOPPED")))), "minimum");
    assert_eq!(with(applicant(200_000).table(pension(None, Some("PAID")))), "no");
}

#[test]
fn nobody_is_poor_by_a_gap() {
    assert_eq!(with(applicant(0).table(insured("EMPLOYEE", None, "PAYING"))), "no");
    assert_eq!(answer([applicant(0), person("member", day(2008, 9, 1)), child()]), "no");
    assert_eq!(answer([applicant(0), person("member", day(2008, 10, 1)), child()]), "minimum");
    assert_eq!(answer([applicant(0), spouse(), child().table(registry(None, Some("REGISTERED")))]), "no");
    assert_eq!(with(applicant(0).table(TableRows::of("housing_fund").integers("balance_fen", [None]))), "no");
}

#[test]
fn a_home_is_left_to_them_and_premises_are_not() {
    let titles = |rows: &[(Option<&'static str>, Option<i64>)]| {
        TableRows::of("real_estate")
            .codes("purpose", rows.iter().map(|row| row.0))
            .integers("share", rows.iter().map(|row| row.1))
    };
    let (home, whole) = (Some("RESIDENTIAL"), Some(10_000));
    let means = |rows: &[_]| with(applicant(0).table(titles(rows)));
    assert_eq!(means(&[(home, whole), (Some("PARKING"), whole)]), "minimum");
    assert_eq!(means(&[(home, whole), (home, Some(4_999))]), "minimum");
    assert_eq!(means(&[(home, whole), (home, Some(5_000))]), "no");
    assert_eq!(means(&[(home, whole), (home, None)]), "no");
    assert_eq!(means(&[(home, whole), (None, whole)]), "no");
    assert_eq!([means(&[(Some("COMMERCIAL"), None)]), means(&[(Some("INDUSTRIAL"), Some(1))])], ["no", "no"]);
    let house = || titles(&[(home, whole)]);
    assert_eq!(answer([applicant(0).table(house()), spouse().table(house()), child()]), "no");
}

#[test]
fn one_cheap_car_is_marginal() {
    let vehicles = |rows: &[(Option<&'static str>, Option<i64>)]| {
        TableRows::of("person_vehicles")
            .codes("kind", rows.iter().map(|row| row.0))
            .integers("value_fen", rows.iter().map(|row| row.1))
    };
    let means = |rows: &[_]| with(applicant(0).table(vehicles(rows)));
    assert_eq!(means(&[(Some("MOTORCYCLE"), Some(99_000_000))]), "minimum");
    assert_eq!(means(&[(Some("CAR"), Some(10_000_000))]), "marginal");
    assert_eq!(means(&[(Some("VAN"), Some(10_000_001))]), "no");
    assert_eq!([means(&[(Some("CAR"), None)]), means(&[(None, None)])], ["no", "no"]);
    assert_eq!(means(&[(Some("CAR"), Some(1)), (Some("LORRY"), Some(1))]), "no");
}

#[test]
fn who_has_a_firm_is_not_poor() {
    let office = |position, until| {
        with(applicant(0).table(TableRows::of("person_offices").codes("position", [position]).dates("until", [until])))
    };
    for position in ["LEGAL_REPRESENTATIVE", "MANAGER", "SHAREHOLDER"] {
        assert_eq!([office(position, None), office(position, Some(AS_OF))], ["no", "no"]);
        assert_eq!(office(position, Some(AS_OF - 1)), "minimum");
    }
    assert_eq!(office("SUPERVISOR", None), "minimum");
}

#[test]
fn two_years_of_the_line_may_be_in_the_fund() {
    let fund = |balance: i64| TableRows::of("housing_fund").integers("balance_fen", [99_000_000, balance]);
    let most = LINE * 3 * 24;
    assert_eq!([with(applicant(0).table(fund(most))), with(applicant(0).table(fund(most + 1)))], ["minimum", "no"]);
}

#[test]
fn absurd_figures_end_in_a_label_too() {
    let fund = TableRows::of("housing_fund").integers("balance_fen", [i64::MAX]);
    let ancient = child().table(registry(Some(i32::MIN), Some("REGISTERED")));
    assert_eq!(
        answer([
            applicant(i64::MAX).table(fund),
            spouse().table(insured("FLEXIBLE", Some(i64::MAX), "PAYING")),
            ancient
        ]),
        "no"
    );
    assert_eq!(with(applicant(i64::MIN)), "minimum");
}
