//! The bytes of a CSV file on their way to its reader: told what they are, turned into UTF-8, and cut off where a row
//! never ends. Never splits a row, and never replaces what it cannot read.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, GB18030};

use crate::catalog::Encoding;

const CHUNK_BYTES: usize = 1 << 16;
/// Stands for a sequence that the encoding does not have: no UTF-8 has this byte, so its row is refused.
const BROKEN: u8 = 0xff;

/// What a file is that is no CSV in the encoding stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Text in UTF-16.
    Utf16,
    /// A zipped file, as the newer workbooks of Excel are.
    Zip,
    /// A workbook of the older Excel.
    Xls,
    /// Parquet.
    Parquet,
    /// A compressed file.
    Gzip,
}

impl Foreign {
    /// What a file that begins with `head` is.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let known: [(&[u8], Self); 6] = [
            (b"\xff\xfe", Self::Utf16),
            (b"\xfe\xff", Self::Utf16),
            (b"PK\x03\x04", Self::Zip),
            (b"\xd0\xcf\x11\xe0", Self::Xls),
            (b"PAR1", Self::Parquet),
            (b"\x1f\x8b", Self::Gzip),
        ];
        known.into_iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, foreign)| foreign)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf16 => "UTF-16",
            Self::Zip => "ZIP, XLSX",
            Self::Xls => "XLS",
            Self::Parquet => "Parquet",
            Self::Gzip => "gzip",
        }
    }
}

/// The first bytes of a file, which are read again with the rest.
pub(super) struct Head {
    bytes: Vec<u8>,
}

impl Head {
    /// Reads them.
    pub fn read(source: &mut impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        source.take(CHUNK_BYTES as u64).read_to_end(&mut bytes)?;
        Ok(Self { bytes })
    }

    /// What the file is, where it is no text.
    pub fn foreign(&self) -> Option<Foreign> {
        Foreign::of(&self.bytes)
    }

    /// Whether its first line is UTF-8 and more than ASCII, which text in another encoding hardly ever is.
    pub fn is_utf8(&self) -> bool {
        let line = self.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        !line.is_ascii() && std::str::from_utf8(line).is_ok()
    }

    /// The whole file, as UTF-8.
    pub fn decoded<R: Read>(self, rest: R, encoding: Encoding) -> Decoded<impl Read> {
        let whole = io::Cursor::new(self.bytes).chain(rest);
        match encoding {
            Encoding::Utf8 => Decoded::AsItIs(whole),
            Encoding::Gb18030 => Decoded::Gb18030(Transcoder::new(whole)),
        }
    }
}

/// Text as UTF-8.
pub(super) enum Decoded<R> {
    /// It was UTF-8.
    AsItIs(R),
    /// It was not.
    Gb18030(Transcoder<R>),
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::AsItIs(text) => text.read(buffer),
            Self::Gb18030(text) => text.read(buffer),
        }
    }
}

/// GB 18030 → UTF-8, streaming. Line ends stay where they are, because no sequence of GB 18030 has one in it; what the
/// encoding does not have becomes one byte that no UTF-8 has.
pub(super) struct Transcoder<R> {
    source: R,
    decoder: Decoder,
    input: Vec<u8>,
    taken: usize,
    output: Vec<u8>,
    given: usize,
    /// The source has ended.
    ended: bool,
    /// And all of it is in `output`.
    done: bool,
}

impl<R: Read> Transcoder<R> {
    fn new(source: R) -> Self {
        let decoder = GB18030.new_decoder_without_bom_handling();
        let (input, output) = (Vec::new(), Vec::new());
        Self { source, decoder, input, taken: 0, output, given: 0, ended: false, done: false }
    }

    /// Fills `output` anew.
    fn step(&mut self) -> io::Result<()> {
        if self.taken == self.input.len() && !self.ended {
            self.input.clear();
            self.taken = 0;
            // Short reads are common; one that gives nothing is the end.
            let read = self.source.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut self.input)?;
            self.ended = read < CHUNK_BYTES;
        }
        self.given = 0;
        // Two bytes of GB 18030 are at most three of UTF-8.
        self.output.resize(2 * CHUNK_BYTES, 0);
        let rest = self.input.get(self.taken..).unwrap_or_default();
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(rest, &mut self.output, self.ended);
        self.taken += read;
        self.output.truncate(written);
        match result {
            DecoderResult::InputEmpty => self.done = self.ended,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => self.output.push(BROKEN),
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() && !self.done {
            self.step()?;
        }
        let ready = self.output.get(self.given..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}

/// Gives no more than allowed until it is allowed more: a reader that gathers a row cannot gather without end.
pub(super) struct Rationed<R> {
    source: R,
    left: usize,
    spent: bool,
}

impl<R> Rationed<R> {
    /// Nothing is allowed yet.
    pub const fn new(source: R) -> Self {
        Self { source, left: 0, spent: false }
    }

    /// Allows `bytes` from here on.
    pub const fn allow(&mut self, bytes: usize) {
        self.left = bytes;
    }

    /// Whether it refused to give more.
    pub const fn is_spent(&self) -> bool {
        self.spent
    }
}

impl<R: Read> Read for Rationed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            self.spent = true;
            return Err(io::Error::other("the row is too long"));
        }
        let wanted = buffer.len().min(self.left);
        let count = self.source.read(buffer.get_mut(..wanted).unwrap_or_default())?;
        self.left -= count.min(self.left);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(1);
            self.0.take(count as u64).read(buffer).inspect(|read| self.0 = &self.0[*read..])
        }
    }

    fn decoded(bytes: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        Transcoder::new(bytes).read_to_end(&mut whole).unwrap();
        let mut drops = Vec::new();
        let mut source = Transcoder::new(Drops(bytes));
        let mut one = [0];
        while source.read(&mut one).unwrap() == 1 {
            drops.push(one[0]);
        }
        assert_eq!(whole, drops);
        whole
    }

    #[test]
    fn what_gb18030_has_is_read_and_what_it_lacks_is_marked() {
        // One, two and four bytes; the second of two may be an ASCII letter or mark.
        assert_eq!(decoded(b"a,\xb5\xc2\xd6\xdd\n\x81\x30\x81\x30\x82\x7c"), "a,德州\n\u{80}倈".as_bytes());
        // A lead byte takes no line end and no separator with it.
        assert_eq!(decoded(b"\xb5\n\xb5,\xff\"\xb5"), b"\xff\n\xff,\xff\"\xff");
        assert_eq!(decoded(b""), b"");
        let long = "税".repeat(CHUNK_BYTES);
        let (bytes, _, _) = GB18030.encode(&long);
        let mut text = Vec::new();
        Transcoder::new(&*bytes).read_to_end(&mut text).unwrap();
        assert_eq!(text, long.as_bytes());
    }

    #[test]
    fn every_character_survives() {
        let all: String = (0..=0x0010_ffff).filter_map(char::from_u32).collect();
        let (bytes, _, unmappable) = GB18030.encode(&all);
        let mut text = Vec::new();
        Transcoder::new(&*bytes).read_to_end(&mut text).unwrap();
        assert!(!text.contains(&BROKEN));
        let different = all.chars().zip(String::from_utf8(text).unwrap().chars()).filter(|(a, b)| a != b).count();
        // U+E5E5 is the one that the Encoding Standard leaves out.
        assert!(unmappable && different > 0 || different == 0);
    }

    #[test]
    fn a_ration_is_not_exceeded() {
        let mut source = Rationed::new(&b"0123456789"[..]);
        source.allow(4);
        let mut text = Vec::new();
        assert!(source.read_to_end(&mut text).is_err() && source.is_spent());
        assert_eq!(text, b"0123");
    }

    #[test]
    fn other_files_are_known_by_their_first_bytes() {
        assert_eq!(Foreign::of(b"PK\x03\x04rest"), Some(Foreign::Zip));
        assert_eq!(Foreign::of(b"\xff\xfea\0"), Some(Foreign::Utf16));
        assert_eq!(Foreign::of(b"id,name\n"), None);
    }
}
