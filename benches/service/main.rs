//! `make bench-service`, `make replay` and `make soak`: the service under load, from outside, over HTTP on this machine.
//! The bench sets signed label jobs beside the floor in alternating rounds of one run; what is read first are the ratios.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a benchmark"
)]

#[path = "../../tests/load/calls.rs"]
mod calls;
#[path = "../../tests/crash/check.rs"]
#[expect(dead_code, reason = "shared with the crash tests, which use all of it")]
mod check;
#[path = "../../tests/load/city.rs"]
mod city;
mod floor;
#[path = "../../tests/crash/home.rs"]
#[expect(dead_code, reason = "shared with the crash tests, which use all of it")]
mod home;
#[path = "../../tests/load/line.rs"]
mod line;
#[path = "../../tests/load/replay.rs"]
mod replay;
mod rounds;
#[path = "../../tests/load/served.rs"]
mod served;
#[path = "../../tests/load/soak.rs"]
mod soak;

use anshi::keys::PublicKey;
use floor::{Ed25519, JobRows};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    // `cargo test` would run benchmarks as tests; `cargo bench` names what is wanted.
    let Some((what, rest)) = arguments.split_first() else { return };
    let number = |place: usize| rest[place].parse::<u64>().expect("a number");
    match what.as_str() {
        "floor" => {
            let of = Ed25519::named(&rest[7]);
            floor::serve(rest[0].as_ref(), JobRows::read(&rest[1..]), [5, 6].map(|place| key(&rest[place])), of);
        }
        "rounds" => rounds::rounds(number(0), number(1), number(2), (number(3), Ed25519::named(&rest[4]))),
        "replay" => replay::replay(number(0), number(1), None),
        "soak" => soak::soak(number(0) * 60, number(1), None),
        other => panic!("`{other}` is none of floor, rounds, replay, soak"),
    }
}

fn key(jwk: &str) -> PublicKey {
    PublicKey::from_jwk(&serde_json::from_str(jwk).unwrap()).unwrap()
}
