//! Profiles → types. A type is drafted only where ingest will take the very cells that were seen: all misfits together
//! stay within the share of rows that a catalog lets be refused. What is not sure becomes text, with a note.

use super::error::InferError;
use super::finding::{ColumnFinding, Drafted, Note};
use super::glossary::{Hint, Known, Measure, looks_like_a_name};
use super::profile::{Profile, WEAK_MARKER};
use crate::model::UnitKind;

/// A type is natural for a column if at most this share of its cells does not fit, in percent; the same share of all
/// rows may be refused in total. It is what a catalog file allows that says nothing else.
const MISFITS_MAX_PERCENT: u64 = 1;
/// A column that no type fits so well is noted where at least this share would.
const MIXED_PERCENT: u64 = 50;
/// The key's cells are identifiers at least to this share.
const KEY_PERCENT: u64 = 50;
/// Another column of identifiers, at least to this share.
const IDS_PERCENT: u64 = 20;
/// Yuan → fen.
const FEN_DECIMALS: u8 = 2;
/// The most decimals that a catalog's integer carries.
const DECIMALS_MAX: u8 = 9;

/// Whether `part` is at least `percent` of `whole`.
fn share(part: u64, whole: u64, percent: u64) -> bool {
    whole > 0 && u128::from(part) * 100 >= u128::from(whole) * u128::from(percent)
}

/// The key: by the share of valid identifiers, then by the glossary, then by place.
pub(super) fn find_key(
    input: (&std::path::Path, &[String]),
    profiles: &[Profile],
    unit: Option<UnitKind>,
    forced: Option<usize>,
) -> Result<(usize, UnitKind), InferError> {
    let (path, header) = input;
    let kinds = [UnitKind::Enterprise, UnitKind::Person];
    let kinds = kinds.into_iter().filter(|kind| unit.is_none_or(|unit| unit == *kind));
    let mut candidates = Vec::new();
    for kind in kinds {
        for (place, profile) in profiles.iter().enumerate().filter(|(place, _)| forced.is_none_or(|key| key == *place))
        {
            let valid = profile.ids(kind);
            let hinted = profile.hint == Hint::Id(kind);
            // 15 digits alone may be anything: the header must say that they are persons.
            let sure = hinted || forced.is_some() || kind == UnitKind::Enterprise || profile.persons > 0;
            let good = share(valid, profile.cells, KEY_PERCENT) && sure;
            candidates.push((good || forced.is_some(), hinted, valid, place, kind, profile.cells));
        }
    }
    let best = candidates.iter().filter(|candidate| candidate.0);
    // The most cells count in tens of percent, so that a few wrong ones do not outweigh the header and the place.
    let tenths = |valid: u64, cells: u64| valid.saturating_mul(10) / cells.max(1);
    let best = best.min_by_key(|(_, hinted, valid, place, _, cells)| {
        (std::cmp::Reverse(tenths(*valid, *cells)), std::cmp::Reverse(*hinted), *place)
    });
    best.map(|(_, _, _, place, kind, _)| (*place, *kind)).ok_or_else(|| {
        let closest = candidates.iter().filter(|candidate| candidate.2 > 0).max_by_key(|candidate| candidate.2);
        let best =
            closest.and_then(|(_, _, valid, place, _, cells)| Some((header.get(*place)?.clone(), *valid, *cells)));
        InferError::NoKey { path: path.to_owned(), best }
    })
}

/// What a column seems to be, before the budget of misfits is shared out.
pub(super) struct Choice {
    pub kind: Drafted,
    pub misfits: u64,
    pub notes: Vec<Note>,
}

impl Choice {
    const fn new(kind: Drafted, misfits: u64) -> Self {
        Self { kind, misfits, notes: Vec::new() }
    }

    /// The key of `rows` rows, of which so many are `valid`: the others will be refused.
    pub fn key(rows: u64, valid: u64) -> Self {
        let misfits = rows.saturating_sub(valid);
        let mut choice = Self::new(Drafted::Identifier { names: None }, misfits);
        choice.notes.extend((misfits > 0).then_some(Note::Misfits { misfits, cells: rows }));
        choice
    }

    fn note(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }
}

const TEXT: Drafted = Drafted::Text { values: None };

/// The natural type of a column that is not the key.
pub(super) fn choose(profile: &Profile, known: &Known) -> Choice {
    let cells = profile.cells;
    if cells == 0 && profile.markers.get(WEAK_MARKER).is_none_or(|count| *count == 0) {
        return Choice::new(TEXT, 0).note(Note::Empty);
    }
    if let Some(choice) = identifier(profile) {
        return choice;
    }
    if profile.hint == Hint::Token || matches!(profile.hint, Hint::Id(_)) {
        return Choice::new(Drafted::Identifier { names: None }, 0).note(Note::Token);
    }
    let mut best: Option<(Drafted, u64)> = None;
    for (kind, fits) in candidates(profile, known) {
        if best.as_ref().is_none_or(|(_, most)| fits > *most) {
            best = Some((kind, fits));
        }
    }
    let (kind, fits) = best.unwrap_or((TEXT, cells));
    let misfits = cells - fits.min(cells);
    if share(fits, cells, 100 - MISFITS_MAX_PERCENT) {
        return typed(kind, misfits, profile, known);
    }
    text(profile, share(fits, cells, MIXED_PERCENT).then(|| Note::Mixed { word: kind.word(), misfits, cells }))
}

fn text(profile: &Profile, mixed: Option<Note>) -> Choice {
    let mut choice = Choice::new(TEXT, profile.long);
    choice.notes.extend(mixed);
    let many = |count: u64| share(count, profile.cells, MIXED_PERCENT);
    if many(profile.leading_zeros) {
        choice.notes.push(Note::LeadingZeros);
    }
    if profile.separators > 0 && many(profile.separators + profile.numbers) {
        choice.notes.push(Note::Separators);
    }
    if profile.loose_dates > 0 && many(profile.loose_dates + profile.dates.iter().sum::<u64>()) {
        choice.notes.push(Note::LooseDates);
    }
    choice
}

/// The types that cells can show, the stricter first: of two that fit as many cells the first is taken.
fn candidates(profile: &Profile, known: &Known) -> Vec<(Drafted, u64)> {
    let mut found = Vec::new();
    let worded = profile.truths > profile.truth_digits;
    if worded || known.hint == Hint::Truth {
        found.push((Drafted::Boolean, profile.truths));
    }
    found.push((Drafted::Date, profile.dates.iter().sum()));
    found.push((Drafted::Timestamp, profile.timestamps));
    // A column with codes among its cells is one of codes: 037 and 37 are two.
    if profile.leading_zeros == 0 && profile.hint != Hint::Code {
        found.push((integer(profile, known), profile.numbers));
    }
    found
}

fn integer(profile: &Profile, known: &Known) -> Drafted {
    let natural = profile.negative == 0;
    let exponent = match (known.measure, known.hint) {
        (Some(Measure::Yuan(exponent)), _) => Some(exponent),
        (None, Hint::Money) => Some(0),
        _ => None,
    };
    let fen = exponent.map(|exponent| FEN_DECIMALS + exponent).filter(|fen| profile.decimals <= *fen);
    if let Some(decimals) = fen.filter(|fen| *fen <= DECIMALS_MAX) {
        return Drafted::Integer { unit: Some("fen"), decimals, scale: 0, natural };
    }
    let unit = match known.measure {
        Some(Measure::Other(unit)) => Some(unit),
        Some(Measure::Yuan(_)) | None => None,
    };
    Drafted::Integer { unit, decimals: profile.decimals, scale: profile.decimals, natural }
}

fn typed(kind: Drafted, misfits: u64, profile: &Profile, known: &Known) -> Choice {
    let mut choice = Choice::new(kind, misfits);
    if let Drafted::Integer { unit, .. } = &choice.kind {
        let money = known.hint == Hint::Money || matches!(known.measure, Some(Measure::Yuan(_)));
        let note = match unit {
            Some("fen") if known.measure.is_none() => Some(Note::YuanAssumed),
            None if money => Some(Note::NotFen),
            None => Some(Note::UnitMissing),
            Some(_) => None,
        };
        choice.notes.extend(note);
        if profile.truth_digits == profile.numbers {
            choice.notes.push(Note::ZeroOne);
        }
    }
    choice
}

/// A column of units' identifiers, all of them or many.
fn identifier(profile: &Profile) -> Option<Choice> {
    let cells = profile.cells;
    let kinds = [UnitKind::Enterprise, UnitKind::Person];
    let kind = kinds.into_iter().max_by_key(|kind| profile.ids(*kind))?;
    let valid = profile.ids(kind);
    if !share(valid, cells, IDS_PERCENT) {
        return None;
    }
    let old_only = kind == UnitKind::Person && profile.persons == 0 && profile.hint != Hint::Id(kind);
    if old_only {
        let any = Drafted::Identifier { names: None };
        return share(valid, cells, 100 - MISFITS_MAX_PERCENT).then(|| Choice::new(any, 0).note(Note::OldIds));
    }
    if valid == cells {
        return Some(Choice::new(Drafted::Identifier { names: Some(kind) }, 0));
    }
    Some(Choice::new(Drafted::Identifier { names: None }, 0).note(Note::MixedIds { valid, cells }))
}

/// Shares out the rows that may be refused, `spent` of which the key and ragged rows took: the smallest misfits first.
/// A column that gets none becomes text.
pub(super) fn share_out(choices: &mut [Choice], profiles: &[Profile], key: usize, rows: u64, spent: u64) {
    let mut left = (rows * MISFITS_MAX_PERCENT / 100).saturating_sub(spent);
    let columns = choices.iter_mut().zip(profiles).enumerate().filter(|(place, _)| *place != key);
    let mut columns: Vec<(&mut Choice, &Profile)> = columns.map(|(_, column)| column).collect();
    columns.sort_by_key(|(choice, _)| choice.misfits);
    for (choice, profile) in columns.into_iter().filter(|(choice, _)| choice.misfits > 0) {
        let (misfits, cells) = (choice.misfits, profile.cells);
        if misfits <= left || choice.kind == TEXT {
            left = left.saturating_sub(misfits);
            choice.notes.push(Note::Misfits { misfits, cells });
        } else {
            *choice = text(profile, Some(Note::Mixed { word: choice.kind.word(), misfits, cells }));
        }
    }
}

/// Whether a text column's few texts may be looked at as values.
pub(super) fn may_be_closed(choice: &Choice, profile: &Profile) -> bool {
    choice.kind == TEXT
        && profile.few.as_ref().is_some_and(|few| !few.is_empty())
        && !choice.notes.iter().any(|note| matches!(note, Note::Mixed { .. } | Note::Separators | Note::LooseDates))
}

/// Whether most of a column's few texts look like names of persons.
pub(super) fn looks_like_names(profile: &Profile) -> bool {
    let Some(few) = &profile.few else { return false };
    let names = few.iter().filter(|text| looks_like_a_name(text)).count();
    few.len() > 2 && names * 2 > few.len()
}

/// The date that history may count on: the first whose header says so, else the first that is always there.
pub(super) fn find_time(columns: &[ColumnFinding], profiles: &[Profile], rows: u64) -> Option<usize> {
    let mut dates = columns.iter().zip(profiles).enumerate();
    let dated = |(place, (column, profile)): (usize, (&ColumnFinding, &Profile))| {
        (column.kind == Drafted::Date).then_some((place, profile.hint, profile.cells))
    };
    let dates: Vec<_> = dates.by_ref().filter_map(dated).collect();
    let period = dates.iter().find(|(_, hint, _)| *hint == Hint::Period);
    period.or_else(|| dates.iter().find(|(_, _, cells)| *cells == rows)).map(|(place, ..)| *place)
}
