//! A policy and the accounts as fields with values, for comparison. Leaves no field out: the destructuring below names all, so
//! that a new one does not compile until it has a place here.

use std::collections::BTreeMap;

use super::order::Value;
use crate::catalog::Column;
use crate::model::NoiseKind;
use crate::policy::{
    AnswerRule, ClientDataset, Grant, Guests, Limits, MeasureRule, ParameterRule, Policy, RoleRule, TableRule,
};

/// One field.
pub(super) type Field = (&'static str, Value);

/// Something that a policy can have several of, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What happens if it is taken away: a request that had to name it need not any more.
    pub needed: bool,
    pub fields: Vec<Field>,
}

/// A policy's fields, and its entries by kind and name.
pub(super) struct Facts {
    pub fields: Vec<Field>,
    pub entries: BTreeMap<(&'static str, String), Entry>,
}

pub(super) fn facts(policy: &Policy) -> Facts {
    // `run_nanos` and `sha256` follow from the rest.
    let Policy {
        id,
        version: _,
        title,
        purpose,
        basis,
        valid_from,
        valid_until,
        clients,
        guests,
        roles,
        grants,
        client_datasets,
        parameters,
        answer,
        limits,
        accepts,
        run_nanos: _,
        sha256: _,
    } = policy;
    let guests = match guests {
        Guests::Any => Value::Set(None),
        Guests::Listed(digests) => Value::set(digests),
    };
    let day = |date: &crate::model::Date| Value::Number(date.days().into(), date.to_string());
    let mut fields = vec![
        ("id", Value::word(id)),
        ("version", Value::word(policy.version_text())),
        ("title.zh", Value::word(&title.zh)),
        ("title.en", Value::word(&title.en)),
        ("purpose", Value::word(purpose)),
        ("basis", Value::word(basis.join("; "))),
        ("valid.from", day(valid_from)),
        ("valid.until", day(valid_until)),
        ("who.clients", Value::set(clients)),
        ("who.guests", guests),
        ("accept", Value::set(accepts.iter().map(|(code, reason)| format!("{code}: {reason}")))),
    ];
    let mut entries = BTreeMap::new();
    entries.extend(roles.iter().map(|(name, rule)| (("role", name.clone()), role(rule))));
    entries.extend(grants.iter().map(grant));
    entries.extend(client_datasets.iter().map(|dataset| (("client_dataset", dataset.name.clone()), client(dataset))));
    entries.extend(parameters.iter().map(|rule| (("parameter", rule.name.clone()), parameter(rule))));
    let table = match answer {
        AnswerRule::Label(labels) => {
            fields.extend([("answer.kind", Value::word("label")), ("answer.labels", Value::set(labels))]);
            None
        }
        AnswerRule::Table(table) => Some(table),
    };
    if let Some(table) = table {
        fields.extend(table_fields(table, &mut entries));
    }
    fields.extend(limit_fields(*limits, table.is_some()));
    Facts { fields, entries }
}

fn limit_fields(limits: Limits, table: bool) -> [Field; 4] {
    let Limits { fuel, memory_bytes, slot_ms, jobs_per_minute } = limits;
    let (fuel_name, slot) = match table {
        false => ("limits.fuel", ("limits.slot_ms", Value::number(slot_ms))),
        true => ("limits.fuel_per_unit", ("limits.slot_s", Value::number(slot_ms / 1_000))),
    };
    [
        (fuel_name, Value::number(fuel)),
        ("limits.memory_mib", Value::number(memory_bytes >> 20)),
        slot,
        ("limits.jobs_per_minute", Value::number(jobs_per_minute)),
    ]
}

fn role(rule: &RoleRule) -> Entry {
    let RoleRule { unit, min, max, consent_required, basis } = rule;
    let consent = if *consent_required { (0, "required") } else { (1, "not-required") };
    Entry {
        needed: *min > 0,
        fields: vec![
            ("role.unit", Value::word(unit.word())),
            ("role.count.min", Value::number(*min)),
            ("role.count.max", Value::number(*max)),
            ("role.consent", Value::Number(consent.0, consent.1.to_owned())),
            ("role.basis", Value::word(basis.as_deref().unwrap_or_default())),
        ],
    }
}

fn months(months: Option<u32>) -> Value {
    months.map_or(Value::Unlimited, Value::number)
}

fn grant(grant: &Grant) -> ((&'static str, String), Entry) {
    let Grant { role, dataset, columns, history_months, rows_max } = grant;
    let name = role.as_ref().map_or_else(|| dataset.clone(), |role| format!("{role}.{dataset}"));
    let fields = vec![
        ("grant.role", Value::word(role.as_deref().unwrap_or_default())),
        ("grant.dataset", Value::word(dataset)),
        ("grant.columns", Value::set(columns)),
        ("grant.history_months", months(*history_months)),
        ("grant.rows_max", Value::number(*rows_max)),
    ];
    (("grant", name), Entry { needed: false, fields })
}

fn client(dataset: &ClientDataset) -> Entry {
    let ClientDataset { name, title, role, key, time, columns, history_months, rows_max } = dataset;
    let column = |place: &Option<usize>| place.and_then(|place| columns.get(place)).map_or("", |column| &column.name);
    let shape = |column: &Column| format!("{} {:?} {:?}", column.name, column.kind, column.names);
    Entry {
        needed: false,
        fields: vec![
            ("client_dataset.name", Value::word(name)),
            ("client_dataset.title.zh", Value::word(&title.zh)),
            ("client_dataset.title.en", Value::word(&title.en)),
            ("client_dataset.role", Value::word(role)),
            ("client_dataset.key", Value::word(column(key))),
            ("client_dataset.time", Value::word(column(time))),
            ("client_dataset.column", Value::set(columns.iter().map(shape))),
            ("client_dataset.history_months", months(*history_months)),
            ("client_dataset.rows_max", Value::number(*rows_max)),
        ],
    }
}

fn parameter(rule: &ParameterRule) -> Entry {
    let ParameterRule { name, allowed } = rule;
    Entry {
        needed: false,
        fields: vec![
            ("parameter.name", Value::word(name)),
            ("parameter.kind", Value::word(rule.kind().word())),
            ("parameter.values", Value::Allowed(allowed.clone())),
        ],
    }
}

fn table_fields(table: &TableRule, entries: &mut BTreeMap<(&'static str, String), Entry>) -> Vec<Field> {
    let TableRule { unit, cells_per_unit, min_units, dimensions, measures, noise, epsilon, count_share, units_max } =
        table;
    let share = |share: &crate::model::Billionths| Value::Number(share.count().into(), share.to_string());
    for dimension in dimensions {
        let fields = vec![
            ("answer.dimension.name", Value::word(&dimension.name)),
            ("answer.dimension.labels", Value::set(&dimension.labels)),
        ];
        entries.insert(("answer.dimension", dimension.name.clone()), Entry { needed: false, fields });
    }
    for MeasureRule { name, unit, lower, upper, share: of } in measures {
        let fields = vec![
            ("answer.measure.name", Value::word(name)),
            ("answer.measure.unit", Value::word(unit)),
            ("answer.measure.lower", Value::number(*lower)),
            ("answer.measure.upper", Value::number(*upper)),
            ("answer.measure.share", share(of)),
        ];
        entries.insert(("answer.measure", name.clone()), Entry { needed: false, fields });
    }
    let noise = match noise {
        NoiseKind::DiscreteLaplace => (0, noise.word()),
        NoiseKind::DiscreteGaussian => (1, noise.word()),
    };
    vec![
        ("answer.kind", Value::word("table")),
        ("answer.unit", Value::word(unit.word())),
        ("answer.cells_per_unit", Value::number(*cells_per_unit)),
        ("answer.min_units", Value::number(*min_units)),
        // The count's share is what the measures leave.
        ("answer.measure.share", share(count_share)),
        ("privacy.noise", Value::Number(noise.0, noise.1.to_owned())),
        ("privacy.epsilon_per_job", share(epsilon)),
        ("limits.units_max", Value::number(*units_max)),
    ]
}
