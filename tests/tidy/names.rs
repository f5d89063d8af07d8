//! What a written path stands for. Owns the table of every module's imports, type aliases and items, and follows them:
//! `use std::fs as f; f::write` is `std::fs::write`, and so is `crate::a::write` where `a` exports it again. It never
//! looks at types: a method call has no path. Where a name may stand for more than one thing, all of them are answers.

use crate::scan::{Mention, What, Written, plain};
use std::collections::{BTreeMap, BTreeSet};

/// An absolute path. It begins with `crate` if it names something of this repository, with a crate's name if not.
pub type Name = Vec<String>;

/// An import can lead to an import, and two of them in a circle.
const IMPORTS_FOLLOWED_MAX: usize = 8;
const MEANINGS_MAX: usize = 64;
/// Files outside `src/` are modules below these; each folder is a crate of its own.
const CRATES_OUTSIDE: [&str; 3] = ["tests", "benches", "sandbox-guests"];

#[derive(Default)]
struct Scope {
    imports: BTreeMap<String, BTreeSet<Written>>,
    globs: BTreeSet<(Written, Public)>,
    /// What the globs stand for, once all files are known.
    opened: BTreeSet<(Name, Public)>,
    items: BTreeSet<String>,
}

type Public = bool;

pub struct Names {
    scopes: BTreeMap<Name, Scope>,
    /// What the library is called in `main.rs`.
    library: String,
}

/// The module that the file at `path` is.
pub fn module_of(path: &str) -> Name {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let segments: Vec<&str> = stem.strip_prefix("src/").unwrap_or(stem).split('/').collect();
    let segments = match segments.as_slice() {
        ["lib"] => &[],
        [above @ .., "mod"] => above,
        all => all,
    };
    ["crate"].iter().chain(segments).map(|segment| (*segment).to_owned()).collect()
}

fn joined(before: &[String], after: &[String]) -> Name {
    before.iter().chain(after).cloned().collect()
}

/// The module that `crate` names inside the module `at`.
fn root(at: &[String]) -> &[String] {
    let own = at.get(1).is_some_and(|name| name == "main" || CRATES_OUTSIDE.contains(&name.as_str()));
    at.get(..if own { 2 } else { 1 }).unwrap_or(at)
}

/// The module that `self::…` and `super::super::…` lead to.
fn climbed(at: &[String], segments: &[String]) -> Name {
    let (mut module, mut rest) = (at, segments);
    while let Some((first, behind)) = rest.split_first() {
        match first.as_str() {
            "self" => {}
            "super" => module = module.split_last().map_or(module, |(_, parent)| parent),
            _ => break,
        }
        rest = behind;
    }
    joined(if module.is_empty() { root(at) } else { module }, rest)
}

fn is_internal(path: &[String]) -> bool {
    path.first().is_some_and(|name| name == "crate")
}

impl Names {
    pub fn new(package: &str) -> Self {
        Self { scopes: BTreeMap::new(), library: package.replace('-', "_") }
    }

    /// Takes in what the file that is the module `at` imports and declares.
    pub fn add(&mut self, at: &[String], file: &syn::File, mentions: &[Mention]) {
        self.add_items(at, &file.items);
        for mention in mentions {
            let What::Import { written, alias, glob, public } = &mention.what else { continue };
            let scope = self.scopes.entry(mention.module.to_vec()).or_default();
            match alias {
                Some(alias) => scope.imports.entry(alias.clone()).or_default().extend([written.clone()]),
                None if *glob => scope.globs.extend([(written.clone(), *public)]),
                None => {}
            }
        }
    }

    fn add_items(&mut self, at: &[String], items: &[syn::Item]) {
        self.scopes.entry(at.to_vec()).or_default();
        for item in items {
            if let syn::Item::Mod(module) = item
                && let Some((_, inner)) = &module.content
            {
                self.add_items(&joined(at, &[plain(&module.ident)]), inner);
            }
            let Some(scope) = self.scopes.get_mut(at) else { continue };
            match item {
                syn::Item::Type(alias) if written_type(&alias.ty).is_some() => {
                    scope.imports.entry(plain(&alias.ident)).or_default().extend(written_type(&alias.ty));
                }
                _ => scope.items.extend(item_name(item)),
            }
        }
    }

    /// Finds out what the globs open. To be called when every file is in, before the first question.
    pub fn open_globs(&mut self) {
        let opened_by = |module: &Name, scope: &Scope| {
            let globs = scope.globs.iter();
            globs
                .flat_map(|(written, public)| self.meanings(module, written).into_iter().map(|name| (name, *public)))
                .collect()
        };
        let opened: Vec<BTreeSet<_>> = self.scopes.iter().map(|(module, scope)| opened_by(module, scope)).collect();
        for (scope, opened) in self.scopes.values_mut().zip(opened) {
            scope.opened = opened;
        }
    }

    /// Every absolute path that `written` may stand for in the module `at`: the nearest, and what that is in its turn
    /// where it is an import or an alias.
    pub fn meanings(&self, at: &[String], written: &Written) -> BTreeSet<Name> {
        let mut found = BTreeSet::new();
        let mut open = self.absolute(at, written, 0);
        while let Some(path) = open.pop() {
            if found.len() < MEANINGS_MAX && found.insert(path.clone()) {
                open.extend(self.onward(at, &path, 0));
            }
        }
        found
    }

    fn absolute(&self, at: &[String], written: &Written, depth: usize) -> Vec<Name> {
        let Some((first, rest)) = written.segments.split_first() else { return Vec::new() };
        match first.as_str() {
            name if written.external => vec![joined(&[self.root_of_crate(name)], rest)],
            "crate" => vec![joined(root(at), rest)],
            "self" | "super" => vec![climbed(at, &written.segments)],
            name => self.named(at, name, depth).iter().map(|path| joined(path, rest)).collect(),
        }
    }

    /// What the bare `name` may be in the module `at`.
    fn named(&self, at: &[String], name: &str, depth: usize) -> Vec<Name> {
        let mut found = self.imported(at, at, name, depth);
        if self.scopes.get(at).is_some_and(|scope| scope.items.contains(name)) {
            found.push(joined(at, &[name.to_owned()]));
        }
        // A glob of another crate may hold the name, and may as well not.
        if !found.iter().any(|path| is_internal(path)) && !self.imports(at, name) {
            found.push(vec![self.root_of_crate(name)]);
        }
        found
    }

    fn root_of_crate(&self, name: &str) -> String {
        if name == self.library { "crate".to_owned() } else { name.to_owned() }
    }

    fn imports(&self, module: &[String], name: &str) -> bool {
        self.scopes.get(module).is_some_and(|scope| scope.imports.contains_key(name))
    }

    /// What `name` is in `module`, as seen from the module `at`, where it got there by an import or a glob.
    fn imported(&self, at: &[String], module: &[String], name: &str, depth: usize) -> Vec<Name> {
        let Some(scope) = self.scopes.get(module).filter(|_| depth < IMPORTS_FOLLOWED_MAX) else { return Vec::new() };
        if let Some(imports) = scope.imports.get(name) {
            return imports.iter().flat_map(|written| self.target(module, scope, name, written, depth + 1)).collect();
        }
        if scope.items.contains(name) {
            return Vec::new();
        }
        self.in_globs(at, module, name)
    }

    /// What the import of `name` stands for. `use csv;` names the crate, not itself.
    fn target(&self, module: &[String], scope: &Scope, name: &str, written: &Written, depth: usize) -> Vec<Name> {
        if written.segments.first().is_some_and(|first| first == name) {
            let declared = scope.items.contains(name) && !written.external;
            return vec![joined(if declared { module } else { &[] }, &written.segments)];
        }
        self.absolute(module, written, depth)
    }

    /// `name` as a member of what the globs of `module` open, and the globs in there: each module that has it, and each
    /// crate that may.
    fn in_globs(&self, at: &[String], module: &[String], name: &str) -> Vec<Name> {
        let (mut found, mut seen, mut open) = (Vec::new(), BTreeSet::new(), vec![module]);
        while let Some(module) = open.pop() {
            let Some(scope) = self.scopes.get(module).filter(|_| seen.insert(module)) else { continue };
            for (target, _) in scope.opened.iter().filter(|(_, public)| *public || at.starts_with(module)) {
                let holds = |scope: &Scope| scope.items.contains(name) || scope.imports.contains_key(name);
                if !is_internal(target) || self.scopes.get(target).is_some_and(holds) {
                    found.push(joined(target, &[name.to_owned()]));
                } else {
                    open.push(target);
                }
            }
        }
        found
    }

    /// Where an absolute path leads on to, if its first segment below a module of ours is an import of that module.
    fn onward(&self, at: &[String], path: &[String], depth: usize) -> Vec<Name> {
        for length in (1..path.len()).rev() {
            let Some((module, [name, rest @ ..])) = path.split_at_checked(length) else { continue };
            if self.scopes.contains_key(module) {
                let imported = self.imported(at, module, name, depth);
                return imported.iter().map(|path| joined(path, rest)).collect();
            }
        }
        Vec::new()
    }
}

/// The path of a type, as it is written.
pub fn written_type(of: &syn::Type) -> Option<Written> {
    match of {
        syn::Type::Path(of) if of.qself.is_none() => Some(written_path(&of.path)),
        syn::Type::Paren(of) => written_type(&of.elem),
        syn::Type::Group(of) => written_type(&of.elem),
        _ => None,
    }
}

pub fn written_path(path: &syn::Path) -> Written {
    let segments = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
    Written { external: path.leading_colon.is_some(), segments }
}

fn item_name(item: &syn::Item) -> Option<String> {
    let ident = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Macro(item) => item.ident.as_ref()?,
        syn::Item::Mod(item) => &item.ident,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::TraitAlias(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(plain(ident))
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::{climbed, module_of};
    use crate::case::{found, passes};

    #[test]
    fn a_file_is_the_module_that_its_path_says() {
        for (path, module) in [
            ("src/lib.rs", "crate"),
            ("src/main.rs", "crate::main"),
            ("src/config.rs", "crate::config"),
            ("src/data/mod.rs", "crate::data"),
            ("src/data/ingest/csv.rs", "crate::data::ingest::csv"),
            ("tests/attacks/mod.rs", "crate::tests::attacks"),
        ] {
            assert_eq!(module_of(path).join("::"), module, "{path}");
        }
    }

    #[test]
    fn super_climbs_to_the_root_and_no_further() {
        let at = module_of("src/data/ingest.rs");
        for (written, expected) in [
            ("self::x", "crate::data::ingest::x"),
            ("super::x", "crate::data::x"),
            ("super::super::x", "crate::x"),
            ("self::super::x::super", "crate::data::x::super"),
            ("super::super::super::x", "crate::x"),
        ] {
            let segments: Vec<String> = written.split("::").map(str::to_owned).collect();
            assert_eq!(climbed(&at, &segments).join("::"), expected, "{written}");
        }
    }

    #[test]
    fn imports_in_a_circle_come_to_an_end() {
        let circle = [
            ("src/data/mod.rs", "pub use self::a::*;\npub use self::b::*;\nuse x as y;\nuse y as x;\nmod a;\nmod b;"),
            (
                "src/data/a.rs",
                "pub use super::*;\npub use super::b::*;\npub use self::c::c as c;\ntype T = self::T::T;",
            ),
            (
                "src/data/b.rs",
                "pub use super::*;\npub use super::a::*;\nfn f() { c::c(); x::y(); y::x(); T::T(); z(); }",
            ),
        ];
        assert_eq!(found("banned-call", &circle), [""; 0]);
        let through = ("src/data/c.rs", "use super::b::*;\nfn f() { write(a, b); }");
        let end = ("src/data/mod.rs", "pub use self::a::*;\npub use std::fs::*;\nmod a;\nmod b;");
        let [_, a, b] = circle;
        assert_eq!(found("banned-call", &[end, a, b, through]), ["src/data/c.rs:2"]);
    }

    #[test]
    fn a_private_glob_is_no_export() {
        let data = ("src/data/mod.rs", "use polars::prelude::*;\nmod rows;");
        let rows = ("src/data/rows.rs", "use super::*;\nfn f() { DataFrame::new(); }");
        let job = ("src/job/mod.rs", "use crate::data::*;\nfn f() { DataFrame::new(); crate::data::made_by_macro(); }");
        assert_eq!(found("confined-crate", &[data, rows, job]), [""; 0]);
        passes("banned-call", "src/job/mod.rs", "use std::fs::*;\nfn f() { read(a); File::open(a); }");
    }
}
