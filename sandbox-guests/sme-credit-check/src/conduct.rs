//! How a firm behaves: what it declares, what the authorities hold against it or praise it for, and whether a
//! court has to make it pay.

use anshi_guest::Party;

/// The kinds of public credit records that are told apart.
pub(crate) const KINDS: &[&str] = &["PENALTY", "RED_LIST", "BLACK_LIST", "ABNORMAL"];
const PENALTY: u32 = 0;
const RED_LIST: u32 = 1;
const BLACK_LIST: u32 = 2;
const ABNORMAL: u32 = 3;

/// The states of a case that are told apart.
pub(crate) const STATES: &[&str] = &["OPEN", "NO_ASSETS"];
const OPEN: u32 = 0;
const NO_ASSETS: u32 = 1;

/// A penalty counts for a year: the time after which most can be struck off.
const PENALTY_DAYS: i64 = 365;
/// From here on a declaration is long missing: the longest filing period has gone by.
const LONG_MISSING_DAYS: i64 = 90;

/// Whether the firm declares its taxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filing {
    /// Nothing is known to be missing.
    Complete,
    Missing,
    LongMissing,
}

/// What stands in the public credit records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Credit {
    pub(crate) is_penalised: bool,
    pub(crate) is_abnormal: bool,
    pub(crate) is_blacklisted: bool,
    pub(crate) is_on_red_list: bool,
}

/// What the courts say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Court {
    pub(crate) is_enforcing: bool,
    pub(crate) has_no_assets: bool,
    pub(crate) is_dishonest: bool,
}

/// The oldest declaration that is due and did not come. A row without a due day cannot be judged.
pub(crate) fn filing(firm: &Party, as_of: i32) -> Filing {
    let table = firm.table("tax_filing");
    let declarations = table.dates("due_date").iter().zip(table.dates("filed_date").iter());
    let missing = declarations.filter(|(_, filed)| filed.is_none()).filter_map(|(due, _)| due);
    let overdue = missing.map(|due| i64::from(as_of) - i64::from(due)).max();
    match overdue {
        Some(LONG_MISSING_DAYS..) => Filing::LongMissing,
        Some(1..) => Filing::Missing,
        _ => Filing::Complete,
    }
}

/// What is in force on the day of the answer, and penalties of the last year.
pub(crate) fn credit(firm: &Party, as_of: i32) -> Credit {
    let table = firm.table("public_credit");
    let days = table.dates("recorded_on").iter().zip(table.dates("removed_on").iter());
    let mut credit = Credit::default();
    for (kind, (recorded, removed)) in table.codes("kind").iter().zip(days) {
        let holds = removed.is_none_or(|removed| removed > as_of);
        let is_recent = recorded.is_some_and(|day| i64::from(as_of) - i64::from(day) <= PENALTY_DAYS);
        match kind {
            Some(PENALTY) => credit.is_penalised |= is_recent,
            Some(RED_LIST) => credit.is_on_red_list |= holds,
            Some(BLACK_LIST) => credit.is_blacklisted |= holds,
            Some(ABNORMAL) => credit.is_abnormal |= holds,
            _ => {}
        }
    }
    credit
}

/// All cases that the policy lets the guest see. One that was performed says nothing against a firm.
pub(crate) fn court(firm: &Party) -> Court {
    let table = firm.table("court_enforcement");
    let mut court = Court::default();
    for (status, dishonest) in table.codes("status").iter().zip(table.integers("dishonest").iter()) {
        court.is_enforcing |= status == Some(OPEN);
        court.has_no_assets |= status == Some(NO_ASSETS);
        court.is_dishonest |= dishonest == Some(1);
    }
    court
}
