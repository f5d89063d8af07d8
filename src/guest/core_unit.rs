//! A contributor that is one core module, called by the canonical ABI: the component model's rules for how values lie in a
//! module's memory (WebAssembly component model, `CanonicalABI.md`), for the one function `contribute` of the contract.
//!
//! The guest is called as wasmtime's component layer calls it, with the same numbers in the same order, and its answer is held
//! to the same rules, so that a unit gives and uses the same either way: `tests/worker/same_sums.rs` compares both on hostile
//! guests. One thing differs: a record is written once all of its lists lie, the bytes between its fields as zeros.

use wasmtime::{Error, Result, ValRaw};
use wasmtime::{Extern, ExternType, Func, FuncType, InstancePre, Linker, Memory, Module, ModuleExport, Store, ValType};

use super::bindings::contributing::{Column, Contributions, Data, Input, Parameter, Table};
use super::instance::Bounds;
use super::plain::{MEMORY, REALLOC, contribute, post_return};

/// Bytes and alignments of what lies in lists.
const TABLE_BYTES: usize = 12;
const COLUMN_BYTES: usize = 20;
const PARAMETER_BYTES: usize = 16;
const TEXT_BYTES: usize = 8;
/// Of the answer: two lists.
const ANSWER_BYTES: usize = 16;

/// A core module before its instances.
pub(super) struct CorePre {
    pre: InstancePre<Bounds>,
    memory: ModuleExport,
    realloc: ModuleExport,
    contribute: ModuleExport,
    post_return: Option<ModuleExport>,
}

/// A fresh instance of it.
pub(super) struct CoreInstance {
    memory: Memory,
    /// Old place, old size, alignment and size; the new place.
    realloc: Checked<4>,
    /// `as-of`, parameters, token and tables, lists as place and length; the place of the answer.
    contribute: Checked<6>,
    /// The answer's place; the module's own word, which means nothing.
    post_return: Option<Checked<1>>,
}

/// A function of so many numbers of 32 bits that gives one or none, which the module's types have shown. wasmtime's own typed
/// function keeps a counted reference to its type, which is a sixth of what a call takes.
#[derive(Clone, Copy)]
struct Checked<const PARAMETERS: usize>(Func);

impl<const PARAMETERS: usize> Checked<PARAMETERS> {
    /// The result, or the first parameter of a function that has none.
    fn call(self, store: &mut Store<Bounds>, parameters: [u32; PARAMETERS]) -> Result<u32> {
        const { assert!(PARAMETERS > 0, "the result lies where the first parameter did") };
        let mut values = parameters.map(ValRaw::u32);
        // SAFETY: `CorePre::new` has seen that the function has so many parameters and at most one result, all i32, and there
        // is room for either.
        unsafe { self.0.call_unchecked(store, &raw mut values[..]) }?;
        Ok(values[0].get_u32())
    }
}

fn other(what: &str) -> Error {
    Error::msg(what.to_owned())
}

fn too_large() -> Error {
    other("the input is larger than any memory")
}

impl CorePre {
    /// Checks the types of all that a call uses, once for all instances.
    pub fn new(linker: &Linker<Bounds>, module: &Module) -> Result<Self> {
        let export = |name: &str, parameters: usize, results: usize| {
            let is_typed = match module.get_export(name) {
                Some(ExternType::Func(of)) => is_of_i32(&of, parameters, results),
                Some(ExternType::Memory(of)) => !of.is_64() && !of.is_shared(),
                _ => false,
            };
            let place = module.get_export_index(name).filter(|_| is_typed);
            place.ok_or_else(|| other("the module lacks what the contract's call needs"))
        };
        let post_return = post_return();
        let has_post = module.get_export(&post_return).is_some();
        Ok(Self {
            pre: linker.instantiate_pre(module)?,
            memory: export(MEMORY, 0, 0)?,
            realloc: export(REALLOC, 4, 1)?,
            contribute: export(&contribute(), 6, 1)?,
            post_return: has_post.then(|| export(&post_return, 1, 0)).transpose()?,
        })
    }

    /// A fresh instance.
    pub fn instantiate(&self, store: &mut Store<Bounds>) -> Result<CoreInstance> {
        let instance = self.pre.instantiate(&mut *store)?;
        let missing = || other("the instance lacks what its module exports");
        let mut function = |export: &ModuleExport| {
            let function = instance.get_module_export(&mut *store, export).and_then(Extern::into_func);
            function.ok_or_else(missing)
        };
        let (realloc, contribute) = (Checked(function(&self.realloc)?), Checked(function(&self.contribute)?));
        let post_return = self.post_return.as_ref().map(&mut function).transpose()?.map(Checked);
        let memory = instance.get_module_export(&mut *store, &self.memory).and_then(Extern::into_memory);
        Ok(CoreInstance { memory: memory.ok_or_else(missing)?, realloc, contribute, post_return })
    }
}

fn is_of_i32(of: &FuncType, parameters: usize, results: usize) -> bool {
    (of.params().len(), of.results().len()) == (parameters, results)
        && of.params().chain(of.results()).all(|of| matches!(of, ValType::I32))
}

impl CoreInstance {
    /// Calls `contribute`; of its answer so many bytes are copied at most.
    pub fn call(&self, store: &mut Store<Bounds>, input: &Input, bytes_max: usize) -> Result<Contributions> {
        let mut room = Room { instance: self, store };
        let parameters = room.list(&input.parameters, (PARAMETER_BYTES, 8), Room::parameter)?;
        let tables = room.list(&input.tables, (TABLE_BYTES, 4), Room::table)?;
        let given = [input.as_of.cast_unsigned(), parameters.0, parameters.1, input.token, tables.0, tables.1];
        let answer = self.contribute.call(store, given)?;
        let mut lifting = Lifting { memory: self.memory.data(&*store), bytes_left: bytes_max };
        let contributions = lifting.contributions(answer)?;
        if let Some(post_return) = &self.post_return {
            post_return.call(store, [answer])?;
        }
        Ok(contributions)
    }
}

/// A guest's memory while values are put into it.
struct Room<'r> {
    instance: &'r CoreInstance,
    store: &'r mut Store<Bounds>,
}

/// A list's place and length.
type Placed = (u32, u32);

impl Room<'_> {
    /// Room that the guest gives: what it says is checked, not believed.
    fn place(&mut self, align: usize, bytes: usize) -> Result<(usize, &mut [u8])> {
        let (Ok(align), Ok(size)) = (u32::try_from(align), u32::try_from(bytes)) else { return Err(too_large()) };
        let place = self.instance.realloc.call(self.store, [0, 0, align, size])?;
        if !place.is_multiple_of(align) {
            return Err(other("realloc return: result not aligned"));
        }
        let start = place as usize;
        let found = self.memory().get_mut(start..).and_then(|rest| rest.get_mut(..bytes));
        found.map(|found| (start, found)).ok_or_else(|| other("realloc return: beyond end of memory"))
    }

    fn memory(&mut self) -> &mut [u8] {
        self.instance.memory.data_mut(&mut *self.store)
    }

    /// Into memory that was placed before: it can only have grown since.
    fn write<const N: usize>(&mut self, start: usize, bytes: [u8; N]) -> Result<()> {
        let slot = self.memory().get_mut(start..).and_then(|rest| rest.first_chunk_mut());
        *slot.ok_or_else(|| other("a place beyond the memory"))? = bytes;
        Ok(())
    }

    /// A list whose elements hold lists of their own.
    fn list<T>(
        &mut self,
        values: &[T],
        (bytes, align): (usize, usize),
        write: impl Fn(&mut Self, usize, &T) -> Result<()>,
    ) -> Result<Placed> {
        let all = values.len().checked_mul(bytes).ok_or_else(too_large)?;
        let (start, _) = self.place(align, all)?;
        for (number, value) in values.iter().enumerate() {
            write(self, start + number * bytes, value)?;
        }
        Ok((start as u32, values.len() as u32))
    }

    /// A list of numbers of `N` bytes each.
    fn numbers<T: Copy, const N: usize>(&mut self, values: &[T], bytes_of: impl Fn(T) -> [u8; N]) -> Result<Placed> {
        let all = values.len().checked_mul(N).ok_or_else(too_large)?;
        let (start, placed) = self.place(N, all)?;
        let (slots, _) = placed.as_chunks_mut::<N>();
        slots.iter_mut().zip(values).for_each(|(slot, value)| *slot = bytes_of(*value));
        Ok((start as u32, values.len() as u32))
    }

    fn text(&mut self, text: &str) -> Result<Placed> {
        self.numbers(text.as_bytes(), u8::to_le_bytes)
    }

    fn parameter(&mut self, start: usize, parameter: &Parameter) -> Result<()> {
        let (case, payload) = (start, start + 8);
        match parameter {
            Parameter::Integer(value) => {
                self.write(case, [0])?;
                self.write(payload, value.to_le_bytes())
            }
            Parameter::Date(value) => {
                self.write(case, [1])?;
                self.write(payload, value.to_le_bytes())
            }
            Parameter::Text(text) => {
                self.write(case, [2])?;
                let (place, length) = self.text(text)?;
                self.write::<TEXT_BYTES>(payload, words([place, length]))
            }
            Parameter::Identifier(value) => {
                self.write(case, [3])?;
                self.write(payload, value.to_le_bytes())
            }
        }
    }

    fn table(&mut self, start: usize, table: &Table) -> Result<()> {
        let (place, length) = self.list(&table.columns, (COLUMN_BYTES, 4), Self::column)?;
        self.write::<TABLE_BYTES>(start, words([table.rows, place, length]))
    }

    fn column(&mut self, start: usize, column: &Column) -> Result<()> {
        let missing = self.numbers(&column.missing, u8::to_le_bytes)?;
        let (case, data) = match &column.data {
            Data::Integers(values) => (0, self.numbers(values, i64::to_le_bytes)?),
            Data::Dates(values) => (1, self.numbers(values, i32::to_le_bytes)?),
            Data::Codes(values) => (2, self.numbers(values, u32::to_le_bytes)?),
            Data::Tokens(values) => (3, self.numbers(values, u32::to_le_bytes)?),
            Data::Texts(texts) => {
                let texts = self.list(texts, (TEXT_BYTES, 4), |room, start, text| {
                    let (place, length) = room.text(text)?;
                    room.write::<TEXT_BYTES>(start, words([place, length]))
                });
                (4, texts?)
            }
        };
        self.write::<COLUMN_BYTES>(start, words([missing.0, missing.1, case, data.0, data.1]))
    }
}

/// Numbers as they lie in memory.
fn words<const N: usize, const BYTES: usize>(words: [u32; N]) -> [u8; BYTES] {
    const { assert!(N * 4 == BYTES, "a word has four bytes") };
    let mut bytes = [0; BYTES];
    bytes.as_chunks_mut::<4>().0.iter_mut().zip(words).for_each(|(slot, word)| *slot = word.to_le_bytes());
    bytes
}

/// A guest's memory while its answer is read.
struct Lifting<'m> {
    memory: &'m [u8],
    bytes_left: usize,
}

impl<'m> Lifting<'m> {
    fn contributions(&mut self, answer: u32) -> Result<Contributions> {
        if !answer.is_multiple_of(4) {
            return Err(other("pointer not aligned"));
        }
        let answer = self.memory.get(answer as usize..).and_then(|rest| rest.first_chunk::<ANSWER_BYTES>());
        let (words, _) = answer.ok_or_else(|| other("pointer out of bounds of memory"))?.as_chunks::<4>();
        let &[cells, cells_length, values, values_length] = words else { return Err(other("an answer is two lists")) };
        let word = u32::from_le_bytes;
        Ok(Contributions {
            cells: self.numbers((word(cells), word(cells_length)), u32::from_le_bytes)?,
            values: self.numbers((word(values), word(values_length)), i64::from_le_bytes)?,
        })
    }

    fn numbers<T, const N: usize>(&mut self, (place, length): Placed, value: impl Fn([u8; N]) -> T) -> Result<Vec<T>> {
        let bytes = (length as usize).checked_mul(N);
        let rest = self.memory.get(place as usize..);
        let found = rest.zip(bytes).and_then(|(rest, bytes)| rest.get(..bytes));
        let found: &'m [u8] = found.ok_or_else(|| other("list pointer/length out of bounds of memory"))?;
        let left = self.bytes_left.checked_sub(found.len());
        self.bytes_left = left.ok_or_else(|| other("the answer is larger than what is copied of one"))?;
        if !(place as usize).is_multiple_of(N) {
            return Err(other("list pointer is not aligned"));
        }
        Ok(found.as_chunks::<N>().0.iter().map(|bytes| value(*bytes)).collect())
    }
}
