//! The table of all attacks: what holds, and what breaks once its defence is gone.

use std::path::Path;

use super::catalog::{ATTACKS, ON_TABLES, Trial, Without};
use super::over_http::OVER_HTTP;
use super::run::{against_strong, against_weakened};

/// How much is printed of what an attack learnt from a weakened engine.
const LEARNT_CHARS: usize = 110;

/// What came of both runs, and whether that is as it must be.
fn try_both(trial: &Trial) -> (String, bool) {
    let started = std::time::Instant::now();
    let (strong, held) = match against_strong(trial.attack) {
        Ok(()) => ("held".to_owned(), true),
        Err(learnt) => (format!("BROKEN ({learnt})"), false),
    };
    let without = match trial.without {
        Without::Switched(weakness) => against_weakened(trial.attack, weakness),
        Without::StandIn(stand_in) => Some(against_strong(stand_in)),
    };
    let (weakened, shown) = match without {
        None => ("not in this build".to_owned(), true),
        Some(Err(learnt)) => (
            format!("broken: {}", learnt.chars().filter(|c| !c.is_control()).take(LEARNT_CHARS).collect::<String>()),
            true,
        ),
        Some(Ok(())) => ("SURVIVED".to_owned(), false),
    };
    let seconds = started.elapsed().as_secs_f32();
    (format!("{:<28} {seconds:>5.1} s  strong: {strong:<8} weakened: {weakened}", trial.test), held && shown)
}

#[test]
#[ignore = "run by make attacks"]
fn table() {
    let mut good = true;
    let in_other_ways =
        |number| ON_TABLES.iter().chain(&OVER_HTTP).filter(move |(of, _)| *of == number).map(|(_, row)| row);
    let rows = (1..)
        .zip(&ATTACKS)
        .flat_map(|(number, row)| std::iter::once(row).chain(in_other_ways(number)).map(move |row| (number, row)));
    for (number, (title, trial)) in rows {
        let (state, as_it_must) = try_both(trial);
        good &= as_it_must;
        println!("{number:>3}  {title:<48} {state}");
    }
    assert!(good, "an attack succeeded, or survived without its defence");
}

#[test]
fn the_document_lists_these_attacks() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/attacks.md");
    let text = std::fs::read_to_string(path).unwrap();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<String>>();
    let rows = text.lines().map(cells).filter(|row| row.len() == 7 && row[1].parse::<usize>().is_ok());
    let listed: Vec<[String; 3]> = rows.map(|row| [row[1].clone(), row[2].clone(), row[5].clone()]).collect();
    assert_eq!(listed.len(), ATTACKS.len());
    for (number, ((title, trial), [listed_number, listed_title, tests])) in (1..).zip(ATTACKS.iter().zip(&listed)) {
        assert_eq!((listed_number, listed_title.as_str()), (&number.to_string(), *title));
        assert!(tests.contains(&format!("`{}`", trial.test)), "{title}: {tests}");
    }
    for (number, (title, trial)) in ON_TABLES.iter().chain(&OVER_HTTP) {
        let tests = &listed[number - 1][2];
        assert!(tests.contains(&format!("`{}`", trial.test)), "{title}: {tests}");
    }
}
