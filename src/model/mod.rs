//! The words of the domain: identifiers, digests, dates, amounts, requests, answers, refusals.
//! Owns no I/O and no wire format; nothing in it derives serde. Every value checks itself when built.

mod account;
mod answer;
mod billionths;
mod chinese;
mod date;
mod decimal;
mod detail;
mod digest;
mod id;
mod manifest;
mod name;
mod pace;
mod refusal;
mod request;
mod row_fault;
mod table;
mod text;

pub use account::{AccountKind, Charge};
pub use answer::{Answer, label_cost_bits};
pub use billionths::Billionths;
pub use date::{Date, DateError, DateFormat, Millis, YEAR_MAX, YEAR_MIN};
pub use decimal::{DecimalError, parse_decimal};
pub use detail::{ConsentPart, Detail};
pub use digest::{Digest, DigestError, length_prefixed};
pub use id::{IdError, UNIT_ID_BYTES, UnitId, UnitKind};
pub use manifest::{
    Manifest, ManifestError, ManifestPlace, ParameterKind, ParameterSpec, Read, Role, TableRead, World,
};
pub use name::{NAME_CHARS_MAX, NameError, check_label, check_name};
pub use pace::{MEMORY_KEPT_BYTES, Pace};
pub use refusal::{Refusal, RefusalCode};
pub use request::{
    Consent, ParameterValue, Party, PolicyRef, RawCell, RawParameter, RawRow, RawRows, Request, Version,
};
pub use row_fault::{CLIENT_TEXT_CHARS_MAX, RowFault};
pub use table::{Dimension, NoiseKind};
pub use text::{Bilingual, Chinese, Lang, Phrase, foreign, is_unseen, seen};
