//! The synthesiser's run: how many units, then dataset after dataset, then the manifest. Owns the order of
//! things; never a cell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::calendar::Calendar;
use super::cast::{self, CAST_FIRMS};
use super::csv::{DateTable, Form, SourceFile};
use super::draw::{Shuffle, UnitKeys, mix, tag};
use super::firm::{FAILING_NUMBER, Firms, HEALTHY_NUMBER};
use super::ids::{FIRMS_MAX, Ids};
use super::manifest::{Examples, MANIFEST_FILE, SeedError, SeedFile, SeedManifest, delivered};
use super::person::Place;
use super::table::{Household, Life, Table};
use crate::catalog::{Catalog, CsvForm, Dataset, FilePattern};
use crate::env::{FileError, create_dir, list_dir, remove_file};
use crate::model::{Date, DateFormat, IdError};

/// The rows of the collection's datasets together at scale 1: those of the city's catalogues.
pub const ROWS_AT_SCALE_ONE: u64 = 9_200_000;
/// The collection whose rows the scale is reckoned by.
const SCALE_COLLECTION: &str = "smart-finance";
/// Scale 1.
pub const SCALE_ONE_PPM: u64 = 1_000_000;
/// Fewer firms would make a table of nobody.
const FIRMS_MIN: u64 = 24 + CAST_FIRMS;
/// Units whose rows are interleaved, month by month, before the next ones follow.
const BLOCK_UNITS: u64 = 4_096;
/// The most files of one dataset; each has its own form of dates and of missing values.
const FILES_MAX: usize = 4;
/// The longest history.
const MONTHS_MAX: u32 = 1_200;
/// Months beyond a history that are not yet settled.
const MONTHS_SPARE: u32 = 3;
/// Days before and after the day of the delivery whose dates are written ahead.
const DATE_TABLE_DAYS: (i32, i32) = (31 * 366, 130);

/// What to synthesise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SynthOptions {
    /// How much: 1,000,000 is scale 1, or 9.2 million rows in the datasets of the collection `smart-finance` together (in
    /// all datasets, where a catalog has none of it).
    pub scale_ppm: u64,
    /// Where all chance comes from.
    pub seed: u64,
    /// The day of the delivery.
    pub as_of: Date,
}

/// What was synthesised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynthReport {
    /// The seed.
    pub seed: u64,
    /// The day of the delivery.
    pub as_of: Date,
    /// Each dataset, by name, with its rows.
    pub datasets: Vec<(String, u64)>,
    /// How many firms there are.
    pub firms: u64,
    /// How many persons there are.
    pub persons: u64,
    /// Whom to ask about.
    pub examples: Examples,
}

/// Nothing was synthesised, or not all of it: without its manifest a delivery is of no use to a home.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The manifest, or that of an older delivery at the same place.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// An invented identifier is none: a mistake in the synthesiser.
    #[error("an invented identifier is wrong: {0}")]
    Id(#[from] IdError),
    /// The folder has files that are not synthetic.
    #[error("`{}` is in the way, and no seed manifest says that it is synthetic: choose another folder", .0.display())]
    Occupied(PathBuf),
    /// A file would be taken for one of another dataset.
    #[error("the file `{path}` of `{dataset}` also fits the source of `{other}`: give each its own folder")]
    SharedSource {
        /// The file.
        path: String,
        /// Whose file it is.
        dataset: String,
        /// Who else would read it.
        other: String,
    },
    /// A source that is no CSV file cannot be invented.
    #[error(
        "`{dataset}` comes by a source of kind `{kind}`, and a twin is written as CSV: give the synthetic home's \
         catalog a `[source]` of kind `csv` for it"
    )]
    Kind {
        /// The dataset.
        dataset: String,
        /// Its kind of source.
        kind: &'static str,
    },
    /// No dataset has any rows.
    #[error("no dataset of the catalog has synthetic rows: `rows_per_unit` is 0 in all of them")]
    NoRows,
    /// More than there are identifiers for.
    #[error("the scale is too large: at most {FIRMS_MAX} firms can be invented")]
    TooLarge,
    /// Too early or too late to write dates around it.
    #[error("the day {0} is out of range: from 1990-01-01 to 2190-12-31")]
    AsOf(Date),
}

/// Writes a delivery for every dataset of `catalog` into the folder `out`, with its seed manifest.
///
/// An older synthetic delivery there is replaced; anything else there is left alone, and refused.
/// `progress` hears, now and then, how many rows of how many are written.
pub fn synthesise(
    catalog: &Catalog,
    out: &Path,
    options: &SynthOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<SynthReport, SynthError> {
    synthesise_some(catalog, &|_| true, out, options, progress)
}

/// The same city, of which only the `wanted` datasets are written down: who needs three waits for three.
pub fn synthesise_some(
    catalog: &Catalog,
    wanted: &dyn Fn(&str) -> bool,
    out: &Path,
    options: &SynthOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<SynthReport, SynthError> {
    let in_range = (1990..=2190).contains(&options.as_of.ymd().0);
    if !in_range {
        return Err(SynthError::AsOf(options.as_of));
    }
    let tables: Vec<Table<'_>> = catalog.datasets().map(|dataset| Table::new(dataset)).collect();
    check_sources(&tables)?;
    let longest = tables.iter().map(Table::months_max).max().unwrap_or(0);
    let calendar = Calendar::new(options.as_of, longest.min(MONTHS_MAX) + MONTHS_SPARE);
    let ids = Ids::new(mix(options.seed ^ tag("ids")));
    let firms = Firms { calendar: &calendar, ids, keys: UnitKeys::new(options.seed) };
    let Plan { firms: count, rows, persons } = plan(&tables, &firms, options.scale_ppm)?;
    clear(out)?;
    let progress = &mut |written| progress(written, rows);
    let mut run = Run { out, firms: &firms, count, seed: options.seed, dates: BTreeMap::new(), written: 0, progress };
    let (mut datasets, mut files) = (Vec::new(), Vec::new());
    for table in tables.iter().filter(|table| wanted(&table.dataset.name)) {
        let before = run.written;
        run.write_table(table, &mut files)?;
        datasets.push((table.dataset.name.clone(), run.written - before));
    }
    files.sort_by(|one: &SeedFile, next| one.path.cmp(&next.path));
    let examples = examples(&firms)?;
    let SynthOptions { scale_ppm, seed, as_of } = *options;
    SeedManifest { seed, scale_ppm, as_of, catalog: catalog.sha256(), files, examples }.write(out)?;
    Ok(SynthReport { seed, as_of, datasets, firms: count, persons, examples })
}

fn examples(firms: &Firms<'_>) -> Result<Examples, IdError> {
    let person = |place: Place, firm| firms.ids.person(place.of(firm));
    Ok(Examples {
        healthy: firms.firm(HEALTHY_NUMBER)?.id,
        representative: person(Place::First, HEALTHY_NUMBER)?,
        supervisor: person(Place::Second, HEALTHY_NUMBER)?,
        failing: firms.firm(FAILING_NUMBER)?.id,
        failing_representative: person(Place::First, FAILING_NUMBER)?,
        cast: cast::examples(firms)?,
    })
}

/// How large the city is.
struct Plan {
    firms: u64,
    rows: u64,
    persons: u64,
}

/// How many firms give the rows that the scale asks for. Where a catalog has the collection whose rows scale 1 is, only its
/// datasets count: what else the city knows comes on top.
fn plan(tables: &[Table<'_>], firms: &Firms<'_>, scale_ppm: u64) -> Result<Plan, SynthError> {
    if tables.iter().all(|table| table.dataset.rows_per_unit.max == 0) {
        return Err(SynthError::NoRows);
    }
    let is_listed = |table: &Table<'_>| table.dataset.collections.iter().any(|name| name == SCALE_COLLECTION);
    let all_count = !tables.iter().any(|table| is_listed(table) && table.dataset.rows_per_unit.max > 0);
    let rows_wanted = u128::from(scale_ppm) * u128::from(ROWS_AT_SCALE_ONE) / u128::from(SCALE_ONE_PPM);
    let mut plan = Plan { firms: 0, rows: 0, persons: 0 };
    let mut counted = 0_u64;
    while plan.firms < FIRMS_MIN || u128::from(counted) < rows_wanted {
        if plan.firms == FIRMS_MAX {
            return Err(SynthError::TooLarge);
        }
        // The cast is always there.
        let number = if plan.firms < CAST_FIRMS { FIRMS_MAX - 1 - plan.firms } else { plan.firms - CAST_FIRMS };
        let household = Household::new(number, firms)?;
        for table in tables {
            let rows = table.rows_of(&household, firms);
            plan.rows += rows;
            counted += if all_count || is_listed(table) { rows } else { 0 };
        }
        plan.firms += 1;
        plan.persons += household.residents();
    }
    Ok(plan)
}

/// Removes an older synthetic delivery; refuses to touch anything else.
fn clear(out: &Path) -> Result<(), SynthError> {
    let Some(manifest) = SeedManifest::read(out)? else {
        return match list_dir(out)?.into_iter().next() {
            Some(foreign) => Err(SynthError::Occupied(foreign)),
            None => Ok(create_dir(out)?),
        };
    };
    let present = delivered(out)?;
    if let Some(foreign) = present.iter().find(|path| !manifest.files.iter().any(|file| file.path == **path)) {
        return Err(SynthError::Occupied(out.join(foreign)));
    }
    remove_file(&out.join(MANIFEST_FILE))?;
    for path in present {
        remove_file(&out.join(path))?;
    }
    Ok(())
}

fn file_count(files: &FilePattern, dataset: &Dataset) -> usize {
    if files.suffix.is_none() { 1 } else { dataset.source.dates.len().clamp(1, FILES_MAX) }
}

/// The path of a dataset's file: the first is named after the dataset, the next ones are numbered.
fn file_path(files: &FilePattern, dataset: &Dataset, number: usize) -> String {
    let FilePattern { folder, prefix, suffix } = files;
    let name = match (suffix, number) {
        // Without a star the source names its one file.
        (None, _) => prefix.clone(),
        (Some(suffix), 0) => format!("{prefix}{}{suffix}", dataset.name),
        (Some(suffix), _) => format!("{prefix}{}-{}{suffix}", dataset.name, number + 1),
    };
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{name}")
}

fn fits(dataset: &Dataset, path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    dataset.source.files().is_some_and(|files| files.folder == folder && files.fits(name))
}

/// The CSV files that a dataset's twin is written to.
fn twin(dataset: &Dataset) -> Result<&CsvForm, SynthError> {
    dataset
        .source
        .csv()
        .ok_or_else(|| SynthError::Kind { dataset: dataset.name.clone(), kind: dataset.source.kind.word() })
}

fn check_sources(tables: &[Table<'_>]) -> Result<(), SynthError> {
    let datasets = || tables.iter().map(|table| table.dataset);
    for dataset in datasets() {
        let files = &twin(dataset)?.files;
        for path in (0..file_count(files, dataset)).map(|number| file_path(files, dataset, number)) {
            if let Some(other) = datasets().find(|other| other.name != dataset.name && fits(other, &path)) {
                let (dataset, other) = (dataset.name.clone(), other.name.clone());
                return Err(SynthError::SharedSource { path, dataset, other });
            }
        }
    }
    Ok(())
}

struct Run<'a> {
    out: &'a Path,
    firms: &'a Firms<'a>,
    /// How many firms there are.
    count: u64,
    seed: u64,
    /// By pattern; many sources share their forms.
    dates: BTreeMap<String, Rc<DateTable>>,
    written: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Run<'_> {
    fn write_table(&mut self, table: &Table<'_>, files: &mut Vec<SeedFile>) -> Result<(), SynthError> {
        let dataset = table.dataset;
        let units = self.count * table.units_per_firm();
        let shuffle = Shuffle::new(units, mix(self.seed ^ tag(&dataset.name)));
        let pattern = &twin(dataset)?.files;
        let count = file_count(pattern, dataset);
        let bound = |number: usize| (units as u128 * number as u128 / count as u128) as u64;
        let bounds: Vec<(u64, u64)> = (0..count).map(|number| (bound(number), bound(number + 1))).collect();
        for (number, (first, end)) in bounds.into_iter().enumerate() {
            let form = self.form(dataset, number);
            let mut file = SourceFile::create(self.out, file_path(pattern, dataset, number))?;
            table.push_header(&mut file.buffer);
            file.end_row()?;
            let mut place = first;
            while place < end {
                let next = end.min(place + BLOCK_UNITS);
                let mut lives = Vec::new();
                for place in place..next {
                    table.push_lives(self.number(shuffle.at(place), table.units_per_firm()), self.firms, &mut lives)?;
                }
                self.written += write_block(table, &lives, self.firms, &form, &mut file)?;
                (self.progress)(self.written);
                place = next;
            }
            files.push(file.finish()?);
        }
        Ok(())
    }

    /// The number of the unit at a place: the cast comes last, and has the highest numbers.
    const fn number(&self, place: u64, units_per_firm: u64) -> u64 {
        let numbered = (self.count - CAST_FIRMS) * units_per_firm;
        if place < numbered { place } else { (FIRMS_MAX - CAST_FIRMS) * units_per_firm + place - numbered }
    }

    /// Each file of a dataset writes dates and gaps in its own way, as if from another office.
    fn form(&mut self, dataset: &Dataset, number: usize) -> Form {
        let turn = number + (mix(self.seed ^ tag(&dataset.name)) % 64) as usize;
        let source = &dataset.source;
        let date_format = source.dates.get(turn % source.dates.len().max(1));
        let missing = source.missing.get(turn % source.missing.len().max(1));
        Form { dates: date_format.map(|format| self.date_table(format)), missing: missing.cloned().unwrap_or_default() }
    }

    fn date_table(&mut self, format: &DateFormat) -> Rc<DateTable> {
        let as_of = self.firms.calendar.as_of();
        let (before, after) = DATE_TABLE_DAYS;
        let make = || Rc::new(DateTable::new(format.clone(), as_of.plus_days(-before), as_of.plus_days(after)));
        Rc::clone(self.dates.entry(format.pattern().to_owned()).or_insert_with(make))
    }
}

/// Departments deliver month by month, so the units of a block are interleaved: the oldest month first.
fn write_block(
    table: &Table<'_>,
    lives: &[Life],
    firms: &Firms<'_>,
    form: &Form,
    file: &mut SourceFile,
) -> Result<u64, SynthError> {
    let mut cells = Vec::new();
    let mut rows = 0;
    let oldest = lives.iter().map(|life| life.months.end).max().unwrap_or(0);
    for month in (0..oldest).rev().filter_map(|ago| firms.calendar.month(ago)) {
        for life in lives.iter().filter(|life| life.months.contains(&month.ago)) {
            for place in 0..table.rows_in(life, month, firms) {
                table.push_row(life, (month, place), firms, form, (&mut file.buffer, &mut cells))?;
                file.end_row()?;
                rows += 1;
            }
        }
    }
    Ok(rows)
}
