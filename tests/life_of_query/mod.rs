//! What the engine does on an ordinary day: answers, the same again, refusals that cost nothing, bundles that verify.

mod answers;
mod bundles;
mod guarantor;
mod refusals;
mod refused_consents;
mod tables;
