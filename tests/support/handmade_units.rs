//! Contributors made by hand, in WebAssembly text: one core module each, with the manifest of the hostile contributor, so
//! that its policy fits.

use super::handmade::{ALLOCATOR, Layout, MANIFEST_BASE, component_type};

const COUNTIES: [&str; 11] =
    ["371402", "371403", "371422", "371423", "371424", "371425", "371426", "371427", "371428", "371481", "371482"];

/// A contributor to be.
#[derive(Clone, Debug)]
pub struct HandmadeUnits {
    /// The body of `contribute`, over `$as_of`, `$parameters`, `$parameter_count`, `$token`, `$tables` and `$table_count`.
    pub contribute: String,
    /// The body of `cabi_realloc`, over `$old`, `$old_size`, `$align` and `$size`.
    pub allocator: String,
    /// Tables and functions beside them; there is a global, `$seen`.
    pub beside: String,
}

impl Default for HandmadeUnits {
    fn default() -> Self {
        let (contribute, allocator) = (Self::answer("(i64.const 1)"), ALLOCATOR.to_owned());
        Self { contribute, allocator, beside: String::new() }
    }
}

impl HandmadeUnits {
    /// The pages of its memory at the start.
    pub const PAGES: u32 = 3;

    /// The body of a `contribute` that adds one to the first cell, and this to its first measure.
    pub fn answer(paid: &str) -> String {
        format!(
            "(i64.store offset=24 (i32.const 16) {paid})
             (i32.store offset=0 (i32.const 16) (i32.const 32))
             (i32.store offset=4 (i32.const 16) (i32.const 2))
             (i32.store offset=8 (i32.const 16) (i32.const 40))
             (i32.store offset=12 (i32.const 16) (i32.const 2))
             (i64.store offset=16 (i32.const 16) (i64.const 0))
             (i64.store offset=32 (i32.const 16) (i64.const 0))
             (i32.const 16)"
        )
    }

    /// The module: ready to be registered.
    pub fn module(&self) -> Vec<u8> {
        let (mut memory, Self { contribute, allocator, beside }) = (Layout::default(), self);
        let manifest = manifest(&mut memory);
        let bytes: String = memory.0.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let pages = Self::PAGES;
        let text = format!(
            r#"(module
  (memory $memory (export "memory") {pages})
  (global $next (mut i32) (i32.const 65536))
  (global $seen (mut i64) (i64.const 0))
  ;; A number of all that lies in memory.
  (func $all (result i64) (local $at i32) (local $sum i64)
    (loop $more
      (local.set $sum (i64.add (i64.load (local.get $at))
        (i64.mul (local.get $sum) (i64.const 0x5851f42d4c957f2d))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $more (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
    (local.get $sum))
  (func $realloc (export "cabi_realloc")
    (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32) {allocator})
  (func (export "anshi:sandbox/contributing@0.1.0#describe") (result i32) (i32.const {manifest}))
  (func $contribute (export "anshi:sandbox/contributing@0.1.0#contribute")
    (param $as_of i32) (param $parameters i32) (param $parameter_count i32)
    (param $token i32) (param $tables i32) (param $table_count i32) (result i32) {contribute})
  {beside}
  (data (i32.const {MANIFEST_BASE}) "{bytes}"))"#
        );
        let mut module = wat::parse_str(text).unwrap();
        module.extend(component_type("contributor_adversary"));
        module
    }
}

fn manifest(memory: &mut Layout) -> u32 {
    let parameter = [memory.text("behaviour").as_slice(), &[0]].concat();
    let parameters = memory.list(&[parameter]);
    let mut tables = Vec::new();
    for (dataset, columns) in
        [("business_registration", ["county", "industry"]), ("tax_payment", ["period_end", "paid_fen"])]
    {
        let reads: Vec<Vec<u32>> = columns.iter().map(|column| [memory.text(column), [0, 0]].concat()).collect();
        tables.push([memory.text(dataset), memory.list(&reads)].concat());
    }
    let tables = memory.list(&tables);
    let counties = COUNTIES.map(str::to_owned);
    let industries: Vec<String> = ('A'..='T').map(String::from).collect();
    let dimensions = [
        [memory.text("county"), memory.texts(&counties)].concat(),
        [memory.text("industry"), memory.texts(&industries)].concat(),
    ];
    let dimensions = memory.list(&dimensions);
    let measures = memory.texts(&["paid_fen".to_owned(), "odd".to_owned()]);
    memory.list(&[[parameters, tables, dimensions, measures].concat()])[0]
}
