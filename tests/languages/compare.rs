//! The guests that `make test-guests` has built, and the comparison of what they answer: the differences, as lines to read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anshi::data::synth::{SynthOptions, synthesise};
use anshi::guest::{Guest, Registry};
use anshi::model::Date;

use super::firms::{deliver, firms};
use super::room::{Room, register};

/// Enough firms for every kind that the synthesiser has.
const SCALE_PPM: u64 = 1_500;
/// More differences than this are counted, not shown.
const SHOWN_MAX: usize = 20;

/// Where the script has put the guests: `<language>-<world>.wasm`, and `changed-<what>-<world>.wasm`, each with one change.
fn folder() -> PathBuf {
    std::env::var_os("ANSHI_KIT_GUESTS")
        .map(PathBuf::from)
        .expect("`make test-guests` names the folder of built guests")
}

/// What they are registered in, beside that folder: kept from run to run, because to compile Python takes half a minute.
fn registry_folder() -> PathBuf {
    folder().with_file_name("registry")
}

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| Registry::open(&registry_folder(), Path::new(env!("CARGO_BIN_EXE_anshi"))).unwrap())
}

/// A guest, and the name that it has here.
pub struct Named {
    pub name: String,
    pub guest: Arc<Guest>,
}

/// The guests of a world whose names begin so, in order of their names.
fn guests(world: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<Named> {
    std::fs::create_dir_all(registry_folder()).unwrap();
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = files.filter_map(|file| Some(file.strip_suffix(&format!("-{world}.wasm"))?.to_owned()));
    let mut names: Vec<String> = names.filter(|name| is_wanted(name)).collect();
    names.sort_unstable();
    let guest = |name: String| {
        let module = std::fs::read(folder().join(format!("{name}-{world}.wasm"))).unwrap();
        let guest = register(registry(), &registry_folder(), &module);
        Named { name, guest }
    };
    names.into_iter().map(guest).collect()
}

/// The guests of a world, Rust's first: the others are set beside it. Those of `ANSHI_KIT_LANGUAGES` must be there.
pub fn languages(world: &str) -> Vec<Named> {
    let mut guests = guests(world, |name| !name.starts_with("changed"));
    guests.sort_by_key(|named| named.name != "rust");
    let wanted = std::env::var("ANSHI_KIT_LANGUAGES").expect("`make test-guests` says which languages there are");
    for language in wanted.split_whitespace() {
        assert!(guests.iter().any(|named| named.name == language), "there is no {world} in `{language}`");
    }
    assert!(guests.first().is_some_and(|named| named.name == "rust") && guests.len() > 1, "nothing to compare");
    guests
}

/// Guests with a change each, which the table of cases must find out.
pub fn changed(world: &str) -> Vec<Named> {
    let guests = guests(world, |name| name.starts_with("changed"));
    assert!(guests.len() > 2, "the script has changed only {} guests", guests.len());
    guests
}

/// The day that all answers are about.
pub fn as_of() -> Date {
    "2026-09-30".parse().unwrap()
}

/// The firms of `firms.rs`.
pub fn by_hand() -> &'static Room {
    static ROOM: OnceLock<Room> = OnceLock::new();
    ROOM.get_or_init(|| Room::new(as_of(), |_, folder| deliver(&firms(), folder)))
}

/// A small twin of the city.
pub fn twin() -> &'static Room {
    static ROOM: OnceLock<Room> = OnceLock::new();
    ROOM.get_or_init(|| {
        Room::new(as_of(), |catalog, folder| {
            let options = SynthOptions { scale_ppm: SCALE_PPM, seed: 7, as_of: as_of() };
            synthesise(catalog, folder, &options, &mut |_, _| {}).unwrap();
        })
    })
}

/// What one guest answered, by case.
pub type Answers = BTreeMap<String, String>;

/// The cases in which two guests differ, a line for each, and how many there are.
pub fn differences([(one, of_one), (other, of_other)]: [(&str, &Answers); 2]) -> (usize, String) {
    let mut lines = Vec::new();
    let none = "no such case".to_owned();
    for case in of_one.keys().chain(of_other.keys().filter(|case| !of_one.contains_key(*case))) {
        let [left, right] = [of_one, of_other].map(|answers| answers.get(case).unwrap_or(&none));
        if left != right {
            lines.push(format!("{case}: {one} says {left}, {other} says {right}\n"));
        }
    }
    let hidden = lines.len().saturating_sub(SHOWN_MAX);
    let more = if hidden > 0 { format!("and {hidden} more\n") } else { String::new() };
    (lines.len(), lines.iter().take(SHOWN_MAX).map(String::as_str).chain([more.as_str()]).collect())
}

/// That all guests answer as the first does; says of each how many cases it agrees in.
pub fn check_equal(world: &str, all: &[(String, Answers)]) {
    let (first, expected) = all.first().unwrap();
    let mut told = String::new();
    for (name, answers) in &all[1..] {
        let (count, lines) = differences([(first, expected), (name, answers)]);
        if count > 0 {
            told += &format!("{world} in {name} differs in {count} of {} cases:\n{lines}", expected.len());
        }
    }
    assert!(told.is_empty(), "{told}");
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    eprintln!("{world}: {} cases, equal answers of {}", expected.len(), names.join(", "));
}

/// That every changed guest differs from the one that it was made of.
pub fn check_found(world: &str, expected: &Answers, changed: &[(String, Answers)]) {
    for (name, answers) in changed {
        let (count, lines) = differences([("rust", expected), (name, answers)]);
        assert!(count > 0, "no case of the table tells {world} `{name}` from the guest that it was made of");
        eprintln!(
            "{world} `{name}` is found out by {count} cases, such as {}",
            lines.lines().next().unwrap_or_default()
        );
    }
}

/// How many of the answers are such.
pub fn count(answers: &Answers, is_such: impl Fn(&str) -> bool) -> usize {
    answers.values().filter(|answer| is_such(answer)).count()
}
