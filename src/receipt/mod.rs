//! Receipts: what was answered, bound to the digests of everything that made it so, signed; and the
//! bundle that a stranger verifies. Never decides what may be said: it takes a `Disclosed`.

mod bundle;
mod chinese;
mod claims;
mod verify;

pub use bundle::{Bundle, OpenedParty, OpenedRecord, Receipt, assemble, sign_receipt};
pub use claims::{Claims, CostClaim, EngineIdentity, Facts, seal};
pub use verify::{Part, VerifiedBundle, VerifyError, verify_bundle};
