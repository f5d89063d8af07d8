//! The inference, top to bottom: two passes over a file, and what they show.

use std::collections::BTreeSet;
use std::path::Path;

use super::closed::Closed;
use super::decide::{Choice, choose, find_key, find_time, looks_like_names, may_be_closed, share_out};
use super::error::InferError;
use super::finding::{ColumnFinding, Drafted, Findings, InferOptions, Note};
use super::glossary::{Known, known};
use super::input::{Input, Scanned};
use super::profile::{DATE_FORMS, Forms, MARKERS, Profile, WEAK_MARKER};
use crate::data::cells::trimmed;
use crate::document::did_you_mean;
use crate::model::{Date, DateFormat, NAME_CHARS_MAX, UnitId, UnitKind};

/// The most columns of a file.
const COLUMNS_MAX: usize = 1_000;
/// A header of so many digits is a number.
const HEADER_DIGITS_MAX: usize = 4;
/// How often `progress` hears of the rows.
const PROGRESS_ROWS: u64 = 4_096;

/// Looks at the file `path` and drafts what its columns hold. `progress` hears of rows read, of both passes.
pub fn infer(path: &Path, options: &InferOptions, progress: &mut dyn FnMut(u64)) -> Result<Findings, InferError> {
    let input = Input::open(path)?;
    check_header(&input)?;
    let forced = options.key.as_ref().map(|key| find_header(&input, key)).transpose()?;
    let knowns: Vec<Known> = input.header.iter().map(|header| known(header)).collect();
    let (profiles, ragged, scanned) = first_pass(&input, &knowns, options, progress)?;
    let (key, unit) = find_key((input.path(), &input.header), &profiles, options.unit, forced)?;
    let mut choices: Vec<Choice> =
        profiles.iter().zip(&knowns).map(|(profile, known)| choose(profile, known)).collect();
    let mut spent = ragged;
    if let (Some(choice), Some(profile)) = (choices.get_mut(key), profiles.get(key)) {
        // A key that is missing is refused as well.
        *choice = Choice::key(scanned.rows - ragged, profile.ids(unit));
        spent += choice.misfits;
    }
    share_out(&mut choices, &profiles, key, scanned.rows, spent);
    let closed = second_pass(&input, (key, unit), &choices, &profiles, options, progress)?;
    let study = Study { input: &input, knowns: &knowns, profiles: &profiles, closed: &closed, scanned: &scanned };
    Ok(study.findings(options, (key, unit), choices, ragged))
}

/// A header that is somebody's data never gets into a draft.
fn check_header(input: &Input) -> Result<(), InferError> {
    let path = || input.path().to_owned();
    if input.header.len() > COLUMNS_MAX {
        return Err(InferError::Columns { path: path(), columns: input.header.len(), max: COLUMNS_MAX });
    }
    if let Some(place) = input.header.iter().position(|cell| is_data(cell)) {
        return Err(InferError::HeaderIsData { path: path(), cell: place + 1 });
    }
    let mut seen: Vec<&str> = Vec::new();
    for (place, header) in input.header.iter().enumerate() {
        if let Some(first) = seen.iter().position(|other| other == header) {
            let header = header.clone();
            return Err(InferError::HeaderTwice { path: path(), header, first: first + 1, second: place + 1 });
        }
        seen.push(header);
    }
    Ok(())
}

/// Whether a text of the first line is an identifier, a number, a date or a long text.
fn is_data(cell: &str) -> bool {
    let unit = |kind| UnitId::canonicalise(kind, cell).is_ok();
    let date =
        DATE_FORMS.iter().filter_map(|form| DateFormat::parse(form)).any(|form| form.read(cell.as_bytes()).is_some());
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let number = digits > HEADER_DIGITS_MAX && cell.chars().all(|c| c.is_ascii_digit() || "+-., ".contains(c));
    let long = cell.chars().count() > NAME_CHARS_MAX;
    unit(UnitKind::Enterprise) || unit(UnitKind::Person) || date || number || long || cell.parse::<Date>().is_ok()
}

fn find_header(input: &Input, key: &str) -> Result<usize, InferError> {
    input.header.iter().position(|header| header == key.trim()).ok_or_else(|| {
        let close = did_you_mean(key, input.header.iter().map(String::as_str)).map(str::to_owned);
        InferError::NoSuchKey { path: input.path().to_owned(), key: key.to_owned(), close }
    })
}

fn first_pass(
    input: &Input,
    knowns: &[Known],
    options: &InferOptions,
    progress: &mut dyn FnMut(u64),
) -> Result<(Vec<Profile>, u64, Scanned), InferError> {
    let forms = Forms::new();
    let mut profiles: Vec<Profile> = knowns.iter().map(|known| Profile::new(known.hint)).collect();
    let (mut ragged, mut rows) = (0, 0);
    let scanned = input.scan(options.rows_max, &mut |record| {
        rows += 1;
        if rows % PROGRESS_ROWS == 0 {
            progress(rows);
        }
        if record.len() == profiles.len() {
            profiles.iter_mut().zip(record).for_each(|(profile, cell)| profile.see(trimmed(cell), &forms));
        } else {
            ragged += 1;
        }
    })?;
    if scanned.rows == ragged {
        Err(InferError::NoRows(input.path().to_owned()))
    } else {
        Ok((profiles, ragged, scanned))
    }
}

fn second_pass(
    input: &Input,
    (key, unit): (usize, UnitKind),
    choices: &[Choice],
    profiles: &[Profile],
    options: &InferOptions,
    progress: &mut dyn FnMut(u64),
) -> Result<Closed, InferError> {
    let places = choices.iter().zip(profiles).enumerate();
    let places = places.filter(|(_, (choice, profile))| may_be_closed(choice, profile));
    let places: Vec<usize> = places.map(|(place, _)| place).collect();
    let mut closed = Closed::new(key, unit, &places, profiles);
    let mut rows = 0;
    input.scan(options.rows_max, &mut |record| {
        rows += 1;
        if rows % PROGRESS_ROWS == 0 {
            progress(rows);
        }
        if record.len() == profiles.len() {
            closed.see(record);
        }
    })?;
    Ok(closed)
}

/// What both passes gave.
struct Study<'a> {
    input: &'a Input,
    knowns: &'a [Known],
    profiles: &'a [Profile],
    closed: &'a Closed,
    scanned: &'a Scanned,
}

impl Study<'_> {
    fn findings(
        &self,
        options: &InferOptions,
        (key, unit): (usize, UnitKind),
        choices: Vec<Choice>,
        ragged: u64,
    ) -> Findings {
        let mut names = BTreeSet::new();
        let mut columns = Vec::with_capacity(choices.len());
        for (place, choice) in choices.into_iter().enumerate() {
            columns.extend(self.column(place, choice, &mut names));
        }
        // Of a part of a file nobody knows whether a unit comes again.
        let several_rows = self.closed.several_rows() || !self.scanned.whole;
        let time = if several_rows { find_time(&columns, self.profiles, self.scanned.rows) } else { None };
        let mut notes = vec![Note::Drafted { rows: self.scanned.rows, whole: self.scanned.whole }, Note::Describe];
        notes.extend((ragged > 0).then_some(Note::Ragged { rows: ragged }));
        let other = |(place, profile): (usize, &Profile)| {
            let named = columns.get(place).is_some_and(|c| matches!(c.kind, Drafted::Identifier { names: Some(_) }));
            (place != key && named && profile.cells == self.scanned.rows)
                .then(|| self.input.header.get(place).cloned())?
        };
        let other = self.profiles.iter().enumerate().find_map(other);
        notes.extend(other.filter(|_| options.key.is_none()).map(|header| Note::OtherKey { header }));
        let sure =
            time.is_none_or(|time| self.knowns.get(time).is_some_and(|k| k.hint == super::glossary::Hint::Period));
        notes.extend((!sure).then_some(Note::TimeGuessed));
        notes.extend(several_rows.then_some(Note::RowsPerUnit));
        let missing = self.missing(&mut columns);
        Findings {
            name: options.name.clone(),
            file_name: self.input.file_name(),
            encoding: self.input.encoding,
            delimiter: char::from(self.input.delimiter),
            unit,
            key,
            time,
            rows: self.scanned.rows,
            whole: self.scanned.whole,
            several_rows,
            dates: self.dates(&columns),
            missing,
            columns,
            notes,
        }
    }

    fn column(&self, place: usize, mut choice: Choice, names: &mut BTreeSet<String>) -> Option<ColumnFinding> {
        let (header, known) = (self.input.header.get(place)?, self.knowns.get(place)?);
        let profile = self.profiles.get(place)?;
        let money = matches!(choice.kind, Drafted::Integer { unit: Some("fen"), .. });
        let base = known.name.as_ref().map(|name| if money { format!("{name}_fen") } else { name.clone() });
        if base.is_none() {
            choice.notes.insert(0, Note::NameMe { header: header.clone() });
        }
        let base = base.unwrap_or_else(|| format!("column_{}", place + 1));
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let name = std::iter::once(base.clone()).chain(numbered).find(|name| !names.contains(name))?;
        names.insert(name.clone());
        if may_be_closed(&choice, profile) {
            let (values, note) = self.values(place, profile);
            choice.kind = Drafted::Text { values };
            choice.notes.extend(note);
        }
        Some(ColumnFinding {
            header: header.clone(),
            name,
            title: known.title,
            kind: choice.kind,
            cells: profile.cells,
            misfits: choice.misfits,
            notes: choice.notes,
        })
    }

    fn values(&self, place: usize, profile: &Profile) -> (Option<Vec<String>>, Option<Note>) {
        if looks_like_names(profile) {
            return (None, Some(Note::NameLike));
        }
        match self.closed.values(place) {
            Some(values) => (Some(values), (!self.scanned.whole).then_some(Note::ValuesOfPart)),
            None => (None, Some(Note::RareValues)),
        }
    }

    /// The forms of the date columns, the commonest first.
    fn dates(&self, columns: &[ColumnFinding]) -> Vec<&'static str> {
        let of = |place: usize| -> u64 {
            let dated = columns.iter().zip(self.profiles).filter(|(column, _)| column.kind == Drafted::Date);
            dated.filter_map(|(_, profile)| profile.dates.get(place)).sum()
        };
        let mut forms: Vec<(u64, &str)> = DATE_FORMS
            .iter()
            .enumerate()
            .map(|(place, form)| (of(place), *form))
            .filter(|(count, _)| *count > 0)
            .collect();
        forms.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        forms.into_iter().map(|(_, form)| form).collect()
    }

    /// The markers that were seen. The weak one is a marker only beside cells that are no words.
    fn missing(&self, columns: &mut [ColumnFinding]) -> Vec<&'static str> {
        let seen = |place: usize, words: bool| {
            let fitting =
                columns.iter().zip(self.profiles).filter(|(c, _)| words || !matches!(c.kind, Drafted::Text { .. }));
            fitting.filter_map(|(_, profile)| profile.markers.get(place)).any(|count| *count > 0)
        };
        let missing: Vec<&str> = MARKERS
            .iter()
            .enumerate()
            .filter(|(place, marker)| marker.is_empty() || seen(*place, *place != WEAK_MARKER))
            .map(|(_, marker)| *marker)
            .collect();
        for (column, profile) in columns.iter_mut().zip(self.profiles) {
            let weak = MARKERS.get(WEAK_MARKER).filter(|marker| missing.contains(marker));
            let also_value = profile.markers.get(WEAK_MARKER).is_some_and(|count| *count > 0);
            if let (Some(marker), true, Drafted::Text { .. }) = (weak, also_value, &column.kind) {
                column.notes.push(Note::MarkerIsValue { marker });
            }
        }
        missing
    }
}
