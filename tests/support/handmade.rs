//! Guests made by hand, in WebAssembly text: what no honest compiler would write. The manifest is laid out in memory
//! as the canonical ABI wants it, the component type is that of a guest that a compiler made.

use std::fmt::Write;

use wasmparser::{Parser, Payload};

use super::base::guest_path;

/// Where the manifest lies; below it nothing is.
pub(super) const MANIFEST_BASE: u32 = 1_024;
/// Where the canonical ABI's lists begin that the engine writes.
const HEAP_BASE: u32 = 65_536;

/// A guest to be: what it says of itself, and what it does.
#[derive(Clone, Debug)]
pub struct Handmade {
    /// Names and kinds of its parameters: `integer`, `date`, `text` or `identifier`.
    pub parameters: Vec<(&'static str, &'static str)>,
    /// Datasets and columns that it reads of its one role, `enterprise`; each column with the values that it tells apart.
    pub tables: Vec<(&'static str, Vec<(&'static str, Vec<String>)>)>,
    /// What it may answer.
    pub labels: Vec<String>,
    /// The pages of its memory at the start.
    pub pages: u32,
    /// The body of `verify`, over `$as_of`, `$parameters`, `$parameter_count`, `$parties` and `$party_count`.
    pub verify: String,
    /// Globals and functions beside it.
    pub beside: String,
    /// The body of `describe` in the place of the honest one; `MANIFEST` is where the honest manifest lies.
    pub describe: Option<String>,
    /// The body of `cabi_realloc` in the place of the honest one.
    pub allocator: Option<String>,
}

impl Default for Handmade {
    fn default() -> Self {
        Self {
            parameters: vec![("behaviour", "integer")],
            tables: vec![("tax_payment", vec![("paid_fen", Vec::new())])],
            labels: vec!["no".to_owned(), "yes".to_owned()],
            pages: 2,
            verify: "(i32.const 0)".to_owned(),
            beside: String::new(),
            describe: None,
            allocator: None,
        }
    }
}

/// Functions that every handmade guest has: where the input's parts lie.
const PRELUDE: &str = r#"
  (global $next (mut i32) (i32.const HEAP_BASE))
  (func $realloc (export "cabi_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
    ALLOCATOR)
  ;; The value of an integer parameter.
  (func $integer (param $parameters i32) (param $place i32) (result i64)
    (i64.load offset=8 (i32.add (local.get $parameters) (i32.shl (local.get $place) (i32.const 4)))))
  ;; The table of the first party.
  (func $table (param $parties i32) (param $place i32) (result i32)
    (i32.add (i32.load offset=8 (local.get $parties)) (i32.mul (local.get $place) (i32.const 12))))
  (func $rows (param $parties i32) (param $table i32) (result i32)
    (i32.load (call $table (local.get $parties) (local.get $table))))
  ;; The first value in a column of the first party.
  (func $column (param $parties i32) (param $table i32) (param $place i32) (result i32)
    (i32.load offset=12
      (i32.add (i32.load offset=4 (call $table (local.get $parties) (local.get $table)))
               (i32.mul (local.get $place) (i32.const 20)))))
"#;

/// Takes the next bytes, and memory for them where there is none left.
pub(super) const ALLOCATOR: &str = "
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
    (global.set $next (i32.add (local.get $at) (local.get $size)))
    (block $fits
      (br_if $fits (i32.le_u (global.get $next) (i32.shl (memory.size) (i32.const 16))))
      (drop (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $size) (i32.const 16))))))
    (local.get $at)";

impl Handmade {
    /// The module: ready to be registered.
    pub fn module(&self) -> Vec<u8> {
        let mut module = wat::parse_str(self.text()).unwrap();
        module.extend(component_type("adversary"));
        module
    }

    /// The module as text, without its component type.
    fn text(&self) -> String {
        let mut memory = Layout::default();
        let manifest = memory.manifest(self);
        let escaped = memory.0.iter().fold(String::new(), |mut text, byte| {
            write!(text, "\\{byte:02x}").unwrap();
            text
        });
        let describe = self.describe.clone().unwrap_or_else(|| "(i32.const MANIFEST)".to_owned());
        let describe = describe.replace("MANIFEST", &manifest.to_string());
        let Self { pages, verify, beside, .. } = self;
        let prelude = PRELUDE.replace("HEAP_BASE", &HEAP_BASE.to_string());
        let prelude = prelude.replace("ALLOCATOR", self.allocator.as_deref().unwrap_or(ALLOCATOR));
        format!(
            r#"(module
  (memory (export "memory") {pages})
  {prelude}
  (func (export "anshi:sandbox/verifying@0.1.0#describe") (result i32) {describe})
  (func (export "anshi:sandbox/verifying@0.1.0#verify")
    (param $as_of i32) (param $parameters i32) (param $parameter_count i32) (param $parties i32) (param $party_count i32)
    (result i32) {verify})
  {beside}
  (data (i32.const {MANIFEST_BASE}) "{escaped}"))"#
        )
    }
}

/// The custom sections of a compiled guest that say what it is as a component.
pub(super) fn component_type(guest: &str) -> Vec<u8> {
    let compiled = std::fs::read(guest_path(guest)).unwrap();
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(&compiled) {
        match payload.unwrap() {
            Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                let mut custom = wasm_encoder::Module::new();
                custom
                    .section(&wasm_encoder::CustomSection { name: section.name().into(), data: section.data().into() });
                sections.extend_from_slice(&custom.finish()[8..]);
            }
            _ => {}
        }
    }
    sections
}

/// Memory from [`MANIFEST_BASE`] on, as it is filled.
#[derive(Default)]
pub(super) struct Layout(pub Vec<u8>);

impl Layout {
    fn put(&mut self, bytes: &[u8]) -> u32 {
        while !self.0.len().is_multiple_of(4) {
            self.0.push(0);
        }
        let at = MANIFEST_BASE + u32::try_from(self.0.len()).unwrap();
        self.0.extend_from_slice(bytes);
        at
    }

    /// A text: where it lies, and its length.
    pub fn text(&mut self, text: &str) -> [u32; 2] {
        [self.put(text.as_bytes()), u32::try_from(text.len()).unwrap()]
    }

    /// Records of words, one behind the other.
    pub fn list(&mut self, records: &[Vec<u32>]) -> [u32; 2] {
        let bytes: Vec<u8> = records.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        [self.put(&bytes), u32::try_from(records.len()).unwrap()]
    }

    pub fn texts(&mut self, texts: &[String]) -> [u32; 2] {
        let records: Vec<Vec<u32>> = texts.iter().map(|text| self.text(text).to_vec()).collect();
        self.list(&records)
    }

    fn manifest(&mut self, guest: &Handmade) -> u32 {
        let kinds = ["integer", "date", "text", "identifier"];
        let kind = |word: &str| u32::try_from(kinds.iter().position(|kind| *kind == word).unwrap()).unwrap();
        let parameters: Vec<Vec<u32>> =
            guest.parameters.iter().map(|(name, word)| [self.text(name).as_slice(), &[kind(word)]].concat()).collect();
        let parameters = self.list(&parameters);
        let mut tables = Vec::new();
        for (dataset, columns) in &guest.tables {
            let mut reads = Vec::new();
            for (column, values) in columns {
                reads.push([self.text(column), self.texts(values)].concat());
            }
            tables.push([self.text(dataset), self.list(&reads)].concat());
        }
        let role = [self.text("enterprise"), self.list(&tables)].concat();
        let roles = self.list(&[role]);
        let labels = self.texts(&guest.labels);
        self.list(&[[parameters, roles, labels].concat()])[0]
    }
}

/// A policy under which a handmade guest can run, as a file of [`super::Setup::files`].
pub fn policy_of(id: &str, guest: &Handmade, parameters: &str, memory_mib: u32) -> (String, String) {
    let mut grants = String::new();
    for (dataset, columns) in &guest.tables {
        let columns: Vec<&str> = columns.iter().map(|(column, _)| *column).collect();
        let history = if *dataset == "tax_payment" { "history_months = 24\n" } else { "" };
        write!(
            grants,
            "[[grant]]\nrole = \"enterprise\"\ndataset = \"{dataset}\"\ncolumns = {columns:?}\n{history}rows_max = 500\n"
        )
        .unwrap();
    }
    let labels = &guest.labels;
    let text = format!(
        r#"id = "{id}"
version = "1.0.0"
title = {{ zh = "手工", en = "Handmade" }}
purpose = "testing"
basis = ["test"]
valid = {{ from = 2020-01-01, until = 2099-12-31 }}
[who]
clients = ["smart-finance"]
guests = "any"
[role.enterprise]
unit = "enterprise"
count = {{ min = 1, max = 1 }}
consent = "required"
{grants}{parameters}
[answer]
kind = "label"
labels = {labels:?}
[limits]
fuel = 5_000_000
memory_mib = {memory_mib}
slot_ms = 150
jobs_per_minute = 100_000
"#
    );
    (format!("policies/{id}/policy.toml"), text)
}
