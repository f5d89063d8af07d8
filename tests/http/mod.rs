//! The service over real sockets: what each kind of caller gets, what nobody gets, and that it ends well.

mod access;
mod batches;
mod calls;
mod jobs;
mod limits;
mod reload;
mod specification;
mod thousands;
