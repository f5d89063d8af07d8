//! The words of `anshi audit show`, `export` and `replay`, in English and Chinese. Owns wording alone; both languages match
//! exhaustively.

use super::english::some;
use crate::job::{Archived, Difference, Lacking, SignatureCheck, Verdict};
use crate::model::{Chinese, Lang, Phrase};
use crate::review::{BudgetLine, Ended, JobLine, Sum};

/// A line about what was asked, or about a job computed again.
#[derive(Clone, Debug)]
pub enum AuditMessage {
    /// One job.
    Job(Box<JobLine>),
    /// All of them together.
    Sum(Sum),
    /// One client's budget of one account.
    Budget(BudgetLine),
    /// No job was asked for.
    Nothing,
    /// Entries that cannot be read.
    Unreadable(u64),
    /// A file was written.
    Written { out: String, sha256: String },
    /// A job's answer was computed again, and is the receipt's.
    Same { job: String, same_build: bool, signature: Option<SignatureCheck> },
}

/// A job's answer is not the receipt's, or cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayProblem {
    /// What came of it; never the same.
    pub verdict: Verdict,
    /// Whether this program is the one that the receipt names.
    pub same_build: bool,
}

impl AuditMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.in_chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Job(line) => job(line, Lang::En),
            Self::Sum(sum) => {
                let Sum { jobs, parties, answered, undetermined, abandoned, open, reused, bits, .. } = sum;
                format!(
                    "{}: {answered} answered, {undetermined} undetermined, {abandoned} abandoned, {open} under way; {reused} given again; {} named; {bits} bits and ε {} charged\nrefused requests are not in the ledger",
                    some(*jobs, "job", "jobs"),
                    some(*parties, "party", "parties"),
                    sum.epsilon_text()
                )
            }
            Self::Budget(line) => budget(line, Lang::En),
            Self::Nothing => "nothing was asked".to_owned(),
            Self::Unreadable(count) => format!(
                "{} of the log cannot be read and not counted: run `anshi audit verify`",
                some(*count, "entry", "entries")
            ),
            Self::Written { out, sha256 } => format!("`{out}`  {sha256}"),
            Self::Same { job, same_build, signature } => format!(
                "same: job {job} computed again comes to what its receipt says{}{}",
                if *same_build { "" } else { "; by another build of the engine than it names" },
                match signature {
                    Some(SignatureCheck::KeyGone) =>
                        "; the client's key is not known here any more, its request is bound by its digest",
                    _ => "",
                }
            ),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::Job(line) => job(line, Lang::Zh),
            Self::Sum(sum) => {
                let Sum { jobs, parties, answered, undetermined, abandoned, open, reused, bits, .. } = sum;
                format!(
                    "询问 {jobs} 次：已答复 {answered}，未能确定 {undetermined}，中断 {abandoned}，进行中 {open}；重复给出 {reused}；提到当事人 {parties} 次；扣减 {bits} 比特、ε {}\n被拒绝的请求不在账本中",
                    sum.epsilon_text()
                )
            }
            Self::Budget(line) => budget(line, Lang::Zh),
            Self::Nothing => "没有询问".to_owned(),
            Self::Unreadable(count) => format!("日志有 {count} 条无法读取，未计入：请运行 `anshi audit verify`"),
            Self::Written { out, sha256 } => format!("`{out}`  {sha256}"),
            Self::Same { job, same_build, signature } => format!(
                "一致：重新计算询问 {job}，结果与其回执相同{}{}",
                if *same_build { "" } else { "；计算所用的引擎并非回执所载的构建" },
                match signature {
                    Some(SignatureCheck::KeyGone) => "；本暗室已无该客户的密钥，其请求由摘要绑定",
                    _ => "",
                }
            ),
        }
    }
}

/// `2026-11-26 17:24:03  #5  smart-finance  sme-credit-check 2.0.0  sme-lending  enterprise=1  3 bits  answered`.
fn job(line: &JobLine, lang: Lang) -> String {
    let (policy, version, _) = &line.policy;
    let admitted = line.admitted.utc();
    let admitted = admitted.get(..19).unwrap_or(&admitted).replace('T', " ");
    let purpose = line.purpose.as_deref().unwrap_or("–");
    let roles: Vec<String> = line.roles.iter().map(|(role, count)| format!("{role}={count}")).collect();
    let about = match (roles.is_empty(), lang) {
        (false, _) => roles.join(" "),
        (true, Lang::En) => "all units".to_owned(),
        (true, Lang::Zh) => "全部主体".to_owned(),
    };
    let cost = match (line.epsilon, lang) {
        (0, Lang::En) => format!("{} bits", line.bits),
        (0, Lang::Zh) => format!("{} 比特", line.bits),
        _ => format!("ε {}", line.epsilon_text()),
    };
    let approvals = match lang {
        Lang::En => some(line.approvals.len() as u64, "approval", "approvals"),
        Lang::Zh => format!("批准 {}", line.approvals.len()),
    };
    let ended = ended(line, lang);
    format!(
        "{admitted}  #{}  {}  {policy} {version} ({approvals})  {purpose}  {about}  {cost}  {ended}",
        line.index, line.client
    )
}

fn ended(line: &JobLine, lang: Lang) -> String {
    let word = match (line.ended, lang) {
        (ended, Lang::En) => ended.word(),
        (Ended::Answered, Lang::Zh) => "已答复",
        (Ended::Undetermined, Lang::Zh) => "未能确定",
        (Ended::Abandoned, Lang::Zh) => "中断",
        (Ended::Open, Lang::Zh) => "进行中",
    };
    match line.ended {
        Ended::Answered if line.reason == "answered" => word.to_owned(),
        Ended::Open | Ended::Abandoned => word.to_owned(),
        Ended::Answered | Ended::Undetermined => format!("{word} ({})", line.reason),
    }
}

fn budget(line: &BudgetLine, lang: Lang) -> String {
    let shown = |amount: u64| line.account.shown(amount);
    let (account, client, spent) = (line.account.word(), &line.client, shown(line.spent));
    let (recent, ever) = (shown(line.most.0), shown(line.most.1));
    match (line.quota, lang) {
        (Some(quota), Lang::En) => format!(
            "{account}  {client}  {spent} spent on {}; on one at most {recent} of {} in {} days and {ever} of {} ever; used up for {}",
            some(line.parties, "party", "parties"),
            shown(quota.window),
            quota.window_days,
            shown(quota.lifetime),
            line.used_up.0.max(line.used_up.1)
        ),
        (None, Lang::En) => {
            format!("{account}  {client}  {spent} spent on {}; no quota now", some(line.parties, "party", "parties"))
        }
        (Some(quota), Lang::Zh) => format!(
            "{account}  {client}  共扣减 {spent}，当事人 {} 个；单个当事人至多：{} 天内 {recent}／{}，累计 {ever}／{}；已用尽者 {} 个",
            line.parties,
            quota.window_days,
            shown(quota.window),
            shown(quota.lifetime),
            line.used_up.0.max(line.used_up.1)
        ),
        (None, Lang::Zh) => format!("{account}  {client}  共扣减 {spent}，当事人 {} 个；现无额度", line.parties),
    }
}

impl ReplayProblem {
    fn words(self) -> Phrase {
        let (en, zh) = match self.verdict {
            Verdict::Same => ("same", "一致"),
            Verdict::Different(difference) => different(difference),
            Verdict::Damaged(archived) => damaged(archived),
            Verdict::Impossible(lacking) => impossible(lacking),
        };
        Phrase { en, zh }
    }

    /// What another build means for an answer that differs.
    const fn build(self) -> Phrase {
        match (self.same_build, self.verdict) {
            (false, Verdict::Different(_)) => Phrase {
                en: "; this is another build of the engine than the receipt names, which promises nothing to the bit: use that one",
                zh: "；本引擎并非回执所载的构建，不保证逐位相同：请用该构建再试",
            },
            _ => Phrase { en: "", zh: "" },
        }
    }
}

impl std::fmt::Display for ReplayProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.words().en, self.build().en)
    }
}

impl std::error::Error for ReplayProblem {}

impl Chinese for ReplayProblem {
    fn chinese(&self) -> String {
        format!("{}{}", self.words().zh, self.build().zh)
    }
}

const fn different(difference: Difference) -> (&'static str, &'static str) {
    match difference {
        Difference::Answer => (
            "different: computed again, the job does not come to what its receipt says",
            "不一致：重新计算的结果与回执不同",
        ),
        Difference::Request => (
            "different: the client's request asks for something else than the receipt says",
            "不一致：客户的请求与回执所载不同",
        ),
        Difference::Consents => {
            ("different: the request's consents are not those of the receipt", "不一致：请求所附的授权书并非回执所载者")
        }
        Difference::Parties => (
            "different: the request's parties do not open the receipt's commitments",
            "不一致：请求中的当事人与回执的承诺不符",
        ),
        Difference::Refused => (
            "different: the receipt's own policy does not allow what was asked",
            "不一致：回执所载的政策不允许所询问的内容",
        ),
    }
}

const fn damaged(archived: Archived) -> (&'static str, &'static str) {
    match archived {
        Archived::Ledger => (
            "damaged: what the ledger says of the job is not what was logged; run `anshi audit verify`",
            "已损坏：账本中关于该询问的记载与日志不符；请运行 `anshi audit verify`",
        ),
        Archived::Request => (
            "damaged: the archived request is not the one that the receipt names, or is sealed with another key",
            "已损坏：留存的请求并非回执所载者，或以另一密钥封存",
        ),
        Archived::Signature => (
            "damaged: the client's signature under the archived request does not verify",
            "已损坏：留存的请求上客户的签名未通过验证",
        ),
        Archived::Catalog => {
            ("damaged: the archived catalog is not the one that was in force", "已损坏：留存的目录并非当时生效者")
        }
        Archived::Policy => {
            ("damaged: the archived policy is not the one that the receipt names", "已损坏：留存的政策并非回执所载者")
        }
        Archived::Guest => {
            ("damaged: the guest's module is not the one that the receipt names", "已损坏：程序文件并非回执所载者")
        }
        Archived::Snapshot => (
            "damaged: the snapshot's files are not those that its name stands for; restore them from a backup",
            "已损坏：快照的文件与其名称不符；请由备份恢复",
        ),
    }
}

const fn impossible(lacking: Lacking) -> (&'static str, &'static str) {
    match lacking {
        Lacking::Table => (
            "a table cannot be computed again: its noise is drawn once and kept nowhere",
            "统计表无法重新计算：其噪声只生成一次，且不留存",
        ),
        Lacking::MissedTick => (
            "it cannot be computed again: the run was not done at its tick, and how long a run took is not archived",
            "无法重新计算：该次运行未在规定时刻之前结束，而运行时间不留存",
        ),
        Lacking::Job => (
            "it cannot be computed again: the ledger does not have this job; is the home an old copy?",
            "无法重新计算：账本中没有该询问；此暗室是否为旧副本？",
        ),
        Lacking::Request => (
            "it cannot be computed again: its request is not in the archive: it was asked before requests were kept, or its snapshot was pruned",
            "无法重新计算：没有留存其请求：询问早于留存请求之时，或其快照已被清理",
        ),
        Lacking::Catalog => (
            "it cannot be computed again: the catalog of that time is not in the archive",
            "无法重新计算：没有留存当时的目录",
        ),
        Lacking::Policy => (
            "it cannot be computed again: the receipt's policy is not in the archive",
            "无法重新计算：没有留存回执所载的政策",
        ),
        Lacking::Guest => (
            "it cannot be computed again: the guest's module is not in the home",
            "无法重新计算：暗室中没有该程序的文件",
        ),
        Lacking::Snapshot => ("it cannot be computed again: its snapshot was pruned", "无法重新计算：其快照已被清理"),
    }
}
