//! Policies compared: every field in both directions, and that "tighter" is what it says: nothing is allowed that was not, and
//! what can be learnt at the worst does not grow.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anshi::document::Document;
use anshi::model::{Billionths, NoiseKind};
use anshi::policy::{Accounts, Allowed, AnswerRule, Guests, Policy};
use anshi::review::{Direction, ORDERS, compare, compare_accounts, worst};
use proptest::prelude::*;

use crate::explain::{SHIPPED, policy_of, shipped};
use Direction::{Looser, Neither, Tighter};

/// A field; in which policy; what stands there and what takes its place; which way that goes, and which way back.
type Case = (&'static str, &'static str, &'static str, &'static str, Direction, Direction);

const CREDIT: &str = "sme-credit-check";
const SURETY: &str = "guarantor-check";
const RENEWAL: &str = "loan-renewal-check";
const LATE: &str = "late-payment-by-county";

const CASES: &[Case] = &[
    ("id", CREDIT, "id = \"sme-credit-check\"", "id = \"other\"", Looser, Looser),
    ("version", CREDIT, "version = \"2.0.0\"", "version = \"3.0.0\"", Neither, Neither),
    ("title.zh", CREDIT, "小微企业授信核验", "核验", Neither, Neither),
    ("title.en", CREDIT, "SME credit check", "Check", Neither, Neither),
    ("purpose", CREDIT, "\"sme-lending\"", "\"marketing\"", Looser, Looser),
    ("basis", CREDIT, "\"enterprise authorisation\", ", "", Neither, Neither),
    ("valid.from", CREDIT, "from = 2026-01-01", "from = 2025-12-31", Looser, Tighter),
    ("valid.until", CREDIT, "until = 2027-12-31", "until = 2028-01-01", Looser, Tighter),
    ("who.clients", CREDIT, "[\"smart-finance\"]", "[\"smart-finance\", \"bank\"]", Looser, Tighter),
    ("who.clients", CREDIT, "[\"smart-finance\"]", "[\"bank\"]", Looser, Looser),
    ("who.guests", CREDIT, "guests = \"any\"", "guests = []", Tighter, Looser),
    ("role.unit", "role", "unit = \"enterprise\"", "unit = \"person\"", Looser, Looser),
    ("role.count.min", CREDIT, "{ min = 1, max = 1 }", "{ min = 0, max = 1 }", Looser, Tighter),
    ("role.count.max", CREDIT, "{ min = 1, max = 1 }", "{ min = 1, max = 2 }", Looser, Tighter),
    ("role.consent", CREDIT, "consent = \"required\"", "consent = \"not-required\"\nbasis = \"law\"", Looser, Tighter),
    ("role.basis", CREDIT, "consent = \"required\"", "consent = \"required\"\nbasis = \"law\"", Neither, Neither),
    ("grant.columns", CREDIT, "\"tax_kind\", ", "", Tighter, Looser),
    ("grant.history_months", CREDIT, "history_months = 60", "history_months = 61", Looser, Tighter),
    ("grant.rows_max", CREDIT, "rows_max = 200", "rows_max = 201", Looser, Tighter),
    ("client_dataset.title.zh", RENEWAL, "zh = \"还款记录\"", "zh = \"还款\"", Neither, Neither),
    ("client_dataset.title.en", RENEWAL, "en = \"Repayments\"", "en = \"Payments\"", Neither, Neither),
    ("client_dataset.time", RENEWAL, "time = \"due_date\"", "time = \"paid_date\"", Looser, Looser),
    (
        "client_dataset.history_months",
        RENEWAL,
        "history_months = 24\nrows_max = 500                     #",
        "history_months = 25\nrows_max = 500 #",
        Looser,
        Tighter,
    ),
    ("client_dataset.rows_max", RENEWAL, "rows_max = 500                     #", "rows_max = 501 #", Looser, Tighter),
    ("client_dataset.column", RENEWAL, "values = [\"PRINCIPAL\", \"INTEREST\"]\n", "", Looser, Looser),
    (
        "parameter.kind",
        CREDIT,
        "kind = \"integer\"\nvalues = [5_000_000, 10_000_000, 50_000_000]",
        "kind = \"identifier\" #",
        Looser,
        Looser,
    ),
    ("parameter.values", CREDIT, "5_000_000, 10", "10", Tighter, Looser),
    ("parameter.values", CREDIT, "5_000_000, 10", "6_000_000, 10", Looser, Looser),
    (
        "parameter.min",
        CREDIT,
        "values = [5_000_000, 10_000_000, 50_000_000]",
        "min = 5_000_000\nmax = 50_000_000\nstep = 5_000_000",
        Looser,
        Tighter,
    ),
    (
        "parameter.max",
        CREDIT,
        "values = [5_000_000, 10_000_000, 50_000_000]",
        "min = 5_000_000\nmax = 10_000_000\nstep = 5_000_000",
        Tighter,
        Looser,
    ),
    (
        "parameter.step",
        CREDIT,
        "values = [5_000_000, 10_000_000, 50_000_000]",
        "min = 5_000_000\nmax = 50_000_000\nstep = 45_000_000",
        Tighter,
        Looser,
    ),
    ("answer.labels", CREDIT, "\"C\", \"D\"]", "\"C\"]", Tighter, Looser),
    ("answer.unit", "unit", "unit = \"enterprise\"", "unit = \"person\"", Looser, Looser),
    ("answer.cells_per_unit", LATE, "cells_per_unit = 1", "cells_per_unit = 2", Looser, Neither),
    ("answer.min_units", LATE, "min_units = 20", "min_units = 19", Looser, Tighter),
    ("answer.dimension.labels", LATE, "\"S\", \"T\"]", "\"S\"]", Tighter, Looser),
    ("answer.measure.unit", LATE, "unit = \"fen\"", "unit = \"yuan\"", Neither, Neither),
    ("answer.measure.lower", LATE, "lower = 0\nupper = 1\n", "lower = -1\nupper = 1\n", Looser, Neither),
    ("answer.measure.upper", LATE, "upper = 2_000_000", "upper = 3_000_000", Looser, Neither),
    ("answer.measure.share", LATE, "share = \"0.5\"", "share = \"0.6\"", Looser, Looser),
    ("privacy.noise", LATE, "discrete-laplace", "discrete-gaussian", Looser, Tighter),
    ("privacy.epsilon_per_job", LATE, "epsilon_per_job = \"0.5\"", "epsilon_per_job = \"0.6\"", Looser, Tighter),
    ("limits.fuel", CREDIT, "fuel = 500_000", "fuel = 400_000", Tighter, Looser),
    ("limits.slot_ms", CREDIT, "slot_ms = 50", "slot_ms = 60", Neither, Neither),
    ("limits.fuel_per_unit", LATE, "fuel_per_unit = 20_000", "fuel_per_unit = 10_000", Tighter, Looser),
    ("limits.units_max", LATE, "units_max = 80_000", "units_max = 70_000", Tighter, Looser),
    ("limits.slot_s", LATE, "slot_s = 60", "slot_s = 90", Neither, Neither),
    ("limits.memory_mib", CREDIT, "memory_mib = 1", "memory_mib = 2", Looser, Tighter),
    ("accept", CREDIT, "[limits]", "[[accept]]\nwarning = \"A001\"\nreason = \"x\"\n[limits]", Neither, Neither),
    ("accept.warning", SURETY, "warning = \"A009\"", "warning = \"A001\"", Neither, Neither),
    ("accept.reason", SURETY, "persons' data", "data", Neither, Neither),
    ("limits.jobs_per_minute", CREDIT, "jobs_per_minute = 600", "jobs_per_minute = 601", Looser, Tighter),
];

/// Entries that come and go, and fields that can only change with another: whole texts.
fn pairs() -> Vec<(&'static [&'static str], String, String, Direction, Direction)> {
    let (credit, surety, renewal, late) = (shipped(CREDIT), shipped(SURETY), shipped(RENEWAL), shipped(LATE));
    let with = |text: &str, more: &str| text.replacen("[answer]", &format!("{more}\n[answer]"), 1);
    let role = |min: u32| {
        format!("[role.other]\nunit = \"person\"\ncount = {{ min = {min}, max = 1 }}\nconsent = \"required\"\n")
    };
    let own = |name: &str, role: &str, key: &str| {
        format!(
            "[[client_dataset]]\nname = \"{name}\"\ntitle = {{ zh = \"甲\", en = \"A\" }}\nrole = \"{role}\"\n{key}rows_max = 5\n\
             [[client_dataset.column]]\nname = \"firm\"\ntype = \"identifier\"\nnames = \"enterprise\"\n[[client_dataset.column]]\nname = \"n\"\ntype = \"integer\"\n"
        )
    };
    let grant = "[[grant]]\nrole = \"enterprise\"\ndataset = \"court_enforcement\"\ncolumns = [\"status\"]\nhistory_months = 9\nrows_max = 1\n";
    let parameter = |name: &str| format!("[[parameter]]\nname = \"{name}\"\nkind = \"text\"\nvalues = [\"a\"]\n");
    let dimension = |name: &str| format!("min_units = 20\n[[answer.dimension]]\nname = \"{name}\"\nlabels = [\"x\"]\n");
    let late_with = |name: &str| late.replacen("min_units = 20", &dimension(name), 1);
    let measured = |name: &str| late.replacen("name = \"late\" ", &format!("name = \"{name}\" "), 1);
    vec![
        (&["role"], credit.clone(), with(&credit, &role(0)), Looser, Tighter),
        (&["role"], credit.clone(), with(&credit, &role(1)), Looser, Looser),
        (&["grant", "grant.dataset"], surety.clone(), with(&surety, grant), Looser, Tighter),
        (
            &["grant.role"],
            with(&with(&credit, &role(0)), &surety_grant("other")),
            with(&with(&credit, &role(0).replace("other", "third")), &surety_grant("third")),
            Looser,
            Looser,
        ),
        (
            &["client_dataset", "client_dataset.name"],
            surety.clone(),
            with(&surety, &own("own", "enterprise", "")),
            Looser,
            Tighter,
        ),
        (
            &["client_dataset.role"],
            with(&surety, &own("own", "enterprise", "")),
            with(&surety, &own("own", "guarantor", "")),
            Looser,
            Looser,
        ),
        (
            &["client_dataset.key"],
            with(&surety, &own("own", "enterprise", "")),
            with(&surety, &own("own", "enterprise", "key = \"firm\"\n")),
            Looser,
            Looser,
        ),
        (&["parameter", "parameter.name"], surety.clone(), with(&surety, &parameter("one")), Looser, Tighter),
        (&["parameter.name"], with(&surety, &parameter("one")), with(&surety, &parameter("two")), Looser, Looser),
        (&["answer.kind"], credit, late.clone(), Looser, Looser),
        (&["answer.dimension", "answer.dimension.name"], late.clone(), late_with("z"), Looser, Looser),
        (&["answer.measure", "answer.measure.name"], late.clone(), measured("tardy"), Looser, Looser),
        (&["client_dataset"], renewal.clone(), renewal, Neither, Neither),
    ]
}

fn surety_grant(role: &str) -> String {
    format!("[[grant]]\nrole = \"{role}\"\ndataset = \"person_registry\"\ncolumns = [\"status\"]\nrows_max = 1\n")
}

/// A policy about persons in the place of enterprises, so that a unit can change alone.
fn unit_texts(field: &str) -> Option<String> {
    let text = match field {
        "role" => {
            "[role.enterprise]\nunit = \"enterprise\"\ncount = { min = 1, max = 1 }\nconsent = \"required\"\n[answer]\nkind = \"label\"\nlabels = [\"a\"]\n[limits]\nfuel = 1\nslot_ms = 50\n"
        }
        "unit" => {
            "[answer]\nkind = \"table\"\nunit = \"enterprise\"\ncells_per_unit = 1\nmin_units = 1\n[[answer.dimension]]\nname = \"d\"\nlabels = [\"a\"]\n[privacy]\nnoise = \"discrete-laplace\"\nepsilon_per_job = \"1\"\n[limits]\nfuel_per_unit = 1\nunits_max = 1\nslot_s = 60\n"
        }
        _ => return None,
    };
    let head = "id = \"x\"\nversion = \"1.0.0\"\ntitle = { zh = \"甲\", en = \"A\" }\npurpose = \"p\"\nbasis = [\"b\"]\nvalid = { from = 2026-01-01, until = 2026-12-31 }\n[who]\nclients = [\"c\"]\nguests = \"any\"\n";
    Some(format!("{head}{text}memory_mib = 1\njobs_per_minute = 1\n"))
}

fn bases() -> &'static [Policy] {
    static BASES: OnceLock<Vec<Policy>> = OnceLock::new();
    BASES.get_or_init(|| SHIPPED.iter().map(|id| policy_of(&shipped(id))).collect())
}

fn verdict(old: &Policy, new: &Policy) -> Direction {
    compare(old, new).verdict().unwrap_or(Neither)
}

#[test]
fn every_field_goes_the_way_that_its_order_says() {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (field, policy, from, to, there, back) in CASES {
        let old = unit_texts(policy).unwrap_or_else(|| shipped(policy));
        let new = old.replacen(from, to, 1);
        assert_ne!(old, new, "{field}: `{from}`");
        let (old, new) = (policy_of(&old), policy_of(&new));
        assert_eq!((verdict(&old, &new), verdict(&new, &old)), (*there, *back), "{field}: {:?}", compare(&old, &new));
        let reported = match *field {
            "parameter.min" | "parameter.max" | "parameter.step" => "parameter.values",
            "accept.warning" | "accept.reason" => "accept",
            field => field,
        };
        assert!(
            compare(&old, &new).changes.iter().any(|change| change.field == reported),
            "{field}: {:?}",
            compare(&old, &new)
        );
        seen.insert(field);
    }
    for (fields, old, new, there, back) in pairs() {
        let (old, new) = (policy_of(&old), policy_of(&new));
        assert_eq!((verdict(&old, &new), verdict(&new, &old)), (there, back), "{fields:?}: {:?}", compare(&old, &new));
        seen.extend(fields);
    }
    let all: BTreeSet<&str> = ORDERS.iter().map(|(field, ..)| *field).collect();
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&&str>::new(), "fields that no case changes");
}

/// One small edit of a policy: which, and how.
type Edit = (u8, u8);

fn edit(policy: &mut Policy, (which, how): Edit) {
    let up = how % 2 == 0;
    let step = |number: u32| if up { number.saturating_add(1) } else { number.saturating_sub(1).max(1) };
    let first_role = policy.roles.values_mut().next();
    match which % 14 {
        0 => policy.valid_until = policy.valid_until.plus_days(if up { 1 } else { -1 }),
        1 => policy.valid_from = policy.valid_from.plus_days(if up { 1 } else { -1 }),
        2 if up => drop(policy.clients.insert(format!("c{}", how % 8))),
        2 => drop(policy.clients.pop_last()),
        3 => policy.guests = if up { Guests::Any } else { Guests::Listed(BTreeSet::new()) },
        4 => first_role.into_iter().for_each(|role| role.max = step(role.max)),
        5 => first_role.into_iter().for_each(|role| role.consent_required = up),
        6 => policy.grants.iter_mut().for_each(|grant| grant.rows_max = step(grant.rows_max)),
        7 => policy.grants.iter_mut().for_each(|grant| grant.history_months = grant.history_months.map(step)),
        8 => drop(policy.grants.pop()),
        9 => policy.parameters.iter_mut().for_each(|parameter| {
            if let Allowed::Integers(values) = &mut parameter.allowed {
                let _ = if up { values.insert(how.into()) } else { values.pop_last().is_some() };
            }
        }),
        10 => drop(policy.roles.pop_last()),
        11 => policy.limits.jobs_per_minute = step(policy.limits.jobs_per_minute),
        _ => match &mut policy.answer {
            AnswerRule::Label(labels) if up => {
                let label = format!("l{}", how % 16);
                labels.retain(|there| *there != label);
                labels.push(label);
            }
            AnswerRule::Label(labels) => drop(labels.pop()),
            AnswerRule::Table(table) if which % 2 == 0 => {
                table.noise = if up { NoiseKind::DiscreteGaussian } else { NoiseKind::DiscreteLaplace };
            }
            AnswerRule::Table(table) => table.epsilon = Billionths::new(u64::from(how) + 1),
        },
    }
}

/// Quotas and windows as numbers; text of the accounts.
fn accounts_of((bits, lifetime, days): (u32, u32, u32)) -> Accounts {
    let label = |unit: &str| {
        format!(
            "[label.{unit}]\nclients = {{ smart-finance = {{ bits = {bits}, lifetime = {} }} }}\nlimit = {{ bits = {bits}, lifetime = {} }}\nwindow_days = {days}\n",
            bits + lifetime,
            bits + lifetime
        )
    };
    let table = format!(
        "[table.enterprise]\nclients = {{ smart-finance = {{ epsilon = \"{bits}\", lifetime = \"{}\" }} }}\nlimit = {{ epsilon = \"{bits}\", lifetime = \"{}\" }}\nwindow_days = {days}\n",
        bits + lifetime,
        bits + lifetime
    );
    let text = label("enterprise") + &label("person") + &table;
    Accounts::check(&Document::new("accounts.toml", text)).unwrap()
}

/// What a request is about, as far as a policy decides: an oracle that knows nothing of orders.
fn allows(policy: &Policy, asked: (&str, i32, u32, i64, u32)) -> bool {
    let (client, day, parties, value, row) = asked;
    let parameters = policy.parameters.iter().all(|parameter| match &parameter.allowed {
        Allowed::Integers(values) => values.contains(&value),
        _ => true,
    });
    policy.clients.contains(client)
        && (policy.valid_from.days()..=policy.valid_until.days()).contains(&day)
        && policy.roles.values().next().is_none_or(|role| (role.min..=role.max).contains(&parties))
        && policy.grants.iter().any(|grant| row < grant.rows_max)
        && parameters
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_global_rejects: 65_536, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_looser_allows_no_more_and_its_worst_does_not_grow(
        base in 0..SHIPPED.len(),
        before in prop::collection::vec(any::<Edit>(), 0..4),
        edits in prop::collection::vec(any::<Edit>(), 0..4),
        quotas in (1..6_u32, 0..6_u32, 1..4_u32),
        more in (1..6_u32, 0..6_u32, 1..4_u32),
        less in any::<bool>(),
        asked in (0..9_u8, -2..3_i32, 0..4_u32, 0..256_i64, prop::sample::select(vec![0_u32, 1, 49, 50, 79, 80, 499, 500])),
        at_end in any::<bool>(),
    ) {
        let mut old = bases()[base].clone();
        before.into_iter().for_each(|one| edit(&mut old, one));
        let mut new = old.clone();
        edits.into_iter().for_each(|one| edit(&mut new, one));
        let more = match less {
            true => (more.0.min(quotas.0), more.1.min(quotas.1), more.2.max(quotas.2)),
            false => more,
        };
        let (old_accounts, new_accounts) = (accounts_of(quotas), accounts_of(more));
        let accounts = compare_accounts(&old_accounts, &new_accounts).verdict();
        let verdict = verdict(&old, &new);
        let client = if asked.0 == 8 { "smart-finance".to_owned() } else { format!("c{}", asked.0) };
        let day = if at_end { old.valid_until } else { old.valid_from }.days() + asked.1;
        let asked = (client.as_str(), day, asked.2, asked.3, asked.4);
        prop_assert!(verdict == Looser || allows(&old, asked) || !allows(&new, asked), "{:?}", compare(&old, &new));
        prop_assume!(verdict != Looser && accounts != Some(Looser));
        let (before, after) = (worst(&old, &old_accounts), worst(&new, &new_accounts));
        prop_assert!(after.job <= before.job);
        for spent in &after.spent {
            let earlier = before.spent.iter().find(|earlier| (earlier.account, &earlier.client) == (spent.account, &spent.client));
            let earlier = earlier.map(|earlier| earlier.quota);
            prop_assert!(earlier.is_some_and(|earlier| {
                spent.quota.window <= earlier.window && spent.quota.lifetime <= earlier.lifetime && spent.quota.window_days >= earlier.window_days
            }), "{spent:?} {earlier:?}");
        }
    }
}

#[test]
fn the_command_tells_each_change_and_ends_with_3_where_anything_is_looser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("policies");
    crate::support::copy_folder(&root, &copy);
    let run = |old: &Path, new: &Path, lang: &str| {
        let words = ["policy", "diff", old.to_str().unwrap(), new.to_str().unwrap(), "--lang", lang];
        let output = Command::new(env!("CARGO_BIN_EXE_anshi")).args(words).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    };
    assert_eq!(run(&root, &copy, "en").1, 0);
    let path = copy.join("sme-credit-check/policy.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("rows_max = 200", "rows_max = 100", 1)).unwrap();
    let (told, code) = run(&root, &copy, "en");
    assert!(
        told.contains("sme-credit-check  tighter  grant.rows_max (enterprise.water_gas_heat_usage): 200 → 100")
            && code == 0,
        "{told}"
    );
    let (told, code) = run(&path, &root.join("sme-credit-check"), "zh");
    assert!(told.contains("放宽") && told.contains("100 → 200") && code == 3, "{told}");
    fs::remove_dir_all(copy.join("guarantor-check")).unwrap();
    let accounts = copy.join("accounts.toml");
    let text = fs::read_to_string(&accounts).unwrap();
    fs::write(&accounts, text.replace("lifetime = 240", "lifetime = 239")).unwrap();
    let (told, code) = run(&root, &copy, "en");
    assert!(
        told.contains("quota.lifetime (label.enterprise smart-finance): 240 → 239")
            && told.contains("policy (guarantor-check)")
            && code == 0,
        "{told}"
    );
    assert_eq!(run(&copy, &root, "en").1, 3);
    assert_eq!(run(&root, &accounts, "en").1, 2);
    assert_eq!(run(&root, &folder.path().join("none"), "en").1, 2);
}
