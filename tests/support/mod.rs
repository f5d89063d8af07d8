//! What the integration tests share: homes with known rows, guests, requests, and what a client sees of the answers.

mod ask;
mod base;
mod client_rows;
mod golden;
mod handmade;
#[cfg(feature = "weaken")]
mod handmade_units;
mod home;
mod http;
mod http_twins;
mod rows;
mod seen;
mod tables;
mod turn;
mod twins;

pub use ask::{label, refusal, reseal, signed_again};
pub use base::{copy_folder, engine_options, guest_path};
pub use client_rows::{OWN, OwnRows, changed, own_row, text};
pub use golden::differs;
pub use handmade::{Handmade, policy_of};
#[cfg(feature = "weaken")]
pub use handmade_units::HandmadeUnits;
pub use home::{Setup, TestHome, block_on, block_on_all, take_delivery};
pub use http::{Reply, Served, send_to, try_send, written};
pub use http_twins::{HttpTwins, bundle_of, checkpoint_size, now_ms, unplaced};
pub use rows::{ABSENT, BARE, ODD_FEN, OLD, delivery_without, firm};
pub use seen::{Seen, masked, seen, seen_bundle};
pub use tables::{CELLS, INDUSTRIES, Table, TableHome, TableSetup, TableTwins, Unit, cell, spread, wake_tables};
pub use turn::strong;
#[cfg(feature = "weaken")]
pub use turn::weakened;
pub use twins::{OUTCOMES, Twins, difference};
