//! The twin run: two homes with the same keys that differ in one figure of one firm, asked the same.

use serde_json::{Value, json};

use super::home::{Setup, TestHome};
use super::rows::ODD_FEN;
use super::seen::{Seen, seen};

/// Firm 1's secret is set in the one home and not in the other.
pub struct Twins {
    pub with: TestHome,
    pub without: TestHome,
}

/// Everything that the policy lets out.
pub const OUTCOMES: [&str; 3] = ["no", "yes", "undetermined"];

impl Twins {
    /// Two homes that differ in firm 1's last fen.
    pub fn new(setup: &Setup) -> Self {
        let home = |paid_fen| TestHome::with(&Setup { paid_fen, ..setup.clone() });
        Self { with: home(ODD_FEN), without: home(ODD_FEN - 1) }
    }

    /// Asks both the same about firm 1, with the same signed request.
    pub fn ask(&self, behaviour: i64) -> [Seen; 2] {
        let token = self.with.token(behaviour, 1);
        [&self.with, &self.without].map(|home| seen(&home.answered(&token)))
    }

    /// Asks both and compares every byte that a client can see. What may differ is the label, as far as the
    /// policy has it; gives both labels, or what told the twins apart.
    pub fn compare(&self, behaviour: i64) -> Result<[String; 2], String> {
        let [with, without] = self.ask(behaviour);
        for seen in [&with, &without] {
            if !OUTCOMES.contains(&seen.label.as_str()) {
                return Err(format!("behaviour {behaviour}: the answer `{}` is no outcome of the policy", seen.label));
            }
        }
        if with.masked != without.masked {
            return Err(format!("behaviour {behaviour}: {}", difference(&with.masked, &without.masked)));
        }
        let [with_rows, without_rows] = [&self.with, &self.without].map(client_side);
        if with_rows != without_rows {
            return Err(format!("behaviour {behaviour}: {}", difference(&with_rows, &without_rows)));
        }
        Ok([with.label, without.label])
    }
}

/// What a client can ask the ledger for: what it has spent, and how long the log is.
pub fn client_side(home: &TestHome) -> Value {
    let spent = home.reader().all_spent(anshi::model::Date::from_days(0)).unwrap();
    let spent: Vec<String> = spent.iter().map(|row| format!("{row:?}")).collect();
    let (entries, charges) = home.totals();
    json!({ "spent": spent, "entries": entries, "charges": charges })
}

/// The first place where two values differ.
pub fn difference(left: &Value, right: &Value) -> String {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            let differing = a.iter().zip(b.values()).find(|((_, a), b)| a != b);
            differing.map_or_else(String::new, |((name, a), b)| format!("{name}: {}", difference(a, b)))
        }
        _ => format!("{left} and {right}"),
    }
}
