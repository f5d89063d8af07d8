//! Reads a delimited text file whose encoding and separator nobody has told: finds both, and gives rows of UTF-8 cells,
//! streaming. Owns the bytes; what the cells mean is `profile`'s business.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::{ByteRecord, Position, Reader, ReaderBuilder, Terminator};
use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_8};

use super::error::InferError;
use crate::catalog::Encoding;
use crate::env::{FileError, WatchedFile, open};

/// In the order of preference where several fit.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// How many records decide on the separator.
const DELIMITER_RECORDS: usize = 64;
/// The longest record. A longer one is a quote that was never closed, or no text.
const RECORD_BYTES_MAX: u64 = 4 << 20;
const BUFFER_BYTES: usize = 1 << 16;
/// No encoding makes more bytes of UTF-8 of one byte.
const GROWTH_MAX: usize = 3;

/// How other kinds of files begin.
const MAGICS: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "Excel/ZIP"),
    (b"\xd0\xcf\x11\xe0", "Excel 97"),
    (b"PAR1", "Parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
];

/// A file of rows, its encoding and separator known.
pub(super) struct Input {
    path: PathBuf,
    pub encoding: Encoding,
    pub delimiter: u8,
    pub header: Vec<String>,
}

/// How far a scan came.
pub(super) struct Scanned {
    /// Rows, blank lines left out.
    pub rows: u64,
    /// Whether the file ended there.
    pub whole: bool,
}

impl Input {
    /// Looks at the whole file's encoding, and at the separator of its first records.
    pub fn open(path: &Path) -> Result<Self, InferError> {
        let mut magic = Vec::new();
        // A pipe has no end to look for.
        let begin = WatchedFile::open(path)?.take(4).read_to_end(&mut magic);
        begin.map_err(|source| read_failed(path, source))?;
        if let Some((_, what)) = MAGICS.iter().find(|(begin, _)| magic.starts_with(begin)) {
            return Err(InferError::Kind { path: path.to_owned(), what });
        }
        let encoding = encoding(path)?;
        let mut input = Self { path: path.to_owned(), encoding, delimiter: b',', header: Vec::new() };
        input.delimiter = input.find_delimiter()?;
        let mut header = ByteRecord::new();
        let (mut reader, budget) = input.reader(input.delimiter)?;
        input.next(&mut reader, &budget, &mut header)?;
        let cell = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_owned();
        input.header = header.iter().map(cell).collect();
        if input.header.iter().all(String::is_empty) { Err(InferError::Empty(input.path)) } else { Ok(input) }
    }

    /// The file's name, without its folder.
    pub fn file_name(&self) -> String {
        self.path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives every row to `take`, at most `rows_max`.
    pub fn scan(&self, rows_max: Option<u64>, take: &mut dyn FnMut(&ByteRecord)) -> Result<Scanned, InferError> {
        let (mut reader, budget) = self.reader(self.delimiter)?;
        let (mut record, mut rows) = (ByteRecord::new(), 0);
        let mut read = |record: &mut ByteRecord| self.next(&mut reader, &budget, record);
        read(&mut record)?;
        while read(&mut record)? {
            // A line without anything on it, in a file whose lines end in carriage return and line feed.
            if record.len() == 1 && record.as_slice().trim_ascii().is_empty() {
                continue;
            }
            if rows_max.is_some_and(|max| rows >= max) {
                return Ok(Scanned { rows, whole: false });
            }
            take(&record);
            rows += 1;
        }
        Ok(Scanned { rows, whole: true })
    }

    fn next(
        &self,
        reader: &mut Reader<Decoded>,
        budget: &Cell<u64>,
        record: &mut ByteRecord,
    ) -> Result<bool, InferError> {
        budget.set(RECORD_BYTES_MAX);
        let read = reader.read_byte_record(record);
        read.map_err(|source| match budget.get() {
            0 => {
                let line = record.position().map_or(1, Position::line);
                InferError::Long { path: self.path.clone(), line, max: RECORD_BYTES_MAX }
            }
            _ => InferError::Csv { path: self.path.clone(), source },
        })
    }

    fn reader(&self, delimiter: u8) -> Result<(Reader<Decoded>, Rc<Cell<u64>>), InferError> {
        let budget = Rc::new(Cell::new(RECORD_BYTES_MAX));
        let decoded = Decoded::new(Box::new(open(&self.path)?), self.encoding, Rc::clone(&budget));
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(delimiter).terminator(Terminator::Any(b'\n'));
        Ok((builder.buffer_capacity(BUFFER_BYTES).from_reader(decoded), budget))
    }

    /// The separator that cuts most of the first records into as many cells as the header, and the most of them.
    fn find_delimiter(&self) -> Result<u8, InferError> {
        let mut best = (0, b',');
        for delimiter in DELIMITERS {
            let (mut reader, _) = self.reader(delimiter)?;
            let mut widths = Vec::new();
            for record in reader.byte_records().take(DELIMITER_RECORDS) {
                // What is wrong further on is told when the rows are read.
                let Ok(record) = record else { break };
                widths.push(record.len());
            }
            let header = widths.first().copied().unwrap_or(0);
            let same = widths.iter().filter(|width| **width == header).count();
            let columns = if same * 4 >= widths.len() * 3 { header * 2 } else { header };
            if header > 1 && columns > best.0 {
                best = (columns, delimiter);
            }
        }
        Ok(best.1)
    }
}

fn read_failed(path: &Path, source: io::Error) -> InferError {
    InferError::File(FileError { action: "read", path: path.to_owned(), source })
}

/// UTF-8 where the whole file is; else GB18030 where the whole file is.
fn encoding(path: &Path) -> Result<Encoding, InferError> {
    let Some(utf8) = malformed(path, UTF_8.new_decoder_with_bom_removal())? else { return Ok(Encoding::Utf8) };
    let Some(gb18030) = malformed(path, GB18030.new_decoder_without_bom_handling())? else {
        return Ok(Encoding::Gb18030);
    };
    Err(InferError::Encoding { path: path.to_owned(), utf8, gb18030 })
}

/// The line of the first bytes that the decoder does not know; `None` where it knows all.
fn malformed(path: &Path, mut decoder: Decoder) -> Result<Option<u64>, InferError> {
    let mut file = open(path)?;
    let mut bytes = vec![0; BUFFER_BYTES];
    let mut text = vec![0; BUFFER_BYTES * GROWTH_MAX + 16];
    let mut lines = 1;
    loop {
        let count = file.read(&mut bytes).map_err(|source| read_failed(path, source))?;
        let chunk = bytes.get(..count).unwrap_or_default();
        let (result, _, written) = decoder.decode_to_utf8_without_replacement(chunk, &mut text, count == 0);
        let feeds = text.iter().take(written).filter(|byte| **byte == b'\n').count();
        lines += feeds as u64;
        match result {
            DecoderResult::Malformed(..) | DecoderResult::OutputFull => return Ok(Some(lines)),
            DecoderResult::InputEmpty if count == 0 => return Ok(None),
            DecoderResult::InputEmpty => {}
        }
    }
}

/// A file's text as UTF-8 without a byte order mark. Refuses to read on where a record has taken more than its budget.
struct Decoded {
    file: Box<dyn Read>,
    decoder: Decoder,
    bytes: Vec<u8>,
    text: Vec<u8>,
    place: usize,
    ended: bool,
    budget: Rc<Cell<u64>>,
}

impl Decoded {
    fn new(file: Box<dyn Read>, encoding: Encoding, budget: Rc<Cell<u64>>) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 => UTF_8.new_decoder_with_bom_removal(),
            Encoding::Gb18030 => GB18030.new_decoder_without_bom_handling(),
        };
        Self { file, decoder, bytes: vec![0; BUFFER_BYTES], text: Vec::new(), place: 0, ended: false, budget }
    }

    fn fill(&mut self) -> io::Result<()> {
        let count = self.file.read(&mut self.bytes)?;
        self.ended = count == 0;
        self.text.resize(BUFFER_BYTES * GROWTH_MAX + 16, 0);
        let chunk = self.bytes.get(..count).unwrap_or_default();
        let (result, _, written) = self.decoder.decode_to_utf8_without_replacement(chunk, &mut self.text, self.ended);
        self.text.truncate(written);
        self.place = 0;
        match result {
            DecoderResult::InputEmpty => Ok(()),
            // It was looked at before: the file has changed since.
            DecoderResult::Malformed(..) | DecoderResult::OutputFull => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "the file changed while it was read"))
            }
        }
    }
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.place >= self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let Some(left) = self.budget.get().checked_sub(1) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the record is too long"));
        };
        let ready = self.text.get(self.place..).unwrap_or_default();
        let count = ready.len().min(out.len());
        out.iter_mut().zip(ready).for_each(|(to, from)| *to = *from);
        self.place += count;
        self.budget.set((left + 1).saturating_sub(count as u64));
        Ok(count)
    }
}
