//! The words of the demo, in English and Chinese. Owns wording alone; both languages match exhaustively.

use super::chinese::cost as cost_chinese;
use super::english::{cost as cost_english, quoted, some};
use super::message::Cost;
use crate::model::{Bilingual, Lang, Refusal, UnitKind};
use crate::workbench::percent;

/// A line of the demo.
#[derive(Clone, Debug)]
pub enum DemoMessage {
    /// What can be shown: a policy, and what people call it.
    Listed {
        id: String,
        title: Bilingual,
        width: usize,
    },
    /// What is shown; the policy's own first words, where it has any.
    Title {
        id: String,
        title: Bilingual,
        opening: Option<String>,
    },
    /// Who asks, about whom.
    Asked {
        clients: Vec<String>,
        about: About,
    },
    /// Of what.
    Read {
        datasets: Vec<Bilingual>,
        own: Vec<Bilingual>,
    },
    Home {
        home: String,
    },
    Invented {
        rows: u64,
        firms: u64,
        persons: u64,
        datasets: usize,
    },
    Ingested {
        name: String,
        rejected: u64,
    },
    Guest {
        name: String,
        bytes: u64,
        digest: String,
    },
    Policy {
        path: String,
        answers: Answers,
        cost: Cost,
        quotas: Vec<QuotaOf>,
        slot_s: Option<u32>,
    },
    /// A case that was answered, about the first of its parties and so many more.
    Answered {
        title: Bilingual,
        party: String,
        more: usize,
        label: String,
        cost: Cost,
        out: String,
    },
    /// A case that was answered with a table.
    Table {
        title: Bilingual,
        cost: Cost,
        out: String,
    },
    /// Where all of a table is.
    Whole {
        cells: usize,
        csv: String,
        svg: String,
    },
    Refused {
        title: Bilingual,
        refusal: Refusal,
    },
    /// Many at once.
    Batch {
        batch: Box<BatchFacts>,
    },
    /// Labels that no case shows within a day.
    Unshown {
        labels: Vec<String>,
    },
    Verified {
        receipts: usize,
    },
    Next {
        commands: Vec<String>,
    },
    /// A batch is under way: a sign of life.
    Asking,
}

/// About whom it is asked.
#[derive(Clone, Debug)]
pub enum About {
    /// About the parties named, in these roles.
    Parties(Vec<RoleFacts>),
    /// About all units of a kind at once.
    All(UnitKind),
}

/// A role, for people.
#[derive(Clone, Debug)]
pub struct RoleFacts {
    /// Its name.
    pub name: String,
    /// Whom it is about.
    pub unit: UnitKind,
    /// How many play it, at least and at most.
    pub count: (u32, u32),
    /// Whether they consent.
    pub consents: bool,
}

/// What may be answered.
#[derive(Clone, Debug)]
pub enum Answers {
    /// One of these.
    Labels(Vec<String>),
    /// A table of so many cells.
    Table(usize),
}

/// What a client may spend.
#[derive(Clone, Debug)]
pub struct QuotaOf {
    /// Of each unit of this kind, or of all of them in a table.
    pub unit: UnitKind,
    /// Within the window.
    pub amount: Cost,
    /// The window.
    pub days: u32,
}

/// What came of a batch.
#[derive(Clone, Debug)]
pub struct BatchFacts {
    /// Whom it asked about.
    pub title: Bilingual,
    /// How many, and how many could not be.
    pub asked: (usize, usize),
    /// From dispatch to tick.
    pub millis: i64,
    /// How often each label was the answer, and the share of it in ten-thousandths.
    pub shares: Vec<(String, u64, u64)>,
    /// Refusals, by their words.
    pub refused: Vec<(String, u64)>,
    /// Where the signed result is.
    pub out: String,
}

impl DemoMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Listed { id, title, width } => format!("{id:<width$}  {}", title.en),
            Self::Title { id, title, opening } => {
                let opening = opening.as_ref().map(|words| format!("{words}\n")).unwrap_or_default();
                format!("Anshi shows `{id}`: {}. Everything here is invented.\n{opening}", title.en)
            }
            Self::Asked { clients, about } => asked_english(clients, about),
            Self::Read { datasets, own } => {
                let names = |all: &[Bilingual]| all.iter().map(|title| title.en.clone()).collect::<Vec<_>>().join("; ");
                let own = if own.is_empty() { String::new() } else { format!("; the client's own: {}", names(own)) };
                let count = some(datasets.len() as u64, "dataset", "datasets");
                format!("read     {count} that the asker never sees: {}{own}", names(datasets))
            }
            Self::Home { home } => format!(
                "home     a synthetic home in `{home}`: keys, ledger, an empty log, a checkpoint mirror beside it"
            ),
            Self::Invented { rows, firms, persons, datasets } => format!(
                "data     {} in {} about {firms} invented firms and {persons} persons, as departments deliver them",
                some(*rows, "row", "rows"),
                some(*datasets as u64, "dataset", "datasets")
            ),
            Self::Ingested { name, rejected } => format!(
                "ingest   checked, sorted by firm and person, published as snapshot {name}; {} rejected",
                some(*rejected, "row", "rows")
            ),
            Self::Guest { name, bytes, digest } => {
                format!("guest    {name}, the question: {bytes} bytes of WebAssembly that import nothing, {digest}")
            }
            Self::Policy { path, answers, cost, quotas, slot_s } => {
                policy_english(path, answers, (cost, quotas), *slot_s)
            }
            Self::Answered { title, party, more, label, cost, out } => {
                let more = if *more > 0 { format!(" and {more} more") } else { String::new() };
                let charged = cost_english(cost);
                format!("job      {} ({party}{more}): answer {label}, {charged} charged, receipt in `{out}`", title.en)
            }
            Self::Table { title, cost, out } => {
                format!("job      {}: released, {} charged, receipt in `{out}`", title.en, cost_english(cost))
            }
            Self::Whole { cells, csv, svg } => format!("         all {cells} cells are in `{csv}`, drawn in `{svg}`"),
            Self::Refused { title, refusal } => format!(
                "job      {}: refused before any data was touched ({}), nothing charged",
                title.en,
                refusal.code.word()
            ),
            Self::Batch { batch } => batch_english(batch),
            Self::Unshown { labels } => {
                format!("         {} takes another day or new data: `anshi policy test` shows it", quoted(labels))
            }
            Self::Verified { receipts: 1 } => {
                "verify   the receipt holds: signed by the engine, in its log, and its parts belong together\n"
                    .to_owned()
            }
            Self::Verified { receipts } => format!(
                "verify   all {receipts} receipts hold: signed by the engine, in its log, and their parts belong together\n"
            ),
            Self::Next { commands } => format!("Try next:\n  {}", commands.join("\n  ")),
            Self::Asking => "asking many".to_owned(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Listed { id, title, width } => format!("{id:<width$}  {}", title.zh),
            Self::Title { id, title, .. } => format!("暗室演示 `{id}`：{}。以下数据均为虚构。\n", title.zh),
            Self::Asked { clients, about: About::Parties(roles) } => {
                let roles = roles.iter().map(role_chinese).collect::<Vec<_>>().join("、");
                format!("提问　　由 {} 询问 {roles}", quoted(clients))
            }
            Self::Asked { clients, about: About::All(unit) } => {
                let all = if *unit == UnitKind::Enterprise { "企业" } else { "居民" };
                format!("提问　　由 {} 询问全体{all}：得到加噪的统计表，不含任何一行数据", quoted(clients))
            }
            Self::Read { datasets, own } => {
                let names = |all: &[Bilingual]| all.iter().map(|title| title.zh.clone()).collect::<Vec<_>>().join("、");
                let own = if own.is_empty() { String::new() } else { format!("；询问方自有：{}", names(own)) };
                format!("读取　　询问方看不到的 {} 个数据集：{}{own}", datasets.len(), names(datasets))
            }
            Self::Home { home } => {
                format!("建室　　在 `{home}` 建立使用合成数据的暗室：密钥、账本、空日志，旁有检查点镜像")
            }
            Self::Invented { rows, firms, persons, datasets } => format!(
                "数据　　各部门交付的 {datasets} 个数据集，涉及 {firms} 家虚构企业和 {persons} 人，共 {rows} 行"
            ),
            Self::Ingested { name, rejected } => {
                format!("入库　　校验、按企业和个人排序、发布为快照 {name}；拒收 {rejected} 行")
            }
            Self::Guest { name, bytes, digest } => {
                format!("程序　　{name}，即所问的问题：{bytes} 字节的 WebAssembly，不导入任何外部功能，{digest}")
            }
            Self::Policy { path, answers, cost, quotas, slot_s } => {
                policy_chinese(path, answers, (cost, quotas), *slot_s)
            }
            Self::Answered { title, party, more, label, cost, out } => {
                let more = if *more > 0 { format!(" 等 {} 方", more + 1) } else { String::new() };
                format!("询问　　{}（{party}{more}）：回答 {label}，扣{}，回执 `{out}`", title.zh, cost_chinese(cost))
            }
            Self::Table { title, cost, out } => {
                format!("询问　　{}：已发布，扣{}，回执 `{out}`", title.zh, cost_chinese(cost))
            }
            Self::Whole { cells, csv, svg } => format!("　　　　全部 {cells} 格见 `{csv}`，图见 `{svg}`"),
            Self::Refused { title, refusal } => {
                format!("询问　　{}：未接触任何数据即被拒绝（{}），不扣额度", title.zh, refusal.code.word())
            }
            Self::Batch { batch } => batch_chinese(batch),
            Self::Unshown { labels } => {
                format!("　　　　{} 须待日后或数据更新：可用 `anshi policy test` 查看", quoted(labels))
            }
            Self::Verified { receipts: 1 } => "验证　　回执有效：由引擎签名，在日志之中，各部分相符\n".to_owned(),
            Self::Verified { receipts } => {
                format!("验证　　{receipts} 份回执均有效：由引擎签名，在日志之中，各部分相符\n")
            }
            Self::Next { commands } => format!("接下来可以试：\n  {}", commands.join("\n  ")),
            Self::Asking => "正在批量询问".to_owned(),
        }
    }
}

fn asked_english(clients: &[String], about: &About) -> String {
    let clients = quoted(clients);
    match about {
        About::Parties(roles) => {
            let roles = roles.iter().map(role_english).collect::<Vec<_>>().join(" and ");
            format!("asked    by {clients}, about {roles}")
        }
        About::All(unit) => {
            let all = if *unit == UnitKind::Enterprise { "firms" } else { "persons" };
            format!("asked    by {clients}, about all {all} at once: a table with noise, and nobody's row")
        }
    }
}

/// `` `applicant` (a person, who consents) ``, `` `member` (up to 8 persons, who consent) ``.
fn role_english(RoleFacts { name, unit, count, consents }: &RoleFacts) -> String {
    let (one, more) = if *unit == UnitKind::Enterprise { ("a firm", "firms") } else { ("a person", "persons") };
    let (who, consent) = match count {
        (1, 1) => (one.to_owned(), "who consents"),
        (0, 1) => (format!("perhaps {one}"), "who consents"),
        (0, most) => (format!("up to {most} {more}"), "who consent"),
        (least, most) => (format!("{least} to {most} {more}"), "who consent"),
    };
    let consent = match (consents, unit) {
        (false, _) => "who need not consent",
        (true, UnitKind::Enterprise) if count.1 == 1 => "which consents",
        (true, _) => consent,
    };
    format!("`{name}` ({who}, {consent})")
}

fn role_chinese(RoleFacts { name, unit, count, consents }: &RoleFacts) -> String {
    let (kind, measure) = if *unit == UnitKind::Enterprise { ("企业", "家") } else { ("个人", "人") };
    let count = match count {
        (least, most) if least == most => format!("{least} {measure}"),
        (0, most) => format!("至多 {most} {measure}"),
        (least, most) => format!("{least}–{most} {measure}"),
    };
    format!("`{name}`（{kind}，{count}，{}）", if *consents { "须经其授权" } else { "无需其授权" })
}

fn policy_english(path: &str, answers: &Answers, (cost, quotas): (&Cost, &[QuotaOf]), slot_s: Option<u32>) -> String {
    let charged = cost_english(cost);
    let quota = |QuotaOf { unit, amount, .. }: &QuotaOf| {
        let whose = match (quotas.len(), unit) {
            (0 | 1, _) => "",
            (_, UnitKind::Enterprise) => " of each firm",
            (_, UnitKind::Person) => " of each person",
        };
        format!("{}{whose}", cost_english(amount))
    };
    let days = quotas.first().map_or(0, |quota| quota.days);
    let listed = quotas.iter().map(quota).collect::<Vec<_>>().join(" and ");
    let quotas = if quotas.is_empty() { String::new() } else { format!(", out of {listed} in {days} days") };
    let what = match answers {
        Answers::Labels(labels) => {
            let labels = match labels.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                _ => labels.join(""),
            };
            format!("one answer: {labels}, for {charged} of each party")
        }
        Answers::Table(cells) => format!("a table of {cells} cells, for {charged}"),
    };
    let slot = slot_s.map(|slot| format!("; it comes {slot} seconds after it began, whatever the guest does"));
    format!("policy   `{path}` allows this guest alone, and {what}{quotas}{}", slot.unwrap_or_default())
}

fn policy_chinese(path: &str, answers: &Answers, (cost, quotas): (&Cost, &[QuotaOf]), slot_s: Option<u32>) -> String {
    let charged = cost_chinese(cost);
    let quota = |QuotaOf { unit, amount, .. }: &QuotaOf| {
        let whose = match (quotas.len(), unit) {
            (0 | 1, _) => "",
            (_, UnitKind::Enterprise) => "每家企业",
            (_, UnitKind::Person) => "每人",
        };
        format!("{whose}{}", cost_chinese(amount))
    };
    let days = quotas.first().map_or(0, |quota| quota.days);
    let listed = quotas.iter().map(quota).collect::<Vec<_>>().join("、");
    let quotas = if quotas.is_empty() { String::new() } else { format!("（{days} 天额度为{listed}）") };
    let what = match answers {
        Answers::Labels(labels) => {
            format!("只允许回答 {} 之一，每次扣每个当事方{charged}", labels.join("、"))
        }
        Answers::Table(cells) => format!("只允许 {cells} 格的统计表，每次扣{charged}"),
    };
    let slot = slot_s.map(|slot| format!("；无论程序如何，均在开始 {slot} 秒后给出"));
    format!("政策　　`{path}` 只允许该程序，{what}{quotas}{}", slot.unwrap_or_default())
}

/// Seconds with one decimal, of milliseconds.
fn seconds(millis: i64) -> String {
    format!("{}.{}", millis / 1_000, millis % 1_000 / 100)
}

fn batch_english(BatchFacts { title, asked: (asked, left_out), millis, shares, refused, out }: &BatchFacts) -> String {
    let seconds = seconds(*millis);
    let mut told = format!("batch    {}: {asked} asked under one signature", title.en);
    if *left_out > 0 {
        told.push_str(&format!(", {left_out} left out, for whom a role is empty"));
    }
    let answered: u64 = shares.iter().map(|(_, count, _)| count).sum();
    let alone: u64 = refused.iter().map(|(_, count)| count).sum();
    let after = format!("answered at one tick, {seconds} s after they began");
    told.push_str(&match refused.as_slice() {
        [] => format!("; all {after}"),
        [(word, _)] => format!("; {answered} {after}, {alone} refused: {word}"),
        _ => format!("; {answered} {after}, {alone} refused"),
    });
    told.push_str(&format!("; result in `{out}`"));
    for (label, count, share) in shares {
        told.push_str(&format!("\n           {:>6} %  {label}  ({count})", percent(*share)));
    }
    for (word, count) in refused {
        told.push_str(&format!(
            "\n                     refused: {word}  ({count}), each alone, nothing charged for it"
        ));
    }
    told
}

fn batch_chinese(BatchFacts { title, asked: (asked, left_out), millis, shares, refused, out }: &BatchFacts) -> String {
    let seconds = seconds(*millis);
    let mut told = format!("批量　　{}：一次签名，询问 {asked} 件", title.zh);
    if *left_out > 0 {
        told.push_str(&format!("，略去 {left_out} 件，因其缺少某角色的主体"));
    }
    let answered: u64 = shares.iter().map(|(_, count, _)| count).sum();
    let alone: u64 = refused.iter().map(|(_, count)| count).sum();
    told.push_str(&match refused.as_slice() {
        [] => format!("；开始 {seconds} 秒后同时得到全部回答"),
        [(word, _)] => format!("；开始 {seconds} 秒后同时得到 {answered} 件的回答，另 {alone} 件被拒绝：{word}"),
        _ => format!("；开始 {seconds} 秒后同时得到 {answered} 件的回答，另 {alone} 件被拒绝"),
    });
    told.push_str(&format!("；结果 `{out}`"));
    for (label, count, share) in shares {
        told.push_str(&format!("\n           {:>6} %  {label}（{count}）", percent(*share)));
    }
    for (word, count) in refused {
        told.push_str(&format!("\n                     拒绝：{word}（{count}），逐个拒绝，不扣额度"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_batch_it_says_how_many_were_answered_and_how_many_refused() {
        let batch = |refused: &[(&str, u64)]| {
            let title = Bilingual { zh: "全部".to_owned(), en: "all".to_owned() };
            let refused = refused.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect();
            let shares = vec![("yes".to_owned(), 6, 7_500), ("no".to_owned(), 2, 2_500)];
            let batch = BatchFacts { title, asked: (10, 0), millis: 1_500, shares, refused, out: "b.jws".to_owned() };
            let message = DemoMessage::Batch { batch: Box::new(batch) };
            [Lang::En, Lang::Zh].map(|lang| message.text(lang).lines().next().unwrap_or_default().to_owned())
        };
        let [en, zh] = batch(&[]);
        assert!(en.ends_with("; all answered at one tick, 1.5 s after they began; result in `b.jws`"), "{en}");
        assert!(zh.ends_with("；开始 1.5 秒后同时得到全部回答；结果 `b.jws`"), "{zh}");
        let [en, zh] = batch(&[("bad-parties", 2)]);
        assert!(en.contains("; 8 answered at one tick, 1.5 s after they began, 2 refused: bad-parties; "), "{en}");
        assert!(zh.contains("同时得到 8 件的回答，另 2 件被拒绝：bad-parties；"), "{zh}");
        let [en, zh] = batch(&[("bad-parties", 1), ("budget-exhausted", 1)]);
        assert!(en.contains(", 2 refused; ") && zh.contains("另 2 件被拒绝；"), "{en}{zh}");
    }

    #[test]
    fn one_receipt_is_one() {
        assert!(DemoMessage::Verified { receipts: 1 }.text(Lang::Zh).contains("　回执有效"));
        assert!(DemoMessage::Verified { receipts: 2 }.text(Lang::Zh).contains("2 份回执均有效"));
    }
}
