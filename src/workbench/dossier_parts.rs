//! The parts of a dossier as HTML, in both languages. Every text that is not this file's own goes through `escaped` or `marked`.

use super::dossier::{Dossier, Earlier, InForce};
use super::play::{Deviation, Played, PlayedCase, PlayedGuest};
use super::population::{PlayedPopulation, percent};
use crate::model::{Bilingual, Chinese, Lang, Manifest, TableRead, World};
use crate::policy::{Approval, Guests};
use crate::review::{Change, Difference, Direction, escaped, marked};

/// English or Chinese.
fn say<'a>(lang: Lang, en: &'a str, zh: &'a str) -> &'a str {
    if lang == Lang::Zh { zh } else { en }
}

fn paragraph(words: &str) -> String {
    format!("<p>{words}</p>\n")
}

/// A mark that is told by its words, and by its colour beside.
fn mark(class: &str, words: &str) -> String {
    format!("<span class=\"{class}\">{words}</span>")
}

fn table(head: &[&str], rows: impl Iterator<Item = String>) -> String {
    let head: String = head.iter().map(|cell| format!("<th>{cell}</th>")).collect();
    let rows: String = rows.collect();
    format!("<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
}

fn row(cells: &[String]) -> String {
    format!("<tr>{}</tr>\n", cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>())
}

/// What an auditor looks for first.
pub(super) fn summary(dossier: &Dossier<'_>, lang: Lang) -> String {
    let Dossier { in_force, earlier, played, warnings, accepted, .. } = dossier;
    let state = match in_force {
        None => say(lang, "not looked up: made without a home", "未查：未指明暗室").to_owned(),
        Some(state) if state.holds() => mark("good", say(lang, "in force", "生效")),
        Some(state) if !state.is_valid => mark("note", say(lang, "outside its validity", "不在有效期内")),
        Some(_) => mark("note", say(lang, "not in force: approvals are missing", "未生效：批准不足")),
    };
    let change = match earlier {
        Earlier::Unnamed => say(lang, "not compared", "未比较").to_owned(),
        Earlier::Version { version, difference, .. } => {
            let (verdict, version) = (verdict(difference, lang), escaped(version));
            match lang {
                Lang::En => format!("{verdict}, compared with {version}"),
                Lang::Zh => format!("{verdict}（相对于版本 {version}）"),
            }
        }
    };
    let tested = match played {
        Err(_) => mark("bad", say(lang, "not asked", "未测试")),
        Ok(played) => counted(played, lang),
    };
    let open = match (warnings.len(), lang) {
        (0, _) if played.is_err() => mark("note", say(lang, "none, guests not looked at", "无，未核对程序")),
        (0, _) => mark("good", say(lang, "none", "无")),
        (open, Lang::En) => mark("note", &format!("{open} open")),
        (open, Lang::Zh) => mark("note", &format!("{open} 条待处理")),
    };
    let warned = match (accepted.len(), lang) {
        (0, _) => open,
        (accepted, Lang::En) => format!("{open}; {accepted} accepted with reasons"),
        (accepted, Lang::Zh) => format!("{open}；已说明理由而接受 {accepted} 条"),
    };
    let line = |name: &str, words: String| format!("<tr><th>{name}</th><td>{words}</td></tr>\n");
    let lines = [
        line(say(lang, "State", "状态"), state),
        line(say(lang, "Changes", "改动"), change),
        line(say(lang, "Cases", "用例"), tested),
        line(say(lang, "Warnings", "警告"), warned),
    ];
    format!("<div class=\"summary\"><table>\n{}</table></div>\n", lines.concat())
}

fn counted(played: &Played, lang: Lang) -> String {
    let (all, wrong) = (played.cases.len(), played.wrong());
    match (wrong, lang) {
        (0, Lang::En) => mark("good", &format!("all {all} as expected")),
        (0, Lang::Zh) => mark("good", &format!("共 {all} 个，全部与预期相符")),
        (wrong, Lang::En) => mark("bad", &format!("{wrong} of {all} not as expected")),
        (wrong, Lang::Zh) => mark("bad", &format!("共 {all} 个，{wrong} 个与预期不符")),
    }
}

fn direction(of: Direction, lang: Lang) -> String {
    match of {
        Direction::Looser => mark("bad", say(lang, "looser", "放宽")),
        Direction::Tighter => mark("good", say(lang, "tighter", "收紧")),
        Direction::Neither => mark("note", say(lang, "neither", "皆非")),
    }
}

fn verdict(difference: &Difference, lang: Lang) -> String {
    let same = || mark("good", say(lang, "the same", "相同"));
    difference.verdict().map_or_else(same, |verdict| direction(verdict, lang))
}

/// The difference to the earlier version.
pub(super) fn changes(earlier: &Earlier, lang: Lang) -> String {
    let Earlier::Version { named, version, difference } = earlier else {
        return paragraph(say(
            lang,
            "No earlier version was named: a home keeps one version of each policy. <code>--against</code> names another, a \
             file, a folder or <code>REVISION:PATH</code> of git.",
            "未指明早先版本：暗室只保存每项政策的一个版本。可用 <code>--against</code> 指明另一版本：文件、文件夹，或 git 的 \
             <code>REVISION:PATH</code>。",
        ));
    };
    let (verdict, version, named) = (verdict(difference, lang), escaped(version), escaped(named));
    let mut against = paragraph(&match lang {
        Lang::En => format!("Compared with version {version} (<code>{named}</code>): {verdict}."),
        Lang::Zh => format!("相对于版本 {version}（<code>{named}</code>）：{verdict}。"),
    });
    if difference.changes.is_empty() {
        return against;
    }
    if !difference.changes.iter().any(|change| change.field == "version") {
        let same = say(lang, "Both bear the same version number.", "两者的版本号相同。");
        against += &paragraph(&mark("note", same));
    }
    let nothing = say(lang, "–", "无");
    let one = |Change { field, of, old, new, direction: way }: &Change| {
        let of = if of.is_empty() { String::new() } else { format!("<br>{}", escaped(of)) };
        let shown = |value: &Option<String>| value.as_deref().map_or_else(|| nothing.to_owned(), escaped);
        row(&[format!("<code>{}</code>{of}", escaped(field)), shown(old), shown(new), direction(*way, lang)])
    };
    let head =
        [say(lang, "Field", "字段"), say(lang, "Was", "原为"), say(lang, "Is", "现为"), say(lang, "Which way", "方向")];
    against + &table(&head, difference.changes.iter().map(one))
}

/// What was asked, and what came of it.
/// How the answers of many are shared out.
fn crowds(populations: &[PlayedPopulation], lang: Lang) -> String {
    let mut part = String::new();
    for played in populations {
        let asked = say(lang, "asked", "询问数量");
        part += &paragraph(&format!("{}: {asked} {}", marked(played.title.in_lang(lang)), played.asked));
        let rows = played.counts.iter().map(|counted| {
            let (class, word) = match counted.is_within {
                true => ("good", say(lang, "ok", "相符")),
                false => ("bad", say(lang, "wrong", "不符")),
            };
            let (label, share) = (escaped(&counted.share.label), percent(played.share(counted.count)));
            let (least, most) = (percent(counted.share.least), percent(counted.share.most));
            let mark = mark(class, word);
            format!(
                "<tr><td><code>{label}</code></td><td class=\"n\">{share} %</td><td class=\"n\">{least} – {most} %</td>\
                 <td class=\"w\">{mark}</td></tr>\n"
            )
        });
        let head = [say(lang, "Answer", "回答"), say(lang, "Share", "占比"), say(lang, "Expected", "预期"), ""];
        part += &table(&head, rows);
        for (word, count) in &played.refused {
            let refused = mark("bad", say(lang, "refused:", "拒绝："));
            part += &paragraph(&format!("{refused} <code>{}</code> {count}", escaped(word)));
        }
    }
    part
}

pub(super) fn cases(played: &Result<&Played, Bilingual>, lang: Lang) -> String {
    let played = match played {
        Ok(played) => played,
        Err(why) => {
            let not = mark("bad", say(lang, "The cases were not asked:", "用例未能测试："));
            return paragraph(&format!("{not} {}", marked(why.in_lang(lang))));
        }
    };
    let intro = say(
        lang,
        "Each was asked of the real engine, with the real gate and a ledger of its own, on an invented city; one after the other, \
         so that budgets are used up as they would be.",
        "各用例均由真实的引擎、真实的出口闸门和独立的账本，在合成城市的数据上依次作答，额度随之递减。",
    );
    let one = |case: &PlayedCase| {
        let PlayedCase { number, title, got, left, deviations, .. } = case;
        let (class, word) = match deviations.is_empty() {
            true => ("good", say(lang, "ok", "相符")),
            false => ("bad", say(lang, "wrong", "不符")),
        };
        let mut words = marked(got.in_lang(lang));
        for left in left {
            words += &format!("<br><small>{}</small>", marked(left.in_lang(lang)));
        }
        for Deviation { what, expected, got } in deviations {
            words += &format!(
                "<br>{}{} {}{} {}",
                marked(what.in_lang(lang)),
                say(lang, ": expected", "：预期"),
                marked(expected.in_lang(lang)),
                say(lang, "; got", "；实际"),
                marked(got.in_lang(lang)),
            );
        }
        format!(
            "<tr><td class=\"n\">{number}</td><td>{}</td><td>{words}</td><td class=\"w\">{}</td></tr>\n",
            marked(title.in_lang(lang)),
            mark(class, word)
        )
    };
    let head = ["", say(lang, "Case", "用例"), say(lang, "What came of it", "结果"), ""];
    let mut part = paragraph(intro) + &paragraph(&counted(played, lang)) + &table(&head, played.cases.iter().map(one));
    part += &crowds(&played.populations, lang);
    if !played.unreached.is_empty() {
        let labels = played.unreached.iter().map(|label| format!("<code>{}</code>", escaped(label)));
        let labels = labels.collect::<Vec<_>>().join(say(lang, ", ", "、"));
        let words = say(lang, "No case expects", "没有用例预期");
        part += &paragraph(&format!("{} {labels}", mark("note", words)));
    }
    part
}

/// The guests that were asked, and which the policy allows.
pub(super) fn guests(dossier: &Dossier<'_>, lang: Lang) -> String {
    let mut part = match &dossier.policy.guests {
        Guests::Any => paragraph(say(
            lang,
            "The policy allows any guest: none can read more than is granted or answer more than its labels or cells.",
            "政策允许任何程序：没有程序能读取授予之外的数据，也不能以标签或格子之外的内容作答。",
        )),
        Guests::Listed(listed) => {
            let all = listed.iter().map(|digest| format!("<li><code>{digest}</code></li>\n")).collect::<String>();
            paragraph(say(lang, "The policy allows these guests alone:", "政策只允许以下程序："))
                + "<ul>\n"
                + &all
                + "</ul>\n"
        }
    };
    for PlayedGuest { name, digest, manifest } in dossier.played.iter().flat_map(|played| &played.guests) {
        let allowed = match &dossier.policy.guests {
            Guests::Any => true,
            Guests::Listed(listed) => listed.contains(digest),
        };
        let note = if allowed { String::new() } else { mark("note", say(lang, " not allowed", " 未被允许")) };
        part += &format!("<h3>{}{note}</h3>\n<p class=\"meta\"><code>{digest}</code></p>\n", escaped(name));
        part += &manifest_html(manifest, lang);
    }
    part
}

fn manifest_html(manifest: &Manifest, lang: Lang) -> String {
    let code = |names: &mut dyn Iterator<Item = &str>| {
        let all: Vec<String> = names.map(|name| format!("<code>{}</code>", escaped(name))).collect();
        all.join(say(lang, ", ", "、"))
    };
    let reads = |role: &str, table: &TableRead| {
        let columns = code(&mut table.reads.iter().map(|read| read.column.as_str()));
        row(&[role.to_owned(), format!("<code>{}</code>", escaped(&table.dataset)), columns])
    };
    let (rows, answers): (Vec<String>, String) = match &manifest.world {
        World::Verifier { roles, labels } => {
            let rows = roles.iter().flat_map(|role| role.tables.iter().map(|table| reads(&escaped(&role.name), table)));
            let words = say(lang, "It answers with one of", "作答用的标签：");
            (rows.collect(), format!("{words} {}", code(&mut labels.iter().map(String::as_str))))
        }
        World::Contributor { tables, dimensions, measures } => {
            let rows = tables.iter().map(|table| reads(say(lang, "each unit", "每个主体"), table));
            let by = code(&mut dimensions.iter().map(|dimension| dimension.name.as_str()));
            let words = say(lang, "It adds", "累加的指标：");
            let measures = code(&mut measures.iter().map(String::as_str));
            (rows.collect(), format!("{words} {measures}{} {by}", say(lang, " by", "，维度：")))
        }
    };
    let parameters = match manifest.parameters.is_empty() {
        true => String::new(),
        false => {
            let named = manifest.parameters.iter().map(|parameter| parameter.name.as_str());
            paragraph(&format!("{} {}", say(lang, "Parameters:", "参数："), code(&mut { named })))
        }
    };
    let head = [say(lang, "Role", "角色"), say(lang, "Dataset", "数据集"), say(lang, "Columns", "列")];
    table(&head, rows.into_iter()) + &parameters + &paragraph(&answers)
}

/// What is unwise, open or accepted.
pub(super) fn warnings(dossier: &Dossier<'_>, lang: Lang) -> String {
    let Dossier { warnings, accepted, .. } = dossier;
    // Without cases no guest is known.
    let unseen = match dossier.played {
        Ok(_) => String::new(),
        Err(_) => paragraph(say(
            lang,
            "Which of the granted columns no guest reads (A008) was not looked at: no guest is known.",
            "未核对哪些授予的列没有程序读取（A008）：未指明程序。",
        )),
    };
    if warnings.is_empty() && accepted.is_empty() {
        return paragraph(say(lang, "There is none.", "没有警告。")) + &unseen;
    }
    let open = warnings.iter().map(|warning| {
        let word = mark("note", say(lang, "open", "待处理"));
        row(&[warning.code().to_owned(), marked(&warning.text(lang)), word])
    });
    let accepted = accepted.iter().map(|(warning, reason)| {
        let word = format!("{} {}", say(lang, "accepted:", "已接受："), escaped(reason));
        row(&[warning.code().to_owned(), marked(&warning.text(lang)), word])
    });
    let head = [say(lang, "Code", "代码"), say(lang, "Warning", "警告"), say(lang, "State", "状态")];
    table(&head, open.chain(accepted)) + &unseen
}

/// Who has approved, until when.
pub(super) fn approvals(in_force: Option<&InForce>, lang: Lang) -> String {
    let Some(InForce { ledger, needed, policy, accounts, .. }) = in_force else {
        return paragraph(say(
            lang,
            "Made without a home: nobody says here whose approvals count.",
            "未指明暗室：此处无从得知谁的批准有效。",
        ));
    };
    let ledger = escaped(ledger);
    let intro = match lang {
        Lang::En => format!("In the home of the ledger <code>{ledger}</code>. Approvals needed: {needed}."),
        Lang::Zh => format!("暗室的账本为 <code>{ledger}</code>，需要 {needed} 份批准。"),
    };
    let one = |of: &'static str| {
        move |approval: &Approval| {
            let until = approval.until.plus(-1).day().to_string();
            let (auditor, digest) = (escaped(&approval.auditor), approval.digest);
            format!(
                "<tr><td class=\"w\">{of}</td><td>{auditor}</td><td class=\"w\">{until}</td><td><code>{digest}</code></td></tr>\n"
            )
        }
    };
    if policy.is_empty() && accounts.is_empty() {
        return paragraph(&intro) + &paragraph(say(lang, "Nobody has approved.", "尚无批准。"));
    }
    let head = [
        say(lang, "Of", "对象"),
        say(lang, "Auditor", "审计员"),
        say(lang, "Last day", "截止日"),
        say(lang, "Approval", "批准书摘要"),
    ];
    let of_policy = policy.iter().map(one(say(lang, "the policy", "政策")));
    let of_accounts = accounts.iter().map(one(say(lang, "the accounts", "额度账户")));
    paragraph(&intro) + &table(&head, of_policy.chain(of_accounts))
}

/// Room for those who decide on paper. What puts a policy in force is their signature of its digest.
pub(super) fn decision(lang: Lang) -> String {
    let note = say(
        lang,
        "A policy comes into force by auditors' signatures of its digest (<code>anshi policy approve</code>), not by this paper.",
        "政策因审计员对其摘要的电子签名（<code>anshi policy approve</code>）而生效，不因本纸面材料而生效。",
    );
    let cell = |words: &str| format!("<td>{words}</td>");
    let cells =
        [say(lang, "Name", "姓名"), say(lang, "Day", "日期"), say(lang, "Approved or not, why", "是否批准及理由")];
    let cells: String = cells.iter().map(|words| cell(words)).collect();
    format!("<table class=\"sign\"><tbody><tr>{cells}</tr><tr>{cells}</tr></tbody></table>\n<footer>{note}</footer>\n")
}
