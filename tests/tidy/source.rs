//! The tree, read as Rust: every file parsed, and everything it mentions with what that stands for. Owns `House`, which
//! every rule is a function over; it never judges, but for a file that does not parse.

use crate::names::{Name, Names, module_of};
use crate::scan::{What, mentions};
use crate::tree::{Tree, Violation};
use proc_macro2::TokenStream;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Everything that a rule may look at.
pub struct House<'t> {
    pub tree: &'t Tree,
    pub manifest: toml::Table,
    pub sources: Vec<Source<'t>>,
    pub names: Names,
}

/// A Rust file.
pub struct Source<'t> {
    pub path: &'t str,
    pub text: &'t str,
    pub module: Name,
    /// The folder or file directly under `src/`; none outside of `src/`.
    pub layer: Option<&'t str>,
    pub ast: syn::File,
    pub meanings: Vec<Meaning>,
}

/// A mention, with what it stands for.
pub struct Meaning {
    pub line: usize,
    pub what: What,
    /// Every absolute path that the name may stand for; empty where `what` is no name.
    pub paths: Rc<BTreeSet<Name>>,
}

impl Meaning {
    /// The paths into this crate.
    pub fn internal(&self) -> impl Iterator<Item = &Name> {
        self.paths.iter().filter(|path| path.first().is_some_and(|first| first == "crate"))
    }

    /// The paths into other crates.
    pub fn external(&self) -> impl Iterator<Item = &Name> {
        self.paths.iter().filter(|path| path.first().is_some_and(|first| first != "crate"))
    }

    /// The other crates that are named. A lone identifier is a variable or an item, and names a crate only in a `use`.
    pub fn crates(&self) -> impl Iterator<Item = &str> {
        let import = matches!(self.what, What::Import { .. });
        self.external().filter(move |path| import || path.len() > 1).filter_map(|path| path.first().map(String::as_str))
    }
}

impl<'t> House<'t> {
    /// Parses the tree; a file that does not parse is a violation, and none of the other rules can see it.
    pub fn read(tree: &'t Tree) -> (Self, Vec<Violation>) {
        let manifest = tree.manifest();
        let package = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        let mut names = Names::new(package.unwrap_or("anshi"));
        let (mut parsed, mut broken) = (Vec::new(), Vec::new());
        for (path, text) in tree.iter().filter(|(path, _)| path.ends_with(".rs")) {
            match parse(text) {
                Ok((ast, tokens)) => {
                    let module = module_of(path);
                    let mentions = mentions(tokens, &module);
                    names.add(&module, &ast, &mentions);
                    parsed.push((path, text, module, ast, mentions));
                }
                Err(error) => {
                    let line = error.span().start().line;
                    broken.push(Violation::new(path, line, "parse", format!("{error}: make the file parse")));
                }
            }
        }
        names.open_globs();
        let mut sources = Vec::new();
        for (path, text, module, ast, mentions) in parsed {
            let mut known = BTreeMap::new();
            let meanings = mentions.into_iter().map(|mention| {
                let key = (Rc::clone(&mention.module), mention.what.written().cloned().unwrap_or_default());
                let paths = known.entry(key).or_insert_with_key(|(at, written)| Rc::new(names.meanings(at, written)));
                Meaning { line: mention.line, paths: Rc::clone(paths), what: mention.what }
            });
            let meanings = meanings.collect();
            sources.push(Source { path, text, module, layer: layer_of(path), ast, meanings });
        }
        (Self { tree, manifest, sources, names }, broken)
    }

    /// The files of `src/`.
    pub fn layered(&self) -> impl Iterator<Item = (&'t str, &Source<'t>)> {
        self.sources.iter().filter_map(|source| source.layer.map(|layer| (layer, source)))
    }
}

fn parse(text: &str) -> syn::Result<(syn::File, TokenStream)> {
    Ok((syn::parse_file(text)?, text.parse()?))
}

/// The layer that a file of `src/` belongs to: `guest` for `src/guest/engine.rs`, `config` for `src/config.rs`.
pub fn layer_of(path: &str) -> Option<&str> {
    let first = path.strip_prefix("src/")?.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

/// The line where a piece of syntax begins, its doc comment and attributes included.
pub fn line_of(syntax: &impl syn::spanned::Spanned) -> usize {
    syntax.span().start().line
}

/// Whether an identifier matches a row of a table: the same word, or the same beginning where the row ends in `*`.
pub fn fits(pattern: &str, ident: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == ident, |beginning| ident.starts_with(beginning))
}
