//! `anshi demo`: the whole way of one scenario, from invented data to verified receipts, in steps that a newcomer understands. What
//! is asked stands in the policy's cases; nothing here knows a scenario.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::demo_home::{DemoHome, Wanted};
use super::demo_problem::DemoProblem;
use super::demo_scene::{Scenario, Shelf};
use super::demo_words::{About, Answers, BatchFacts, DemoMessage, QuotaOf, RoleFacts};
use super::error::CliError;
use super::files::write;
use super::message::Cost;
use super::receipt::verify_files;
use super::run::{claims, cost, write_bundle};
use super::synth;
use super::table_answer::{show_lines, wait, write_table};
use super::terminal::Terminal;
use crate::data::synth::SynthReport;
use crate::disclosure::ReleasedTable;
use crate::env::{Durable, program};
use crate::job::{Answered, Engine, Failure, HomePaths, answer, unpack_catalog};
use crate::keys::sha256;
use crate::model::{AccountKind, Bilingual, RawParameter, UnitKind};
use crate::policy::{AnswerRule, Policy};
use crate::receipt::verify_bundle;
use crate::workbench::{Case, Scene, Show, ShownBatch, Who, client_key_file, unshown};

/// What is shown where nobody says what.
const USUAL: &str = "sme-credit-check";
/// So many cells of a table are shown; all of them are in its files.
const CELLS_SHOWN: usize = 12;
/// A share's whole.
const WHOLE: u64 = 10_000;

/// Arguments of `anshi demo`.
#[derive(Args)]
#[command(after_help = "Example: anshi demo --home /tmp/anshi-demo --scenario household-check")]
pub struct DemoArgs {
    /// The folder of the demo's home: absent or empty
    #[arg(long, value_name = "FOLDER", required_unless_present = "list")]
    pub home: Option<PathBuf>,
    /// What to show, a policy's id; `--list` says which there are. Only the data that it needs are invented (default:
    /// sme-credit-check, with all datasets)
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// List what can be shown
    #[arg(long)]
    pub list: bool,
    /// A folder of policies with cases, instead of the policies built in
    #[arg(long, value_name = "FOLDER")]
    pub policies: Option<PathBuf>,
    /// How much data: 1 means 11.1 million rows over all datasets built in; never less than the cases need (default: that, more for a
    /// table and a batch; 0.01 where no scenario is named)
    #[arg(long, value_name = "NUMBER", value_parser = synth::read_scale)]
    pub scale: Option<u64>,
    /// The guest that answers (default: the one of `--guests` that the cases name)
    #[arg(long, value_name = "FILE", conflicts_with = "guests")]
    pub guest: Option<PathBuf>,
    /// The folder where guests lie (default: `target/guests`, or `guests`, or `guests` beside this program)
    #[arg(long, value_name = "FOLDER")]
    pub guests: Option<PathBuf>,
}

/// Runs the demo.
pub fn demo(args: &DemoArgs, terminal: &Terminal) -> Result<(), CliError> {
    let shelf = Shelf::open(args.policies.as_deref())?;
    let Some(home) = args.home.as_deref().filter(|_| !args.list) else { return list(&shelf, terminal) };
    let scenario = shelf.scenario(args.scenario.as_deref().unwrap_or(USUAL))?;
    let module = scenario.guest(args.guest.as_deref(), args.guests.as_deref())?;
    let wanted = Wanted { scale_ppm: args.scale, whole: args.scenario.is_none() };
    DemoHome::foresee(&scenario, wanted)?;
    introduce(&scenario, terminal)?;
    let place = DemoHome { home, folder: home.join("demo"), terminal };
    place.make(args.policies.as_deref(), args.scenario.as_deref())?;
    let report = place.fill(&scenario, wanted)?;
    let digest = sha256(&module);
    let guest_file = place.folder.join(format!("{}.wasm", scenario.cases.guest));
    write(&guest_file, &module, Durable::Shared)?;
    terminal.say(DemoMessage::Guest {
        name: scenario.cases.guest.clone(),
        bytes: module.len() as u64,
        digest: digest.to_string(),
    });
    let policy = place.review(&scenario.policy.id, digest)?;
    let folder = home.join("policies").join(&policy.id);
    let scene = Scene {
        home,
        policy: &policy,
        folder: &folder,
        cases: &scenario.cases,
        asked: &scenario.asked(),
        examples: report.examples,
        module,
        compiler: &program().map_err(CliError::failed)?,
        keys: &place.folder,
    };
    let mut playing = Playing {
        show: Show::open(scene).map_err(CliError::failed)?,
        policy: &policy,
        scenario: &scenario,
        place: &place,
        written: Vec::new(),
    };
    playing.say_policy(&folder);
    let jobs = playing.cases()?;
    let (batch, receipts) = playing.batch()?;
    let verified = playing.verify(&receipts)?;
    let next = playing.next(&guest_file);
    terminal.say(DemoMessage::Verified { receipts: verified });
    terminal.say(DemoMessage::Next { commands: next });
    terminal.result(&result(home, &policy, (&digest.to_string(), &report), (jobs, batch, verified)));
    Ok(())
}

fn result(
    home: &Path,
    policy: &Policy,
    (guest, report): (&str, &SynthReport),
    (jobs, batch, verified): (Vec<Value>, Value, usize),
) -> Value {
    json!({
        "scenario": policy.id, "home": home.display().to_string(), "guest": guest, "jobs": jobs, "batch": batch,
        "receipts_verified": verified, "examples": synth::examples(report),
    })
}

fn list(shelf: &Shelf, terminal: &Terminal) -> Result<(), CliError> {
    let all = shelf.all()?;
    let width = all.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    for (id, title) in &all {
        terminal.say(DemoMessage::Listed { id: id.clone(), title: title.clone(), width });
    }
    let one =
        |(id, title): &(String, Bilingual)| json!({ "scenario": id, "title": { "zh": title.zh, "en": title.en } });
    terminal.result(&json!({ "scenarios": all.iter().map(one).collect::<Vec<_>>() }));
    Ok(())
}

/// Who asks what of whom, as the policy has it.
fn introduce(scenario: &Scenario, terminal: &Terminal) -> Result<(), CliError> {
    let policy = &scenario.policy;
    let (id, title) = (policy.id.clone(), policy.title.clone());
    terminal.say(DemoMessage::Title { id, title, opening: scenario.opening() });
    let role = |(name, rule): (&String, &crate::policy::RoleRule)| RoleFacts {
        name: name.clone(),
        unit: rule.unit,
        count: (rule.min, rule.max),
        consents: rule.consent_required,
    };
    let about = match policy.table() {
        Some(table) => About::All(table.unit),
        None => About::Parties(policy.roles.iter().map(role).collect()),
    };
    terminal.say(DemoMessage::Asked { clients: policy.clients.iter().cloned().collect(), about });
    let catalog = unpack_catalog().map_err(CliError::failed)?;
    let mut names = policy.frame();
    names.sort();
    names.dedup();
    let titles = names.iter().filter_map(|name| catalog.dataset(name)).map(|dataset| dataset.title.clone());
    let own = policy.client_datasets.iter().map(|dataset| dataset.title.clone()).collect();
    terminal.say(DemoMessage::Read { datasets: titles.collect(), own });
    Ok(())
}

/// A scenario whose home is open.
struct Playing<'a> {
    show: Show<'a>,
    policy: &'a Policy,
    scenario: &'a Scenario,
    place: &'a DemoHome<'a>,
    /// The bundles that were written.
    written: Vec<PathBuf>,
}

impl Playing<'_> {
    fn say_policy(&self, folder: &Path) {
        let cases = self.scenario.asked();
        let client = cases.first().map(|case| case.ask.client.as_str()).unwrap_or_default();
        let units: Vec<UnitKind> = match self.policy.table() {
            Some(table) => vec![table.unit],
            None => {
                let played = |unit: &UnitKind| self.policy.roles.values().any(|role| role.unit == *unit);
                [UnitKind::Enterprise, UnitKind::Person].into_iter().filter(played).collect()
            }
        };
        let policies = self.show.engine().policies();
        let amount = |account: AccountKind, amount: u64| match account {
            AccountKind::Label(_) => Cost::Bits(amount),
            AccountKind::Table(_) => Cost::Epsilon(account.shown(amount)),
        };
        let quota = |unit: &UnitKind| {
            let account = self.policy.account(*unit);
            let quota = policies.accounts().quota(account, client)?;
            Some(QuotaOf { unit: *unit, amount: amount(account, quota.window), days: quota.window_days })
        };
        let quotas = units.iter().filter_map(quota).collect();
        let account = self.policy.account(units.first().copied().unwrap_or(UnitKind::Enterprise));
        let (answers, slot_s) = match &self.policy.answer {
            AnswerRule::Label(labels) => (Answers::Labels(labels.clone()), None),
            AnswerRule::Table(table) => {
                let cells = table.dimensions.iter().map(|dimension| dimension.labels.len()).product();
                (Answers::Table(cells), Some(self.policy.limits.slot_ms / 1_000))
            }
        };
        let (path, cost) = (folder.join("policy.toml").display().to_string(), amount(account, self.policy.cost()));
        self.place.terminal.say(DemoMessage::Policy { path, answers, cost, quotas, slot_s });
    }

    /// Asks the chosen cases, in their order.
    fn cases(&mut self) -> Result<Vec<Value>, CliError> {
        let chosen = self.scenario.asked();
        let mut told = Vec::with_capacity(chosen.len());
        for case in &chosen {
            told.push(self.case(case)?);
        }
        let labels = unshown(&chosen, self.policy);
        if !labels.is_empty() {
            self.place.terminal.say(DemoMessage::Unshown { labels });
        }
        Ok(told)
    }

    fn case(&mut self, case: &Case) -> Result<Value, CliError> {
        let token = self.show.sign(&case.ask).map_err(CliError::failed)?;
        let answered = self.ask(token)?;
        let (differences, got) = self.show.compare(case, &answered);
        if !differences.is_empty() {
            let (path, line) = (self.scenario.cases.path.clone(), case.line);
            return Err(CliError::failed(DemoProblem::Otherwise { path, line, differences }));
        }
        let title = case.title.clone().unwrap_or(got);
        let parties = self.show.parties(&case.ask);
        let party = parties.first().map(|(_, id)| id.clone()).unwrap_or_default();
        let mut told = json!({
            "title": { "zh": title.zh, "en": title.en }, "party": party,
            "parties": parties.iter().map(|(role, id)| json!({ "role": role, "id": id })).collect::<Vec<_>>(),
        });
        let more = match answered {
            Ok(answered) => self.answered(case, &answered, (title, party, parties.len().saturating_sub(1)))?,
            Err(Failure::Refused(refusal)) => {
                let code = refusal.code.word();
                self.place.terminal.say(DemoMessage::Refused { title, refusal });
                json!({ "refused": code })
            }
            Err(failure) => return Err(failure.into()),
        };
        if let (Some(told), Value::Object(more)) = (told.as_object_mut(), more) {
            told.extend(more);
        }
        Ok(told)
    }

    fn ask(&self, token: String) -> Result<Result<Answered, Failure>, CliError> {
        let (engine, runtime): (&Arc<Engine>, _) = (self.show.engine(), self.show.runtime());
        if self.policy.table().is_none() {
            return Ok(runtime.block_on(answer(engine, &token)));
        }
        match runtime.block_on(wait(Arc::clone(engine), token, self.place.terminal)) {
            Ok(answered) => Ok(Ok(answered)),
            Err(CliError::Refused(refusal)) => Ok(Err(Failure::Refused(refusal))),
            Err(other) => Err(other),
        }
    }

    fn answered(
        &mut self,
        case: &Case,
        answered: &Answered,
        (title, party, more): (Bilingual, String, usize),
    ) -> Result<Value, CliError> {
        let claims = claims(answered)?;
        let path = self.bundle_file(case);
        write_bundle(answered, &path)?;
        let (cost, out) = (cost(&claims.cost), path.display().to_string());
        let terminal = self.place.terminal;
        self.written.push(path);
        if let Some(table) = &claims.result.table {
            terminal.say(DemoMessage::Table { title, cost, out: out.clone() });
            let files = self.table(table)?;
            return Ok(json!({ "table": table, "epsilon": claims.cost.epsilon, "out": out, "files": files }));
        }
        let label = claims.result.label.unwrap_or_default();
        let told = json!({ "result": label, "bits": claims.cost.bits, "out": out });
        terminal.say(DemoMessage::Answered { title, party, more, label, cost, out });
        Ok(told)
    }

    /// Called after the first party.
    fn bundle_file(&self, case: &Case) -> PathBuf {
        let name = match case.ask.parties.first() {
            Some((_, Who::Example(name))) => name.clone(),
            Some((_, Who::Id(id))) => id.clone(),
            None => "table".to_owned(),
        };
        let file = |name: &str| self.place.folder.join(format!("{name}.bundle.json"));
        let taken = |path: &PathBuf| self.written.contains(path);
        let numbered = (2..).map(|number| file(&format!("{name}-{number}")));
        std::iter::once(file(&name)).chain(numbered).find(|path| !taken(path)).unwrap_or_else(|| file(&name))
    }

    /// Shows a table's first cells, and writes all of it.
    fn table(&self, table: &ReleasedTable) -> Result<Value, CliError> {
        let [csv, svg] = ["table.csv", "table.svg"].map(|name| self.place.folder.join(name));
        let silent = Terminal::new(true, Some(self.place.terminal.lang()));
        write_table(table, (Some(&csv), Some(&svg)), &silent)?;
        show_lines(table, CELLS_SHOWN, self.place.terminal);
        let [csv, svg] = [csv, svg].map(|path| path.display().to_string());
        self.place.terminal.say(DemoMessage::Whole { cells: table.cells.len(), csv: csv.clone(), svg: svg.clone() });
        Ok(json!({ "csv": csv, "svg": svg }))
    }

    /// Asks many at once, where that is what the policy is for; gives what came of it, and each job's bundle.
    fn batch(&mut self) -> Result<(Value, Vec<String>), CliError> {
        let terminal = self.place.terminal;
        let waiting = terminal.waiting(DemoMessage::Asking);
        let batch = self.show.ask_many().map_err(CliError::failed)?;
        drop(waiting);
        let Some(ShownBatch { title, asked, left_out, admitted, counts, refused, result, bundles }) = batch else {
            return Ok((Value::Null, Vec::new()));
        };
        let path = self.place.folder.join("batch.jws");
        write(&path, result.as_bytes(), Durable::Shared)?;
        let answered: u64 = counts.iter().map(|(_, count)| count).sum();
        let share = |count: u64| (count * WHOLE + answered / 2) / answered.max(1);
        let shares: Vec<(String, u64, u64)> =
            counts.into_iter().map(|(label, count)| (label, count, share(count))).collect();
        let (millis, out) = (admitted.tick.0 - admitted.began.0, path.display().to_string());
        let labels: serde_json::Map<_, _> =
            shares.iter().map(|(label, count, _)| (label.clone(), json!(count))).collect();
        let told = json!({
            "title": { "zh": title.zh, "en": title.en }, "asked": asked, "left_out": left_out, "labels": labels,
            "refused": refused, "slots": millis / i64::from(admitted.slot_ms.max(1)), "out": out,
        });
        let shares = shares.into_iter().filter(|(label, count, _)| *count > 0 || self.policy.labels().contains(label));
        let (shares, refused) = (shares.collect(), refused.into_iter().collect());
        let facts = BatchFacts { title, asked: (asked, left_out), millis, shares, refused, out };
        terminal.say(DemoMessage::Batch { batch: Box::new(facts) });
        let bundles = bundles.iter().map(serde_json::to_string).collect::<Result<_, _>>().map_err(CliError::failed)?;
        Ok((told, bundles))
    }

    /// Verifies every bundle with the home's public keys alone; gives how many there are.
    fn verify(&self, receipts: &[String]) -> Result<usize, CliError> {
        let paths = HomePaths::new(self.place.home);
        for path in &self.written {
            verify_files(path, &paths.jwks(), &paths.log_key())?;
        }
        let read = |path: &Path| crate::env::read_text(path).map_err(CliError::failed);
        let (jwks, log_key) = (read(&paths.jwks())?, read(&paths.log_key())?);
        for bundle in receipts {
            verify_bundle(bundle, &jwks, &log_key).map_err(CliError::unverified)?;
        }
        Ok(self.written.len() + receipts.len())
    }

    /// What to try next, as it can be typed.
    fn next(&self, guest: &Path) -> Vec<String> {
        // As it was typed, so that the commands work as they stand.
        let anshi = word(&std::env::args().next().unwrap_or_else(|| "anshi".to_owned()));
        let (home, id) = (path_word(self.place.home), &self.policy.id);
        let (guest, jwks, log_key) = (
            path_word(guest),
            path_word(&self.place.home.join("jwks.json")),
            path_word(&self.place.home.join("log.vkey")),
        );
        let cases = self.scenario.asked();
        let mut commands = Vec::new();
        if let Some(bundle) = self.written.first().map(|path| path_word(path)) {
            commands.push(format!("{anshi} receipt verify {bundle} --jwks {jwks} --log-key {log_key}"));
            if self.policy.table().is_none() {
                commands.push(format!("{anshi} audit replay {bundle} --home {home}"));
            }
        }
        if let Some(case) = cases.first() {
            let mut run = format!("{anshi} run --home {home} --policy {id} --guest {guest} \\\n   ");
            for (role, party) in self.show.parties(&case.ask) {
                run.push_str(&format!(" --party {role}={party}"));
            }
            for (name, value) in &case.ask.parameters {
                let value = match value {
                    RawParameter::Integer(integer) => integer.to_string(),
                    RawParameter::Text(text) => text.clone(),
                };
                run.push_str(&format!(" --param {}", word(&format!("{name}={value}"))));
            }
            for (name, file) in &case.ask.rows {
                let rows = self.place.home.join("policies").join(id).join(file);
                run.push_str(&format!(" --rows {}", word(&format!("{name}={}", rows.display()))));
            }
            let key = client_key_file(&self.place.folder, &case.ask.client);
            if key.is_file() {
                run.push_str(&format!(" --client {} --client-key {}", case.ask.client, path_word(&key)));
            }
            let consents = self.policy.roles.values().any(|role| role.consent_required);
            let out = path_word(&self.place.folder.join("again.bundle.json"));
            run.push_str(if consents { " --consent auto" } else { "" });
            run.push_str(&format!(" --out {out}"));
            commands.push(run);
        }
        commands.push(format!("{anshi} policy explain {id} --home {home}"));
        commands.push(format!("{anshi} guest inspect {guest}"));
        commands.push(format!("{anshi} budget show --home {home}"));
        commands.push(format!("{anshi} audit verify --home {home}"));
        commands.push(format!("{anshi} demo --list"));
        commands
    }
}

/// A path as one word of a command that is typed.
fn path_word(path: &Path) -> String {
    word(&path.display().to_string())
}

/// What a shell takes for one word, as it stands or in quotes.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_shell_reads_one_word() {
        assert_eq!(word("/tmp/演示/anshi"), "/tmp/演示/anshi");
        assert_eq!(word("my home/keys"), "'my home/keys'");
        assert_eq!(word("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(word(""), "''");
    }
}
