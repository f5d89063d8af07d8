//! What an operator does to a home: backup and restore, examination, rotation of keys, pruning.

mod backup;
mod damage;
mod doctor;
pub mod place;
mod prune;
mod rotate;
