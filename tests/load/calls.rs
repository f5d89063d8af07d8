//! The city's calls: three policies in the shares in which banks ask, hot and cold parties, and some calls that are wrong in
//! every way that a bank gets wrong. Drawn from a seed.

use std::collections::BTreeMap;
use std::path::Path;

use anshi::model::{RawCell, RawParameter, RawRow, RawRows, UnitId};

use super::city::{City, JOBS_PER_MINUTE, Question, edit};
use super::home::Dice;

/// The guests of the calls.
pub const GUESTS: [&str; 3] = ["sme_credit_check", "loan_renewal_check", "guarantor_check"];
const POLICIES: [&str; 3] = ["sme-credit-check", "loan-renewal-check", "guarantor-check"];
/// Not asked here; a busy machine would want longer slots for them.
const TABLES: [&str; 3] = ["enterprise-vitality", "late-payment-by-county", "smart-fiscal"];
const MINIMA_FEN: [i64; 3] = [5_000_000, 10_000_000, 50_000_000];
/// Of a hundred calls so many are credit checks, and so many loan renewals; the rest are guarantors.
const CREDIT_PERCENT: u64 = 60;
const RENEWAL_PERCENT: u64 = 25;
/// So many of a hundred calls are about one of the few firms that everybody asks about.
const HOT_PERCENT: u64 = 10;
const HOT_FIRMS: u64 = 500;
/// So many of a hundred calls are wrong.
const WRONG_PERCENT: u64 = 5;
/// The shipped limit suits guests that nobody knows; these need less than a fifth of it for all rows that are granted, and a
/// slot holds as many more jobs.
const FUEL: &str = "100_000";

/// A call, and what must come of it.
pub struct Call {
    pub token: String,
    /// The refusal that it must meet; `None`: an answer, or a used-up budget.
    pub wrong: Option<&'static str>,
}

/// The shipped policies at the pace of a city: nothing is refused for being sent too fast. `nanos_per_kilofuel` takes the
/// place of what was measured, where a busy machine must not disturb.
pub fn arrange(home: &Path, nanos_per_kilofuel: Option<u64>) {
    for policy in POLICIES {
        let path = home.join("policies").join(policy).join("policy.toml");
        edit(&path, "jobs_per_minute = ", JOBS_PER_MINUTE);
        edit(&path, "fuel = ", FUEL);
    }
    for table in TABLES {
        std::fs::remove_dir_all(home.join("policies").join(table)).unwrap();
    }
    if let Some(nanos) = nanos_per_kilofuel {
        edit(&home.join("anshi.toml"), "nanos_per_kilofuel = ", &nanos.to_string());
        edit(&home.join("anshi.toml"), "nanos_per_mib = ", "500000");
    }
}

/// Draws calls.
pub struct Calls<'c> {
    city: &'c City,
    dice: Dice,
}

impl<'c> Calls<'c> {
    pub fn new(city: &'c City, seed: u64) -> Self {
        Self { city, dice: Dice(seed) }
    }

    /// The next call.
    pub fn draw(&mut self) -> Call {
        let question = self.question();
        if self.dice.below(100) < WRONG_PERCENT {
            return self.wrong(question);
        }
        Call { token: self.city.token(&question), wrong: None }
    }

    fn firm(&mut self) -> UnitId {
        let firms = &self.city.firms;
        let among = if self.dice.below(100) < HOT_PERCENT { HOT_FIRMS } else { firms.len() as u64 };
        firms[(self.dice.below(among) as usize) % firms.len()]
    }

    fn question(&mut self) -> Question {
        let firm = self.firm();
        let mut question = Question {
            policy: POLICIES[0],
            version: "2.0.0",
            purpose: "sme-lending",
            guest: GUESTS[0],
            parameters: Vec::new(),
            parties: vec![("enterprise", firm)],
            rows: RawRows::default(),
        };
        let kind = self.dice.below(100);
        if kind < CREDIT_PERCENT {
            let minimum = MINIMA_FEN[self.dice.below(3) as usize];
            question.parameters = vec![("min_paid_fen".to_owned(), RawParameter::Integer(minimum))];
        } else if kind < CREDIT_PERCENT + RENEWAL_PERCENT {
            (question.policy, question.version, question.guest) = (POLICIES[1], "1.0.0", GUESTS[1]);
            question.rows = self.repayments();
        } else {
            (question.policy, question.version, question.guest) = (POLICIES[2], "1.0.0", GUESTS[2]);
            let persons = &self.city.persons;
            question.parties.push(("guarantor", persons[self.dice.below(persons.len() as u64) as usize]));
        }
        question
    }

    /// What a bank knows of a loan: a year of instalments.
    fn repayments(&mut self) -> RawRows {
        let (due, late) = (self.dice.below(9_000) as i64 + 1_000, self.dice.below(4) == 0);
        let row = |month: u32| {
            let text = |name: &str, text: String| (name.to_owned(), RawCell::Text(text));
            let fen = |name: &str, fen: i64| (name.to_owned(), RawCell::Integer(fen));
            RawRow::from([
                text("loan", "L-2025-0117".to_owned()),
                text("kind", "PRINCIPAL".to_owned()),
                text("due_date", format!("2026-{month:02}-10")),
                text("paid_date", format!("2026-{month:02}-{}", if late { 25 } else { 10 })),
                fen("due_fen", due),
                fen("paid_fen", due),
            ])
        };
        RawRows(BTreeMap::from([("repayments".to_owned(), (1..=8).map(row).collect())]))
    }

    /// A call that is wrong in one way.
    fn wrong(&mut self, mut question: Question) -> Call {
        let city = self.city;
        let (token, wrong) = match self.dice.below(6) {
            0 => (tampered(&city.token(&question)), "bad-signature"),
            1 => (city.token_with(&question, Vec::new()), "consent-missing"),
            2 => {
                let other = Question { purpose: "marketing", ..question.clone() };
                (city.token(&other), "wrong-purpose")
            }
            3 => {
                question.version = "9.0.0";
                (city.token(&question), "unknown-policy")
            }
            4 => {
                question.parameters.push(("colour".to_owned(), RawParameter::Text("red".to_owned())));
                (city.token(&question), "bad-parameters")
            }
            _ => {
                question.parties.clear();
                (city.token(&question), "bad-parties")
            }
        };
        Call { token, wrong: Some(wrong) }
    }
}

/// The token with another byte in its signature.
fn tampered(token: &str) -> String {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{input}.{first}{}", &signature[1..])
}
