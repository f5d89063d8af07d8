//! Holds a file against the form of its kind: every unknown key, missing key and value of another type, all at once. What is
//! wrong is then mended for the sake of the checks that follow, so that they see the rest; a mended file is never accepted.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeString, DeTable, DeValue};
use toml::value::Datetime;

use super::finding::{Finding, did_you_mean};
use super::form_words::{FormCure, FormMistake, Sort};
use super::shape::{Key, Shape};
use crate::model::Date;

/// What is wrong with a file's form, and where it was mended.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    pub findings: Vec<Finding>,
    /// The places of values that were put in for what was there or missing.
    pub mended: Vec<Range<usize>>,
    /// The paths of these values, without names: `role.unit`.
    pub paths: Vec<String>,
    /// The places of integers that their type cannot hold. The check sees the nearest that it can, and may know better.
    pub clamped: Vec<Range<usize>>,
}

/// A walk through a file along its form.
pub(super) struct Walk<'w> {
    text: &'w str,
    whole: &'w Shape,
    form: Form,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Spot<'s> {
    /// The key that it stands under.
    key: &'s str,
    path: &'s str,
    /// Whether it is one of a list.
    element: bool,
}

/// The place of a value that was missing: no other value has it.
const NOWHERE: Range<usize> = usize::MAX..usize::MAX;

impl<'w> Walk<'w> {
    /// Holds `root` against `shape`, and mends it.
    pub fn through(text: &'w str, shape: &'w Shape, root: &mut Spanned<DeTable<'_>>) -> Form {
        let mut walk = Self { text, whole: shape, form: Form::default() };
        if let Shape::Table(keys) = shape {
            walk.table(keys, root.get_mut(), &(0..0), "");
        }
        walk.form
    }

    fn value(&mut self, shape: &Shape, value: &mut Spanned<DeValue<'_>>, spot: Spot<'_>) {
        let span = value.span();
        match (shape, value.get_mut()) {
            (Shape::Anything, _) | (Shape::Text, DeValue::String(_)) | (Shape::Boolean, DeValue::Boolean(_)) => {}
            (Shape::Day, DeValue::Datetime(moment)) if is_day(moment) => {}
            (Shape::Day, DeValue::Datetime(moment)) if moment.time.is_none() => {
                self.form.findings.push(Finding::at(span.clone(), FormMistake::Far(spot.key.to_owned())));
                self.mend(shape, value, &span, spot.path);
            }
            (Shape::Integer(least, greatest), DeValue::Integer(number)) => {
                let read = i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX);
                if !(*least..=*greatest).contains(&read) {
                    let (key, least, greatest) = (spot.key.to_owned(), *least, *greatest);
                    self.form.findings.push(Finding::at(span.clone(), FormMistake::Range { key, least, greatest }));
                    self.form.clamped.push(span.clone());
                    *value = Spanned::new(span, nearest(read, least, greatest));
                }
            }
            (Shape::List(element), DeValue::Array(values)) => {
                let spot = Spot { element: true, ..spot };
                values.iter_mut().for_each(|value| self.value(element, value, spot));
            }
            (Shape::Table(keys), DeValue::Table(table)) => self.table(keys, table, &span, spot.path),
            (Shape::Named(of), DeValue::Table(table))
                if matches!(**of, Shape::Table(_)) && table.values().any(|value| !value.get_ref().is_table()) =>
            {
                let finding = Finding::at(span.clone(), FormMistake::Named(spot.key.to_owned()));
                self.form.findings.push(finding.help(FormCure::Write(format!("`[{}.NAME]`", spot.path))));
                self.mend(shape, value, &span, spot.path);
            }
            (Shape::Named(of), DeValue::Table(table)) => {
                for (name, value) in table.iter_mut() {
                    self.value(of, value, Spot { key: name.get_ref(), path: spot.path, element: false });
                }
            }
            (Shape::Either(choices), given) => match choices.iter().find(|choice| fits(choice, given)) {
                Some(choice) => self.value(choice, value, spot),
                None => self.wrong(shape, value, spot),
            },
            _ => self.wrong(shape, value, spot),
        }
    }

    fn table(&mut self, keys: &[Key], table: &mut DeTable<'_>, span: &Range<usize>, path: &str) {
        self.unknown(keys, table);
        for Key { name, shape, needed } in keys {
            let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match table.get_mut(name.as_str()) {
                Some(value) => self.value(shape, value, Spot { key: name, path: &below, element: false }),
                None if *needed => {
                    let example = example(name, shape, &below);
                    let cure = if path.is_empty() && !example.starts_with('[') {
                        FormCure::AddFirst(example)
                    } else {
                        FormCure::Add(example)
                    };
                    let finding = Finding::at(span.clone(), FormMistake::Missing(name.clone())).help(cure);
                    self.form.findings.push(finding);
                    let mut value = Spanned::new(NOWHERE, DeValue::Boolean(false));
                    self.mend(shape, &mut value, &NOWHERE, &below);
                    table.insert(Spanned::new(NOWHERE, DeString::Owned(name.clone())), value);
                }
                None => {}
            }
        }
    }

    /// Tells and takes out unknown keys. One that is close to a key which is not there stands in for it from here on.
    fn unknown(&mut self, keys: &[Key], table: &mut DeTable<'_>) {
        let strange: Vec<String> = table
            .keys()
            .map(|key| key.get_ref().to_string())
            .filter(|key| !keys.iter().any(|known| known.name == *key))
            .collect();
        for key in strange {
            let Some((place, value)) = table.remove_entry(key.as_str()) else { continue };
            let free = keys.iter().map(|known| known.name.as_str()).filter(|known| !table.contains_key(*known));
            let close = did_you_mean(&key, free).map(str::to_owned);
            let alone = Finding::at(place.span(), FormMistake::Unknown(key.clone()));
            let homes = self.whole.homes(&key);
            self.form.findings.push(match &close {
                Some(close) => alone.suggest(&key, [close.as_str()]),
                None if !homes.is_empty() => alone.help(FormCure::Home { key: key.clone(), homes }),
                None => {
                    let names = keys.iter().map(|known| known.name.as_str());
                    let known = names.clone().map(str::to_owned).collect();
                    let finding = Finding::at(place.span(), FormMistake::UnknownHere { key: key.clone(), known });
                    finding.suggest(&key, names)
                }
            });
            if let Some(close) = close {
                table.insert(Spanned::new(place.span(), DeString::Owned(close)), value);
            }
        }
    }

    fn wrong(&mut self, shape: &Shape, value: &mut Spanned<DeValue<'_>>, spot: Spot<'_>) {
        let span = value.span();
        let given = sort(value.get_ref());
        let (key, wanted) = (spot.key.to_owned(), Sort::wanted(shape));
        let finding = if spot.element {
            Finding::at(span.clone(), FormMistake::Element { key, wanted, given })
        } else {
            Finding::at(span.clone(), FormMistake::Type { key, wanted, given })
        };
        let written = self.text.get(span.clone()).unwrap_or_default();
        self.form.findings.push(match cure(shape, given, written, spot) {
            Some(text) => finding.help(FormCure::Write(text)),
            None => finding,
        });
        self.mend(shape, value, &span, spot.path);
    }

    fn mend(&mut self, shape: &Shape, value: &mut Spanned<DeValue<'_>>, place: &Range<usize>, path: &str) {
        self.form.mended.push(place.clone());
        self.form.paths.push(path.to_owned());
        *value = stand_in(shape, place);
    }
}

fn is_day(moment: &Datetime) -> bool {
    let day = moment.date.filter(|_| moment.time.is_none() && moment.offset.is_none());
    let day = day.and_then(|day| Date::from_ymd(i16::try_from(day.year).ok()?, day.month as i8, day.day as i8));
    day.is_some()
}

fn fits(shape: &Shape, value: &DeValue<'_>) -> bool {
    Sort::wanted(shape).contains(&sort(value)) || matches!(shape, Shape::Anything)
}

fn sort(value: &DeValue<'_>) -> Sort {
    match value {
        DeValue::String(_) => Sort::Text,
        DeValue::Integer(_) => Sort::Integer,
        DeValue::Float(_) => Sort::Number,
        DeValue::Boolean(_) => Sort::Boolean,
        DeValue::Datetime(moment) if moment.time.is_none() => Sort::Day,
        DeValue::Datetime(_) => Sort::Moment,
        DeValue::Array(_) => Sort::List,
        DeValue::Table(_) => Sort::Table,
    }
}

/// How the value should have been written, where that can be told.
fn cure(shape: &Shape, given: Sort, written: &str, spot: Spot<'_>) -> Option<String> {
    let bare = written.trim_matches(['"', '\'']);
    match (shape, given) {
        (Shape::Text, Sort::Integer | Sort::Number | Sort::Boolean | Sort::Day) => Some(format!("`\"{written}\"`")),
        (Shape::Integer(..), Sort::Text) if bare.parse::<i64>().is_ok() => Some(format!("`{bare}`")),
        (Shape::Day, Sort::Text) if bare.parse::<Date>().is_ok() => Some(format!("`{bare}`")),
        (Shape::List(element), Sort::Table) if matches!(**element, Shape::Table(_)) => {
            Some(format!("`[[{}]]`", spot.path))
        }
        (Shape::List(_), Sort::Text | Sort::Integer | Sort::Day) if !written.contains('\n') => {
            Some(format!("`[{written}]`"))
        }
        (Shape::Table(_), Sort::List) => Some(format!("`[{}]`", spot.path)),
        _ => None,
    }
}

/// How a missing key is written.
fn example(name: &str, shape: &Shape, path: &str) -> String {
    match shape {
        Shape::Text => format!("{name} = \"…\""),
        Shape::Integer(..) => format!("{name} = …"),
        Shape::Boolean => format!("{name} = false"),
        Shape::Day => format!("{name} = 2026-01-31"),
        Shape::List(element) if matches!(**element, Shape::Table(_)) => format!("[[{path}]]"),
        Shape::List(_) => format!("{name} = […]"),
        Shape::Table(keys) => {
            let inner = keys.iter().filter(|key| key.needed).map(|key| example(&key.name, &key.shape, &key.name));
            format!("{name} = {{ {} }}", inner.collect::<Vec<_>>().join(", "))
        }
        Shape::Named(_) => format!("[{path}.…]"),
        Shape::Either(choices) => choices.first().map_or_else(String::new, |first| example(name, first, path)),
        Shape::Anything => format!("{name} = …"),
    }
}

/// The number of a type that is nearest to one that it cannot hold.
fn nearest<'i>(read: i128, least: i128, greatest: i128) -> DeValue<'i> {
    let greatest = match greatest {
        255 => "255",
        4_294_967_295 => "4294967295",
        _ => "9223372036854775807",
    };
    let text = if read < least { "0" } else { greatest };
    DeValue::parse(text).map_or(DeValue::Integer(DeInteger::default()), Spanned::into_inner)
}

/// A value of the right form: the least that there is, so that it makes nothing else wrong.
fn stand_in<'i>(shape: &Shape, place: &Range<usize>) -> Spanned<DeValue<'i>> {
    let value = match shape {
        Shape::Text => DeValue::String(DeString::Borrowed("")),
        Shape::Integer(..) => DeValue::Integer(DeInteger::default()),
        Shape::Boolean | Shape::Anything => DeValue::Boolean(false),
        Shape::Day => "2000-01-01".parse().map_or(DeValue::Boolean(false), DeValue::Datetime),
        Shape::List(element) => {
            let mut list = DeArray::new();
            list.push(stand_in(element, place));
            DeValue::Array(list)
        }
        Shape::Table(keys) => {
            let needed = keys.iter().filter(|key| key.needed);
            let entry = |key: &Key| {
                let name = Spanned::new(place.clone(), DeString::Owned(key.name.clone()));
                (name, stand_in(&key.shape, place))
            };
            DeValue::Table(needed.map(entry).collect())
        }
        Shape::Named(_) => DeValue::Table(DeTable::new()),
        Shape::Either(choices) => {
            return choices
                .first()
                .map_or_else(|| Spanned::new(place.clone(), DeValue::Boolean(false)), |first| stand_in(first, place));
        }
    };
    Spanned::new(place.clone(), value)
}
