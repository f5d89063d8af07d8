//! What a file imports, exactly, and which tools made it: for a developer whose guest is refused. Decides nothing; whether a
//! guest is taken is `inspect`'s to say.

use std::collections::BTreeSet;

use wasmparser::{KnownCustom, Parser, Payload};

/// No more of a file's names and tools are told.
const SHOWN_MAX: usize = 1_000;
const NAME_CHARS_MAX: usize = 200;

/// Something that a file wants from outside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The interface of a component, or the module of a core module's import.
    pub from: String,
    /// The function, memory or other thing; empty where a whole interface is wanted.
    pub name: String,
}

/// What a look into a file shows, whether it is a guest or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether it is a component; a core module otherwise.
    pub is_component: bool,
    /// What it imports.
    pub imports: Vec<Import>,
    /// The languages and tools that its `producers` sections name.
    pub made_by: BTreeSet<String>,
}

/// Looks into a file, as far as it can be read.
pub fn look(file: &[u8]) -> Look {
    let mut look = Look { is_component: Parser::is_component(file), ..Look::default() };
    // How many encodings are open: imports of what lies inside are satisfied inside, or are the whole's.
    let mut depth = 0usize;
    for payload in Parser::new(0).parse_all(file) {
        let Ok(payload) = payload else { break };
        match payload {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                let names = section.into_iter().filter_map(Result::ok);
                look.take(names.map(|import| (import.name.name.to_owned(), String::new())));
            }
            Payload::ImportSection(section) if depth == 1 => {
                let imports = section.into_imports().filter_map(Result::ok);
                look.take(imports.map(|import| (import.module.to_owned(), import.name.to_owned())));
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Producers(fields) = section.as_known() {
                    for field in fields.into_iter().filter_map(Result::ok) {
                        let values = field.values.into_iter().filter_map(Result::ok).map(|value| tame(value.name));
                        let room = SHOWN_MAX.saturating_sub(look.made_by.len());
                        look.made_by.extend(values.take(room));
                    }
                }
            }
            _ => {}
        }
    }
    look
}

impl Look {
    fn take(&mut self, names: impl Iterator<Item = (String, String)>) {
        let room = SHOWN_MAX.saturating_sub(self.imports.len());
        self.imports.extend(names.take(room).map(|(from, name)| Import { from: tame(&from), name: tame(&name) }));
    }
}

/// Printable and short: a file can say anything.
fn tame(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && *c != '`').take(NAME_CHARS_MAX).collect()
}
