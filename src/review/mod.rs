//! What auditors and operators look at: policies in plain sentences, and the home derived again.

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
mod diff;
mod explain;
mod explain_answer;
mod explain_page;
mod explain_words;
mod explain_worst;
mod facts;
mod odds;
mod order;
mod sentence;
mod trial;
mod warn;
mod worst;

pub use audit::{AUDIT_STAGES, AuditError, AuditInputs, AuditReport, Check, Counted, audit_home};
pub use diff::{Change, Difference, compare, compare_accounts};
pub use explain::explain;
pub use explain_page::{explanation_html, explanation_text};
pub use order::{Direction, ORDERS, Order};
pub use sentence::{Explanation, Heading, Section, Sentence, SentenceId};
pub use trial::{Invented, trial};
pub use warn::{Warning, warnings};
pub use worst::{Context, Spent, Worst, worst};
