//! Twin runs over HTTP: what a client can see, to the byte and in time, is the same whatever one unit's data are. `make twin`
//! has the full form, and weakened engines that it must find out.

pub mod batches;
pub mod bytes;
mod found_out;
pub mod tables;
pub mod time;
