//! The guest kit through the command: projects that are made, built without a network outside of the repository, and refused.

mod builds;
mod missing;
mod projects;
mod run;
mod tested;
