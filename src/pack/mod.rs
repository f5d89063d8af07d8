//! A bank's pack: catalog, policies, WIT and the seeds of an invented city, as one archive for a developer's laptop. Owns what
//! of a home a bank may see, and what is believed of an archive; never reads data, keys, ledger or log.

mod archive;
mod chinese;
mod error;
mod export;
mod import;
mod manifest;
mod place;
mod seeds;

pub use archive::{PACK_BYTES_MAX, PACK_FILES_MAX, PACK_PLAIN_BYTES_MAX, read_plain};
pub use error::{EntryFault, PackError};
pub use export::{ExportOptions, Exported, LeftOut, export};
pub use import::{ImportOptions, Imported, import};
pub use manifest::{PACK_FORMAT, PACK_MANIFEST, PackManifest, PackedFile};
pub use seeds::{SEEDS_FILE, read_seeds};
