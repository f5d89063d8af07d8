//! The library that stands between a worker and its file calls, and the journal that it writes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::crash::Place;

const HEADER_BYTES: usize = 32;
const FAILED: u8 = 1;
const GROWS: u8 = 2;
const CREATED: u8 = 4;
const TRUNCATED: u8 = 8;
const IN_WORLD: u8 = 16;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With `EIO`, once.
    Eio,
    /// With `ENOSPC`, and so does everything after it that needs room.
    Full,
    /// A write does half of its bytes and says so.
    Short,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Eio => "eio",
            Self::Full => "full",
            Self::Short => "short",
        }
    }
}

/// Which call fails, counted among those that can fail so, from 1.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub kind: Kind,
    pub at: usize,
}

/// One call, as it took effect.
#[derive(Debug)]
pub struct Record {
    /// `o`pen, `w`rite, `t`runcate, `s`ync, `r`ename, `l`ink, `u`nlink, `m`kdir; `x` changes nothing.
    pub op: char,
    flags: u8,
    pub inode: u64,
    pub offset: u64,
    pub path: PathBuf,
    pub other: PathBuf,
    pub data: Vec<u8>,
}

impl Record {
    pub const fn failed(&self) -> bool {
        self.flags & FAILED != 0
    }

    pub const fn created(&self) -> bool {
        self.flags & CREATED != 0
    }

    pub const fn truncated(&self) -> bool {
        self.flags & TRUNCATED != 0
    }

    pub const fn in_world(&self) -> bool {
        self.flags & IN_WORLD != 0
    }

    /// Whether `kind` counts this call.
    pub const fn counts(&self, kind: Kind) -> bool {
        !self.in_world()
            && match kind {
                Kind::Eio => true,
                Kind::Full => self.flags & GROWS != 0,
                Kind::Short => self.op == 'w' && self.data.len() > 1,
            }
    }
}

/// The shim, compiled once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
        let flags = ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"];
        let mut cc = Command::new("cc");
        let built = cc.args(flags).args([&path, &source]).args(["-ldl", "-lpthread"]).status();
        assert!(built.expect("a C compiler is there: crates need it too").success());
        (folder, path)
    });
    path
}

/// Has `command` run behind the shim; its calls are written down beside the place.
pub fn put_before(command: &mut Command, place: &Place, fault: Option<Fault>) {
    command
        .env("LD_PRELOAD", library())
        .env("FAULTS_JOURNAL", journal_path(place))
        .env("FAULTS_DISK", place.home())
        .env("FAULTS_WORLD", place.jobs())
        .env("FAULTS_KIND", fault.map_or("none", |fault| fault.kind.word()))
        .env("FAULTS_AT", fault.map_or(0, |fault| fault.at).to_string());
}

fn journal_path(place: &Place) -> PathBuf {
    place.root.join("journal")
}

/// The calls of the run in `place`.
pub fn read_journal(place: &Place) -> Vec<Record> {
    let bytes = std::fs::read(journal_path(place)).unwrap();
    let mut rest = bytes.as_slice();
    let mut records = Vec::new();
    while !rest.is_empty() {
        let (header, tail) = rest.split_at(HEADER_BYTES);
        let number = |from: usize, bytes: usize| {
            header[from..from + bytes].iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let (path, tail) = tail.split_at(number(2, 2) as usize);
        let (other, tail) = tail.split_at(number(4, 2) as usize);
        let (data, tail) = tail.split_at(number(8, 4) as usize);
        let text = |bytes: &[u8]| PathBuf::from(std::str::from_utf8(bytes).unwrap());
        records.push(Record {
            op: char::from(header[0]),
            flags: header[1],
            inode: number(16, 8),
            offset: number(24, 8),
            path: text(path),
            other: text(other),
            data: data.to_vec(),
        });
        rest = tail;
    }
    records
}
