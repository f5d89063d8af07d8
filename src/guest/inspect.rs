//! Static checks of a module, before any of it is compiled: size, imports, functions, locals, memory.

use serde::{Deserialize, Serialize};
use wasmparser::{ComponentExternalKind, Encoding, Parser, Payload, Validator, WasmFeatures};
use wit_component::ComponentEncoder;

use super::beginnings::Beginnings;
use super::engine::{SMALL_MEMORY_BYTES_MAX, TABLE_ELEMENTS_MAX, Tier};
use super::plain::plain_module;
use crate::env::weaken::{self, Weakness};

/// The largest module that is taken.
pub const GUEST_BYTES_MAX: usize = 64 << 20;
const FUNCTIONS_MAX: u64 = 200_000;
const LOCALS_PER_FUNCTION_MAX: u64 = 10_000;
const NESTED_MAX: u32 = 64;
/// `describe` runs in so much, so nothing that begins larger can be registered.
pub(super) const MEMORY_BYTES_MAX: u64 = 64 << 20;
/// What every instance begins with is written anew for each, which no fuel counts. A guest with much memory may begin with
/// as much as that memory has: a policy's slot has time for all of it.
const BEGINNINGS_BYTES_MAX: u64 = 128 << 10;
const WASM_PAGE_BYTES: u64 = 65_536;
/// The interface that a verifier guest exports.
pub(super) const VERIFYING: &str = "anshi:sandbox/verifying@0.1.0";
/// The interface that a contributor guest exports.
pub(super) const CONTRIBUTING: &str = "anshi:sandbox/contributing@0.1.0";

/// A module is refused.
///
/// The compiling child hands it to the engine as JSON; the child saw hostile input, so the engine takes it through
/// `tamed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum InspectError {
    /// Neither a component nor a core module that carries its component type.
    #[error("this is no guest: {0}")]
    Form(String),
    /// It wants something from outside.
    #[error("a guest imports nothing, this one imports {}", .0.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
    Imports(Vec<String>),
    /// It does not export the contract.
    #[error("a guest exports `{VERIFYING}` or `{CONTRIBUTING}`, and not both; this one does not")]
    Export,
    /// It is larger than a guest may be.
    #[error("the guest has {count} {}, at most {max} allowed", what.english())]
    TooMuch {
        /// Of what.
        what: Measure,
        /// How much.
        count: u64,
        /// How much is allowed.
        max: u64,
    },
    /// It does not compile.
    #[error("the guest does not compile: {0}")]
    Compile(String),
    /// Its `describe` used up its fuel.
    #[error("the guest's `describe` does not end: it used up its fuel of {0}; it only has to return a manifest")]
    DescribeFuel(u64),
    /// Its `describe` trapped, or wanted more memory than it may have.
    #[error("the guest's `describe` failed: {0}")]
    Describe(String),
    /// Its manifest is larger than may be copied out of it.
    #[error("the guest's `describe` gives more than the {0} bytes that a manifest may have")]
    DescribeSize(u64),
}

/// What a guest has a bounded number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// Bytes of the file.
    Bytes,
    /// Modules within modules.
    Nested,
    /// Functions.
    Functions,
    /// Locals of one function.
    Locals,
    /// Bytes of initial memory.
    Memory,
    /// Elements of one table.
    Table,
    /// Bytes to write before an instance can run.
    Beginnings,
}

impl Measure {
    const fn english(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Nested => "nested modules",
            Self::Functions => "functions",
            Self::Locals => "locals in one function",
            Self::Memory => "bytes of initial memory",
            Self::Table => "elements in one table",
            Self::Beginnings => "bytes of data, tables, globals and instances to begin with",
        }
    }
}

/// How much of a child's words is believed to be words.
const WORDS_CHARS_MAX: usize = 400;
const IMPORTS_SHOWN_MAX: usize = 16;

impl InspectError {
    /// The same with every text printable and short: for what comes out of the child.
    #[must_use]
    pub(super) fn tamed(self) -> Self {
        let tame = |text: String| text.chars().filter(|c| !c.is_control() && *c != '`').take(WORDS_CHARS_MAX).collect();
        match self {
            Self::Form(text) => Self::Form(tame(text)),
            Self::Compile(text) => Self::Compile(tame(text)),
            Self::Describe(text) => Self::Describe(tame(text)),
            Self::Imports(names) => Self::Imports(names.into_iter().take(IMPORTS_SHOWN_MAX).map(tame).collect()),
            Self::Export | Self::TooMuch { .. } | Self::DescribeFuel(_) | Self::DescribeSize(_) => self,
        }
    }
}

/// What the static checks found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The component.
    pub component: Vec<u8>,
    /// Whether it was submitted as a core module, and is a component by our encoder.
    is_encoded_here: bool,
    /// Which of the contract's interfaces it exports.
    pub exported: Exported,
    /// The engine that it runs on.
    pub tier: Tier,
    /// How many functions it has.
    pub functions: u64,
    /// The initial size of its largest memory, in bytes.
    pub memory_bytes: u64,
}

impl Inspected {
    /// The core module that alone is the whole of a contributor, which is then run without its component. A component
    /// that somebody else encoded can name its functions as it likes, and stays one.
    pub(super) fn plain_module(&self) -> Option<&[u8]> {
        let ours = self.is_encoded_here && self.exported == Exported::Contributing;
        if ours { plain_module(&self.component) } else { None }
    }
}

/// An interface of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported {
    /// `verifying`: labels.
    Verifying,
    /// `contributing`: tables.
    Contributing,
}

fn form(error: impl std::fmt::Display) -> InspectError {
    let text = error.to_string();
    InspectError::Form(text.lines().next().unwrap_or_default().to_owned())
}

/// Checks a module as submitted: a component, or a core module that carries its component type.
pub fn inspect(module: &[u8]) -> Result<Inspected, InspectError> {
    limit(Measure::Bytes, module.len() as u64, GUEST_BYTES_MAX as u64)?;
    let is_encoded_here = !Parser::is_component(module);
    let component = if is_encoded_here { componentize(module)? } else { module.to_vec() };
    Validator::new_with_features(features()).validate_all(&component).map_err(form)?;
    let mut survey = Survey::default();
    survey.walk(&component)?;
    if !survey.imports.is_empty() && !weaken::on(Weakness::ImportsIgnored) {
        return Err(InspectError::Imports(survey.imports));
    }
    let [exported] = survey.exported.as_slice() else {
        return Err(InspectError::Export);
    };
    limit(Measure::Memory, survey.largest_bytes, MEMORY_BYTES_MAX)?;
    limit(Measure::Table, survey.table_elements, TABLE_ELEMENTS_MAX as u64)?;
    let begin_max = survey.memory_bytes.min(survey.largest_bytes);
    let begin_max = if begin_max <= SMALL_MEMORY_BYTES_MAX { BEGINNINGS_BYTES_MAX } else { begin_max };
    limit(Measure::Beginnings, survey.beginnings.bytes(), begin_max)?;
    let tier = if survey.memory_bytes <= SMALL_MEMORY_BYTES_MAX { Tier::Small } else { Tier::Large };
    let exported = *exported;
    let (functions, memory_bytes) = (survey.functions, survey.largest_bytes);
    Ok(Inspected { component, is_encoded_here, exported, tier, functions, memory_bytes })
}

/// What a guest may use of WebAssembly; the engine's configuration says the same.
fn features() -> WasmFeatures {
    let off = WasmFeatures::THREADS
        | WasmFeatures::SHARED_EVERYTHING_THREADS
        | WasmFeatures::RELAXED_SIMD
        | WasmFeatures::MEMORY64
        | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::TAIL_CALL;
    let off = if weaken::on(Weakness::NanAsItIs) { off - WasmFeatures::RELAXED_SIMD } else { off };
    WasmFeatures::default() - off
}

/// The component encoder may panic on modules that no compiler made; in the child that is a refusal like any other.
fn componentize(module: &[u8]) -> Result<Vec<u8>, InspectError> {
    let encoder = ComponentEncoder::default().module(module).map_err(form)?;
    encoder.validate(true).encode().map_err(|error| form(format!("{error:#}")))
}

fn limit(what: Measure, count: u64, max: u64) -> Result<(), InspectError> {
    let refused = count > max && !weaken::on(Weakness::BombsCompiled);
    if refused { Err(InspectError::TooMuch { what, count, max }) } else { Ok(()) }
}

#[derive(Default)]
struct Survey {
    imports: Vec<String>,
    exported: Vec<Exported>,
    functions: u64,
    memory_bytes: u64,
    largest_bytes: u64,
    table_elements: u64,
    nested: u32,
    beginnings: Beginnings,
}

impl Survey {
    /// Walks the whole binary. Depth counts what encloses the payload: 0 is the component itself.
    fn walk(&mut self, component: &[u8]) -> Result<(), InspectError> {
        let mut encodings = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            let payload = payload.map_err(form)?;
            self.beginnings.see(&payload).map_err(form)?;
            match payload {
                Payload::Version { encoding, .. } => {
                    encodings.push(encoding);
                    self.nested += 1;
                    limit(Measure::Nested, u64::from(self.nested), u64::from(NESTED_MAX))?;
                }
                Payload::End(_) => drop(encodings.pop()),
                Payload::ComponentImportSection(section) if encodings.len() == 1 => {
                    for import in section {
                        self.imports.push(import.map_err(form)?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if encodings.len() == 1 => {
                    for export in section {
                        let export = export.map_err(form)?;
                        let exported = match export.name.name {
                            VERIFYING => Some(Exported::Verifying),
                            CONTRIBUTING => Some(Exported::Contributing),
                            _ => None,
                        };
                        let instance = export.kind == ComponentExternalKind::Instance;
                        self.exported.extend(exported.filter(|_| instance));
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        let bytes = memory.map_err(form)?.initial.saturating_mul(WASM_PAGE_BYTES);
                        self.memory_bytes = self.memory_bytes.saturating_add(bytes);
                        self.largest_bytes = self.largest_bytes.max(bytes);
                    }
                }
                Payload::TableSection(section) => {
                    for table in section {
                        self.table_elements = self.table_elements.max(table.map_err(form)?.ty.initial);
                    }
                }
                Payload::CodeSectionEntry(body) if encodings.last() == Some(&Encoding::Module) => {
                    self.function(&body)?
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn function(&mut self, body: &wasmparser::FunctionBody<'_>) -> Result<(), InspectError> {
        self.functions += 1;
        limit(Measure::Functions, self.functions, FUNCTIONS_MAX)?;
        let mut locals = 0u64;
        for group in body.get_locals_reader().map_err(form)? {
            locals = locals.saturating_add(u64::from(group.map_err(form)?.0));
        }
        limit(Measure::Locals, locals, LOCALS_PER_FUNCTION_MAX)
    }
}
