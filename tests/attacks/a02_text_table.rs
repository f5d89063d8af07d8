//! Attack 2 for tables: data in the text of a unit's fault. A figure of the data is planted and searched for in everything
//! that leaves the engine or is stored. No switch makes a table tell a text: the same search is made where the figure is.

use std::path::Path;

use super::a02_text::{FAULT_WORDS, search};
use super::run::check_beside;
use crate::support::{ODD_FEN, TableHome, TableSetup, Unit, seen};

/// The unit says what it paid in the text of a panic; and it faults in other ways.
const TELLS: i64 = 5;
const BEHAVIOURS: [i64; 3] = [TELLS, 1, 16];

fn told() -> (TableHome, Result<(), String>) {
    let home = TableHome::with(&TableSetup::clear(vec![Unit { number: 1, cell: 7, fen: ODD_FEN }]));
    let canary = ODD_FEN.to_string();
    let tokens = BEHAVIOURS.iter().map(|behaviour| home.token(*behaviour)).collect();
    for (behaviour, answer) in BEHAVIOURS.iter().zip(home.0.ask_all(tokens)) {
        let seen = seen(&answer.unwrap());
        let readable = format!("{}{}{}{}", seen.text, seen.claims, seen.intent, seen.outcome);
        if let Some(word) = FAULT_WORDS.iter().chain([&canary.as_str()]).find(|word| readable.contains(**word)) {
            let told = format!("behaviour {behaviour}: the client reads `{word}`");
            return (home, Err(told));
        }
    }
    (home, Ok(()))
}

/// Looks for the figure in all files but those `except` this folder of the home.
fn searched(except: &str) -> Result<(), String> {
    let (home, told) = told();
    told?;
    // Closed, so that everything is on disk.
    let home = home.0.reopened();
    // Eight bytes as they lie in memory, as SQLite packs them, and in words.
    let needles = [
        ODD_FEN.to_string().into_bytes(),
        ODD_FEN.to_le_bytes().to_vec(),
        ODD_FEN.to_be_bytes().to_vec(),
        ODD_FEN.to_be_bytes()[2..].to_vec(),
    ];
    search(&home.path, &home.path.join(except), &needles)?;
    search(&home.path.with_extension("mirror"), Path::new(""), &needles)
}

pub fn attack() -> Result<(), String> {
    searched("data")
}

/// With the data searched too, where the figure must be.
pub fn without() -> Result<(), String> {
    searched("nothing")
}

#[test]
fn held() {
    check_beside(attack, without);
}
