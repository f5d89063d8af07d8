//! A policy in plain sentences: who may ask, about whom, what is read, what leaves, and what can be learnt at the worst. A
//! function of the checked policy, the catalog and the accounts; owns the words of the first half, decides nothing.

use super::explain_answer::answer_section;
use super::explain_words::{allowed, columns_of, days, listed, some, unit, units};
use super::explain_worst::{limits_section, worst_section};
use super::sentence::{Explanation, Heading, Section, Sentence, SentenceId as Id, say};
use super::worst::{Context, accounts_of};
use crate::catalog::{Catalog, Column, ColumnType};
use crate::model::{Lang, ParameterKind};
use crate::policy::{ClientDataset, Grant, Guests, ParameterRule, Policy, RoleRule};

/// Explains a policy.
pub fn explain(policy: &Policy, catalog: &Catalog, context: &Context<'_>) -> Explanation {
    let section = |heading, sentences| Section { heading, sentences };
    Explanation {
        policy: policy.id.clone(),
        version: policy.version_text(),
        title: policy.title.clone(),
        sha256: policy.sha256,
        sections: vec![
            section(Heading::Policy, policy_itself(policy)),
            section(Heading::Who, who(policy, context)),
            section(Heading::Parties, parties(policy)),
            section(Heading::Reads, reads(policy, catalog)),
            section(Heading::Choice, choice(policy)),
            section(Heading::Answer, answer_section(policy)),
            section(Heading::Worst, worst_section(policy, context)),
            section(Heading::Limits, limits_section(policy)),
        ],
    }
}

fn policy_itself(policy: &Policy) -> Vec<Sentence> {
    let (purpose, from, until) = (&policy.purpose, policy.valid_from, policy.valid_until);
    let basis = |separator: &str| policy.basis.join(separator);
    let mut said = vec![
        say(
            Id::PolicyPurpose,
            format!("Answers serve the purpose `{purpose}`: a request for another purpose is refused."),
            format!("回答只用于目的 `{purpose}`：目的不符的请求一律拒绝。"),
        ),
        say(
            Id::PolicyBasis,
            format!("Its authors name as legal bases: {}. Whether they carry is for people to judge.", basis("; ")),
            format!("制定者所列的法律依据：{}。依据是否充分，由人判断。", basis("；")),
        ),
        say(
            Id::PolicyValidity,
            format!("It can be asked under from {from} to {until}, both days included (days are UTC)."),
            format!("有效期自 {from} 至 {until}，首尾两日均含（按 UTC 计日）。"),
        ),
    ];
    said.extend(policy.accepts.iter().map(|(code, reason)| {
        say(
            Id::PolicyAccepted,
            format!("Its authors know of the warning {code} and accept it: {reason}."),
            format!("制定者知悉警告 {code} 并予接受：{reason}。"),
        )
    }));
    said
}

fn who(policy: &Policy, context: &Context<'_>) -> Vec<Sentence> {
    let clients: Vec<String> = policy.clients.iter().filter(|client| context.shows(client)).cloned().collect();
    let (en_others, zh_others) = match context.reader {
        None => ("nobody else", "此外任何人不得询问"),
        Some(_) => ("which others may is not told here", "其他客户是否可以询问，此处不予说明"),
    };
    let mut said = vec![say(
        Id::WhoClients,
        format!("May ask: {}; {en_others}.", listed(&clients, Lang::En)),
        format!("可以询问的客户：{}；{zh_others}。", listed(&clients, Lang::Zh)),
    )];
    for account in accounts_of(policy) {
        let without: Vec<String> =
            clients.iter().filter(|client| context.accounts.quota(account, client).is_none()).cloned().collect();
        if !without.is_empty() {
            let account = account.word();
            said.push(say(
                Id::WhoNoQuota,
                format!("No quota in the account `{account}`, and so refused: {}.", listed(&without, Lang::En)),
                format!("在账户 `{account}` 中没有额度、因而会被拒绝的客户：{}。", listed(&without, Lang::Zh)),
            ));
        }
    }
    said.push(match &policy.guests {
        Guests::Any => say(
            Id::WhoGuestsAny,
            "Any registered guest may answer, whoever wrote it: what it can read and what can leave is the same for all.",
            "任何已登记的程序均可作答，不论由谁编写：所能读取者与所能离开暗室者，对一切程序相同。",
        ),
        Guests::Listed(digests) => {
            let digests: Vec<String> = digests.iter().map(ToString::to_string).collect();
            say(
                Id::WhoGuestsListed,
                format!("Only these guests may answer, to the byte: {}.", listed(&digests, Lang::En)),
                format!("仅下列程序可以作答，逐字节相同：{}。", listed(&digests, Lang::Zh)),
            )
        }
    });
    said
}

fn parties(policy: &Policy) -> Vec<Sentence> {
    if let Some(table) = policy.table() {
        let (en, zh) = units(table.unit);
        return vec![say(
            Id::PartyAllUnits,
            format!(
                "No party is named and none is asked for consent: it is about all {en} with a row in the data below."
            ),
            format!("不指明任何当事方，也不逐户征得授权：涉及在下列数据中有记录的全部{zh}。"),
        )];
    }
    policy.roles.iter().flat_map(|(name, role)| role_sentences(name, role)).collect()
}

fn role_sentences(name: &str, role: &RoleRule) -> [Sentence; 2] {
    let ((en, zh), (min, max)) = (unit(role.unit), (role.min, role.max));
    let (en_count, zh_count) = match min == max {
        true => (format!("exactly {max}"), format!("恰好 {max} ")),
        false => (format!("{min} to {max}"), format!(" {min} 至 {max} ")),
    };
    let (en_basis, zh_basis) = match &role.basis {
        Some(basis) => (format!(" ({basis})"), format!("（{basis}）")),
        None => (String::new(), String::new()),
    };
    let consent = match role.consent_required {
        true => say(
            Id::PartyConsent,
            format!(
                "Each party in the role `{name}` must have consented{en_basis}: to this client, purpose and policy, for so many jobs; a consent that has ended, was used up or revoked serves none."
            ),
            format!(
                "角色 `{name}` 的每个当事方均须已授权{zh_basis}：授权限于该客户、该目的、该政策和约定的次数；到期、用尽或撤销的授权无效。"
            ),
        ),
        false => say(
            Id::PartyNoConsent,
            format!("Parties in the role `{name}` are not asked for consent{en_basis}."),
            format!("角色 `{name}` 的当事方不需授权{zh_basis}。"),
        ),
    };
    [
        say(
            Id::PartyRole,
            format!(
                "A request names {en_count} of the kind {en} in the role `{name}`, by canonical identifier, nobody twice."
            ),
            format!("每次请求以规范标识指明{zh_count}个{zh}作为角色 `{name}`，同一主体不得重复。"),
        ),
        consent,
    ]
}

fn reads(policy: &Policy, catalog: &Catalog) -> Vec<Sentence> {
    let mut said = vec![match policy.table() {
        None => say(
            Id::ReadsOnly,
            "A guest reads the columns below of the parties named, of nobody else, and nothing besides; it has no clock, no network, no file and no memory of other jobs.",
            "程序只读取所指明当事方的下列各列，不涉及他人，别无其他；它没有时钟、网络和文件，也不记得其他作业。",
        ),
        Some(_) => say(
            Id::ReadsOnly,
            "A guest reads the columns below of one unit at a time, and nothing besides; it has no clock, no network, no file and no memory of other units.",
            "程序每次只读取一个主体的下列各列，别无其他；它没有时钟、网络和文件，也不记得其他主体。",
        ),
    }];
    policy.grants.iter().for_each(|grant| said.extend(grant_sentences(grant, catalog)));
    said.extend(policy.client_datasets.iter().map(client_rows));
    said
}

fn grant_sentences(grant: &Grant, catalog: &Catalog) -> Vec<Sentence> {
    let Some(dataset) = catalog.dataset(&grant.dataset) else { return Vec::new() };
    let columns: Vec<&Column> = dataset.columns.iter().filter(|column| grant.columns.contains(&column.name)).collect();
    let (name, class) = (&dataset.name, &dataset.classification);
    let (en_role, zh_role) = match &grant.role {
        Some(role) => (format!("Of `{role}`: "), format!("角色 `{role}`：")),
        None => (String::new(), String::new()),
    };
    let (title, department) = (&dataset.title, &dataset.department);
    let mut said = vec![say(
        Id::ReadsDataset,
        format!(
            "{en_role}{} (`{name}`; {}; class {class}): {}.",
            title.en,
            department.en,
            columns_of(&columns, Lang::En)
        ),
        format!(
            "{zh_role}{}（`{name}`；{}；{class} 级）：{}。",
            title.zh,
            department.zh,
            columns_of(&columns, Lang::Zh)
        ),
    )];
    let rows = grant.rows_max;
    let (en_old, zh_old) = history(grant.history_months);
    said.push(say(
        Id::ReadsRows,
        format!("Of `{name}` at most {}, the newest{en_old}.", some(u64::from(rows), "row")),
        format!("`{name}` 至多为最新的 {rows} 行{zh_old}。"),
    ));
    let tokens: Vec<String> = columns
        .iter()
        .filter(|column| column.kind == ColumnType::Identifier)
        .map(|column| format!("`{}`", column.name))
        .collect();
    if !tokens.is_empty() {
        said.push(say(
            Id::ReadsTokens,
            format!("Identifiers arrive as tokens, which a guest can compare and not read: {}.", tokens.join(", ")),
            format!("标识以代号给出，程序只能比较而不能读取：{}。", tokens.join("、")),
        ));
    }
    said
}

fn history(months: Option<u32>) -> (String, String) {
    match months {
        Some(months) => (
            format!(", none older than {months} months before the data's day, none later than it"),
            format!("，不早于数据日期之前 {months} 个月，也不晚于数据日期"),
        ),
        None => (String::new(), String::new()),
    }
}

fn client_rows(dataset: &ClientDataset) -> Sentence {
    let columns: Vec<&Column> = dataset.columns.iter().collect();
    let (name, role, title) = (&dataset.name, &dataset.role, &dataset.title);
    let (en_old, zh_old) = history(dataset.history_months);
    say(
        Id::ReadsClientRows,
        format!(
            "The client sends rows of its own about `{role}`, signed with the request: {} (`{name}`), at most {} rows{en_old}: {}. They cost the party no bit more, and other rows are another question.",
            title.en,
            dataset.rows_max,
            columns_of(&columns, Lang::En)
        ),
        format!(
            "客户随请求签名附上自己关于 `{role}` 的各行：{}（`{name}`），至多 {} 行{zh_old}：{}。当事方不因此多扣额度；行不同，即为另一次询问。",
            title.zh,
            dataset.rows_max,
            columns_of(&columns, Lang::Zh)
        ),
    )
}

fn choice(policy: &Policy) -> Vec<Sentence> {
    if policy.parameters.is_empty() {
        return vec![say(Id::ParameterNone, "The client chooses no parameter.", "客户没有可选的参数。")];
    }
    let one = |rule: &ParameterRule| {
        let (name, kind) = (&rule.name, rule.kind());
        let (en, zh) = match kind {
            ParameterKind::Identifier => ("any identifier, as a token".to_owned(), "任意标识，以代号给出".to_owned()),
            _ => (
                format!("one of {}", allowed(&rule.allowed, Lang::En)),
                format!("取自 {}", allowed(&rule.allowed, Lang::Zh)),
            ),
        };
        say(
            Id::ParameterChoice,
            format!("The client chooses `{name}` ({}): {en}; anything else is refused.", kind.word()),
            format!("客户可选 `{name}`（{}）：{zh}；其他值一律拒绝。", kind.chinese()),
        )
    };
    policy.parameters.iter().map(one).collect()
}

/// `in any 90 days in a row`.
pub(super) fn window(number: u32) -> (String, String) {
    (format!("in any {} in a row", days(number)), format!("任意连续 {number} 天内"))
}
