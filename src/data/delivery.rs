//! Where an ingest reads from: a folder of files, and the databases that the home may ask. Opens neither.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::Connection;

/// What an ingest reads from.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The folder of the files.
    pub folder: &'a Path,
    /// The databases.
    pub databases: Databases<'a>,
}

/// The databases that an ingest may ask.
#[derive(Clone, Copy, Debug)]
pub enum Databases<'a> {
    /// None: only files that a seed manifest lists enter a synthetic home.
    None,
    /// Those that a production home's configuration names.
    Known(&'a BTreeMap<String, Connection>),
}

impl Delivery<'_> {
    /// Whether it is for a production home, into which nothing that `anshi synth` invents may come.
    pub const fn is_real(&self) -> bool {
        matches!(self.databases, Databases::Known(_))
    }
}

impl<'a> From<&'a Path> for Delivery<'a> {
    fn from(folder: &'a Path) -> Self {
        Self { folder, databases: Databases::None }
    }
}

impl<'a> From<&'a PathBuf> for Delivery<'a> {
    fn from(folder: &'a PathBuf) -> Self {
        Self::from(folder.as_path())
    }
}
