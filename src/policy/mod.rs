//! Policies and accounts: raw TOML → checked → the decision. Owns what may be asked by whom about
//! whom, and what it costs; never touches data, ledger or guests.

mod accounts;
mod approval;
mod canonical;
mod cells;
mod check;
mod check_answer;
mod chinese;
mod client_dataset;
mod client_rows;
mod decide;
mod draft;
mod draft_words;
mod fit;
mod load;
mod misfit;
mod mistake;
mod raw;
mod rules;
mod schema;
mod table;
mod worst;

pub use accounts::{Accounts, Quota};
pub use approval::{APPROVALS_FOLDER, Approval, ApprovalStatement, ApprovalTrust, Approvals};
pub use canonical::{accounts_of_client, canonical_accounts, canonical_policy};
pub use cells::CellMap;
pub use client_dataset::ClientDataset;
pub use client_rows::{ClientColumn, ClientRows, ClientTable, ClientValues};
pub use decide::{Asked, ConsentUse, PartyCharge, Permit, PermittedParty, Resolved, decide, everyone, resolve};
pub use draft::{DraftOf, NoPolicy, smallest_policy};
pub use draft_words::DraftNote;
pub use fit::{Origin, Plan, RolePlan, TablePlan, fit};
pub use load::{
    ACCOUNTS_FILE, FolderCheck, POLICY_FILE, PolicyError, PolicySet, check_folder, check_policy, check_policy_file,
};
pub use misfit::Misfit;
pub use rules::{Allowed, AnswerRule, Grant, Guests, Limits, ParameterRule, Policy, RoleRule};
pub use schema::{accounts_schema, policy_schema};
pub use table::{MeasureRule, TableRule, UnitBounds};
pub use worst::{BUCKETS_PER_WORKER_MIN, TABLE_CORES_SHARE, TABLE_PART_UNITS, label_capacity_nanos};
