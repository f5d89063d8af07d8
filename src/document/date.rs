//! A calendar day as TOML writes it: `2026-01-31`, without quotes and without a time.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use toml::value::Datetime;

use crate::model::Date;

/// What is said of anything else.
pub(super) const DAY_EXPECTED: &str = "expected a day such as `2026-01-31`, without quotes";

/// A TOML local date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalDate(pub Date);

impl<'de> Deserialize<'de> for LocalDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Datetime::deserialize(deserializer)?;
        let date = match (value.date, value.time, value.offset) {
            (Some(date), None, None) => {
                let year = i16::try_from(date.year).ok();
                year.and_then(|year| Date::from_ymd(year, date.month as i8, date.day as i8))
            }
            _ => None,
        };
        date.map(Self).ok_or_else(|| D::Error::custom(DAY_EXPECTED))
    }
}

impl Serialize for LocalDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl JsonSchema for LocalDate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}
