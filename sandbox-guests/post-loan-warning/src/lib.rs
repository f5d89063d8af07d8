//! Says of a firm that a bank has lent to whether it is steady, to be watched, or a case for an alarm. The platform asks
//! it of thousands of firms in one batch, every month.
//!
//! The rules are meant to be explained to the firm. Eight subjects are looked at, each of which says nothing, has a
//! gap, tells of a slip, or of something grave:
//!
//! | subject | a slip | grave |
//! |---|---|---|
//! | licence | | not known to be active |
//! | taxes | due and unpaid | unpaid for 90 days |
//! | power | the last three months at three quarters of the same months a year before, or less | at half, or less |
//! | insured heads | 15 % fewer than half a year before, two heads at least | 30 % fewer, three heads at least |
//! | courts | a claim is being enforced; a judgment against the firm within half a year | nothing left to take; dishonest |
//! | lists | on the list of abnormal operations; a penalty within half a year | on a black list |
//! | pledges | equity or chattels pledged within half a year, and not released | |
//! | wages | a complaint within half a year that was settled | a complaint that is not settled |
//!
//! Anything grave is an `alarm`, and so are slips in three subjects. A slip or a gap is `watch`; without any the firm is
//! `steady`. What is missing is never read as zero: taxes of which nothing was heard for four months, and power or
//! heads that cannot be compared, are gaps. A gap makes no alarm. Where a department keeps a list of what is wrong, no row
//! is no finding.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Party, Read, Role, Table, TableRead, Verifier, calendar};

/// The guest.
pub struct PostLoanWarning;

anshi_guest::export_verifier!(PostLoanWarning);

/// The answers, in the manifest's order.
const STEADY: u32 = 0;
const WATCH: u32 = 1;
const ALARM: u32 = 2;

/// The code of the one status that lets a firm do business.
const ACTIVE: u32 = 0;
/// The states of a case that are told apart.
const CASES: &[&str] = &["OPEN", "NO_ASSETS"];
const OPEN: u32 = 0;
const NO_ASSETS: u32 = 1;
const DEFENDANT: u32 = 0;
/// The kinds of public credit records that are told apart.
const RECORDS: &[&str] = &["PENALTY", "BLACK_LIST"];
const PENALTY: u32 = 0;
const BLACK_LIST: u32 = 1;

/// What happened longer ago is no news.
const NEWS_DAYS: i32 = 180;
/// From here on the tax bureau's reminders have gone unheeded.
const BAD_DAYS: i32 = 90;
/// Who pays tax every quarter is heard of within so many days.
const HEARD_DAYS: i32 = 120;
/// Power goes with the season: the newest months are compared with the same ones of the year before.
const YEAR_MONTHS: usize = 12;
const POWER_MONTHS: usize = 3;
/// Of the pairs of months so many must be known.
const POWER_PAIRS_MIN: usize = 2;
/// The newest month of heads, and the one that it is compared with, may lag by so many months.
const HEADS_LAG_MONTHS: usize = 3;
const HEADS_BEFORE_MONTHS: usize = 6;
/// Slips in so many subjects are an alarm.
const SLIPS_MAX: usize = 3;

/// What one subject comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    /// It cannot be told.
    Gap,
    Slip,
    Grave,
}
use Found::{Gap, Grave, Nothing, Slip};

impl Verifier for PostLoanWarning {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[Role {
            name: "enterprise",
            tables: &[
                TableRead { dataset: "business_registration", reads: &[Read::codes("status", &["ACTIVE"])] },
                TableRead {
                    dataset: "tax_payment",
                    reads: &[
                        Read::dates("period_end"),
                        Read::integers("payable_fen"),
                        Read::integers("paid_fen"),
                        Read::dates("due_date"),
                    ],
                },
                TableRead {
                    dataset: "electricity_usage",
                    reads: &[Read::dates("period_end"), Read::integers("usage_kwh")],
                },
                TableRead {
                    dataset: "social_insurance",
                    reads: &[Read::dates("period_end"), Read::integers("insured_heads")],
                },
                TableRead {
                    dataset: "court_enforcement",
                    reads: &[Read::codes("status", CASES), Read::integers("dishonest")],
                },
                TableRead {
                    dataset: "court_judgments",
                    reads: &[Read::codes("side", &["DEFENDANT"]), Read::dates("judged_on")],
                },
                TableRead {
                    dataset: "public_credit",
                    reads: &[Read::codes("kind", RECORDS), Read::dates("recorded_on"), Read::dates("removed_on")],
                },
                TableRead { dataset: "abnormal_operations", reads: &[Read::dates("removed_on")] },
                TableRead {
                    dataset: "equity_pledges",
                    reads: &[Read::dates("pledged_on"), Read::dates("released_on")],
                },
                TableRead {
                    dataset: "chattel_mortgages",
                    reads: &[Read::dates("registered_on"), Read::dates("released_on")],
                },
                TableRead { dataset: "wage_arrears", reads: &[Read::dates("reported_on"), Read::dates("settled_on")] },
            ],
        }],
        labels: &["steady", "watch", "alarm"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(firm) = input.party("enterprise") else { return ALARM };
        let as_of = input.as_of();
        let found = [
            licence(&firm),
            taxes(&firm.table("tax_payment"), as_of),
            power(&firm.table("electricity_usage"), as_of),
            heads(&firm.table("social_insurance"), as_of),
            courts(&firm, as_of),
            lists(&firm, as_of),
            pledges(&firm, as_of),
            wages(&firm.table("wage_arrears"), as_of),
        ];
        let slips = found.iter().filter(|found| **found == Slip).count();
        if slips >= SLIPS_MAX || found.contains(&Grave) {
            ALARM
        } else if found.iter().any(|found| *found != Nothing) {
            WATCH
        } else {
            STEADY
        }
    }
}

/// True on the day itself, and for half a year from it on.
fn is_news(day: Option<i32>, as_of: i32) -> bool {
    day.is_some_and(|day| (0..=NEWS_DAYS).contains(&as_of.saturating_sub(day)))
}

/// Whether what has no end, or a later one, still holds.
fn holds(end: Option<i32>, as_of: i32) -> bool {
    end.is_none_or(|end| end > as_of)
}

fn slip_if(is_slip: bool) -> Found {
    if is_slip { Slip } else { Nothing }
}

fn licence(firm: &Party) -> Found {
    let status = firm.table("business_registration").codes("status").get(0);
    if status == Some(ACTIVE) { Nothing } else { Grave }
}

fn taxes(table: &Table, as_of: i32) -> Found {
    let (ends, due_dates) = (table.dates("period_end"), table.dates("due_date"));
    let (payable, paid) = (table.integers("payable_fen"), table.integers("paid_fen"));
    let (mut worst, mut is_heard_of) = (Nothing, false);
    for row in 0..table.rows() {
        is_heard_of |= ends.get(row).is_some_and(|end| as_of.saturating_sub(end) <= HEARD_DAYS);
        let (Some(payable), Some(paid), Some(due)) = (payable.get(row), paid.get(row), due_dates.get(row)) else {
            continue;
        };
        let overdue = as_of.saturating_sub(due);
        if paid < payable && overdue > 0 {
            worst = worst.max(if overdue >= BAD_DAYS { Grave } else { Slip });
        }
    }
    worst.max(if is_heard_of { Nothing } else { Gap })
}

/// How many months before the day of the answer a day falls.
fn age_months(day: Option<i32>, as_of: i32) -> Option<usize> {
    usize::try_from(calendar::month(as_of).saturating_sub(calendar::month(day?))).ok()
}

fn power(table: &Table, as_of: i32) -> Found {
    // By age in months: the sum of the meters, and whether one of them was not read.
    let mut months = [(None::<i64>, false); YEAR_MONTHS + POWER_MONTHS];
    for (end, usage) in table.dates("period_end").iter().zip(table.integers("usage_kwh").iter()) {
        let place = age_months(end, as_of);
        let Some((sum, is_spoilt)) = place.and_then(|place| months.get_mut(place)) else { continue };
        match usage {
            Some(usage) => *sum = Some(sum.unwrap_or(0).saturating_add(usage)),
            None => *is_spoilt = true,
        }
    }
    let known = |(sum, is_spoilt): &(Option<i64>, bool)| sum.filter(|_| !is_spoilt);
    let pairs = months.iter().zip(months.iter().skip(YEAR_MONTHS)).take(POWER_MONTHS);
    let pairs = pairs.filter_map(|(now, before)| Some((known(now)?, known(before)?)));
    let add = |(count, now, before): (usize, i64, i64), pair: (i64, i64)| {
        (count + 1, now.saturating_add(pair.0), before.saturating_add(pair.1))
    };
    let (count, now, before) = pairs.fold((0, 0, 0), add);
    if count < POWER_PAIRS_MIN || before <= 0 {
        return Gap;
    }
    if now <= before / 2 { Grave } else { slip_if(now <= before / 4 * 3) }
}

fn heads(table: &Table, as_of: i32) -> Found {
    let mut months = [None::<i64>; HEADS_BEFORE_MONTHS + HEADS_LAG_MONTHS];
    for (end, heads) in table.dates("period_end").iter().zip(table.integers("insured_heads").iter()) {
        let place = age_months(end, as_of);
        if let Some(month) = place.and_then(|place| months.get_mut(place)) {
            *month = (*month).max(heads);
        }
    }
    let newest = |from: usize| months.iter().skip(from).take(HEADS_LAG_MONTHS).find_map(|month| *month);
    let (Some(now), Some(before @ 1..)) = (newest(0), newest(HEADS_BEFORE_MONTHS)) else { return Gap };
    let gone = before.saturating_sub(now);
    let is_fall =
        |permille: i64, heads: i64| gone >= heads && gone.saturating_mul(1_000) >= before.saturating_mul(permille);
    if is_fall(300, 3) { Grave } else { slip_if(is_fall(150, 2)) }
}

fn courts(firm: &Party, as_of: i32) -> Found {
    let cases = firm.table("court_enforcement");
    let mut worst = Nothing;
    for (status, dishonest) in cases.codes("status").iter().zip(cases.integers("dishonest").iter()) {
        let is_grave = status == Some(NO_ASSETS) || dishonest == Some(1);
        worst = worst.max(if is_grave { Grave } else { slip_if(status == Some(OPEN)) });
    }
    let judgments = firm.table("court_judgments");
    let mut lost = judgments.codes("side").iter().zip(judgments.dates("judged_on").iter());
    worst.max(slip_if(lost.any(|(side, judged)| side == Some(DEFENDANT) && is_news(judged, as_of))))
}

fn lists(firm: &Party, as_of: i32) -> Found {
    let records = firm.table("public_credit");
    let days = records.dates("recorded_on").iter().zip(records.dates("removed_on").iter());
    let mut worst = Nothing;
    for (kind, (recorded, removed)) in records.codes("kind").iter().zip(days) {
        worst = worst.max(match kind {
            Some(BLACK_LIST) if holds(removed, as_of) => Grave,
            Some(PENALTY) => slip_if(is_news(recorded, as_of)),
            _ => Nothing,
        });
    }
    let mut abnormal = firm.table("abnormal_operations").dates("removed_on").iter();
    worst.max(slip_if(abnormal.any(|removed| holds(removed, as_of))))
}

fn pledges(firm: &Party, as_of: i32) -> Found {
    let is_fresh = |dataset: &str, since: &str| {
        let table = firm.table(dataset);
        let mut days = table.dates(since).iter().zip(table.dates("released_on").iter());
        days.any(|(since, released)| is_news(since, as_of) && holds(released, as_of))
    };
    slip_if(is_fresh("equity_pledges", "pledged_on") || is_fresh("chattel_mortgages", "registered_on"))
}

fn wages(table: &Table, as_of: i32) -> Found {
    let days = table.dates("reported_on").iter().zip(table.dates("settled_on").iter());
    let of = |(reported, settled): (Option<i32>, Option<i32>)| match holds(settled, as_of) {
        true => Grave,
        false => slip_if(is_news(reported, as_of)),
    };
    days.map(of).max().unwrap_or(Nothing)
}
