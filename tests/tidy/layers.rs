//! The import direction: each layer of `src/` names only the layers that `house::LAYERS` lets it import, tests included.

use crate::house::{LAYERS, Layers};
use crate::names::Name;
use crate::source::{House, line_of};
use crate::tree::Violation;
use std::collections::{BTreeMap, BTreeSet};

const RULE: &str = "layers";
/// Declares the layers and imports none.
const LIBRARY: &str = "lib";

pub fn check(house: &House) -> Vec<Violation> {
    let mut found = check_table(&LAYERS);
    for (layer, source) in house.layered() {
        if layer == LIBRARY {
            found.extend(only_declares(source.path, &source.ast));
            continue;
        }
        if !LAYERS.knows(layer) {
            let message = format!("`{layer}` is no layer: give it a row in the table, or move the file into a layer");
            found.push(Violation::new(source.path, 1, RULE, message));
            continue;
        }
        let mut against: BTreeMap<&str, (&Name, BTreeSet<usize>)> = BTreeMap::new();
        for meaning in &source.meanings {
            for path in meaning.internal() {
                if let Some(other) = path.get(1).filter(|other| *other != layer && !LAYERS.allows(layer, other)) {
                    against.entry(other).or_insert((path, BTreeSet::new())).1.insert(meaning.line);
                }
            }
        }
        for (other, (path, lines)) in against {
            let message = complaint(layer, other, &path.join("::"), lines.len());
            found.push(Violation::new(source.path, lines.first().copied().unwrap_or(1), RULE, message));
        }
    }
    found
}

fn complaint(layer: &str, other: &str, path: &str, lines: usize) -> String {
    if !LAYERS.knows(other) {
        return format!("`{path}` names `{other}`, which is no layer: keep what is shared in a layer of the table");
    }
    format!(
        "`{layer}` may not import `{other}` (`{path}`; lines: {lines}): hand the value in from a layer that may import \
         both, or move what is shared into a layer that `{layer}` may import"
    )
}

/// `lib.rs` holds the modules and nothing that could be imported past the table.
fn only_declares(path: &str, file: &syn::File) -> Vec<Violation> {
    let other = |item: &&syn::Item| !matches!(item, syn::Item::Mod(module) if module.content.is_none());
    let at = |item| Violation::new(path, line_of(item), RULE, "lib.rs only declares modules: move this into one");
    file.items.iter().filter(other).map(at).collect()
}

impl Layers {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.bands.iter().flat_map(|band| band.iter().copied())
    }

    fn knows(&self, layer: &str) -> bool {
        self.names().any(|name| name == layer)
    }

    fn band(&self, layer: &str) -> Option<usize> {
        self.bands.iter().position(|band| band.contains(&layer))
    }

    fn allows(&self, layer: &str, other: &str) -> bool {
        let row = |rows: &[(&str, &'static [&'static str])]| {
            rows.iter().find(|(name, _)| *name == layer).map(|(_, imports)| *imports)
        };
        if let Some(imports) = row(self.shorter) {
            return imports.contains(&other);
        }
        let inside = row(self.inside).is_some_and(|imports| imports.contains(&other));
        match (self.band(layer), self.band(other)) {
            (Some(own), Some(its)) => own < its || inside,
            _ => false,
        }
    }

    /// A layer that can be reached from itself.
    fn circle(&self) -> Option<&'static str> {
        let mut open: BTreeSet<&'static str> = self.names().collect();
        loop {
            let done: Vec<_> =
                open.iter().copied().filter(|layer| !open.iter().any(|other| self.allows(layer, other))).collect();
            if done.is_empty() {
                return open.first().copied();
            }
            open.retain(|layer| !done.contains(layer));
        }
    }
}

/// The table itself: no layer twice, no row for a layer that is in no band, no circle.
fn check_table(table: &Layers) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut complain = |message: String| found.push(Violation::new("tests/tidy/house.rs", 1, RULE, message));
    let mut seen = BTreeSet::new();
    for name in table.names().filter(|name| !seen.insert(*name)) {
        complain(format!("the table holds `{name}` twice: keep one"));
    }
    for (layer, imports) in table.inside.iter().chain(table.shorter) {
        for name in imports.iter().chain([layer]).filter(|name| !table.knows(name)) {
            complain(format!("the row of `{layer}` names `{name}`, which is in no band: add it or take it out"));
        }
    }
    if let Some(layer) = table.circle() {
        complain(format!("the table lets `{layer}` import itself in a circle: take out a row"));
    }
    found
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::{LAYERS, Layers, RULE, check_table};
    use crate::case::{catches, found, passes};

    #[test]
    fn each_layer_imports_what_the_design_says() {
        let second = "catalog policy data guest ledger log disclosure receipt";
        let low = "config document keys env model";
        let expected = [
            ("main", format!("cli server pack upkeep workbench kit job review {second} {low}")),
            ("cli", format!("server pack upkeep workbench kit job review {second} {low}")),
            ("server", format!("pack upkeep workbench kit job review {second} {low}")),
            ("pack", format!("upkeep workbench kit job review {second} {low}")),
            ("upkeep", format!("job review {second} {low}")),
            ("workbench", format!("job review {second} {low}")),
            ("kit", format!("workbench job review {second} {low}")),
            ("job", format!("{second} {low}")),
            ("review", format!("{second} {low}")),
            ("disclosure", format!("data guest policy ledger {low}")),
            ("guest", format!("catalog data ledger policy {low}")),
            ("data", format!("catalog {low}")),
            ("ledger", format!("log policy {low}")),
            ("log", low.to_owned()),
            ("receipt", format!("disclosure ledger log policy {low}")),
            ("policy", format!("catalog {low}")),
            ("catalog", low.to_owned()),
            ("config", "document keys env model".to_owned()),
            ("document", "model".to_owned()),
            ("keys", "env model".to_owned()),
            ("env", "model".to_owned()),
            ("model", String::new()),
        ];
        assert_eq!(LAYERS.names().count(), expected.len());
        for (layer, imports) in expected {
            for other in LAYERS.names() {
                let allowed = imports.split_whitespace().any(|name| name == other);
                assert_eq!(LAYERS.allows(layer, other), allowed, "{layer} → {other}");
                let path = if layer == "main" { "src/main.rs".to_owned() } else { format!("src/{layer}/a.rs") };
                let code = format!("use anshi::{other}::X;");
                let caught = !allowed && layer != other;
                assert_eq!(found(RULE, &[(&path, &code)]).len(), usize::from(caught), "{layer} → {other}");
            }
        }
    }

    #[test]
    fn the_table_has_no_circle_and_no_stray_row() {
        assert_eq!(check_table(&LAYERS), []);
        let circle = Layers { bands: &[&["a", "b"]], inside: &[("a", &["b"]), ("b", &["a"])], shorter: &[] };
        assert_eq!(check_table(&circle).len(), 1);
        let upward = Layers { bands: &[&["a"], &["b"]], inside: &[], shorter: &[("b", &["a"])] };
        assert_eq!(check_table(&upward).len(), 1);
        let stray = Layers { bands: &[&["a"]], inside: &[("a", &["b"])], shorter: &[] };
        assert_eq!(check_table(&stray).len(), 1);
        let twice = Layers { bands: &[&["a"], &["a"]], inside: &[], shorter: &[] };
        assert!(!check_table(&twice).is_empty());
    }

    #[test]
    fn an_import_against_the_direction_is_caught_however_it_is_written() {
        let clean = "use crate::{model::{Id, Time}, keys as k};\nfn f() { crate::env::clock(); k::sign(); }";
        for bad in [
            "use crate::server::App;",
            "use crate::server;",
            "use crate::{model::Id, server::{self, App}};",
            "use crate::server as s;",
            "use crate::server::*;",
            "pub use crate::server::App;",
            "use ::anshi::server::App;",
            "fn f() { crate::server::run(); }",
            "fn f(app: &crate::server::App) {}",
            "fn f() { let _ = Vec::<crate::server::App>::new(); }",
            "impl crate::server::Serve for X {}",
            "fn f() { match x { crate::server::State::Up => {} _ => {} } }",
            "fn f() { let _ = format!(\"{}\", crate::server::NAME); }",
            "fn f() { a!{ b!(c, [crate::server::NAME]) } }",
            "macro_rules! m { () => { $crate::server::run() } }",
            "#[derive(crate::server::Wire)] struct X;",
            "#[serde(with = \"crate::server::wire\")] struct X;",
            "fn f() { super::super::server::run(); }",
            "use super::super::server::App;",
            "use super::super::{keys, server};",
            "use self::super::super::server;",
            "#[cfg(test)] mod tests { use crate::server::App; }",
            "#[cfg(test)] mod tests { fn f() { super::super::super::server::run(); } }",
        ] {
            let caught = found(RULE, &[("src/data/ingest.rs", bad)]);
            assert!(!caught.is_empty() && caught.iter().all(|at| at == "src/data/ingest.rs:1"), "{bad}: {caught:?}");
        }
        passes(RULE, "src/data/ingest.rs", clean);
    }

    #[test]
    fn super_is_resolved_by_the_path_of_the_file() {
        catches(RULE, "src/data/mod.rs", "use super::server::App;", "use super::model::Id;");
        catches(RULE, "src/config.rs", "use super::server::App;", "use super::document::Reader;");
        passes(RULE, "src/data/mod.rs", "mod server;\nuse self::server::App;\nuse server::Port;");
        passes(RULE, "src/data/ingest.rs", "use super::server::App;");
        passes(RULE, "src/data/ingest/csv.rs", "use super::super::server::App;");
        catches(RULE, "src/data/ingest/csv.rs", "use super::super::super::server::App;", "use super::super::X;");
    }

    #[test]
    fn what_a_renamed_root_or_a_glob_leads_to_is_caught() {
        let lib = ("src/lib.rs", "mod data;\nmod server;\nmod model;");
        let code = [
            "use crate as root;\nfn f() { root::server::run(); }",
            "use super as up;\nfn f() { up::server::run(); }",
            "use crate::*;\nfn f() { server::run(); }",
            "use super::*;\nfn f() { server::run(); }",
        ];
        for bad in code {
            assert_eq!(found(RULE, &[lib, ("src/data.rs", bad)]), ["src/data.rs:2"], "{bad}");
            let clean = bad.replace("server", "model");
            assert_eq!(found(RULE, &[lib, ("src/data.rs", &clean)]), [""; 0], "{clean}");
        }
    }

    #[test]
    fn what_a_layer_exports_again_still_belongs_to_its_own_layer() {
        let guest = ("src/guest/mod.rs", "pub use crate::catalog::Schema;\npub use crate::ledger::Reservation;");
        let bad = ("src/disclosure/mod.rs", "use crate::guest::Schema;");
        assert_eq!(found(RULE, &[guest, bad]), ["src/disclosure/mod.rs:1"]);
        let clean = ("src/disclosure/mod.rs", "use crate::guest::Reservation;");
        assert_eq!(found(RULE, &[guest, clean]), [""; 0]);
    }

    #[test]
    fn strings_comments_and_visibilities_are_no_imports() {
        let clean = "//! `crate::server::App`\n// crate::server\n/// [`crate::server`]\npub(crate) fn f() { \"crate::server::x\"; }\npub(in crate::data) struct X;";
        passes(RULE, "src/data/ingest.rs", clean);
    }

    #[test]
    fn a_folder_without_a_row_is_caught() {
        assert_eq!(found(RULE, &[("src/helpers/mod.rs", "")]), ["src/helpers/mod.rs:1"]);
        assert_eq!(found(RULE, &[("src/helpers.rs", "")]), ["src/helpers.rs:1"]);
        passes(RULE, "src/server/mod.rs", "");
        catches(RULE, "src/data/mod.rs", "use crate::helpers::x;", "use self::helpers::x;");
    }

    #[test]
    fn main_names_the_library_and_itself() {
        passes(RULE, "src/main.rs", "use anshi::cli;\nfn run() {}\nfn main() { cli::run(); crate::run(); }");
        catches(RULE, "src/main.rs", "use anshi::helpers::x;", "use anshi::env::Clock;");
    }

    #[test]
    fn the_library_only_declares_modules() {
        for bad in ["pub use data::X;", "fn f() {}", "mod keys { fn f() {} }", "extern crate x;", "macro_rules! m {}"] {
            let code = format!("//! Doc.\n#![deny(warnings)]\nmod data;\n{bad}");
            assert_eq!(found(RULE, &[("src/lib.rs", &code)]), ["src/lib.rs:4"], "{bad}");
        }
        passes(RULE, "src/lib.rs", "//! Doc.\n#![deny(warnings)]\n/// The data.\npub mod data;\nmod env;");
    }
}
