//! A policy for the hostile contributor, with the domain of the policies that are shipped.

use std::fs;
use std::path::Path;

/// The text of a shipped policy.
pub fn shipped(id: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(id).join("policy.toml")).unwrap()
}

/// The policy `id` under which the hostile contributor answers, with grants as TOML beside those that it reads.
pub fn hostile(id: &str, grants: &str, cells_per_unit: u32, slot_s: u32) -> String {
    let vitality = shipped("enterprise-vitality");
    let domain = vitality.find("[[answer.dimension]]").unwrap();
    let domain = &vitality[domain..vitality.find("# The bounds").unwrap()];
    format!(
        r#"id = "{id}"
version = "1.0.0"
title = {{ zh = "统计", en = "Tables" }}
purpose = "testing"
basis = ["test"]
valid = {{ from = 2020-01-01, until = 2099-12-31 }}
[who]
clients = ["smart-finance"]
guests = "any"
[[grant]]
dataset = "tax_payment"
columns = ["period_end", "paid_fen"]
history_months = 24
rows_max = 7
[[grant]]
dataset = "business_registration"
columns = ["county", "industry"]
rows_max = 1
{grants}
[[parameter]]
name = "behaviour"
kind = "integer"
min = 0
max = 4_000_000
step = 1
[answer]
kind = "table"
unit = "enterprise"
cells_per_unit = {cells_per_unit}
min_units = 10
{domain}
[[answer.measure]]
name = "odd"
unit = "enterprise"
lower = -2
upper = 1
share = "0.25"
[[answer.measure]]
name = "paid_fen"
unit = "fen"
lower = -1_000
upper = 10_000_000
share = "0.25"
[privacy]
noise = "discrete-laplace"
epsilon_per_job = "1"
[limits]
fuel_per_unit = 20_000
memory_mib = 1
units_max = 5_000
slot_s = {slot_s}
jobs_per_minute = 1_000
"#
    )
}
