//! The stories of the city's datasets, one file for each walk of life.

mod all;
mod business;
mod certificates;
mod education;
mod families;
mod homes;
mod justice;
mod market;
mod supply;
mod taxes;
mod trade;
mod welfare;
mod work;

pub(super) use all::of;
