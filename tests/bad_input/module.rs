//! Modules made by hand that keep the contract's types and nothing else of it: what `describe` does and gives is the
//! test's.

use wasm_encoder::{CustomSection, Encode};
use wasmparser::{Parser, Payload};

use crate::support::guest_path;

const PAGE_BYTES: usize = 65_536;
/// Where the manifest lies in memory; what it refers to follows.
const MANIFEST_AT: u32 = 1_024;

/// A manifest as bytes of linear memory.
pub struct Memory {
    bytes: Vec<u8>,
}

/// A list or a string in memory: where, and how many.
type Slice = (u32, u32);

impl Memory {
    fn new() -> Self {
        // The manifest itself: three lists, each a pointer and a length.
        Self { bytes: vec![0; 24] }
    }

    fn put(&mut self, bytes: &[u8]) -> u32 {
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
        let at = MANIFEST_AT + u32::try_from(self.bytes.len()).unwrap();
        self.bytes.extend_from_slice(bytes);
        at
    }

    fn text(&mut self, text: &str) -> Slice {
        (self.put(text.as_bytes()), u32::try_from(text.len()).unwrap())
    }

    fn list(&mut self, items: &[Vec<Slice>]) -> Slice {
        let bytes: Vec<u8> = items
            .iter()
            .flatten()
            .flat_map(|(at, length)| [at.to_le_bytes(), length.to_le_bytes()])
            .flatten()
            .collect();
        (self.put(&bytes), u32::try_from(items.len()).unwrap())
    }

    fn texts(&mut self, texts: &[&str]) -> Slice {
        let items: Vec<Vec<Slice>> = texts.iter().map(|text| vec![self.text(text)]).collect();
        self.list(&items)
    }
}

/// What a hand-made guest says of itself.
pub struct Says<'a> {
    pub roles: &'a [&'a str],
    pub dataset: &'a str,
    pub columns: &'a [&'a str],
    pub labels: &'a [&'a str],
}

/// What the adversary's policy allows.
pub const GOOD: Says<'static> =
    Says { roles: &["enterprise"], dataset: "tax_payment", columns: &["paid_fen"], labels: &["no", "yes"] };

impl Says<'_> {
    fn memory(&self) -> Vec<u8> {
        let mut memory = Memory::new();
        let columns: Vec<Vec<Slice>> = self.columns.iter().map(|column| vec![memory.text(column), (0, 0)]).collect();
        let reads = memory.list(&columns);
        let dataset = memory.text(self.dataset);
        let tables = memory.list(&[vec![dataset, reads]]);
        let roles: Vec<Vec<Slice>> = self.roles.iter().map(|role| vec![memory.text(role), tables]).collect();
        let roles = memory.list(&roles);
        let labels = memory.texts(self.labels);
        // One parameter: its name, and its kind, an integer.
        let (at, length) = memory.text("behaviour");
        let parameter: Vec<u8> = [at, length, 0].iter().flat_map(|word| word.to_le_bytes()).collect();
        let parameters = (memory.put(&parameter), 1);
        let lists = [parameters, roles, labels];
        let head: Vec<u8> =
            lists.iter().flat_map(|(at, length)| [at.to_le_bytes(), length.to_le_bytes()]).flatten().collect();
        memory.bytes[..24].copy_from_slice(&head);
        memory.bytes
    }

    /// A guest that says so and begins with at least `pages` of memory.
    pub fn module(&self, pages: usize) -> Vec<u8> {
        let memory = self.memory();
        let pages = pages.max((MANIFEST_AT as usize + memory.len()) / PAGE_BYTES + 1);
        let data: String = memory.iter().map(|byte| format!("\\{byte:02x}")).collect();
        module(pages, &format!("i32.const {MANIFEST_AT}"), &format!("(data (i32.const {MANIFEST_AT}) \"{data}\")"))
    }
}

/// A guest whose `describe` is `body`.
pub fn describing(body: &str) -> Vec<u8> {
    module(1, body, "")
}

/// A guest that gives `count` labels, each of them empty: a list of pointers into zeroed memory.
pub fn many_labels(count: u32) -> Vec<u8> {
    let pages = (count as usize * 8) / PAGE_BYTES + 2;
    let body = format!(
        "(i32.store offset=16 (i32.const {MANIFEST_AT}) (i32.const 65536))
         (i32.store offset=20 (i32.const {MANIFEST_AT}) (i32.const {count}))
         i32.const {MANIFEST_AT}"
    );
    module(pages, &body, "")
}

fn module(pages: usize, describe: &str, data: &str) -> Vec<u8> {
    let contract = "anshi:sandbox/verifying@0.1.0";
    let text = format!(
        "(module
           (memory (export \"memory\") {pages})
           (func (export \"{contract}#describe\") (result i32) {describe})
           (func (export \"{contract}#verify\") (param i32 i32 i32 i32 i32) (result i32) i32.const 0)
           (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 512)
           {data})"
    );
    let mut module = wat::parse_str(text).unwrap();
    append_contract(&mut module);
    module
}

/// Adds the contract's types, as they stand in a guest that keeps it.
fn append_contract(module: &mut Vec<u8>) {
    let guest = std::fs::read(guest_path("adversary")).unwrap();
    for payload in Parser::new(0).parse_all(&guest) {
        if let Payload::CustomSection(section) = payload.unwrap()
            && section.name().starts_with("component-type")
        {
            module.push(0);
            CustomSection { name: section.name().into(), data: section.data().into() }.encode(module);
        }
    }
}
