//! The service: HTTP in, the life of a query behind it. Owns routes, problems, admission, limits and metrics; decides
//! nothing about jobs, and says nothing of them that their tick, policy and request do not tell.

mod admin;
mod admission;
mod answers;
mod app;
mod batches;
mod body;
mod budgets;
mod call;
mod consents;
mod guests;
mod health;
mod jobs;
mod listen;
mod log;
mod metrics;
mod openapi;
mod places;
mod policies;
mod problem;
mod subjects;

pub use app::REQUESTS;
pub use listen::{ServeError, Server};
pub use openapi::openapi;
