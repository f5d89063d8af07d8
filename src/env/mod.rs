//! The operating system's clock, entropy, files and processes. The only callers of the OS for these,
//! so that a run can be replayed; never decides anything.

mod changes;
mod child;
mod chinese;
mod clock;
mod cores;
mod entropy;
mod files;
mod piped;
#[cfg(feature = "weaken")]
mod textbook;
mod tool;
mod tree;
mod watched;
pub mod weaken;

pub use changes::Changes;
pub use child::{ChildError, ChildLimits, ChildOutput, forbid_core_dumps, limit_this_process, run_child};
pub use clock::{Clock, Stopwatch, Timestamp};
pub use cores::{cores, raise_descriptors, yield_to_others};
pub use entropy::{Entropy, EntropyError, EntropyStream};
pub use files::{
    DirLock, Durable, FileError, MappedFile, TemporaryDir, create_dir, create_new, is_private, link_or_exists,
    list_dir, open, overwrite_synced, program, publish_dir, read, read_program, read_text, remove_file, variable,
    write_atomic, write_renamed, write_unsynced,
};
pub use piped::{PipedChild, spawn_piped};
#[cfg(feature = "weaken")]
pub use textbook::textbook_laplace;
pub use tool::{ToolOutput, find_program, run_git, run_tool};
pub use tree::{
    FileLock, Space, copy_durable, create_private_dir, exchange, finish_file, list_tree, mode, modified,
    move_into_place, remove_tree, share_file_system, space, sync_tree,
};
pub use watched::WatchedFile;
