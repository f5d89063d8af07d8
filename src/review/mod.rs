//! What auditors and operators look at: policies against guests, and the home derived again.

mod audit;
mod audit_claims;
mod audit_entries;
mod audit_files;
mod audit_jobs;
mod audit_log;
mod audit_mirror;
mod audit_notices;
mod audit_sums;
mod audit_tree;
mod chinese;

pub use audit::{AUDIT_STAGES, AuditError, AuditInputs, AuditReport, Check, Counted, audit_home};
