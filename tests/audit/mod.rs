//! The audit against everything that whoever owns the files could do to them: each test starts from a
//! home whose audit is clean, does one thing, and says what the audit must find.

mod files;
mod home;
mod log;
mod tables;
