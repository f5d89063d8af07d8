//! The order of a policy's fields: what about each makes a policy looser. A policy is looser than another if it allows anything
//! that the other does not, tighter if it allows less and nothing else, and neither if only words differ. Owns the table and
//! the comparison of two values; which values a policy has is `facts`' business.

use std::collections::BTreeSet;

use crate::policy::Allowed;

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// It allows no more and no less.
    Neither,
    /// It allows less.
    Tighter,
    /// It allows something that was not allowed.
    Looser,
}

impl Direction {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Neither => "neither",
            Self::Tighter => "tighter",
            Self::Looser => "looser",
        }
    }
}

/// What makes a field looser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A greater number.
    More,
    /// A smaller number.
    Less,
    /// A greater number; a smaller one changes figures and their noise alike, and no loss.
    Wider,
    /// A smaller number; a greater one is as [`Self::Wider`] has it.
    Lower,
    /// A further element.
    Set,
    /// Any other value: nothing that was allowed before is known to cover it.
    Another,
    /// Nothing: words for people, or what no answer depends on.
    Words,
}

/// Every field of a policy, as it is called in TOML; what makes it looser; and the sentence of an explanation that says what it
/// means (`docs/sentences.md`). `tests/tidy` holds the list against the parser's.
pub const ORDERS: &[(&str, Order, &str)] = &[
    ("id", Order::Another, "heading"),
    ("version", Order::Words, "heading"),
    ("title.zh", Order::Words, "heading"),
    ("title.en", Order::Words, "heading"),
    ("purpose", Order::Another, "policy.purpose"),
    ("basis", Order::Words, "policy.basis"),
    ("valid.from", Order::Less, "policy.validity"),
    ("valid.until", Order::More, "policy.validity"),
    ("who.clients", Order::Set, "who.clients"),
    ("who.guests", Order::Set, "who.guests-listed"),
    ("role", Order::Set, "party.role"),
    ("role.unit", Order::Another, "party.role"),
    ("role.count.min", Order::Less, "party.role"),
    ("role.count.max", Order::More, "party.role"),
    ("role.consent", Order::More, "party.consent"),
    ("role.basis", Order::Words, "party.no-consent"),
    ("grant", Order::Set, "reads.only"),
    ("grant.role", Order::Another, "reads.dataset"),
    ("grant.dataset", Order::Another, "reads.dataset"),
    ("grant.columns", Order::Set, "reads.dataset"),
    ("grant.history_months", Order::More, "reads.rows"),
    ("grant.rows_max", Order::More, "reads.rows"),
    ("client_dataset", Order::Set, "reads.client-rows"),
    ("client_dataset.name", Order::Another, "reads.client-rows"),
    ("client_dataset.title.zh", Order::Words, "reads.client-rows"),
    ("client_dataset.title.en", Order::Words, "reads.client-rows"),
    ("client_dataset.role", Order::Another, "reads.client-rows"),
    ("client_dataset.key", Order::Another, "reads.client-rows"),
    ("client_dataset.time", Order::Another, "reads.client-rows"),
    ("client_dataset.history_months", Order::More, "reads.client-rows"),
    ("client_dataset.rows_max", Order::More, "reads.client-rows"),
    ("client_dataset.column", Order::Set, "reads.client-rows"),
    ("parameter", Order::Set, "parameter.choice"),
    ("parameter.name", Order::Another, "parameter.choice"),
    ("parameter.kind", Order::Another, "parameter.choice"),
    ("parameter.values", Order::Set, "parameter.choice"),
    ("parameter.min", Order::Set, "parameter.choice"),
    ("parameter.max", Order::Set, "parameter.choice"),
    ("parameter.step", Order::Set, "parameter.choice"),
    ("answer.kind", Order::Another, "answer.labels"),
    ("answer.labels", Order::Set, "answer.labels"),
    ("answer.unit", Order::Another, "party.all-units"),
    ("answer.cells_per_unit", Order::Wider, "answer.unit-cells"),
    ("answer.min_units", Order::Less, "answer.min-units"),
    ("answer.dimension", Order::Another, "answer.table"),
    ("answer.dimension.name", Order::Another, "answer.table"),
    ("answer.dimension.labels", Order::Set, "answer.table"),
    ("answer.measure", Order::Set, "answer.measure"),
    ("answer.measure.name", Order::Another, "answer.measure"),
    ("answer.measure.unit", Order::Words, "answer.measure"),
    ("answer.measure.lower", Order::Lower, "answer.measure"),
    ("answer.measure.upper", Order::Wider, "answer.measure"),
    ("answer.measure.share", Order::More, "answer.measure"),
    ("privacy.noise", Order::More, "answer.noise"),
    ("privacy.epsilon_per_job", Order::More, "worst.table-job"),
    ("limits.fuel", Order::More, "limits.run"),
    ("limits.slot_ms", Order::Words, "limits.slot"),
    ("limits.fuel_per_unit", Order::More, "limits.run"),
    ("limits.units_max", Order::More, "limits.units"),
    ("limits.slot_s", Order::Words, "limits.slot"),
    ("limits.memory_mib", Order::More, "limits.run"),
    ("limits.jobs_per_minute", Order::More, "limits.rate"),
    ("accept", Order::Words, "policy.accepted"),
    ("accept.warning", Order::Words, "policy.accepted"),
    ("accept.reason", Order::Words, "policy.accepted"),
];

/// The order of a field; a field without one is treated as if any change were looser.
pub(super) fn order_of(field: &str) -> Order {
    ORDERS.iter().find(|(name, ..)| *name == field).map_or(Order::Another, |(_, order, _)| *order)
}

/// A field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A number, and how it is written.
    Number(i128, String),
    /// No limit.
    Unlimited,
    /// A set; `None` is everything.
    Set(Option<BTreeSet<String>>),
    /// What a parameter may be.
    Allowed(Allowed),
    /// Anything else, as it is written.
    Word(String),
}

impl Value {
    pub fn number(number: impl Into<i128> + ToString + Copy) -> Self {
        Self::Number(number.into(), number.to_string())
    }

    pub fn word(word: impl ToString) -> Self {
        Self::Word(word.to_string())
    }

    pub fn set(elements: impl IntoIterator<Item = impl ToString>) -> Self {
        Self::Set(Some(elements.into_iter().map(|element| element.to_string()).collect()))
    }

    /// For people.
    pub fn text(&self) -> String {
        match self {
            Self::Number(_, text) | Self::Word(text) => text.clone(),
            Self::Unlimited => "∞".to_owned(),
            Self::Set(None) => "any".to_owned(),
            Self::Set(Some(elements)) => elements.iter().cloned().collect::<Vec<_>>().join(", "),
            Self::Allowed(allowed) => allowed.text(),
        }
    }
}

/// Which way it goes from `old` to `new`, which differ.
pub(super) fn direction(order: Order, old: &Value, new: &Value) -> Direction {
    use Direction::{Looser, Neither, Tighter};
    let by = |less: bool| if less { Tighter } else { Looser };
    match (order, old, new) {
        (Order::Words, ..) => Neither,
        (Order::More, Value::Unlimited, Value::Number(..)) | (Order::Less, Value::Number(..), Value::Unlimited) => {
            Tighter
        }
        (Order::More, Value::Number(old, _), Value::Number(new, _)) => by(new < old),
        (Order::Less, Value::Number(old, _), Value::Number(new, _)) => by(new > old),
        (Order::Wider, Value::Number(old, _), Value::Number(new, _)) => {
            if new < old {
                Neither
            } else {
                Looser
            }
        }
        (Order::Lower, Value::Number(old, _), Value::Number(new, _)) => {
            if new > old {
                Neither
            } else {
                Looser
            }
        }
        (Order::Set, Value::Set(old), Value::Set(new)) => by(within(new.as_ref(), old.as_ref())),
        (Order::Set, Value::Allowed(old), Value::Allowed(new)) => match (allows(old, new), allows(new, old)) {
            (true, true) => Neither,
            (true, false) => Tighter,
            _ => Looser,
        },
        _ => Looser,
    }
}

fn within(part: Option<&BTreeSet<String>>, whole: Option<&BTreeSet<String>>) -> bool {
    match (part, whole) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(part), Some(whole)) => part.is_subset(whole),
    }
}

/// Whether `whole` allows everything that `part` does.
fn allows(whole: &Allowed, part: &Allowed) -> bool {
    match (whole, part) {
        (Allowed::Dates(whole), Allowed::Dates(part)) => part.is_subset(whole),
        (Allowed::Texts(whole), Allowed::Texts(part)) => part.is_subset(whole),
        (Allowed::AnyIdentifier, Allowed::AnyIdentifier) => true,
        (whole, Allowed::Integers(part)) => part.iter().all(|value| has(whole, i128::from(*value))),
        (whole, Allowed::Range { min, max, step }) => {
            let (min, max, step) = (i128::from(*min), i128::from(*max), i128::from(*step).max(1));
            let last = max - (max - min).rem_euclid(step);
            match whole {
                // As many as the other has can be looked up, one by one.
                Allowed::Integers(values) => {
                    let count = (last - min) / step + 1;
                    count <= values.len() as i128 && (0..count).all(|n| has(whole, min + n * step))
                }
                _ => has(whole, min) && has(whole, last) && (min == last || has(whole, min + step)),
            }
        }
        _ => false,
    }
}

fn has(allowed: &Allowed, value: i128) -> bool {
    match allowed {
        Allowed::Integers(values) => i64::try_from(value).is_ok_and(|value| values.contains(&value)),
        Allowed::Range { min, max, step } => {
            let (min, max) = (i128::from(*min), i128::from(*max));
            (min..=max).contains(&value) && (value - min).rem_euclid(i128::from(*step).max(1)) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: i64, max: i64, step: i64) -> Allowed {
        Allowed::Range { min, max, step }
    }

    #[test]
    fn allowed_values_are_compared_as_sets() {
        let list = |values: &[i64]| Allowed::Integers(values.iter().copied().collect());
        let cases = [
            (range(0, 10, 1), range(0, 10, 2), true),
            (range(0, 10, 2), range(0, 10, 1), false),
            (range(0, 10, 2), range(1, 9, 2), false),
            (range(0, 10, 2), range(4, 9, 4), true),
            (range(0, 10, 3), range(0, 11, 3), true),
            (range(0, 10, 5), range(5, 9, 7), true),
            (range(0, 10, 5), list(&[0, 10]), true),
            (range(0, 10, 5), list(&[0, 11]), false),
            (list(&[1, 3, 5]), range(1, 5, 2), true),
            (list(&[1, 5]), range(1, 5, 2), false),
            (list(&[1, 5]), range(i64::MIN, i64::MAX, 1), false),
            (Allowed::AnyIdentifier, list(&[1]), false),
            (list(&[1]), Allowed::AnyIdentifier, false),
        ];
        for (whole, part, expected) in cases {
            assert_eq!(allows(&whole, &part), expected, "{whole:?} {part:?}");
        }
    }

    #[test]
    fn a_field_without_an_order_can_only_be_looser() {
        let (one, two) = (Value::number(1), Value::number(2));
        assert_eq!(direction(order_of("nobody's"), &two, &one), Direction::Looser);
        assert_eq!(direction(Order::More, &one, &Value::Unlimited), Direction::Looser);
        assert_eq!(direction(Order::More, &Value::Unlimited, &one), Direction::Tighter);
        assert_eq!(direction(Order::More, &one, &Value::word("x")), Direction::Looser);
    }
}
