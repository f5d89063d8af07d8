//! An auditor's workbench: a policy's cases, played on the real engine with invented data, and the policy's dossier. Owns what
//! a case is and when it came out as expected; never touches a home that is in use.

mod cases;
mod check;
mod check_expect;
mod check_population;
mod choose;
mod city;
mod crowd;
mod dossier;
mod dossier_parts;
mod error;
mod keep;
mod measure;
mod mistake;
mod play;
mod population;
mod raw;
mod request;
mod show;
mod stage;
mod words;

pub use cases::{
    Ask, CASES_FILE, Case, Cases, ConsentSpec, Expect, Left, Others, Population, Share, TableShape, Who, Whose,
};
pub use choose::{asks_many, chosen, unshown};
pub use city::Cities;
pub use dossier::{Dossier, Earlier, InForce, dossier_html};
pub use error::PlayError;
pub use measure::{ColumnName, Figures, MeasuredGuest};
pub use play::{Deviation, Played, PlayedCase, PlayedGuest, play, play_measured, play_populations};
pub use population::{Counted, PlayedPopulation, percent};
pub use show::{Scene, Show, ShownBatch, client_key_file};
pub use stage::Play;
