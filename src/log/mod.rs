//! The tamper-evident log: a Merkle tree in C2SP tlog-tiles form with signed-note checkpoints. Owns
//! leaves, hashes, proofs, tiles and the mirror; never knows what a record says, and keeps no store:
//! hashes live where the ledger puts them.

mod checkpoint;
mod chinese;
mod entry;
mod latest;
mod mirror;
mod proof;
mod recent;
mod tiles;
mod tree;

pub use checkpoint::{Checkpoint, CheckpointError, LogSigner, LogVerifier};
pub use entry::{EntryKind, SALT_BYTES, entry_bytes, leaf_hash};
pub use latest::Latest;
pub use mirror::{Mirror, MirrorError};
pub use proof::{InclusionProof, ProofError};
pub use recent::RecentHashes;
pub use tiles::{TILE_WIDTH, TileFile, Tiles, TilesError, tile_files};
pub use tree::{TreeError, append, inclusion, root, stored_count, stored_index};
