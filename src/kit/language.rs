//! The languages that a guest can be written in, and the worlds that a project can be of. Plain words; decides nothing.

/// A language with templates and a build of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Rust, by cargo.
    Rust,
    /// JavaScript, by componentize-js.
    JavaScript,
    /// Python, by componentize-py.
    Python,
    /// C, by clang and wasm-ld, or by zig.
    C,
}

impl Language {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Rust, Self::JavaScript, Self::Python, Self::C];

    /// The word in `guest.toml` and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::JavaScript => "js",
            Self::Python => "python",
            Self::C => "c",
        }
    }

    /// The language of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.word() == word)
    }
}

/// What a guest answers: a world of the contract, `wit/sandbox.wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProjectWorld {
    /// One label about named parties.
    Verifier,
    /// What one unit adds to a table.
    Contributor,
}

impl ProjectWorld {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Verifier, Self::Contributor];

    /// The contract's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verifier => "verifier",
            Self::Contributor => "contributor",
        }
    }

    /// The world of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|world| world.word() == word)
    }

    /// The policy that a new project is tested under; its template answers that policy's question.
    pub const fn policy(self) -> &'static str {
        match self {
            Self::Verifier => "revenue-verification",
            Self::Contributor => "fiscal-themes",
        }
    }
}
