//! The rules of the house as tables: which layer may import which, which crate is named where, which call is banned
//! outside which layer. Owns no logic; every other file of this test reads its facts here. A rule of the house is
//! changed by changing a row.

/// The layers of `src/`, and the direction in which they import one another.
pub struct Layers {
    /// From left to right: a layer may import every layer of the bands to the right of its own, none to the left.
    pub bands: &'static [&'static [&'static str]],
    /// Inside its own band a layer may import these, and no other.
    pub inside: &'static [(&'static str, &'static [&'static str])],
    /// Layers that are held shorter than their band would allow: they may import these, and nothing else.
    pub shorter: &'static [(&'static str, &'static [&'static str])],
}

/// A layer is a folder or a file directly under `src/`. A row whose layer is not built yet does no harm; a folder
/// without a row is a violation.
pub const LAYERS: Layers = Layers {
    bands: &[
        &["main"],
        &["cli"],
        &["server"],
        &["pack"],
        &["upkeep", "workbench", "kit"],
        &["job", "review"],
        &["disclosure", "guest", "data", "ledger", "log", "receipt", "policy", "catalog"],
        &["config", "document"],
        &["keys"],
        &["env"],
        &["model"],
    ],
    inside: &[
        ("data", &["catalog"]),
        ("policy", &["catalog"]),
        ("guest", &["catalog", "data", "ledger", "policy"]),
        ("ledger", &["log", "policy"]),
        ("disclosure", &["data", "guest", "ledger", "policy"]),
        ("receipt", &["disclosure", "ledger", "log", "policy"]),
        ("config", &["document"]),
        ("kit", &["workbench"]),
    ],
    shorter: &[("document", &["model"])],
};

/// Where a crate may be named.
pub enum Place {
    /// In these layers and no other.
    Only(&'static [&'static str]),
    /// Everywhere but in these layers.
    Not(&'static [&'static str]),
}

/// The dependencies that belong to one part of the house, as Rust spells them; `*` ends a name that only begins so.
/// A crate without a row may be named in every layer.
pub const CONFINED: &[(&str, Place)] = &[
    ("wasmtime", Place::Only(&["guest"])),
    ("wasmparser", Place::Only(&["guest"])),
    ("wit_component", Place::Only(&["guest"])),
    ("wit_parser", Place::Only(&["guest"])),
    ("wit_bindgen_core", Place::Only(&["kit"])),
    ("wit_bindgen_rust", Place::Only(&["kit"])),
    ("wit_bindgen_c", Place::Only(&["kit"])),
    ("hashbrown", Place::Only(&["data"])),
    ("csv", Place::Only(&["data"])),
    ("encoding_rs", Place::Only(&["data"])),
    ("parquet", Place::Only(&["data"])),
    ("calamine", Place::Only(&["data"])),
    ("postgres", Place::Only(&["data"])),
    ("tokio_postgres_rustls", Place::Only(&["data"])),
    ("rustls", Place::Only(&["data"])),
    ("odbc_api", Place::Only(&["data"])),
    ("rand_chacha", Place::Only(&["data"])),
    ("prio", Place::Only(&["disclosure"])),
    ("rand", Place::Only(&["disclosure", "env"])),
    ("num_bigint", Place::Only(&["disclosure"])),
    ("memmap2", Place::Only(&["data", "env"])),
    ("notify", Place::Only(&["env"])),
    ("arrow_*", Place::Only(&["data", "guest"])),
    ("rusqlite", Place::Only(&["ledger"])),
    ("mimalloc", Place::Only(&["main"])),
    ("tlog_tiles", Place::Only(&["log"])),
    ("signed_note", Place::Only(&["log"])),
    ("ring", Place::Only(&["keys", "env"])),
    ("ed25519_dalek", Place::Only(&["keys"])),
    ("jiff", Place::Only(&["model", "env", "data"])),
    ("toml", Place::Only(&["document"])),
    ("annotate_snippets", Place::Only(&["document"])),
    ("clap", Place::Only(&["cli", "main"])),
    ("clap_complete", Place::Only(&["cli"])),
    ("clap_mangen", Place::Only(&["cli"])),
    ("tar", Place::Only(&["pack"])),
    ("flate2", Place::Only(&["pack"])),
    ("indicatif", Place::Only(&["cli"])),
    ("unicode_width", Place::Only(&["cli"])),
    ("tracing_subscriber", Place::Only(&["cli"])),
    ("axum", Place::Only(&["server"])),
    ("hyper", Place::Only(&["server"])),
    ("hyper_util", Place::Only(&["server"])),
    ("http_body_util", Place::Only(&["server"])),
    ("futures_util", Place::Only(&["server"])),
    ("tower", Place::Only(&["server"])),
    ("matchit", Place::Only(&["server"])),
    ("tokio_rustls", Place::Only(&["server"])),
    ("prometheus_client", Place::Only(&["server"])),
    ("utoipa", Place::Only(&["server", "receipt"])),
    ("ureq", Place::Only(&["cli"])),
    ("tokio", Place::Only(&["ledger", "job", "workbench", "cli", "server"])),
    ("rayon", Place::Only(&["job", "guest", "data", "disclosure"])),
    ("plotters", Place::Only(&["cli"])),
    ("base64", Place::Only(&[])),
    ("hex", Place::Only(&[])),
    ("schemars", Place::Only(&["document", "policy", "catalog"])),
    ("serde", Place::Not(&["model", "env"])),
    ("serde_derive", Place::Not(&["model", "env"])),
];

/// A call, a type or a macro that only some layers may name.
pub struct Banned {
    /// Neighbouring segments of a path of another crate; `*` ends a segment that only begins so. With `!` at its end it
    /// is the last segment of a macro's path.
    pub what: &'static str,
    /// The layers of `src/` that may name it.
    pub home: &'static [&'static str],
    /// Whether tests, benches and guests are held to it as well.
    pub everywhere: bool,
    /// What to do instead.
    pub instead: &'static str,
}

const fn outside(home: &'static [&'static str], what: &'static str, instead: &'static str) -> Banned {
    Banned { what, home, everywhere: false, instead }
}

const fn nowhere(what: &'static str, instead: &'static str) -> Banned {
    Banned { what, home: &[], everywhere: true, instead }
}

const ENV: &[&str] = &["env"];
const PRINTERS: &[&str] = &["cli", "main"];
const CLOCK: &str = "take the time from the clock of `env` that the caller hands over";
const ENTROPY: &str = "take random bytes from the entropy of `env` that the caller hands over";
const FILES: &str = "write through the durable files of `env`";
const PROCESS: &str = "let `env` ask the operating system, and hand the answer over";
const RETURN: &str = "return a value or an error, and let `cli` print it";
const UNFINISHED: &str = "write the code, or return an error that says what is missing";

pub const BANNED: &[Banned] = &[
    outside(ENV, "SystemTime::now", CLOCK),
    outside(ENV, "Instant::now", CLOCK),
    outside(ENV, "Utc::now", CLOCK),
    outside(ENV, "Zoned::now", CLOCK),
    outside(ENV, "Timestamp::now", CLOCK),
    outside(ENV, "thread_rng", ENTROPY),
    outside(ENV, "rand::rng", ENTROPY),
    outside(ENV, "OsRng", ENTROPY),
    outside(ENV, "SystemRandom::new", ENTROPY),
    outside(ENV, "getrandom", ENTROPY),
    outside(ENV, "fs::write", FILES),
    outside(ENV, "fs::rename", FILES),
    outside(ENV, "fs::remove_*", FILES),
    outside(ENV, "fs::create_dir*", FILES),
    outside(ENV, "fs::copy", FILES),
    outside(ENV, "fs::set_permissions", FILES),
    outside(ENV, "fs::hard_link", FILES),
    outside(ENV, "fs::soft_link", FILES),
    outside(ENV, "fs::symlink", FILES),
    outside(ENV, "File::create*", FILES),
    outside(ENV, "File::options", FILES),
    outside(ENV, "OpenOptions", FILES),
    outside(ENV, "DirBuilder", FILES),
    outside(ENV, "env::var*", PROCESS),
    outside(ENV, "process::Command", PROCESS),
    outside(PRINTERS, "process::exit", "return an exit code to `main`"),
    outside(PRINTERS, "println!", RETURN),
    outside(PRINTERS, "print!", RETURN),
    outside(PRINTERS, "eprintln!", RETURN),
    outside(PRINTERS, "eprint!", RETURN),
    outside(PRINTERS, "dbg!", RETURN),
    outside(&[], "include!", "make the file a module: an included file escapes every rule of the house"),
    nowhere("todo!", UNFINISHED),
    nowhere("unimplemented!", UNFINISHED),
];

/// The only layers that may write `unsafe`.
pub const UNSAFE: &[&str] = &["env", "guest"];

/// The layers where a float may not appear, as a type or as a literal: what they count is exact.
pub const FLOATLESS: &[&str] =
    &["model", "policy", "ledger", "disclosure", "guest", "log", "receipt", "catalog", "keys"];

/// Values that only the step that earned them can build, and that are handed on, not copied.
pub const PROOF_TOKENS: &[&str] =
    &["Permit", "Reservation", "RawOutput", "Gathered", "Disclosed", "Logged", "Verified", "Invented"];

/// What a proof token may neither derive nor implement: each makes a second one, or one out of nothing.
pub const NOT_FOR_TOKENS: &[&str] = &["Clone", "Copy", "Default", "Serialize", "Deserialize"];

/// Documents whose tables end in the tests of each row.
pub const TESTED_TABLES: &[&str] = &["docs/bad-input.md", "docs/compliance.md", "docs/sentences.md"];

pub const FILE_LINES_MAX: usize = 500;
/// Counted from the line of the signature to the line of the closing brace.
pub const FUNCTION_LINES_MAX: usize = 70;

/// Marks of unfinished work. In two halves, so that this file does not carry them itself.
pub const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
/// Names of the place where the project is worked on; no reader of the repository has it.
pub const WORKPLACE: &[&str] = &[concat!("../", "shared"), concat!("/wo", "rk/"), concat!(".lib", "rary")];
