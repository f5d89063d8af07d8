//! Attacks that are tried on the service too, over real sockets, by their number: where a byte, a moment or a token is seen
//! that only the service has.

use anshi::env::weaken::Weakness;

use super::catalog::{Row, tried};
use super::{
    a12_serve, a38_last_bit_http, a41_replay_http, a42_forgery_http, a43_covert_http, a50_reading_http, a60_cut_http,
};
use crate::twin;

/// In the order of their numbers.
pub const OVER_HTTP: [(usize, Row); 11] = [
    (4, tried("every behaviour, over HTTP", "twin::bytes", twin::bytes::attack, Weakness::FuelTold)),
    (4, tried("the same in batches", "twin::batches", twin::batches::attack, Weakness::FaultTold)),
    (4, tried("the same of tables", "twin::tables", twin::tables::attack, Weakness::UnitFaultTold)),
    (12, tried("the same of a service", "attacks::a12_serve", a12_serve::attack, Weakness::GuestPrinted)),
    (
        38,
        tried(
            "the same over HTTP, alone and in batches",
            "attacks::a38_last_bit_http",
            a38_last_bit_http::attack,
            Weakness::CheckThenCharge,
        ),
    ),
    (41, tried("the same over HTTP", "attacks::a41_replay_http", a41_replay_http::attack, Weakness::CallReplayed)),
    (42, tried("the same over HTTP", "attacks::a42_forgery_http", a42_forgery_http::attack, Weakness::HeaderTrusted)),
    (43, tried("the same over HTTP", "attacks::a43_covert_http", a43_covert_http::attack, Weakness::CovertBits)),
    (
        50,
        tried(
            "the same of calls, batches, callers",
            "attacks::a50_reading_http",
            a50_reading_http::attack,
            Weakness::ReadLeniently,
        ),
    ),
    (55, tried("the same over HTTP", "twin::time", twin::time::attack, Weakness::OutcomeEarly)),
    (60, tried("the same over HTTP", "attacks::a60_cut_http", a60_cut_http::attack, Weakness::LeftWithCaller)),
];
