//! Attack 61: rows of one's own. A client chooses them freely, so they are a parameter without a list: every choice is
//! another question, and every question is charged. A row says whom it is about, but only of whom the request names; no row
//! changes what the job costs, and none reaches another party's run.

use anshi::env::weaken::Weakness;
use anshi::model::{RawRow, RefusalCode};

use super::run::check;
use crate::support::{ODD_FEN, OwnRows, changed, firm, label, own_row, refusal, text};

const QUESTIONS: i64 = 12;
/// What an answer of two labels costs.
const BITS: i64 = 2;

/// Bisects the firm's tax by rows that it is compared with: each step must be paid.
fn bisect() -> Result<(), String> {
    let own = OwnRows::comparing();
    let (mut low, mut high) = (0, 2 * ODD_FEN);
    for question in 1..=QUESTIONS {
        let middle = low + (high - low) / 2;
        let answered = own.home.answered(&own.token(vec![own_row("2026-06-01", middle)]));
        if label(&answered) == "yes" {
            high = middle
        } else {
            low = middle
        }
        let charged = own.home.bits_charged();
        if charged != BITS * question {
            return Err(format!("{question} questions with rows of their own were charged {charged} bits"));
        }
    }
    // The rows do work, or this would show nothing.
    if (low..=high).contains(&ODD_FEN) { Ok(()) } else { Err(format!("bisecting ended at {low} to {high}")) }
}

/// Rows about somebody whom the request does not name, in every spelling that might be taken for one who is.
fn about_others() -> Result<(), String> {
    let own = OwnRows::new(&[("borrower", &[])], "(i32.const 1)", "key = \"borrower\"", false);
    let about = |name: &str| changed(own_row("2026-06-01", 7), "borrower", Some(text(name)));
    let id = firm(1).to_string();
    let wide = id.replacen('9', "９", 1);
    let (other, person) = (firm(2).to_string(), "34052419800101001X");
    let names = [other.as_str(), person, &id.to_lowercase(), &format!(" {id}"), &wide, &id[..17], ""];
    for name in names {
        let rows: Vec<RawRow> = vec![about(&id), about(name)];
        let answer = own.home.ask(&own.token(rows));
        if refusal(&answer) != Some(RefusalCode::Rows) {
            return Err(format!("a row about `{name}` in a job about `{id}`: {:?}", answer.as_ref().map(label)));
        }
    }
    match own.home.totals() {
        (0, 0) => Ok(()),
        (entries, charges) => Err(format!("refused rows left {entries} log entries and {charges} charges")),
    }
}

pub fn attack() -> Result<(), String> {
    about_others()?;
    bisect()
}

#[test]
fn held() {
    check(attack, Weakness::RowsNotOfJob);
    #[cfg(feature = "weaken")]
    super::run::check_weakened(attack, Weakness::RowOfAnother);
}
