//! Jobs: requests and consents, the life of a query, the home that it lives in. One parent function owns
//! the order of steps; every step takes the proof that the one before handed on.

mod access;
mod archive;
mod authenticate;
mod batch;
mod call;
mod chinese;
mod compose;
mod dispatch;
mod engine;
mod home;
mod life;
mod replay;
mod replay_request;
mod running;
mod standing;
mod threads;
mod wire;
mod wire_rows;

pub use access::{ACCESSES_MAX, AccessLine, accesses};
pub use authenticate::{read_consent, read_request};
pub use batch::{BATCH_JOBS_MAX, Batch, BatchAdmitted, BatchUnderway, begin_batch, compose_batch, read_batch};
pub use call::{CallError, CallOrder, CallTarget, Called, Recognised, compose_call, read_call};
pub use compose::{ComposeError, ConsentOrder, JobOrder, compose_consent, compose_job};
pub use engine::{Engine, EngineOptions, OpenError, RegisterFailure};
pub use home::{
    HomePaths, InitError, InitOptions, KeyFile, initialise, initialise_paced, load_key, shipped_policy_file,
    unpack_catalog, unpack_policies,
};
pub use life::{Answered, Asking, Failure, Underway, answer, begin};
pub use replay::{Archived, Difference, Lacking, Replay, ReplayError, ReplayInputs, SignatureCheck, Verdict, replay};
pub use running::{JobState, cancel, state};
pub use standing::{ReloadError, Standing};
