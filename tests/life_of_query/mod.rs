//! What the engine does on an ordinary day: answers, the same again, refusals that cost nothing, bundles that verify.

mod answers;
mod bundles;
mod client_rows;
mod client_rows_printed;
mod client_rows_refused;
mod guarantor;
mod refusals;
mod refused_consents;
mod slots;
mod tables;
