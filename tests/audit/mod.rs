//! The audit against everything that whoever owns the files could do to them: each test starts from a
//! home whose audit is clean, does one thing, and says what the audit must find. Beside it what auditors read of a home, and
//! labels that are computed again, and homes of earlier versions.

mod asked;
mod earlier;
mod files;
mod home;
mod log;
mod replay;
mod replay_damage;
mod tables;
