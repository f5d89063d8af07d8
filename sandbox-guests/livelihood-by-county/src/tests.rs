//! Persons with their claims.

use anshi_guest::calendar::day;
use anshi_guest::testing::{TableRows, UnitCall};

use super::LivelihoodByCounty;

const AS_OF: i32 = day(2026, 9, 30);

type Claim = (Option<&'static str>, Option<&'static str>, Option<i32>, Option<i64>);

fn cells(months: i64, claims: &[Claim]) -> Vec<(Vec<&'static str>, Vec<i64>)> {
    let funds = TableRows::of("livelihood_funds")
        .codes("programme", claims.iter().map(|claim| claim.0))
        .codes("county", claims.iter().map(|claim| claim.1))
        .dates("last_paid_on", claims.iter().map(|claim| claim.2))
        .integers("monthly_fen", claims.iter().map(|claim| claim.3));
    UnitCall::<LivelihoodByCounty>::on(AS_OF).integer("months", months).table(funds).cells()
}

fn claim(programme: &'static str, county: &'static str, last: i32) -> Claim {
    (Some(programme), Some(county), Some(last), Some(500))
}

#[test]
fn each_programme_and_county_is_a_cell() {
    let claims = [
        claim("STUDENT_AID", "371402", AS_OF),
        claim("DISABLED_CARE", "371402", AS_OF),
        claim("STUDENT_AID", "371482", AS_OF),
    ];
    let expected = [
        (vec!["STUDENT_AID", "371402"], vec![500]),
        (vec!["DISABLED_CARE", "371402"], vec![500]),
        (vec!["STUDENT_AID", "371482"], vec![500]),
    ];
    assert_eq!(cells(3, &claims), expected);
    assert!(cells(3, &[]).is_empty());
}

#[test]
fn claims_of_one_cell_are_added_up() {
    let twice = [claim("STUDENT_AID", "371402", AS_OF), claim("STUDENT_AID", "371402", AS_OF)];
    assert_eq!(cells(3, &twice), [(vec!["STUDENT_AID", "371402"], vec![1_000])]);
}

#[test]
fn what_is_paid_once_is_no_monthly_sum() {
    for programme in ["TEMPORARY_RELIEF", "MEDICAL_AID", "HOUSING_RENOVATION"] {
        assert_eq!(cells(3, &[claim(programme, "371402", AS_OF)]), [(vec![programme, "371402"], vec![0])]);
    }
}

#[test]
fn only_who_was_paid_in_the_months_counts() {
    let counted = |months, last| cells(months, &[claim("STUDENT_AID", "371402", last)]).len();
    assert_eq!(
        [
            counted(3, day(2026, 6, 30)),
            counted(3, day(2026, 7, 1)),
            counted(12, day(2025, 10, 1)),
            counted(12, day(2025, 9, 30))
        ],
        [0, 1, 1, 0]
    );
}

#[test]
fn what_is_not_known_is_nowhere() {
    let (programme, county, last) = (Some("STUDENT_AID"), Some("371402"), Some(AS_OF));
    for gap in [
        (None, county, last),
        (programme, None, last),
        (programme, county, None),
        (Some("LOTTERY"), county, last),
        (programme, Some("110101"), last),
    ] {
        assert!(cells(3, &[(gap.0, gap.1, gap.2, Some(500))]).is_empty());
    }
    assert_eq!(cells(3, &[(programme, county, last, None)]), [(vec!["STUDENT_AID", "371402"], vec![0])]);
}

#[test]
fn absurd_figures_do_not_overflow() {
    let absurd = (Some("STUDENT_AID"), Some("371402"), Some(AS_OF), Some(i64::MAX));
    assert_eq!(cells(3, &[absurd, absurd]), [(vec!["STUDENT_AID", "371402"], vec![i64::MAX])]);
    assert!(cells(i64::MAX, &[claim("STUDENT_AID", "371402", i32::MAX)]).is_empty());
}
