//! `anshi policy explain`: a policy in plain sentences.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::error::CliError;
use super::message::WorkMessage;
use super::policy_place::PlaceArgs;
use super::terminal::Terminal;
use crate::model::AccountKind;
use crate::review::{
    Context, Explanation, Section, Sentence, Worst, explain, explanation_html, explanation_text, worst,
};

/// Arguments of `anshi policy explain`.
#[derive(Args)]
pub struct ExplainArgs {
    /// The policy
    pub id: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// As what: text, one HTML file, or JSON with both languages and each sentence's name
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// What an explanation is written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Plain text
    Text,
    /// One HTML file
    Html,
    /// JSON
    Json,
}

/// Explains a policy.
pub fn explain_command(args: &ExplainArgs, terminal: &Terminal) -> Result<(), CliError> {
    let place = args.place.open()?;
    place.policy(&args.id)?;
    let (accounts, all) = (place.accounts()?, place.all()?);
    let Some((policy, _)) = all.iter().find(|(policy, _)| policy.id == args.id) else { return Ok(()) };
    let context =
        Context { accounts: &accounts, policies: all.iter().map(|(policy, _)| policy).collect(), reader: None };
    let explanation = explain(policy, &place.catalog, &context);
    let account = policy.roles.values().next().map(|role| policy.account(role.unit));
    let account = account.or_else(|| policy.table().map(|table| policy.account(table.unit)));
    let value = as_json(&explanation, &worst(policy, &accounts), account);
    terminal.result(&value);
    let text = match args.format {
        Format::Text => explanation_text(&explanation, terminal.lang()),
        Format::Html => explanation_html(&explanation, terminal.lang()).trim_end().to_owned(),
        Format::Json => serde_json::to_string_pretty(&value).map_err(CliError::failed)?,
    };
    terminal.say(WorkMessage::Verbatim(text));
    Ok(())
}

fn as_json(explanation: &Explanation, worst: &Worst, account: Option<AccountKind>) -> Value {
    let sentence = |Sentence { id, words }: &Sentence| json!({ "id": id.word(), "zh": words.zh, "en": words.en });
    let section = |Section { heading, sentences }: &Section| json!({ "heading": heading.word(), "sentences": sentences.iter().map(sentence).collect::<Vec<_>>() });
    let spent = worst.spent.iter().map(|spent| {
        json!({
            "account": spent.account.word(), "client": spent.client, "window_days": spent.quota.window_days,
            "window": spent.account.shown(spent.quota.window), "lifetime": spent.account.shown(spent.quota.lifetime),
        })
    });
    json!({
        "policy": explanation.policy, "version": explanation.version, "sha256": explanation.sha256.to_string(),
        "title": { "zh": explanation.title.zh, "en": explanation.title.en },
        "sections": explanation.sections.iter().map(section).collect::<Vec<_>>(),
        "worst": { "job": account.map(|account| account.shown(worst.job)), "accounts": spent.collect::<Vec<_>>() },
    })
}
