//! Plays a policy's cases, one after another in one home, and compares what comes of each with what it expects. Owns what a
//! deviation is; how it is told is `words`' business.

use super::cases::{Case, Expect, Left, TableShape, Whose};
use super::check_expect::COUNT;
use super::city::Cities;
use super::error::PlayError;
use super::keep::keep_asked;
use super::measure::{Bench, MeasuredGuest};
use super::population::{PlayedPopulation, play_population};
use super::request::{Given, sign_request};
use super::stage::{Play, Stage};
use super::words;
use crate::disclosure::ReleasedTable;
use crate::job::{Answered, Failure};
use crate::ledger::End;
use crate::model::{AccountKind, Bilingual, Billionths, Chinese, Digest, Manifest, Refusal, UnitId};
use crate::policy::{Policy, everyone};

/// What came of all cases.
#[derive(Clone, Debug)]
pub struct Played {
    /// The guests that were asked.
    pub guests: Vec<PlayedGuest>,
    /// The cases, in their order.
    pub cases: Vec<PlayedCase>,
    /// What came of many at once, in their order.
    pub populations: Vec<PlayedPopulation>,
    /// Labels of the policy that no case expects.
    pub unreached: Vec<String>,
}

impl Played {
    /// How many cases and populations came out otherwise than expected.
    pub fn wrong(&self) -> usize {
        let cases = self.cases.iter().filter(|case| !case.deviations.is_empty()).count();
        cases + self.populations.iter().filter(|population| !population.is_as_expected()).count()
    }
}

/// A guest that was asked.
#[derive(Clone, Debug)]
pub struct PlayedGuest {
    /// What the cases call it.
    pub name: String,
    /// Its digest: what policies list.
    pub digest: Digest,
    /// What it reads and answers.
    pub manifest: Manifest,
}

/// What came of a case.
#[derive(Clone, Debug)]
pub struct PlayedCase {
    /// Its number, from 1.
    pub number: usize,
    /// The line of what it expects.
    pub line: usize,
    /// What it shows; what it expects, where its author said nothing.
    pub title: Bilingual,
    /// What it expects.
    pub expected: Bilingual,
    /// What came of it.
    pub got: Bilingual,
    /// What was left then, as expected; not told of a case that came out otherwise.
    pub left: Vec<Bilingual>,
    /// In what both differ; nothing where it is as it should be.
    pub deviations: Vec<Deviation>,
}

/// In what a case came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// What of it.
    pub what: Bilingual,
    /// What was expected.
    pub expected: Bilingual,
    /// What it is.
    pub got: Bilingual,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub(super) enum Got {
    /// A label, or `undetermined`; how it ended, where that was not with an answer.
    Answer { label: String, cost: u64, end: Option<&'static str> },
    /// A table.
    Table { table: Box<ReleasedTable>, cost: u64 },
    /// A refusal.
    Refused(Refusal),
    /// Neither: the engine cannot.
    Failed(Bilingual),
}

/// Asks every population, each in a home of its own, of cities that may have been invented for others; `progress` hears how many
/// of one were asked.
pub fn play_populations(
    play: &Play<'_>,
    cities: &mut Cities,
    progress: &mut dyn FnMut(usize),
) -> Result<Vec<PlayedPopulation>, PlayError> {
    play.cases.populations.iter().map(|population| play_population(play, population, cities, progress)).collect()
}

/// Plays all cases; `progress` hears the number of each before it is asked.
pub fn play(play: &Play<'_>, progress: &mut dyn FnMut(usize)) -> Result<Played, PlayError> {
    play_on(&mut Stage::set(play)?, play, &mut None, progress)
}

/// The same, and what the guests' runs use, for their developer.
pub fn play_measured(
    play: &Play<'_>,
    progress: &mut dyn FnMut(usize),
) -> Result<(Played, Vec<MeasuredGuest>), PlayError> {
    let (mut stage, mut bench) = (Stage::set(play)?, Some(Bench::new()));
    let played = play_on(&mut stage, play, &mut bench, progress)?;
    let measured = bench.map(|bench| bench.end(&stage, play.policy)).transpose()?;
    Ok((played, measured.unwrap_or_default()))
}

fn play_on(
    stage: &mut Stage,
    play: &Play<'_>,
    bench: &mut Option<Bench>,
    progress: &mut dyn FnMut(usize),
) -> Result<Played, PlayError> {
    let mut given = Given::new();
    let mut cases = Vec::with_capacity(play.cases.cases.len());
    for (case, number) in play.cases.cases.iter().zip(1..) {
        progress(number);
        cases.push(play_case(stage, (play, bench), (case, number), &mut given)?);
    }
    let expected = |label: &String| {
        play.cases.cases.iter().any(|case| matches!(&case.expect, Expect::Answer { label: word, .. } if word == label))
    };
    let mut guests = Vec::with_capacity(stage.room.guests.len());
    for (name, digest) in &stage.room.guests {
        let guest = stage.room.engine.guest(*digest).map_err(PlayError::of)?;
        let guest =
            guest.map(|guest| PlayedGuest { name: name.clone(), digest: *digest, manifest: guest.manifest().clone() });
        guests.extend(guest);
    }
    Ok(Played {
        guests,
        cases,
        populations: Vec::new(),
        unreached: play.policy.labels().iter().filter(|label| !expected(label)).cloned().collect(),
    })
}

fn play_case(
    stage: &mut Stage,
    (play, bench): (&Play<'_>, &mut Option<Bench>),
    (case, number): (&Case, usize),
    given: &mut Given,
) -> Result<PlayedCase, PlayError> {
    if let Some(day) = case.day {
        stage.reach(day);
    }
    let expected = words::expected(&case.expect, play.policy);
    let mut turn = 1;
    loop {
        if case.new_data || turn > 1 {
            stage.deliver_anew()?;
        }
        let token = sign_request(&stage.room, &case.ask, (play.policy, play.folder), given)?;
        let answered = stage.ask(&token);
        if let Some(folder) = play.keep {
            keep_asked(folder, (number, turn), &token, answered.as_ref().ok())?;
        }
        let got = got(&answered);
        let mut deviations = compare(&case.expect, &got, play.policy);
        // What is left after another answer than the expected one follows from that.
        if deviations.is_empty() && turn >= case.times {
            for left in &case.left {
                deviations.extend(compare_left(stage, left, &case.ask.client, play.policy)?);
            }
        }
        if turn < case.times && deviations.is_empty() {
            turn += 1;
            continue;
        }
        if let (Some(bench), Got::Answer { .. } | Got::Table { .. }) = (bench, &got) {
            bench.measure(stage, (play, number), &token)?;
        }
        let left = case.left.iter().map(|left| words::still_left(left, play.policy));
        return Ok(PlayedCase {
            number,
            left: if deviations.is_empty() { left.collect() } else { Vec::new() },
            line: case.line,
            title: case.title.clone().unwrap_or_else(|| expected.clone()),
            got: words::got(&got, play.policy),
            deviations: if case.times > 1 { words::of_turn(deviations, turn) } else { deviations },
            expected,
        });
    }
}

/// What came of a request.
pub(super) fn got(answered: &Result<Answered, Failure>) -> Got {
    let answered = match answered {
        Ok(answered) => answered,
        Err(Failure::Refused(refusal)) => return Got::Refused(refusal.clone()),
        Err(failure) => return Got::Failed(failure.bilingual()),
    };
    let Some(claims) = answered.claims() else {
        let (zh, en) = ("无法读取回执".to_owned(), "the receipt cannot be read".to_owned());
        return Got::Failed(Bilingual { zh, en });
    };
    let epsilon = claims.cost.epsilon.as_deref().and_then(|text| Billionths::parse(text).ok());
    let cost = epsilon.map(Billionths::count).or(claims.cost.bits).unwrap_or_default();
    let end = (!matches!(answered.end, End::Answered | End::Reused)).then(|| answered.end.word());
    match (claims.result.label, claims.result.table) {
        (_, Some(table)) => Got::Table { table, cost },
        (label, None) => Got::Answer { label: label.unwrap_or_else(|| "undetermined".to_owned()), cost, end },
    }
}

/// In what an outcome is not as expected. Of another kind of outcome nothing more is said.
pub(super) fn compare(expect: &Expect, got: &Got, policy: &Policy) -> Vec<Deviation> {
    let mut found = Vec::new();
    match (expect, got) {
        (Expect::Answer { label, cost }, Got::Answer { label: word, cost: charged, .. }) if label == word => {
            found.extend(compare_cost(*cost, *charged, policy));
        }
        (Expect::Table { shape, cost }, Got::Table { table, cost: charged }) => {
            compare_table(shape, table, &mut found);
            found.extend(compare_cost(*cost, *charged, policy));
        }
        (Expect::Refused { code, detail }, Got::Refused(refusal)) if *code == refusal.code => {
            let said = refusal.detail.as_ref().map(Chinese::bilingual);
            let said = said.unwrap_or_else(|| Bilingual { zh: String::new(), en: String::new() });
            let wanted = detail.as_ref().filter(|part| !said.zh.contains(*part) && !said.en.contains(*part));
            found.extend(wanted.map(|part| words::detail(part, said.clone())));
        }
        _ => found.push(Deviation {
            what: words::outcome(),
            expected: words::expected(expect, policy),
            got: words::got(got, policy),
        }),
    }
    found
}

fn compare_cost(expected: Option<u64>, charged: u64, policy: &Policy) -> Option<Deviation> {
    let expected = expected.filter(|expected| *expected != charged)?;
    let shown = |amount| words::amount(amount, policy);
    Some(Deviation { what: words::cost(), expected: shown(expected), got: shown(charged) })
}

/// What is known of a table before: never a figure.
fn compare_table(shape: &TableShape, table: &ReleasedTable, found: &mut Vec<Deviation>) {
    let mut differ = |what: Bilingual, expected: String, got: String| {
        if expected != got {
            found.push(Deviation { what, expected: words::same(expected), got: words::same(got) });
        }
    };
    for (name, labels) in shape.keys.iter().flatten() {
        let dimension = table.dimensions.iter().find(|dimension| dimension.name == *name);
        let got = dimension.map(|dimension| dimension.labels.join(", ")).unwrap_or_default();
        differ(words::keys(name), labels.join(", "), got);
    }
    if let Some(keys) = &shape.keys {
        let all = |names: Vec<&str>| names.join(", ");
        let mut got: Vec<&str> = table.dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
        got.sort_unstable();
        differ(words::dimensions(), all(keys.keys().map(String::as_str).collect()), all(got));
    }
    let domain =
        table.dimensions.iter().fold(1, |cells: usize, dimension| cells.saturating_mul(dimension.labels.len()));
    differ(words::cells(), domain.to_string(), table.cells.len().to_string());
    if let Some(noise) = &shape.noise {
        differ(words::noise(), noise.clone(), table.noise.clone());
    }
    if let Some(min_units) = shape.min_units {
        differ(words::min_units(), min_units.to_string(), table.min_units.to_string());
    }
    for (name, scale) in &shape.scales {
        let measure = table.measures.iter().find(|measure| measure.name == *name).map(|measure| &measure.noise);
        let noise = if name == COUNT { Some(&table.count) } else { measure };
        differ(words::scale(name), scale.clone(), noise.map(|noise| noise.scale.clone()).unwrap_or_default());
    }
}

/// What the case's client has left, where it is not as expected.
fn compare_left(stage: &Stage, left: &Left, client: &str, policy: &Policy) -> Result<Option<Deviation>, PlayError> {
    let of_unit = |unit: UnitId| (AccountKind::Label(unit.kind()), stage.room.engine.pseudonym(&unit));
    let account = match &left.whose {
        Whose::Example(name) => stage.room.examples.named(name).map(of_unit),
        Whose::Unit(unit) => Some(of_unit(*unit)),
        Whose::All(kind) => Some((AccountKind::Table(*kind), everyone(*kind))),
    };
    let policies = stage.room.engine.policies();
    let quota = account.and_then(|(kind, party)| Some((kind, party, policies.accounts().quota(kind, client)?)));
    let whose = left.whose.word();
    let expected = words::amount(left.amount, policy);
    let Some((kind, party, quota)) = quota else {
        return Ok(Some(Deviation { what: words::left(&whose, left.ever), expected, got: words::no_quota() }));
    };
    let today = stage.room.engine.clock().now().day();
    let spent = stage.room.engine.reader().spent(kind, party, client, &quota, today).map_err(PlayError::of)?;
    let rest = match left.ever {
        true => quota.lifetime.saturating_sub(spent.lifetime),
        false => quota.window.saturating_sub(spent.window),
    };
    let got = words::amount(rest, policy);
    Ok((rest != left.amount).then(|| Deviation { what: words::left(&whose, left.ever), expected, got }))
}
