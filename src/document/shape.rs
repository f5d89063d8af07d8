//! The form of a kind of file: which keys it has and what stands under each, read off the JSON Schema of the types that
//! parse it. Owns the form alone; what the values mean is each kind's own check.

use serde_json::Value;

/// The form of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text in quotes.
    Text,
    /// A whole number, from the first to the second.
    Integer(i128, i128),
    /// `true` or `false`.
    Boolean,
    /// A calendar day without quotes.
    Day,
    /// Any number of values in brackets; of tables, `[[…]]`.
    List(Box<Shape>),
    /// A table with these keys.
    Table(Vec<Key>),
    /// A table whose keys are names.
    Named(Box<Shape>),
    /// One of these.
    Either(Vec<Shape>),
    /// Whatever the parser takes.
    Anything,
}

/// A key of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// How it is written.
    pub name: String,
    /// What stands under it.
    pub shape: Shape,
    /// Whether a table without it is wrong whatever else it says.
    pub needed: bool,
}

impl Shape {
    /// The form that a JSON Schema without references describes. What this does not know is [`Shape::Anything`]: the parser
    /// judges it.
    pub fn of(schema: &Value) -> Self {
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            return Self::Either(choices.iter().map(Self::of).collect());
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") if schema.get("format").is_some_and(|format| format == "date") => Self::Day,
            Some("string") => Self::Text,
            Some("boolean") => Self::Boolean,
            Some("integer") => {
                let bound =
                    |name: &str| schema.get(name).and_then(Value::as_number).and_then(serde_json::Number::as_i128);
                let (least, greatest) = (i128::from(i64::MIN), i128::from(i64::MAX));
                Self::Integer(bound("minimum").unwrap_or(least), bound("maximum").unwrap_or(greatest))
            }
            Some("array") => Self::List(Box::new(schema.get("items").map_or(Self::Anything, Self::of))),
            Some("object") => Self::of_object(schema),
            _ => Self::Anything,
        }
    }

    fn of_object(schema: &Value) -> Self {
        let Some(members) = schema.get("properties").and_then(Value::as_object) else {
            let named = schema.get("additionalProperties").filter(|named| named.is_object());
            return named.map_or(Self::Anything, |named| Self::Named(Box::new(Self::of(named))));
        };
        let needed = schema.get("required").and_then(Value::as_array);
        let needed = |name: &str| needed.is_some_and(|needed| needed.iter().any(|needed| needed == name));
        let key = |(name, schema): (&String, &Value)| Key {
            name: name.clone(),
            shape: Self::of(schema),
            needed: needed(name),
        };
        Self::Table(members.iter().map(key).collect())
    }

    /// The tables in which a key is called `name`, as they are written: `[[grant]]`, `[who]`.
    pub(super) fn homes(&self, name: &str) -> Vec<String> {
        let mut homes = Vec::new();
        self.find(name, "", false, &mut homes);
        homes
    }

    fn find(&self, name: &str, path: &str, several: bool, homes: &mut Vec<String>) {
        match self {
            Self::Table(keys) => {
                if keys.iter().any(|key| key.name == name) {
                    homes.push(match (path.is_empty(), several) {
                        (true, _) => String::new(),
                        (false, true) => format!("[[{path}]]"),
                        (false, false) => format!("[{path}]"),
                    });
                }
                for Key { name: inner, shape, .. } in keys {
                    let below = if path.is_empty() { inner.clone() } else { format!("{path}.{inner}") };
                    shape.find(name, &below, false, homes);
                }
            }
            Self::List(element) => element.find(name, path, true, homes),
            Self::Named(value) => value.find(name, &format!("{path}.…"), false, homes),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_is_read_as_a_form() {
        let schema = json!({ "type": "object", "required": ["id"], "properties": {
            "id": { "type": "string" },
            "from": { "type": "string", "format": "date" },
            "size": { "type": "integer", "minimum": 0, "maximum": 255 },
            "role": { "type": "object", "additionalProperties": { "type": "array", "items": { "type": "boolean" } } },
            "odd": { "oneOf": [] },
        }});
        let Shape::Table(keys) = Shape::of(&schema) else { panic!("no table") };
        let shapes: Vec<(&str, &Shape, bool)> =
            keys.iter().map(|key| (key.name.as_str(), &key.shape, key.needed)).collect();
        let roles = Shape::Named(Box::new(Shape::List(Box::new(Shape::Boolean))));
        assert_eq!(
            shapes,
            [
                ("id", &Shape::Text, true),
                ("from", &Shape::Day, false),
                ("size", &Shape::Integer(0, 255), false),
                ("role", &roles, false),
                ("odd", &Shape::Anything, false),
            ]
        );
    }
}
