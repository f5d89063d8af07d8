//! What the integration tests share: homes with known rows, guests, requests, and what a client sees of the answers.

mod ask;
mod base;
mod client_rows;
mod handmade;
mod home;
mod http;
mod rows;
mod seen;
mod tables;
mod turn;
mod twins;

pub use ask::{label, refusal, reseal, signed_again};
pub use base::{copy_folder, engine_options, guest_path};
pub use client_rows::{OWN, OwnRows, changed, own_row, text};
pub use handmade::{Handmade, policy_of};
pub use home::{Setup, TestHome, block_on, block_on_all, take_delivery};
pub use http::{Reply, Served, send_to};
pub use rows::{ABSENT, BARE, ODD_FEN, OLD, firm};
pub use seen::seen;
pub use tables::{CELLS, INDUSTRIES, Table, TableHome, TableSetup, TableTwins, Unit, cell, spread};
pub use turn::strong;
#[cfg(feature = "weaken")]
pub use turn::weakened;
pub use twins::Twins;
