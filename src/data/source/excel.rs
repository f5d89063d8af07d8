//! Reads one sheet of each workbook (`.xlsx`, `.xlsm`, `.xls`): rows of text, as the cells hold it. What Excel itself
//! has spoilt (a long number rounded, a formula that failed, cells merged) is refused, never taken.

use std::io::BufReader;
use std::path::Path;

use calamine::{Data, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xls, Xlsx};

use super::decode::Foreign;
use super::decode::Head;
use super::error::SourceError;
use super::header::{HeaderProblem, check_header};
use super::typed::RowBuilder;
use crate::data::intake::Intake;
use crate::data::reject::Reason;
use crate::env::{FileError, WatchedFile};

/// The largest workbook; Excel's own limit is about a million rows.
const WORKBOOK_BYTES_MAX: u64 = 512 << 20;
/// From here on a number has more than the 15 digits that Excel keeps: the rest are zeros of its making.
const NUMBER_KEPT_MAX: f64 = 1e15;
/// The serial number of the first day that Excel and the calendar agree on, 1900-03-01.
const SERIAL_MIN: f64 = 61.0;
const PROGRESS_ROWS: u64 = 4_096;

/// Which sheet, and which row of it names the columns.
pub(super) struct SheetForm<'a> {
    /// Its name; the only visible one where it is not given.
    pub sheet: Option<&'a str>,
    /// Counted from 1.
    pub header_row: u32,
}

/// Reads one workbook into `intake`. `progress` hears, now and then, how many rows there are.
pub(super) fn read_excel(
    path: &Path,
    form: &SheetForm<'_>,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let unreadable =
        |error: &dyn std::fmt::Display| SourceError::Workbook { path: path.to_owned(), said: error.to_string() };
    let mut file = WatchedFile::open(path)?;
    if file.length() > WORKBOOK_BYTES_MAX {
        return Err(unreadable(&format!("larger than {WORKBOOK_BYTES_MAX} bytes")));
    }
    let failed = |source| FileError { action: "read", path: path.to_owned(), source };
    let foreign = Head::read(&mut file).map_err(failed)?.foreign();
    let own = WatchedFile::open(path)?.into_file();
    let mut rows = SheetRows::new(path, form, intake, progress);
    match foreign {
        Some(Foreign::Zip) => {
            let mut book: Xlsx<_> = Xlsx::new(BufReader::new(own)).map_err(|error| unreadable(&error))?;
            let name = choose(book.sheets_metadata(), form).map_err(|problem| rows.refused(vec![problem]))?;
            let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| unreadable(&error))?;
            // A title above the header may be merged; a value that stands for several rows may not.
            if let Some(area) = merged.iter().find(|area| area.end.0 + 1 >= form.header_row) {
                let (first, last) = (area.start.0 + 1, area.end.0 + 1);
                return Err(rows.refused(vec![HeaderProblem::Merged { sheet: name, first, last }]));
            }
            let mut cells = book.worksheet_cells_reader(&name).map_err(|error| unreadable(&error))?;
            while let Some(cell) = cells.next_cell().map_err(|error| unreadable(&error))? {
                rows.cell(cell.get_position(), &Data::from(cell.get_value().clone()))?;
            }
        }
        Some(Foreign::Xls) => {
            let mut book: Xls<_> = Xls::new(BufReader::new(own)).map_err(|error| unreadable(&error))?;
            let name = choose(book.sheets_metadata(), form).map_err(|problem| rows.refused(vec![problem]))?;
            let range = book.worksheet_range(&name).map_err(|error| unreadable(&error))?;
            let (top, left) = range.start().unwrap_or((0, 0));
            for (row, column, value) in range.used_cells() {
                let place = |start: u32, offset: usize| start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
                rows.cell((place(top, row), place(left, column)), value)?;
            }
        }
        _ => return Err(unreadable(&"neither .xlsx nor .xls")),
    }
    rows.finish()?;
    if file.unchanged()? { Ok(()) } else { Err(SourceError::Changed(path.to_owned())) }
}

fn choose(sheets: &[Sheet], form: &SheetForm<'_>) -> Result<String, HeaderProblem> {
    let visible = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let names: Vec<String> = sheets.iter().filter(visible).map(|sheet| sheet.name.clone()).collect();
    match (form.sheet, names.as_slice()) {
        (Some(wanted), _) if sheets.iter().any(|sheet| sheet.name == wanted) => Ok(wanted.to_owned()),
        (None, [only]) => Ok(only.clone()),
        _ => Err(HeaderProblem::Sheet { wanted: form.sheet.map(str::to_owned), names }),
    }
}

/// The rows of a sheet, gathered from its cells, which come row by row.
struct SheetRows<'s, 'a> {
    path: &'s Path,
    origin: String,
    header_row: u32,
    intake: &'s mut Intake<'a>,
    progress: &'s mut dyn FnMut(u64),
    /// The header's names with their columns, until the header is complete.
    names: Vec<(u32, String)>,
    /// For each of the dataset's columns, its place in the sheet, once the header is complete.
    places: Option<Vec<u32>>,
    /// The row being gathered, counted from 0, and its cells.
    row: u32,
    cells: Vec<(u32, Data)>,
    builder: RowBuilder,
}

impl<'s, 'a> SheetRows<'s, 'a> {
    fn new(path: &'s Path, form: &SheetForm<'_>, intake: &'s mut Intake<'a>, progress: &'s mut dyn FnMut(u64)) -> Self {
        let builder = RowBuilder::new(intake.dataset());
        let origin = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let header_row = form.header_row;
        let (names, cells) = (Vec::new(), Vec::new());
        Self { path, origin, header_row, intake, progress, names, places: None, row: 0, cells, builder }
    }

    fn refused(&self, problems: Vec<HeaderProblem>) -> SourceError {
        SourceError::Header { origin: self.path.display().to_string(), problems }
    }

    fn cell(&mut self, (row, column): (u32, u32), value: &Data) -> Result<(), SourceError> {
        if *value == Data::Empty {
            return Ok(());
        }
        if row != self.row {
            if row < self.row {
                let said = "its rows are out of order".to_owned();
                return Err(SourceError::Workbook { path: self.path.to_owned(), said });
            }
            self.end_row()?;
            self.row = row;
        }
        if row + 1 == self.header_row {
            self.names.push((column, shown(value).trim().to_owned()));
        } else if row + 1 > self.header_row {
            self.cells.push((column, value.clone()));
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), SourceError> {
        if self.row + 1 < self.header_row || (self.row + 1 > self.header_row && self.cells.is_empty()) {
            return Ok(());
        }
        if self.places.is_none() {
            self.names.retain(|(_, name)| !name.is_empty());
            if self.names.is_empty() {
                return Err(self.refused(vec![HeaderProblem::Empty]));
            }
            let names: Vec<&str> = self.names.iter().map(|(_, name)| name.as_str()).collect();
            let places = check_header(&names, self.intake.dataset()).map_err(|problems| self.refused(problems))?;
            let column = |place: &usize| self.names.get(*place).map(|(column, _)| *column);
            self.places = Some(places.iter().filter_map(column).collect());
        }
        if self.row + 1 > self.header_row { self.push_row() } else { Ok(()) }
    }

    fn push_row(&mut self) -> Result<(), SourceError> {
        let places = self.places.as_deref().unwrap_or_default();
        for place in places {
            match self.cells.iter().find(|(column, _)| column == place) {
                Some((_, value)) => push(&mut self.builder, value),
                None => self.builder.missing(),
            }
        }
        if self.cells.iter().any(|(column, _)| !self.names.iter().any(|(named, _)| named == column)) {
            self.builder.spoilt(Reason::Ragged { cells: self.cells.len(), header: self.names.len() });
        }
        self.cells.clear();
        if self.builder.is_blank() {
            self.builder.clear();
            return Ok(());
        }
        let row = u64::from(self.row) + 1;
        self.builder.end(self.intake, &self.origin, row)?;
        if row % PROGRESS_ROWS == 0 {
            (self.progress)(self.intake.rows() as u64);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), SourceError> {
        self.end_row()?;
        if self.places.is_none() {
            return Err(self.refused(vec![HeaderProblem::Empty]));
        }
        (self.progress)(self.intake.rows() as u64);
        Ok(())
    }
}

/// A name in the header may be a number, such as a year.
fn shown(value: &Data) -> String {
    match value {
        Data::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn push(row: &mut RowBuilder, value: &Data) {
    match value {
        Data::Empty => row.missing(),
        Data::String(text) => row.text(text.as_bytes()),
        Data::Bool(flag) => row.shown(flag),
        Data::Int(number) if number.unsigned_abs() >= NUMBER_KEPT_MAX as u64 => row.spoilt(Reason::Rounded),
        Data::Int(number) => row.shown(number),
        Data::Float(number) if !number.is_finite() || number.abs() >= NUMBER_KEPT_MAX => row.spoilt(Reason::Rounded),
        // The shortest decimal that is this float and no other: what a person typed.
        Data::Float(number) => row.shown(number),
        Data::DateTime(serial) => push_serial(row, *serial),
        Data::DateTimeIso(text) => match text.parse::<jiff::civil::DateTime>() {
            Ok(time) => row.instant_on_the_wall(time),
            Err(_) => row.text(text.as_bytes()),
        },
        Data::DurationIso(text) => row.text(text.as_bytes()),
        Data::Error(_) => row.spoilt(Reason::Formula),
    }
}

/// A day that Excel counts, from 1900 or from 1904.
fn push_serial(row: &mut RowBuilder, serial: ExcelDateTime) {
    let (year, month, day, hour, minute, second, milli) = serial.to_ymd_hms_milli();
    let small = |part: u8| i8::try_from(part).unwrap_or(-1);
    let time = jiff::civil::DateTime::new(
        i16::try_from(year).unwrap_or(-1),
        small(month),
        small(day),
        small(hour),
        small(minute),
        small(second),
        i32::from(milli) * 1_000_000,
    );
    match time {
        Ok(time) if serial.is_datetime() && serial.as_f64() >= SERIAL_MIN => row.instant_on_the_wall(time),
        _ => row.spoilt(Reason::Serial),
    }
}
