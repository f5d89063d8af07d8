//! A bank's pack: what goes into it, that the same gives the same bytes, and what is believed of an archive.

mod export;
mod hostile;
mod import;
mod room;
