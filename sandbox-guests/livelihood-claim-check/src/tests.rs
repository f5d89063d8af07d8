//! One claim on each programme, and what has to change for it to be out of order.

use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::{LivelihoodClaimCheck, PROGRAMMES};

const AS_OF: i32 = day(2026, 9, 30);

type Claim = (&'static str, Option<i32>, Option<i32>);

fn funds(claims: &[Claim]) -> TableRows {
    TableRows::of("livelihood_funds")
        .codes("programme", claims.iter().map(|claim| Some(claim.0)))
        .dates("first_paid_on", claims.iter().map(|claim| claim.1))
        .dates("last_paid_on", claims.iter().map(|claim| claim.2))
}

fn registry(born: Option<i32>, status: Option<&str>) -> TableRows {
    TableRows::of("person_registry").dates("born", [born]).codes("status", [status])
}

/// Draws the programme since 2024, and was born so many years before the day of the answer.
fn claimant(programme: &'static str, years: i32) -> PartyRows {
    PartyRows::of("claimant")
        .table(funds(&[(programme, Some(day(2024, 1, 1)), Some(AS_OF))]))
        .table(registry(Some(day(2026 - years, 9, 30)), Some("REGISTERED")))
}

fn answer(programme: &str, claimant: PartyRows) -> &'static str {
    Call::<LivelihoodClaimCheck>::on(AS_OF).text("programme", programme).party(claimant).label().expect("a label")
}

fn of_age(programme: &'static str, years: i32) -> &'static str {
    answer(programme, claimant(programme, years))
}

fn disability(level: Option<i64>, until: Option<i32>) -> TableRows {
    TableRows::of("disability_certificates").integers("level", [level]).dates("valid_until", [until])
}

fn insured(kind: &str, status: &str) -> TableRows {
    TableRows::of("insured_persons").codes("kind", [kind]).codes("status", [status])
}

fn payroll(until: Option<i32>) -> TableRows {
    TableRows::of("fiscal_payroll").dates("paid_until", [until])
}

#[test]
fn who_draws_nothing_has_no_claim() {
    let old = claimant("ELDERLY_ALLOWANCE", 80);
    assert_eq!(answer("ELDERLY_ALLOWANCE", old.clone()), "yes");
    assert_eq!(answer("FAMILY_PLANNING", old.clone()), "no");
    assert_eq!(answer("ELDERLY_ALLOWANCE", old.table(funds(&[]))), "no");
    assert_eq!(answer("ELDERLY_ALLOWANCE", PartyRows::of("claimant")), "no");
    assert_eq!(Call::<LivelihoodClaimCheck>::on(AS_OF).text("programme", "ELDERLY_ALLOWANCE").label(), Some("no"));
}

#[test]
fn two_claims_at_one_time_are_one_too_many() {
    let (programme, begin) = ("ELDERLY_ALLOWANCE", Some(day(2024, 1, 1)));
    let with = |claims: &[Claim]| answer(programme, claimant(programme, 81).table(funds(claims)));
    let moved = day(2025, 6, 30);
    assert_eq!(with(&[(programme, begin, Some(moved)), (programme, Some(moved + 1), Some(AS_OF))]), "yes");
    assert_eq!(with(&[(programme, begin, Some(moved)), (programme, Some(moved), Some(AS_OF))]), "no");
    assert_eq!(with(&[(programme, begin, Some(AS_OF)), ("MEDICAL_AID", begin, Some(AS_OF))]), "yes");
    assert_eq!(with(&[(programme, begin, None)]), "no");
    assert_eq!(with(&[(programme, begin, Some(moved)), (programme, None, Some(AS_OF))]), "no");
}

#[test]
fn the_destitute_draw_no_minimum_beside() {
    let (poor, destitute) = ("MINIMUM_LIVING", "DESTITUTE_SUPPORT");
    let (begin, change) = (Some(day(2024, 1, 1)), day(2025, 6, 30));
    let both = |until| {
        let rows = funds(&[(poor, begin, Some(until)), (destitute, Some(change), Some(AS_OF))]);
        answer(destitute, claimant(destitute, 70).table(rows))
    };
    assert_eq!([both(change - 1), both(change)], ["yes", "no"]);
}

#[test]
fn the_dead_are_paid_until_the_end_of_their_month() {
    let programme = "ELDERLY_ALLOWANCE";
    let died = day(2026, 4, 3);
    let dead = |last, status| {
        let party = claimant(programme, 79).table(funds(&[(programme, Some(day(2024, 1, 1)), Some(last))]));
        let funeral = TableRows::of("funerals").dates("died_on", [died]);
        answer(programme, party.table(registry(Some(0), status)).table(funeral))
    };
    assert_eq!(dead(day(2026, 4, 30), Some("DECEASED")), "yes");
    assert_eq!(dead(day(2026, 5, 1), Some("DECEASED")), "no");
    assert_eq!(dead(day(2026, 5, 1), Some("REGISTERED")), "no");
    assert_eq!(dead(day(2026, 4, 30), Some("MOVED_OUT")), "no");
    let alive = claimant(programme, 80);
    assert_eq!(answer(programme, alive.clone().table(TableRows::of("funerals").dates("died_on", [None]))), "no");
    for status in [Some("DECEASED"), Some("MOVED_OUT"), None] {
        assert_eq!(answer(programme, alive.clone().table(registry(Some(0), status))), "no");
    }
}

#[test]
fn birthdays_decide() {
    let born = |programme: &'static str, born| {
        answer(programme, claimant(programme, 0).table(registry(born, Some("REGISTERED"))))
    };
    assert_eq!(born("ELDERLY_ALLOWANCE", Some(day(1946, 9, 30))), "yes");
    assert_eq!(born("ELDERLY_ALLOWANCE", Some(day(1946, 10, 1))), "no");
    assert_eq!(born("FAMILY_PLANNING", Some(day(1966, 9, 30))), "yes");
    assert_eq!(born("FAMILY_PLANNING", Some(day(1966, 10, 1))), "no");
    assert_eq!(born("ORPHAN_SUPPORT", Some(day(2008, 9, 30))), "no");
    assert_eq!(born("ORPHAN_SUPPORT", Some(day(2008, 10, 1))), "yes");
    assert_eq!([born("ELDERLY_ALLOWANCE", None), born("ORPHAN_SUPPORT", None)], ["no", "no"]);
}

#[test]
fn disability_takes_a_certificate_that_is_valid() {
    let with = |programme: &'static str, level, until| {
        answer(programme, claimant(programme, 40).table(disability(level, until)))
    };
    assert_eq!([of_age("DISABLED_LIVING", 40), of_age("DISABLED_CARE", 40)], ["no", "no"]);
    assert_eq!(with("DISABLED_LIVING", Some(4), Some(AS_OF)), "yes");
    assert_eq!(with("DISABLED_LIVING", Some(4), Some(AS_OF - 1)), "no");
    assert_eq!(with("DISABLED_LIVING", Some(4), None), "no");
    assert_eq!(with("DISABLED_LIVING", None, Some(AS_OF)), "no");
    assert_eq!(with("DISABLED_CARE", Some(2), Some(AS_OF)), "yes");
    assert_eq!(with("DISABLED_CARE", Some(3), Some(AS_OF)), "no");
}

#[test]
fn the_minimum_takes_a_grant_in_force() {
    let grant = |kind, status, ended| {
        let rows = TableRows::of("social_assistance")
            .codes("kind", [kind])
            .codes("status", [status])
            .dates("ended_on", [ended]);
        claimant("MINIMUM_LIVING", 50).table(rows)
    };
    let with = |kind, status, ended| answer("MINIMUM_LIVING", grant(kind, status, ended));
    assert_eq!(with("URBAN_MINIMUM", "GRANTED", None), "yes");
    assert_eq!(with("RURAL_MINIMUM", "GRANTED", Some(AS_OF)), "yes");
    assert_eq!(with("RURAL_MINIMUM", "GRANTED", Some(AS_OF - 1)), "no");
    assert_eq!(with("URBAN_MINIMUM", "ENDED", None), "no");
    assert_eq!([with("MARGINAL", "GRANTED", None), with("TEMPORARY", "GRANTED", None)], ["no", "no"]);
    let public = |until| answer("MINIMUM_LIVING", grant("URBAN_MINIMUM", "GRANTED", None).table(payroll(until)));
    assert_eq!(public(Some(day(2026, 8, 1))), "no");
    assert_eq!(public(Some(day(2026, 7, 31))), "yes");
    assert_eq!(public(None), "no");
}

#[test]
fn the_destitute_have_nothing_else() {
    let programme = "DESTITUTE_SUPPORT";
    assert_eq!(
        [of_age(programme, 60), of_age(programme, 59), of_age(programme, 15), of_age(programme, 16)],
        ["yes", "no", "yes", "no"]
    );
    let old = || claimant(programme, 70);
    assert_eq!(answer(programme, claimant(programme, 40).table(disability(Some(2), Some(AS_OF)))), "yes");
    assert_eq!(answer(programme, old().table(insured("EMPLOYEE", "PAYING"))), "no");
    assert_eq!(answer(programme, old().table(insured("EMPLOYEE", "RETIRED"))), "yes");
    assert_eq!(answer(programme, old().table(TableRows::of("pensions").codes("kind", ["EMPLOYEE"]))), "no");
    assert_eq!(answer(programme, old().table(TableRows::of("pensions").codes("kind", ["RESIDENT"]))), "yes");
}

#[test]
fn the_jobless_are_of_age_and_have_no_job() {
    let programme = "JOB_SUBSIDY";
    assert_eq!([15, 16, 59, 60].map(|years| of_age(programme, years)), ["no", "yes", "yes", "no"]);
    let with = |rows| answer(programme, claimant(programme, 30).table(rows));
    assert_eq!(with(insured("EMPLOYEE", "PAYING")), "no");
    assert_eq!(with(insured("EMPLOYEE", "PAUSED")), "yes");
    assert_eq!(with(insured("FLEXIBLE", "PAYING")), "yes");
    assert_eq!(with(payroll(Some(AS_OF))), "no");
}

#[test]
fn the_other_programmes_have_their_one_register_each() {
    let with = |programme: &'static str, rows| answer(programme, claimant(programme, 30).table(rows));
    let insurance = |status| TableRows::of("health_insurance").codes("status", [status]);
    assert_eq!([with("MEDICAL_AID", insurance("VALID")), with("MEDICAL_AID", insurance("PAUSED"))], ["yes", "no"]);
    let school = |grade: Option<i64>| TableRows::of("school_enrolment").integers("grade", [grade]);
    assert_eq!([with("STUDENT_AID", school(Some(1))), with("STUDENT_AID", school(None))], ["yes", "no"]);
    let residence = |word| TableRows::of("household_register").codes("residence", [word]);
    for programme in ["FARMLAND_SUPPORT", "HOUSING_RENOVATION"] {
        assert_eq!([with(programme, residence("RURAL")), with(programme, residence("URBAN"))], ["yes", "no"]);
    }
    assert_eq!(
        [of_age("MEDICAL_AID", 30), of_age("STUDENT_AID", 30), of_age("FARMLAND_SUPPORT", 30)],
        ["no", "no", "no"]
    );
    assert_eq!(of_age("TEMPORARY_RELIEF", 30), "yes");
    assert_eq!(with("TEMPORARY_RELIEF", payroll(Some(AS_OF))), "no");
}

#[test]
fn absurd_days_and_unknown_programmes_end_in_a_label_too() {
    for programme in PROGRAMMES {
        let far =
            claimant(programme, 0).table(registry(Some(i32::MIN), Some("REGISTERED"))).table(payroll(Some(i32::MIN)));
        answer(programme, far);
        answer(programme, claimant(programme, 0).table(registry(Some(i32::MAX), Some("REGISTERED"))));
    }
    assert_eq!(answer("LOTTERY", claimant("ELDERLY_ALLOWANCE", 80)), "no");
}
