//! A month of questions as one HTML file that needs no other, to be printed and signed: sums, reasons, budgets, and what it
//! cannot show. Owns layout and words alone, both languages side by side.

use super::explain_page::{escaped, marked};
use super::month::{Asked, BudgetLine, Month, Sum, Wanted};
use crate::model::{AccountKind, Digest, Lang, Millis, UnitKind};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}\
    h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:1.8rem;border-bottom:1px solid #ccc}li{margin:.4rem 0}\
    table{border-collapse:collapse;width:100%;margin:.6rem 0}th,td{border-bottom:1px solid #ddd;padding:.25rem .5rem;text-align:left;vertical-align:top}\
    td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{overflow-wrap:break-word;font-size:.9em}td{overflow-wrap:break-word}\
    .note{border-left:4px solid #c80;padding:.2rem .8rem}@media print{body{margin:0;max-width:none;font-size:11px}tr{break-inside:avoid}h2{break-after:avoid}}";

/// So many digits of a digest are enough to find it in the files beside the page.
const DIGITS_SHOWN: usize = 12;

/// What the page says of itself.
#[derive(Clone, Debug)]
pub struct MonthPage<'a> {
    /// The ledger's id.
    pub ledger: &'a str,
    /// The month.
    pub month: Month,
    /// Which jobs it is about.
    pub wanted: &'a Wanted,
    /// When it was made.
    pub made: Millis,
    /// Entries and root of the log that it was made from.
    pub log: (u64, Digest),
    /// The files beside it: names and digests.
    pub files: &'a [(String, Digest)],
}

/// Of a job without a receipt.
const NOT_KNOWN: Both = ("not known: no receipt", "不详：没有回执");

/// A pair of words.
type Both = (&'static str, &'static str);

fn say(lang: Lang, (en, zh): Both) -> &'static str {
    if lang == Lang::Zh { zh } else { en }
}

/// The page.
pub fn month_html(asked: &Asked, page: &MonthPage<'_>, lang: Lang) -> String {
    let tag = if lang == Lang::Zh { "zh-CN" } else { "en" };
    let title = match lang {
        Lang::Zh => format!("询问月报：{}", page.month),
        Lang::En => format!("What was asked in {}", page.month),
    };
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    html += &facts(asked, page, lang);
    let all = [(vec![say(lang, ("all", "合计")).to_owned()], asked.total)];
    html += &sums(lang, ("In all", "总计"), &[("", "")], all);
    let clients = asked.clients.iter().map(|(client, sum)| (vec![code(client)], *sum));
    html += &sums(lang, ("By client", "按客户"), &[("client", "客户")], clients);
    let policies = asked.policies.iter().map(|((id, version, sha256, approvals), sum)| {
        let approvals = match approvals.as_deref() {
            None => say(lang, NOT_KNOWN).to_owned(),
            Some("") => say(lang, ("none", "无")).to_owned(),
            Some(digests) => digests.split_whitespace().map(short).collect::<Vec<_>>().join("<br>"),
        };
        (vec![format!("{} {}", code(id), escaped(version)), short(sha256), approvals], *sum)
    });
    let heads = [("policy", "政策"), ("digest", "摘要"), ("approvals", "批准")];
    html += &sums(lang, ("By policy and its approvals", "按政策及其批准"), &heads, policies);
    let purposes = asked.purposes.iter().map(|(purpose, sum)| match purpose.is_empty() {
        true => (vec![say(lang, NOT_KNOWN).to_owned()], *sum),
        false => (vec![code(purpose)], *sum),
    });
    html += &sums(lang, ("By purpose", "按用途"), &[("purpose", "用途")], purposes);
    html += &reasons(asked, lang);
    html += &budgets(asked, page, lang);
    html += &limits(lang);
    html + "</body>\n</html>\n"
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// The beginning of a digest.
fn short(digest: &str) -> String {
    let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
    code(&digits.chars().take(DIGITS_SHOWN).collect::<String>())
}

fn row(cells: &[String], numbers_from: usize, tag: &str) -> String {
    let cell = |(place, cell): (usize, &String)| match place < numbers_from {
        true => format!("<{tag}>{cell}</{tag}>"),
        false => format!("<{tag} class=\"n\">{cell}</{tag}>"),
    };
    format!("<tr>{}</tr>\n", cells.iter().enumerate().map(cell).collect::<String>())
}

fn section(lang: Lang, heading: Both, body: &str) -> String {
    format!("<h2>{}</h2>\n{body}", say(lang, heading))
}

fn facts(asked: &Asked, page: &MonthPage<'_>, lang: Lang) -> String {
    let fact = |name: Both, value: String| row(&[say(lang, name).to_owned(), value], 2, "td");
    let days = format!("{} – {} (UTC)", page.month.first(), page.month.last());
    let mut rows = fact(("ledger", "账本"), code(page.ledger)) + &fact(("days", "日期"), days);
    for (name, only) in
        [(("only the client", "仅限客户"), &page.wanted.client), (("only the policy", "仅限政策"), &page.wanted.policy)]
    {
        rows += &only.as_ref().map(|only| fact(name, code(only))).unwrap_or_default();
    }
    rows += &fact(("made", "制作时间"), escaped(&page.made.utc()));
    let (size, root) = page.log;
    rows += &fact(("entries of the log", "日志条数"), size.to_string());
    rows += &fact(("root of the log", "日志根"), code(&root.to_string()));
    for (name, sha256) in page.files {
        rows += &fact(("file", "文件"), format!("{}<br>{}", code(name), code(&sha256.to_string())));
    }
    let mut text = format!("<table>\n{rows}</table>\n");
    if page.made.day() <= page.month.last() || asked.total.open > 0 {
        let words = (
            "The month was not over, or jobs were under way, when this page was made: its sums are not final.",
            "制作本页时该月尚未结束，或仍有询问在运行：各项合计并非最终数字。",
        );
        text += &format!("<p class=\"note\">{}</p>\n", say(lang, words));
    }
    if asked.unreadable > 0 {
        let words = (
            "entries of the log cannot be read and are not counted: run `anshi audit verify`.",
            "条日志无法读取，未计入：请运行 `anshi audit verify`。",
        );
        text += &format!("<p class=\"note\">{} {}</p>\n", asked.unreadable, marked(say(lang, words)));
    }
    text
}

const SUM_HEADS: [Both; 9] = [
    ("jobs", "询问"),
    ("parties", "当事人"),
    ("answered", "已答复"),
    ("undetermined", "未能确定"),
    ("abandoned", "中断"),
    ("under way", "进行中"),
    ("given again", "重复给出"),
    ("bits", "比特"),
    ("ε", "ε"),
];

fn sums(lang: Lang, heading: Both, heads: &[Both], lines: impl IntoIterator<Item = (Vec<String>, Sum)>) -> String {
    let named: Vec<String> = heads.iter().chain(&SUM_HEADS).map(|head| say(lang, *head).to_owned()).collect();
    let mut body = String::new();
    for (mut cells, sum) in lines {
        let Sum { jobs, parties, answered, undetermined, abandoned, open, reused, bits, .. } = sum;
        let counts = [jobs, parties, answered, undetermined, abandoned, open, reused, bits];
        cells.extend(counts.map(|count| count.to_string()));
        cells.push(sum.epsilon_text());
        body += &row(&cells, heads.len(), "td");
    }
    if body.is_empty() {
        return section(lang, heading, &nothing(lang));
    }
    section(lang, heading, &format!("<table>\n{}{body}</table>\n", row(&named, heads.len(), "th")))
}

fn nothing(lang: Lang) -> String {
    format!("<p>{}</p>\n", say(lang, ("nothing", "无")))
}

/// What the words of the ledger mean.
const REASONS: [(&str, Both); 9] = [
    ("trap", ("the program failed", "程序出错")),
    ("fuel", ("the program used up its fuel", "程序用尽运算量")),
    ("memory", ("the program wanted more memory than it may have", "程序所需内存超出上限")),
    ("index", ("the program gave none of its labels", "程序没有给出其任何标签")),
    ("missed-tick", ("the run was not done at its tick", "运行未在规定时刻之前结束")),
    ("cancelled", ("the client wanted the table no more", "客户撤回了统计表")),
    ("torn", ("what a table's workers brought back was not whole", "统计表的各部分结果不完整")),
    ("reused", ("the stored answer of the same job, which was undetermined", "同一询问留存的答复，其为未能确定")),
    ("abandoned", ("the engine stopped before the tick", "引擎在规定时刻之前停止")),
];

fn reasons(asked: &Asked, lang: Lang) -> String {
    let heading = ("Without an answer, by reason", "没有答复的原因");
    let heads = [("reason", "原因"), ("what it means", "含义"), ("jobs", "询问")];
    let heads: Vec<String> = heads.iter().map(|head| say(lang, *head).to_owned()).collect();
    let line = |(reason, count): (&String, &u64)| {
        let meaning = REASONS.iter().find(|(word, _)| word == reason).map_or("", |(_, words)| say(lang, *words));
        row(&[code(reason), meaning.to_owned(), count.to_string()], 2, "td")
    };
    let body: String = asked.reasons.iter().map(line).collect();
    match body.is_empty() {
        true => section(lang, heading, &nothing(lang)),
        false => section(lang, heading, &format!("<table>\n{}{body}</table>\n", row(&heads, 2, "th"))),
    }
}

const fn account_words(account: AccountKind) -> Both {
    match account {
        AccountKind::Label(UnitKind::Enterprise) => ("labels about firms, bits", "企业标签，比特"),
        AccountKind::Label(UnitKind::Person) => ("labels about persons, bits", "个人标签，比特"),
        AccountKind::Table(UnitKind::Enterprise) => ("tables over firms, ε", "企业统计表，ε"),
        AccountKind::Table(UnitKind::Person) => ("tables over persons, ε", "个人统计表，ε"),
    }
}

fn budgets(asked: &Asked, page: &MonthPage<'_>, lang: Lang) -> String {
    let as_of = page.month.last().min(page.made.day());
    let heading = match lang {
        Lang::Zh => format!("截至 {as_of} 的额度"),
        Lang::En => format!("Budgets as of {as_of}"),
    };
    let heads = [
        ("account", "账户"),
        ("client", "客户"),
        ("parties charged so far", "已扣减的当事人"),
        ("spent in the month, all parties", "本月扣减（全部当事人）"),
        ("window, days", "窗口（天）"),
        ("most of one party in the window", "窗口内单个当事人最多"),
        ("used up", "已用尽"),
        ("most of one party ever", "累计单个当事人最多"),
        ("used up", "已用尽"),
    ];
    let heads: Vec<String> = heads.iter().map(|head| say(lang, *head).to_owned()).collect();
    let line = |line: &BudgetLine| {
        let of = say(lang, ("of", "／"));
        let [
            _,
            client,
            parties,
            spent,
            days,
            window_quota,
            window_most,
            window_used,
            lifetime_quota,
            lifetime_most,
            lifetime_used,
        ] = line.cells();
        let share = |most: String, quota: String| match quota.is_empty() {
            true => format!("{most} {}", say(lang, ("(no quota now)", "（现无额度）"))).trim().to_owned(),
            false => format!("{most} {of} {quota}"),
        };
        let cells = [
            say(lang, account_words(line.account)).to_owned(),
            code(&client),
            parties,
            spent,
            days,
            share(window_most, window_quota),
            window_used,
            share(lifetime_most, lifetime_quota),
            lifetime_used,
        ];
        row(&cells, 2, "td")
    };
    let body: String = asked.budgets.iter().map(line).collect();
    let text = match body.is_empty() {
        true => nothing(lang),
        false => format!("<table>\n{}{body}</table>\n", row(&heads, 2, "th")),
    };
    format!("<h2>{heading}</h2>\n{text}")
}

/// What an auditor must not take the page for.
const LIMITS: [Both; 6] = [
    (
        "Which label was answered, what a table said, which parties and with which parameters: none of it is here. Whoever must check one answer asks its client for the bundle and runs `anshi audit replay`.",
        "本页不含给出了哪个标签、统计表的内容、当事人是谁、用了什么参数。如须核对某一答复，请向其客户索取回执包，并运行 `anshi audit replay`。",
    ),
    (
        "Requests that were refused are not here: a refusal comes before the ledger and leaves nothing in it or in the log. A running service counts refusals by code since its start (`anshi_requests_total` at `/metrics`); those of single jobs inside a batch only its client is told.",
        "被拒绝的请求不在本页：拒绝发生在记账之前，账本和日志中均不留记录。运行中的服务自启动起按代码统计拒绝次数（`/metrics` 的 `anshi_requests_total`）；批次之内单个询问的拒绝只告知其客户。",
    ),
    (
        "The purpose stands in the receipt: of jobs without one (abandoned, under way) it is not known here.",
        "用途载于回执：没有回执的询问（中断、进行中）在此不详。",
    ),
    (
        "Quotas are those of `accounts.toml` today; what was spent is the ledger's.",
        "额度取自今日的 `accounts.toml`；已扣减的数额取自账本。",
    ),
    (
        "Among the sums a party counts once for each job that names it; among the budgets it counts once.",
        "各项合计中，当事人按询问逐次计数；额度中，同一当事人只计一次。",
    ),
    (
        "Whether the ledger itself is right, `anshi audit verify` tells: this page believes it. The root above binds the page to the log.",
        "账本本身是否无误由 `anshi audit verify` 检查：本页以账本为准。上列日志根把本页与日志绑定。",
    ),
];

fn limits(lang: Lang) -> String {
    let items: String = LIMITS.iter().map(|words| format!("<li>{}</li>\n", marked(say(lang, *words)))).collect();
    section(lang, ("What this page does not show", "本页不能说明的事项"), &format!("<ul>\n{items}</ul>\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::End;

    #[test]
    fn every_end_has_its_words() {
        for end in End::ALL.into_iter().filter(|end| *end != End::Answered) {
            assert!(REASONS.iter().any(|(word, _)| *word == end.word()), "{}", end.word());
        }
    }
}
