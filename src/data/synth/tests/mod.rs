//! The synthesiser's tests: what a delivery promises, and that its datasets tell of one city.

mod city;
mod delivery;
mod families;
mod scenarios;
mod support;
