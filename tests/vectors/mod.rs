//! Vectors made by libraries that are not ours (joserfc and cryptography, rfc8785, Project Wycheproof, Go's sumdb,
//! OpenDP and mpmath), and one bundle of our own, held against the public functions that read such things. The files
//! beside this one say who made them; the `make_*` scripts make them again. Every good vector has bad ones beside it.

mod bundle;
mod canonical;
mod failures;
mod jws;
mod noise;
mod tlog;
