//! Pupils, and who is none.

use anshi_guest::calendar::day;
use anshi_guest::testing::{TableRows, UnitCall};

use super::SchoolFlows;

type Cells = Vec<(Vec<&'static str>, Vec<i64>)>;

fn cells(asked: &str, stage: Option<&str>, counties: [Option<&str>; 2], boards: Option<i64>) -> Cells {
    let pupil = TableRows::of("school_enrolment")
        .codes("stage", [stage])
        .codes("home_county", [counties[0]])
        .codes("school_county", [counties[1]])
        .integers("boards", [boards]);
    UnitCall::<SchoolFlows>::on(day(2026, 9, 30)).text("stage", asked).table(pupil).cells()
}

const AWAY: [Option<&str>; 2] = [Some("371428"), Some("371402")];

#[test]
fn from_home_to_school() {
    assert_eq!(cells("SENIOR", Some("SENIOR"), AWAY, Some(1)), [(vec!["371428", "371402"], vec![1])]);
    let home = [Some("371402"), Some("371402")];
    assert_eq!(cells("PRIMARY", Some("PRIMARY"), home, Some(0)), [(vec!["371402", "371402"], vec![0])]);
}

#[test]
fn only_the_stage_that_is_asked_about() {
    for stage in [Some("PRIMARY"), Some("KINDERGARTEN"), None] {
        assert!(cells("SENIOR", stage, AWAY, Some(1)).is_empty());
    }
    assert!(cells("KINDERGARTEN", Some("KINDERGARTEN"), AWAY, Some(1)).is_empty());
    let nobody = UnitCall::<SchoolFlows>::on(day(2026, 9, 30)).text("stage", "SENIOR");
    assert!(nobody.cells().is_empty());
}

#[test]
fn what_is_not_known_is_nowhere() {
    for counties in [[None, AWAY[1]], [AWAY[0], None], [Some("110101"), AWAY[1]], [AWAY[0], Some("110101")]] {
        assert!(cells("SENIOR", Some("SENIOR"), counties, Some(1)).is_empty());
    }
    for boards in [None, Some(7)] {
        assert_eq!(cells("SENIOR", Some("SENIOR"), AWAY, boards), [(vec!["371428", "371402"], vec![0])]);
    }
}
