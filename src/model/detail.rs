//! What exactly a refusal is about, in both languages. Owns wording alone. Made of the caller's own request and of public
//! configuration only, so that a refusal tells nothing of data or of other clients.

use std::fmt;

use super::{Bilingual, Chinese, Date, Digest, DigestError, IdError, RowFault, foreign};

/// What a refusal is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Why a token is not believed.
    Token(Bilingual),
    /// A payload that is not the JSON of its kind, in the reader's words.
    Json(String),
    /// A token's `iss` is not the owner of the key that signed it.
    NotOwner,
    /// What `aud` must be.
    Audience(String),
    /// What `htu` must be.
    Target(String),
    /// A batch has no job, or more than so many.
    BatchJobs(usize),
    /// A batch asks for a table.
    BatchTable,
    /// The body is not text.
    NotText,
    /// What `htm` and `htu` of a call must be.
    CallTarget {
        /// The method.
        method: String,
        /// The URL.
        url: String,
    },
    /// What `body` of a call must be.
    CallBody(Digest),
    /// `sub` stands where it must not, or is missing.
    CallSubject,
    /// A `jti` that could be guessed.
    Jti,
    /// More consents than this come along.
    ConsentsMax(usize),
    /// `exp` is more than so many seconds after `iat`, or before it.
    Lifespan(i64),
    /// The request is no longer valid.
    Expired,
    /// The request is from the future.
    Early,
    /// `guest` is no digest.
    GuestDigest(DigestError),
    /// The guest.
    Guest(Digest),
    /// The policy and version asked for.
    Policy(String, String),
    /// The policy asked for, and the one that was perhaps meant.
    PolicyClose(String, Option<String>),
    /// The client.
    Client(String),
    /// The policy's days.
    Validity(Date, Date),
    /// The policy's purpose.
    Purpose(String),
    /// What keeps the guest from the policy.
    Misfits(Vec<Bilingual>),
    /// A parameter that the policy does not have; those that it has, each with what it may be.
    ParameterUnknown(String, Vec<(String, String)>),
    /// A parameter, and what it may be.
    Parameter(String, String),
    /// A role that the policy does not have.
    NoRole(String),
    /// A role that the guest does not know.
    GuestNoRole(String),
    /// What is wrong with the identifier of the party in this role.
    PartyId(String, IdError),
    /// One unit stands there twice.
    PartyTwice,
    /// How many parties have the role, and how many the policy wants.
    RoleCount {
        /// The role.
        role: String,
        /// How many there are.
        count: usize,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// A dataset of the client's own rows that the policy does not have; those that it has.
    RowsUnknown(String, Vec<String>),
    /// A dataset of the client's own rows that the request lacks.
    RowsAbsent(String),
    /// More rows than the policy takes.
    RowsMany {
        /// The dataset.
        dataset: String,
        /// How many there are.
        rows: usize,
        /// The most.
        max: u32,
    },
    /// Rows about a role that nobody plays.
    RowsOfNobody {
        /// The dataset.
        dataset: String,
        /// The role.
        role: String,
    },
    /// A cell of the client's own rows.
    RowCell {
        /// The dataset.
        dataset: String,
        /// The row, from 1.
        row: usize,
        /// The column.
        column: String,
        /// What is wrong.
        fault: RowFault,
    },
    /// The role of the party without consent.
    NoConsent(String),
    /// A consent that is for something else.
    ConsentFor {
        /// What of it.
        part: ConsentPart,
        /// What the job needs.
        wanted: String,
        /// What the consent says.
        given: String,
    },
    /// A consent's version is none.
    ConsentVersion,
    /// A consent that is about nobody in the job.
    ConsentStray,
    /// The moments between which a consent is valid, as seconds since 1970.
    ConsentWindow(i64, i64),
    /// A consent, by issuer and number.
    Consent(String, String),
    /// The account in which the client has no quota, or none left.
    Account(&'static str),
    /// How many jobs a minute the policy allows.
    PerMinute(u32),
    /// How many bytes of requests a minute are archived.
    BytesPerMinute(u64),
}

/// What a consent is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentPart {
    /// The ledger's id: which engine.
    Audience,
    /// The type of its authorisation.
    Kind,
    /// The client.
    Client,
    /// The purpose.
    Purpose,
    /// The policy.
    Policy,
    /// The policy's versions.
    Version,
    /// The party's role.
    Role,
}

impl ConsentPart {
    const fn english(self) -> &'static str {
        match self {
            Self::Audience => "engine",
            Self::Kind => "kind of answer",
            Self::Client => "client",
            Self::Purpose => "purpose",
            Self::Policy => "policy",
            Self::Version => "policy's version",
            Self::Role => "role",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Audience => "引擎",
            Self::Kind => "回答种类",
            Self::Client => "客户",
            Self::Purpose => "用途",
            Self::Policy => "政策",
            Self::Version => "政策版本",
            Self::Role => "角色",
        }
    }
}

fn quoted(names: &[String], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}

fn parameters(known: &[(String, String)], between: &str) -> String {
    known.iter().map(|(name, allowed)| format!("`{name}`: {allowed}")).collect::<Vec<_>>().join(between)
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(words) => words.fmt(f),
            Self::Json(words) => f.write_str(words),
            Self::NotOwner => f.write_str("`iss` is not the key's owner"),
            Self::Audience(wanted) => write!(f, "`aud` must be `{wanted}`"),
            Self::Target(target) => write!(f, "`htm` and `htu` must be `POST` and `{target}`"),
            Self::BatchJobs(max) => write!(f, "a batch has 1 to {max} jobs"),
            Self::BatchTable => f.write_str("a batch is of label jobs: ask for a table by itself"),
            Self::NotText => f.write_str("it is not text"),
            Self::CallTarget { method, url } => write!(f, "`htm` and `htu` must be `{method}` and `{url}`"),
            Self::CallBody(digest) => write!(f, "`body` must be the SHA-256 of the body, `{digest}`"),
            Self::CallSubject => f.write_str("an `access+jwt` names its subject as `sub`"),
            Self::Jti => f.write_str("`jti` must be at least 128 random bits in base64url"),
            Self::ConsentsMax(max) => write!(f, "at most {max} consents"),
            Self::Lifespan(seconds) => write!(f, "`exp` must be at most {seconds} s after `iat`"),
            Self::Expired => f.write_str("`exp` has passed"),
            Self::Early => f.write_str("`iat` lies in the future"),
            Self::GuestDigest(error) => write!(f, "`guest`: {error}"),
            Self::Guest(digest) => digest.fmt(f),
            Self::Policy(id, version) => write!(f, "{id} {version}"),
            Self::PolicyClose(id, None) => write!(f, "`{id}`"),
            Self::PolicyClose(id, Some(close)) => write!(f, "`{id}` → `{close}`?"),
            Self::Client(client) => f.write_str(client),
            Self::Validity(from, until) => write!(f, "{from} – {until}"),
            Self::Purpose(purpose) => f.write_str(purpose),
            Self::Misfits(misfits) => {
                f.write_str(&misfits.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
            Self::ParameterUnknown(name, known) if known.is_empty() => {
                write!(f, "`{name}`? the policy takes no parameters")
            }
            Self::ParameterUnknown(name, known) => write!(f, "`{name}`? {}", parameters(known, "; ")),
            Self::Parameter(name, allowed) => write!(f, "`{name}`: {allowed}"),
            Self::NoRole(role) => write!(f, "no role `{role}`"),
            Self::GuestNoRole(role) => write!(f, "the guest has no role `{role}`"),
            Self::PartyId(role, error) => write!(f, "role `{role}`: {error}"),
            Self::PartyTwice => f.write_str("one unit appears once in a job"),
            Self::RoleCount { role, count, min, max } if min == max => {
                write!(f, "role `{role}` is played by {count}, the policy wants exactly {max}")
            }
            Self::RoleCount { role, count, min, max } => {
                write!(f, "role `{role}` is played by {count}, the policy wants {min} to {max}")
            }
            Self::RowsUnknown(name, known) if known.is_empty() => write!(f, "`{name}`? the policy takes no rows"),
            Self::RowsUnknown(name, known) => write!(f, "`{name}`? {}", quoted(known, ", ")),
            Self::RowsAbsent(dataset) => {
                write!(f, "`{dataset}` is not in `rows`: an empty list says that there are none")
            }
            Self::RowsMany { dataset, rows, max } => write!(f, "`{dataset}` has {rows} rows, the policy takes {max}"),
            Self::RowsOfNobody { dataset, role } => {
                write!(f, "`{dataset}` is about the role `{role}`, which nobody plays: its list must be empty")
            }
            Self::RowCell { dataset, row, column, fault } => write!(f, "`{dataset}`, row {row}, `{column}`: {fault}"),
            Self::NoConsent(role) => write!(f, "role `{role}`"),
            Self::ConsentFor { part, wanted, given } => {
                write!(f, "the consent is for the {} `{given}`, the job needs `{wanted}`", part.english())
            }
            Self::ConsentVersion => f.write_str("a version is three numbers"),
            Self::ConsentStray => f.write_str("a consent serves no party of the job"),
            Self::ConsentWindow(from, until) => write!(f, "valid from {} to {}", moment(*from), moment(*until)),
            Self::Consent(issuer, jti) => write!(f, "`{jti}` of `{issuer}`"),
            Self::Account(account) => write!(f, "account `{account}`"),
            Self::PerMinute(jobs) => write!(f, "{jobs} a minute"),
            Self::BytesPerMinute(bytes) => write!(f, "{bytes} bytes of requests a minute"),
        }
    }
}

/// A moment as `2026-01-31 08:00:00Z`.
fn moment(seconds: i64) -> String {
    let day = seconds.div_euclid(86_400);
    let of_day = seconds.rem_euclid(86_400);
    let date = i32::try_from(day).map_or_else(|_| day.to_string(), |day| Date::from_days(day).to_string());
    format!("{date} {:02}:{:02}:{:02}Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

impl Chinese for Detail {
    fn chinese(&self) -> String {
        match self {
            Self::Token(words) => words.chinese(),
            Self::Json(words) => foreign(words),
            Self::NotOwner => "`iss` 不是该密钥的持有者".to_owned(),
            Self::Audience(wanted) => format!("`aud` 应为 `{wanted}`"),
            Self::Target(target) => format!("`htm` 和 `htu` 应为 `POST` 和 `{target}`"),
            Self::BatchJobs(max) => format!("一批作业应为 1 至 {max} 个"),
            Self::BatchTable => "批次只含标签作业：统计表请单独询问".to_owned(),
            Self::NotText => "内容不是文本".to_owned(),
            Self::CallTarget { method, url } => format!("`htm` 和 `htu` 应为 `{method}` 和 `{url}`"),
            Self::CallBody(digest) => format!("`body` 应为请求正文的 SHA-256，即 `{digest}`"),
            Self::CallSubject => "`access+jwt` 须以 `sub` 写明所查主体".to_owned(),
            Self::Jti => "`jti` 应为至少 128 位随机数的 base64url".to_owned(),
            Self::ConsentsMax(max) => format!("授权书至多 {max} 份"),
            Self::Lifespan(seconds) => format!("`exp` 至多比 `iat` 晚 {seconds} 秒"),
            Self::Expired => "`exp` 已过".to_owned(),
            Self::Early => "`iat` 尚在将来".to_owned(),
            Self::GuestDigest(error) => format!("`guest`：{}", error.chinese()),
            Self::Guest(digest) => digest.to_string(),
            Self::Policy(id, version) => format!("{id} {version}"),
            Self::PolicyClose(id, None) => format!("`{id}`"),
            Self::PolicyClose(id, Some(close)) => format!("`{id}`：是否指 `{close}`？"),
            Self::Client(client) => client.clone(),
            Self::Validity(from, until) => format!("{from} 至 {until}"),
            Self::Purpose(purpose) => purpose.clone(),
            Self::Misfits(misfits) => misfits.iter().map(Chinese::chinese).collect::<Vec<_>>().join("；"),
            Self::ParameterUnknown(name, known) if known.is_empty() => format!("没有 `{name}`；该政策没有参数"),
            Self::ParameterUnknown(name, known) => {
                format!("没有 `{name}`；可用 {}", parameters(known, "；").replace(", ", "、"))
            }
            Self::Parameter(name, allowed) => format!("`{name}`：{}", allowed.replace(", ", "、")),
            Self::NoRole(role) => format!("没有角色 `{role}`"),
            Self::GuestNoRole(role) => format!("程序没有角色 `{role}`"),
            Self::PartyId(role, error) => format!("角色 `{role}`：{}", error.chinese()),
            Self::PartyTwice => "同一主体在一次询问中只能出现一次".to_owned(),
            Self::RoleCount { role, count, min, max } if min == max => {
                format!("角色 `{role}` 有 {count} 个当事方，政策要求恰好 {max} 个")
            }
            Self::RoleCount { role, count, min, max } => {
                format!("角色 `{role}` 有 {count} 个当事方，政策要求 {min} 至 {max} 个")
            }
            Self::RowsUnknown(name, known) if known.is_empty() => format!("没有 `{name}`；该政策不接受自有数据"),
            Self::RowsUnknown(name, known) => format!("没有 `{name}`；可用 {}", quoted(known, "、")),
            Self::RowsAbsent(dataset) => format!("`rows` 中缺少 `{dataset}`：没有数据时请写空列表"),
            Self::RowsMany { dataset, rows, max } => format!("`{dataset}` 有 {rows} 行，政策至多接受 {max} 行"),
            Self::RowsOfNobody { dataset, role } => {
                format!("`{dataset}` 关于角色 `{role}`，而本次询问无人担任：其列表应为空")
            }
            Self::RowCell { dataset, row, column, fault } => {
                format!("`{dataset}` 第 {row} 行 `{column}`：{}", fault.chinese())
            }
            Self::NoConsent(role) => format!("角色 `{role}`"),
            Self::ConsentFor { part, wanted, given } => {
                format!("授权书的{}为 `{given}`，本次询问需要 `{wanted}`", part.chinese())
            }
            Self::ConsentVersion => "版本应为三个数".to_owned(),
            Self::ConsentStray => "有授权书不属于本次询问的任何当事方".to_owned(),
            Self::ConsentWindow(from, until) => format!("有效期为 {} 至 {}", moment(*from), moment(*until)),
            Self::Consent(issuer, jti) => format!("`{issuer}` 的 `{jti}`"),
            Self::Account(account) => format!("账户 `{account}`"),
            Self::PerMinute(jobs) => format!("每分钟 {jobs} 次"),
            Self::BytesPerMinute(bytes) => format!("每分钟请求共 {bytes} 字节"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_policy_wants_is_told_as_it_is() {
        let count = |min, max| Detail::RoleCount { role: "child".to_owned(), count: 2, min, max };
        assert!(count(1, 1).to_string().ends_with("the policy wants exactly 1"));
        assert!(count(1, 1).chinese().ends_with("政策要求恰好 1 个"));
        assert!(count(0, 1).to_string().ends_with("the policy wants 0 to 1"));
        let unknown = |known: Vec<(String, String)>| Detail::ParameterUnknown("months".to_owned(), known);
        assert_eq!(unknown(Vec::new()).to_string(), "`months`? the policy takes no parameters");
        assert_eq!(unknown(Vec::new()).chinese(), "没有 `months`；该政策没有参数");
        let one = vec![("line".to_owned(), "1, 2".to_owned())];
        assert_eq!(unknown(one.clone()).to_string(), "`months`? `line`: 1, 2");
        assert_eq!(unknown(one).chinese(), "没有 `months`；可用 `line`: 1、2");
    }

    #[test]
    fn a_consents_window_is_told_in_utc() {
        assert_eq!(moment(1_767_225_599), "2025-12-31 23:59:59Z");
        assert_eq!(moment(-1), "1969-12-31 23:59:59Z");
    }
}
