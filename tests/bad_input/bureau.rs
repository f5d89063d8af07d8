//! A data bureau of the tests: a production home, made and fed by the command alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::firm;

pub const TAX_HEADER: &str = "纳税人识别号,税款所属期止,税种,应缴金额(元),实缴金额(元),缴款期限,缴款日期";

/// A production home, and a folder that departments deliver into.
pub struct Bureau {
    folder: tempfile::TempDir,
}

pub fn anshi(words: &[&str]) -> (i32, String) {
    ended(Command::new(env!("CARGO_BIN_EXE_anshi")).args(words).args(["--lang", "en"]))
}

pub fn ended(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}

pub fn rows(count: usize) -> String {
    format!("{},20260131,VAT,1,1,,\n", firm(1)).repeat(count)
}

pub fn taxes(rows: &str) -> String {
    format!("{TAX_HEADER}\n{rows}")
}

impl Bureau {
    pub fn new() -> Self {
        let bureau = Self { folder: tempfile::tempdir().unwrap() };
        let (code, said) = anshi(&["init", "--home", &bureau.home(), "--kind", "production"]);
        assert_eq!(code, 0, "{said}");
        fs::create_dir(bureau.delivery()).unwrap();
        bureau
    }

    /// One that has taken a delivery of taxes; with the snapshot's name.
    pub fn with_taxes() -> (Self, String) {
        let bureau = Self::new();
        bureau.deliver("tax_payment/a.csv", taxes(&rows(10)));
        let (code, said) = bureau.ingest("2020-11-30", &[]);
        assert_eq!(code, 0, "{said}");
        let name = bureau.current();
        (bureau, name)
    }

    /// Where everything of this bureau is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn home(&self) -> String {
        self.path().display().to_string()
    }

    pub fn delivery(&self) -> PathBuf {
        self.folder.path().join("delivery")
    }

    pub fn deliver(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.delivery().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn ingest(&self, as_of: &str, more: &[&str]) -> (i32, String) {
        let (home, delivery) = (self.home(), self.delivery().display().to_string());
        let words = ["ingest", "--home", &home, "--from", &delivery, "--as-of", as_of];
        anshi(&[&words, more].concat())
    }

    pub fn current(&self) -> String {
        fs::read_to_string(self.path().join("data/current")).unwrap()
    }

    /// Every file of the published snapshots, by its whole path and content.
    pub fn published(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folders = ["files", "snapshots"].map(|name| self.path().join("data").join(name));
        let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        let mut files: Vec<_> =
            files.map(|file| file.unwrap().path()).map(|path| (path.clone(), fs::read(path).unwrap())).collect();
        files.sort();
        files
    }
}
