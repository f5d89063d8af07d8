//! What was asked, as CSV (RFC 4180): stable columns, words that do not depend on a language, and no cell that a spreadsheet
//! takes for a formula.

use super::month::{Asked, BudgetLine, JobLine};
use crate::policy::Quota;

/// The columns of the jobs' file, in their order. New ones come behind these.
pub const JOB_COLUMNS: [&str; 19] = [
    "index",
    "admitted",
    "job",
    "client",
    "policy",
    "version",
    "policy_sha256",
    "approvals",
    "purpose",
    "guest",
    "snapshot",
    "as_of",
    "parties",
    "roles",
    "consents",
    "bits",
    "epsilon",
    "ended",
    "reason",
];

/// The columns of the budgets' file, in their order. New ones come behind these.
pub const BUDGET_COLUMNS: [&str; 11] = [
    "account",
    "client",
    "parties",
    "spent",
    "window_days",
    "window_quota",
    "window_most",
    "window_used_up",
    "lifetime_quota",
    "lifetime_most",
    "lifetime_used_up",
];

/// What a spreadsheet begins a formula with, in its usual and its full width, and what it skips before one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];

impl JobLine {
    /// Its cells, in the order of [`JOB_COLUMNS`].
    pub fn cells(&self) -> [String; JOB_COLUMNS.len()] {
        let (policy, version, policy_sha256) = self.policy.clone();
        let (snapshot, as_of) = self.snapshot.clone();
        let roles: Vec<String> = self.roles.iter().map(|(role, count)| format!("{role}={count}")).collect();
        [
            self.index.to_string(),
            self.admitted.utc(),
            self.job.clone(),
            self.client.clone(),
            policy,
            version,
            policy_sha256,
            self.approvals.join(" "),
            self.purpose.clone().unwrap_or_default(),
            self.guest.clone(),
            snapshot,
            as_of.unwrap_or_default(),
            self.parties().to_string(),
            roles.join(" "),
            self.consents.to_string(),
            self.bits.to_string(),
            self.epsilon_text(),
            self.ended.word().to_owned(),
            self.reason.clone(),
        ]
    }
}

impl BudgetLine {
    /// Its cells, in the order of [`BUDGET_COLUMNS`].
    pub fn cells(&self) -> [String; BUDGET_COLUMNS.len()] {
        let shown = |amount: u64| self.account.shown(amount);
        let quota = |of: fn(Quota) -> u64| self.quota.map(|quota| shown(of(quota))).unwrap_or_default();
        // Without a quota there is no window: then nothing is said of one.
        let known = |text: String| if self.quota.is_some() { text } else { String::new() };
        [
            self.account.word().to_owned(),
            self.client.clone(),
            self.parties.to_string(),
            shown(self.spent),
            self.quota.map(|quota| quota.window_days.to_string()).unwrap_or_default(),
            quota(|quota| quota.window),
            known(shown(self.most.0)),
            known(self.used_up.0.to_string()),
            quota(|quota| quota.lifetime),
            shown(self.most.1),
            known(self.used_up.1.to_string()),
        ]
    }
}

/// The jobs' file.
pub fn jobs_csv(asked: &Asked) -> String {
    table(&JOB_COLUMNS, asked.jobs.iter().map(JobLine::cells))
}

/// The budgets' file.
pub fn budgets_csv(asked: &Asked) -> String {
    table(&BUDGET_COLUMNS, asked.budgets.iter().map(BudgetLine::cells))
}

fn table<const N: usize>(columns: &[&str; N], lines: impl Iterator<Item = [String; N]>) -> String {
    let mut text = columns.join(",") + "\r\n";
    for line in lines {
        let cells: Vec<String> = line.iter().map(|cell| escaped(cell)).collect();
        text += &cells.join(",");
        text += "\r\n";
    }
    text
}

/// One cell: what looks like a formula becomes text by an apostrophe, and quotes go around what needs them.
fn escaped(cell: &str) -> String {
    let guarded = match cell.starts_with(FORMULA) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    };
    match guarded.contains(['"', ',', '\r', '\n']) || guarded.trim() != guarded {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_cell_comes_back() {
        let cells =
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "a,b", "a\"b", "a\nb", " a ", "", "sme-lending", "2.0.0"];
        let line = cells.map(escaped).join(",") + "\r\n";
        let mut reader = csv_lines(&line);
        let read = reader.remove(0);
        for (cell, read) in cells.iter().zip(&read) {
            assert!(!read.starts_with(FORMULA), "{read}");
            assert_eq!(read.strip_prefix('\'').unwrap_or(read), *cell);
        }
        assert_eq!(read.len(), cells.len());
    }

    /// RFC 4180, read by the letter.
    fn csv_lines(text: &str) -> Vec<Vec<String>> {
        let (mut lines, mut line, mut cell) = (Vec::new(), Vec::new(), String::new());
        let (mut quoted, mut characters) = (false, text.chars().peekable());
        while let Some(c) = characters.next() {
            match c {
                '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => line.push(std::mem::take(&mut cell)),
                '\r' if !quoted && characters.peek() == Some(&'\n') => {
                    characters.next();
                    line.push(std::mem::take(&mut cell));
                    lines.push(std::mem::take(&mut line));
                }
                other => cell.push(other),
            }
        }
        lines
    }
}
