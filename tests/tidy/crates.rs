//! The dependencies: some may be named only in the layer they belong to, and every one must be named somewhere.

use crate::house::{CONFINED, Place};
use crate::scan::What;
use crate::source::{House, Meaning, fits};
use crate::tree::Violation;
use std::collections::{BTreeMap, BTreeSet};

const CONFINED_RULE: &str = "confined-crate";
const DEAD_RULE: &str = "dead-dependency";

/// A crate is named by a path that begins with it, once imports are followed: by `Array::new` too, after
/// `use arrow_array::Array`. A layer may export single items of its crate, and to name those is to name the layer; but
/// not the crate itself or a glob of it, which would give the crate away.
pub fn check_confined(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for (layer, source) in house.layered() {
        let mut lines: BTreeMap<&str, (&Place, BTreeSet<usize>)> = BTreeMap::new();
        for meaning in &source.meanings {
            let exported = meaning.internal().any(|path| path.get(1).is_some_and(|other| other != layer));
            for (name, place) in meaning.crates().filter_map(|name| Some((name, place_of(name)?))) {
                if !place.admits(layer) && !exported {
                    lines.entry(name).or_insert((place, BTreeSet::new())).1.insert(meaning.line);
                }
                if place.admits(layer) && gives_away(meaning) {
                    let message = format!("`{layer}` exports all of `{name}`: export the items that others need");
                    found.push(Violation::new(source.path, meaning.line, CONFINED_RULE, message));
                }
            }
        }
        for (name, (place, lines)) in lines {
            let (first, count) = (lines.first().copied().unwrap_or(1), lines.len());
            let message = format!("`{layer}` may not name the crate `{name}` (lines: {count}): {}", place.advice());
            found.push(Violation::new(source.path, first, CONFINED_RULE, message));
        }
    }
    found
}

fn place_of(name: &str) -> Option<&'static Place> {
    CONFINED.iter().find(|(pattern, _)| fits(pattern, name)).map(|(_, place)| place)
}

/// `pub use polars;` and `pub use polars::prelude::*;`.
fn gives_away(meaning: &Meaning) -> bool {
    let What::Import { written, glob, public: true, .. } = &meaning.what else { return false };
    *glob || written.segments.len() == 1
}

impl Place {
    fn admits(&self, layer: &str) -> bool {
        match self {
            Self::Only(layers) => layers.contains(&layer),
            Self::Not(layers) => !layers.contains(&layer),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Only([]) => "no layer may, take the crate out of Cargo.toml".to_owned(),
            Self::Only(layers) => format!("only {} may, ask it for what is needed", layers.join(", ")),
            Self::Not(_) => "give the boundary a type of its own that may, and convert".to_owned(),
        }
    }
}

/// A dependency must be named in `src/`, a development dependency in `src/`, `tests/` or `benches/`.
pub fn check_dead(house: &House) -> Vec<Violation> {
    let named_below = |folders: &[&str]| -> BTreeSet<&str> {
        let below = house.sources.iter().filter(|source| folders.iter().any(|folder| source.path.starts_with(folder)));
        below.flat_map(|source| &source.meanings).flat_map(Meaning::crates).collect()
    };
    let mut found = Vec::new();
    for (table, folders) in
        [("dependencies", ["src/"].as_slice()), ("dev-dependencies", &["src/", "tests/", "benches/"])]
    {
        let named = named_below(folders);
        for dependency in dependencies(&house.manifest, table) {
            if !named.contains(dependency.replace('-', "_").as_str()) {
                let message = format!("`{dependency}` is named nowhere in {}: take it out", folders.join(", "));
                let line = line_in_manifest(house.tree.text("Cargo.toml"), dependency);
                found.push(Violation::new("Cargo.toml", line, DEAD_RULE, message));
            }
        }
    }
    found
}

/// The keys of `[dependencies]`, and of `[target.….dependencies]`.
fn dependencies<'m>(manifest: &'m toml::Table, table: &str) -> Vec<&'m str> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(toml::Table::values).filter_map(toml::Value::as_table);
    let tables = targets.chain([manifest]).filter_map(|above| above.get(table)).filter_map(toml::Value::as_table);
    tables.flat_map(toml::Table::keys).map(String::as_str).collect()
}

fn line_in_manifest(manifest: &str, dependency: &str) -> usize {
    let declares = |line: &str| {
        let line = line.strip_prefix("[dependencies.").unwrap_or(line);
        line.strip_prefix(dependency).is_some_and(|rest| rest.starts_with([' ', '=', '.', ']']))
    };
    manifest.lines().position(declares).unwrap_or(0) + 1
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::{CONFINED_RULE, DEAD_RULE};
    use crate::case::{catches, found, passes};
    use crate::house::{CONFINED, LAYERS, Place};

    #[test]
    fn each_confined_crate_is_caught_outside_its_layers() {
        let expected = "wasmtime=guest wasmparser=guest wit_component=guest wit_parser=guest wit_bindgen_core=kit \
            wit_bindgen_rust=kit wit_bindgen_c=kit csv=data hashbrown=data \
            rand_chacha=data memmap2=data,env notify=env arrow_ipc=data,guest arrow_array=data,guest rusqlite=ledger mimalloc=main \
            tlog_tiles=log signed_note=log ring=keys,env ed25519_dalek=keys jiff=model,env,data toml=document annotate_snippets=document \
            clap=cli,main clap_complete=cli clap_mangen=cli tar=pack flate2=pack indicatif=cli tracing_subscriber=cli axum=server tokio=ledger,job,workbench,cli,server \
            rayon=job,guest,data,disclosure \
            base64= hex= encoding_rs=data unicode_width=cli parquet=data calamine=data postgres=data \
            tokio_postgres_rustls=data rustls=data odbc_api=data prio=disclosure rand=disclosure,env \
            num_bigint=disclosure plotters=cli hyper=server hyper_util=server http_body_util=server futures_util=server \
            tower=server matchit=server tokio_rustls=server prometheus_client=server utoipa=server,receipt ureq=cli schemars=document,policy,catalog";
        let layers: Vec<&str> = LAYERS.bands.iter().flat_map(|band| band.iter().copied()).collect();
        for (name, homes) in expected.split_whitespace().filter_map(|row| row.split_once('=')) {
            for layer in &layers {
                let path = format!("src/{layer}.rs");
                let code = format!("use {name}::X;");
                let caught = !homes.split(',').any(|home| home == *layer);
                assert_eq!(found(CONFINED_RULE, &[(&path, &code)]).len(), usize::from(caught), "{name} in {layer}");
            }
        }
        let rows = CONFINED.iter().filter(|(_, place)| matches!(place, Place::Only(_))).count();
        assert_eq!(rows + 1, expected.split_whitespace().count(), "`arrow_*` is tried twice, every other row once");
    }

    #[test]
    fn a_crate_is_caught_however_it_is_named() {
        for bad in [
            "use csv;",
            "use csv as c;",
            "use ::csv::Reader;",
            "use {std::io, csv::Reader};",
            "pub use csv::Reader;",
            "extern crate csv;",
            "fn f() { csv::Reader::new(); }",
            "fn f() { ::csv::Reader::new(); }",
            "fn f(r: &csv::Reader) {}",
            "fn f() { let _ = format!(\"{}\", csv::VERSION); }",
            "fn f() { csv::row!(); }",
            "#[csv::row] fn f() {}",
            "#[derive(csv::Row)] struct X;",
            "#[serde(with = \"csv::wire\")] struct X;",
            "type Reader = csv::Reader;",
            "#[cfg(test)] mod tests { use csv::Reader; }",
        ] {
            let caught = found(CONFINED_RULE, &[("src/log/tile.rs", bad)]);
            assert!(!caught.is_empty() && caught.iter().all(|at| at == "src/log/tile.rs:1"), "{bad}: {caught:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_crate_passes() {
        let clean =
            "//! csv::Reader\nmod csv;\nuse self::csv::Rows;\nfn f(csv: &str) { csv::parse(csv); x.csv; \"csv::x\"; }";
        passes(CONFINED_RULE, "src/log/mod.rs", clean);
        passes(CONFINED_RULE, "src/log/mod.rs", "fn f(toml: &str) -> Ring { toml.len(); Format::csv(); }");
        passes(CONFINED_RULE, "tests/goldens.rs", "use csv::Reader;");
    }

    #[test]
    fn a_layer_may_export_an_item_of_its_crate_but_not_all_of_it() {
        let document = ("src/document/mod.rs", "pub use toml::Spanned;");
        let user = ("src/policy/raw.rs", "use crate::document::Spanned;\nfn f() { Spanned::new(); }");
        assert_eq!(found(CONFINED_RULE, &[document, user]), [""; 0]);
        let own = ("src/policy/raw.rs", "use crate::document::Spanned;\nfn f() { toml::from_str(); } // <-");
        assert_eq!(found(CONFINED_RULE, &[document, own]), ["src/policy/raw.rs:2"]);
        let within =
            [("src/policy/mod.rs", "use toml::Value as V;"), ("src/policy/a.rs", "fn f() { super::V::new(); }")];
        assert_eq!(found(CONFINED_RULE, &within), ["src/policy/a.rs:1", "src/policy/mod.rs:1"]);
        for bad in ["pub use toml;", "pub use toml as t;", "pub(crate) use toml::de::*;", "pub use ::toml::*;"] {
            catches(CONFINED_RULE, "src/document/mod.rs", bad, &bad.replace("pub(crate) ", "").replace("pub ", ""));
        }
    }

    #[test]
    fn a_crate_is_reported_once_for_a_file() {
        let code = "fn f() {}\nuse csv::Reader;\nfn g() { Reader::new(); csv::Writer::new(); }";
        assert_eq!(found(CONFINED_RULE, &[("src/log/tile.rs", code)]), ["src/log/tile.rs:2"]);
    }

    #[test]
    fn the_model_and_env_have_no_serde() {
        for layer in ["model", "env"] {
            let path = format!("src/{layer}/id.rs");
            catches(CONFINED_RULE, &path, "use serde::Serialize;", "use std::fmt::Display;");
            catches(CONFINED_RULE, &path, "#[derive(serde::Deserialize)] struct Id;", "#[derive(Clone)] struct Id;");
            catches(CONFINED_RULE, &path, "impl serde::Serialize for Id {}", "impl Clone for Id {}");
        }
        passes(CONFINED_RULE, "src/receipt/wire.rs", "#[derive(serde::Serialize)] struct Wire;");
    }

    const MANIFEST: &str = "[dependencies]\ndata-encoding = \"2\"\n[dependencies.toml]\nversion = \"1\"\n\
        [target.'cfg(unix)'.dependencies]\nrustix = \"1\"\n[dev-dependencies]\nwat = \"1\"";

    #[test]
    fn a_dependency_that_nobody_names_is_caught() {
        let manifest = ("Cargo.toml", MANIFEST);
        let all = ("src/env.rs", "use data_encoding::HEXLOWER;\nfn f() { toml::from_str(); rustix::fs::sync(); }");
        let wat = ("tests/main.rs", "fn f() { wat::parse_str(); }");
        assert_eq!(found(DEAD_RULE, &[manifest, all, wat]), [""; 0]);
        assert_eq!(found(DEAD_RULE, &[manifest, all]), ["Cargo.toml:8"]);
        let two = ("src/env.rs", "use toml::Table;\nfn f(rustix: u8) { rustix; /* data_encoding::X */ }");
        assert_eq!(found(DEAD_RULE, &[manifest, two, wat]), ["Cargo.toml:2", "Cargo.toml:6"]);
        let elsewhere = ("tests/x.rs", "use data_encoding::HEXLOWER;\nuse toml::Table;\nuse rustix::fs;");
        assert_eq!(found(DEAD_RULE, &[manifest, elsewhere, wat]), ["Cargo.toml:2", "Cargo.toml:3", "Cargo.toml:6"]);
    }
}
