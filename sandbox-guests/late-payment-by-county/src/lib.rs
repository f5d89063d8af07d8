//! Who pays tax late, by county and industry.
//!
//! An enterprise counts in the cell of its county and industry if at least one tax of which it can be told whether it
//! was paid in time fell due in the last `months` months. Beside that count, which the engine keeps, it adds `late`,
//! 1 if any of them was not there in full on its due date, so that the mean of `late` is the share of late payers; and
//! `late_fen`, how much was not there.
//!
//! A department's gap is not held against anyone: a payment in full without a date, or a tax without a due date, is
//! not judged.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Contributions, Contributor, ContributorManifest, ParameterSpec, Read, TableRead, UnitInput};
use county_industry::{DIMENSIONS, Months, REGISTRATION};

/// The guest.
pub struct LatePaymentByCounty;

anshi_guest::export_contributor!(LatePaymentByCounty);

impl Contributor for LatePaymentByCounty {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[ParameterSpec::integer("months")],
        tables: &[
            REGISTRATION,
            TableRead {
                dataset: "tax_payment",
                reads: &[
                    Read::dates("due_date"),
                    Read::dates("paid_date"),
                    Read::integers("payable_fen"),
                    Read::integers("paid_fen"),
                ],
            },
        ],
        dimensions: DIMENSIONS,
        measures: &["late", "late_fen"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        match (county_industry::cell(input), record(input)) {
            (Some(cell), Some(record)) => Contributions::one(cell, [record.is_late.into(), record.late_fen]),
            _ => Contributions::none(),
        }
    }
}

/// What an enterprise did about the taxes that fell due in the months asked about.
struct Record {
    is_late: bool,
    late_fen: i64,
}

/// `None` if no tax can be judged.
fn record(input: &UnitInput) -> Option<Record> {
    let as_of = input.as_of();
    let months = Months::up_to(as_of, input.integer("months"));
    let table = input.table("tax_payment");
    let (due, paid_on) = (table.dates("due_date").iter(), table.dates("paid_date").iter());
    let (payable, paid) = (table.integers("payable_fen").iter(), table.integers("paid_fen").iter());
    let mut record = None;
    for ((due, paid_on), (payable_fen, paid_fen)) in due.zip(paid_on).zip(payable.zip(paid)) {
        let Some(due) = due.filter(|&due| due < as_of && months.contain(due)) else { continue };
        let late_fen = match (Tax { due, paid_on, payable_fen, paid_fen }).judge() {
            Judgement::None => continue,
            Judgement::InTime => None,
            Judgement::Late(fen) => Some(fen),
        };
        let record = record.get_or_insert(Record { is_late: false, late_fen: 0 });
        record.is_late |= late_fen.is_some();
        record.late_fen = record.late_fen.saturating_add(late_fen.unwrap_or(0));
    }
    record
}

/// One tax that has fallen due; what is missing is `None`.
struct Tax {
    due: i32,
    paid_on: Option<i32>,
    payable_fen: Option<i64>,
    paid_fen: Option<i64>,
}

#[derive(Debug, PartialEq, Eq)]
enum Judgement {
    /// Nothing was owed, or it cannot be told.
    None,
    InTime,
    /// So much was not there on the due date; 0 if the amount is not known.
    Late(i64),
}

impl Tax {
    fn judge(&self) -> Judgement {
        // A nil return: something was filed, nothing was owed.
        if self.payable_fen == Some(0) {
            return Judgement::None;
        }
        let in_full = match (self.payable_fen, self.paid_fen) {
            (Some(payable), Some(paid)) => paid >= payable,
            // Whoever wrote down a sum or a day without the other wrote down a payment.
            (None, Some(paid)) => paid > 0,
            (_, None) => self.paid_on.is_some(),
        };
        let owed = self.payable_fen.or(self.paid_fen).unwrap_or(0);
        match self.paid_on {
            Some(paid_on) if paid_on <= self.due => match in_full {
                true => Judgement::InTime,
                false => Judgement::Late(owed.saturating_sub(self.paid_fen.unwrap_or(0))),
            },
            None if in_full => Judgement::None,
            _ => Judgement::Late(owed),
        }
    }
}
