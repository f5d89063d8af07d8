//! How a department delivers a dataset, after its file was checked: where the rows are, and how the source writes
//! what the columns hold. Never reads a delivery, and never knows a password: a connection is a name.

use std::fmt;

use crate::model::DateFormat;

/// How the department delivers the dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where the rows are.
    pub kind: SourceKind,
    /// For each of the dataset's columns, in order, its name in the source.
    pub headers: Vec<String>,
    /// For each of the dataset's columns, in order: the decimals that the source writes.
    pub decimals: Vec<u8>,
    /// The forms in which the source writes dates.
    pub dates: Vec<DateFormat>,
    /// What the source writes for a missing value.
    pub missing: Vec<String>,
    /// What happens to a row whose identifier is wrong.
    pub on_bad_id: BadId,
    /// The greatest share of rejected rows at which a delivery is still taken, in millionths.
    pub rejects_max_ppm: u32,
}

impl Source {
    /// The files of the delivery, where the source has files.
    pub const fn files(&self) -> Option<&FilePattern> {
        match &self.kind {
            SourceKind::Csv(csv) => Some(&csv.files),
            SourceKind::Parquet { files } | SourceKind::Excel { files, .. } => Some(files),
            SourceKind::Postgresql(_) | SourceKind::Odbc(_) => None,
        }
    }

    /// How the source's CSV files are written, where it has such.
    pub const fn csv(&self) -> Option<&CsvForm> {
        match &self.kind {
            SourceKind::Csv(csv) => Some(csv),
            SourceKind::Parquet { .. } | SourceKind::Excel { .. } => None,
            SourceKind::Postgresql(_) | SourceKind::Odbc(_) => None,
        }
    }
}

/// Where the rows of a dataset are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// Separated values (RFC 4180) with a header line.
    Csv(CsvForm),
    /// Apache Parquet.
    Parquet {
        /// The files.
        files: FilePattern,
    },
    /// One sheet of each workbook: `.xlsx`, `.xlsm`, `.xlsb`, `.xls`.
    Excel {
        /// The files.
        files: FilePattern,
        /// The sheet's name; the workbook's only one where it is not given.
        sheet: Option<String>,
        /// The row that names the columns, counted from 1.
        header_row: u32,
    },
    /// A table or a query of a PostgreSQL server.
    Postgresql(DatabaseRows),
    /// A table or a query that an ODBC driver reads.
    Odbc(DatabaseRows),
}

impl SourceKind {
    /// The words in TOML.
    pub const WORDS: [&'static str; 5] = ["csv", "parquet", "excel", "postgresql", "odbc"];

    /// The word in TOML.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Parquet { .. } => "parquet",
            Self::Excel { .. } => "excel",
            Self::Postgresql(_) => "postgresql",
            Self::Odbc(_) => "odbc",
        }
    }
}

/// How CSV files are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvForm {
    /// The files.
    pub files: FilePattern,
    /// The encoding of the text.
    pub encoding: Encoding,
    /// What stands between two cells.
    pub delimiter: u8,
    /// What stands around a cell that has a delimiter in it; `None` where the source quotes nothing.
    pub quote: Option<u8>,
}

/// Files of a delivery: `folder/prefix*suffix`, or one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePattern {
    /// The folder, relative to the delivery; may be empty.
    pub folder: String,
    /// What a file's name begins with; the whole name where `suffix` is `None`.
    pub prefix: String,
    /// What a file's name ends with.
    pub suffix: Option<String>,
}

impl FilePattern {
    /// Reads `folder/name.csv` or `folder/prefix*suffix`: one star, in the name; never upwards, never absolute.
    pub fn parse(text: &str) -> Option<Self> {
        let (folder, name) = text.rsplit_once('/').unwrap_or(("", text));
        let (prefix, suffix) = name.split_once('*').map_or((name, None), |(prefix, suffix)| (prefix, Some(suffix)));
        let strange = |part: &str| part.contains('*');
        // A file's name may hold neither; a control character is a mistake in the catalog.
        let control = text.chars().any(char::is_control);
        let odd_folder = !folder.is_empty() && folder.split('/').any(|part| matches!(part, "" | "." | ".."));
        let odd_name = suffix.is_none() && matches!(prefix, "" | "." | "..");
        if control || text.starts_with('/') || odd_folder || odd_name || strange(folder) || suffix.is_some_and(strange)
        {
            return None;
        }
        Some(Self { folder: folder.to_owned(), prefix: prefix.to_owned(), suffix: suffix.map(str::to_owned) })
    }

    /// Whether a file of the folder, called `name`, is one of them.
    pub fn fits(&self, name: &str) -> bool {
        match &self.suffix {
            None => name == self.prefix,
            Some(suffix) => {
                name.len() >= self.prefix.len() + suffix.len()
                    && name.starts_with(self.prefix.as_str())
                    && name.ends_with(suffix.as_str())
            }
        }
    }
}

impl fmt::Display for FilePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { folder, prefix, suffix } = self;
        let slash = if folder.is_empty() { "" } else { "/" };
        write!(f, "{folder}{slash}{prefix}")?;
        suffix.as_ref().map_or(Ok(()), |suffix| write!(f, "*{suffix}"))
    }
}

/// The encoding of a source's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB 18030, of which GBK and GB 2312 are parts.
    Gb18030,
}

impl Encoding {
    /// The word in TOML.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
        }
    }

    /// The encoding that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Utf8, Self::Gb18030].into_iter().find(|encoding| encoding.word() == word)
    }
}

/// Rows of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseRows {
    /// The connection's name in the home's configuration, which holds how to reach the server.
    pub connection: String,
    /// Which rows.
    pub rows: Rows,
}

/// Which rows of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All rows of a table or view: `table` or `schema.table`.
    Table(Vec<String>),
    /// What a query gives.
    Query(String),
}

impl Rows {
    /// Reads the name of a table: up to three parts, none of them empty.
    pub fn table(text: &str) -> Option<Self> {
        let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
        let good = |part: &String| !part.is_empty() && !part.contains(['"', '\0']) && part.trim() == part;
        (parts.len() <= 3 && parts.iter().all(good)).then_some(Self::Table(parts))
    }
}

/// What happens to a row whose identifier is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadId {
    /// The row goes to the rejects file.
    Reject,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_below_the_delivery_with_one_star_at_most() {
        for (text, name, fits) in [
            ("tax/*.csv", "a.csv", true),
            ("tax/*.csv", ".csv", true),
            ("tax/*.csv", "a.csv.old", false),
            ("a*a.csv", "a.csv", false),
            ("tax.csv", "tax.csv", true),
            ("tax.csv", "tax.csv2", false),
            ("tax/纳税*", "纳税.csv", true),
            ("*", "x", true),
        ] {
            assert_eq!(FilePattern::parse(text).map(|pattern| pattern.fits(name)), Some(fits), "{text} {name}");
        }
        for bad in ["", "/tax/*.csv", "../*.csv", "a/../b.csv", "*/a.csv", "a/*b*.csv", "a/", "a//b.csv", "./a", "a\0"]
        {
            assert_eq!(FilePattern::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn tables_have_up_to_three_names() {
        assert_eq!(Rows::table("a.b"), Some(Rows::Table(vec!["a".to_owned(), "b".to_owned()])));
        for bad in ["", ".a", "a.", "a..b", "a.b.c.d", "a\"b", " a"] {
            assert_eq!(Rows::table(bad), None, "{bad:?}");
        }
    }
}
