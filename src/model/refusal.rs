//! The closed list of refusals: everything that the engine may say no with. All of them are decided
//! before the reservation, from the request, the configuration and the caller's own history.

use super::{Chinese, Detail, Lang};

/// A refusal: a code from the closed list, and what exactly it is about.
///
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which refusal.
    pub code: RefusalCode,
    /// What exactly it is about, where the code does not say it all.
    pub detail: Option<Detail>,
}

/// Every refusal there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// The request is not a well-formed job: correct it and sign it again.
    Malformed,
    /// The signature does not verify with the key of the client named: sign with the registered key.
    Signature,
    /// The client is not registered here: ask the operator to add it.
    Client,
    /// The request is addressed to another engine: set `aud`, `htm` and `htu` to this one.
    Audience,
    /// The request is not fresh: sign a new one, valid for at most five minutes, with a right clock.
    Stale,
    /// This `jti` was used for another request: choose a new random one.
    Replay,
    /// No such policy version is in force: ask for one that `anshi policy list` shows.
    Policy,
    /// The policy is not valid today: ask under one that is.
    PolicyDate,
    /// The policy does not allow this client.
    PolicyClient,
    /// The purpose is not the policy's: state the purpose that the policy was approved for.
    Purpose,
    /// The guest is not registered: register it first.
    Guest,
    /// The policy does not allow this guest.
    GuestPolicy,
    /// The guest asks for more than the policy grants: change the guest, or have the policy reviewed.
    GuestManifest,
    /// A parameter is missing, unknown or not one of the policy's values: use those that are listed.
    Parameters,
    /// The parties are not those that the policy wants: name each role as often as it says, no unit twice, identifiers in canonical form.
    Parties,
    /// The client's own rows are not those that the policy declares: mend the row and column that are named.
    Rows,
    /// A party's consent is missing: obtain it from the party's authority and send it along.
    ConsentMissing,
    /// A consent does not cover this job: it is for another party, client, purpose, policy, role or engine, or its signature fails.
    ConsentInvalid,
    /// A consent is expired or not yet valid: obtain a new one.
    ConsentTime,
    /// A consent has been used as often as it allows, or was revoked: obtain a new one.
    ConsentUsed,
    /// Your own quota for this party is used up: wait until the window has passed.
    Budget,
    /// You sent more jobs in a minute than the policy allows: slow down.
    Rate,
}

impl RefusalCode {
    /// All codes, for tests and documents.
    pub const ALL: &'static [Self] = &[
        Self::Malformed,
        Self::Signature,
        Self::Client,
        Self::Audience,
        Self::Stale,
        Self::Replay,
        Self::Policy,
        Self::PolicyDate,
        Self::PolicyClient,
        Self::Purpose,
        Self::Guest,
        Self::GuestPolicy,
        Self::GuestManifest,
        Self::Parameters,
        Self::Parties,
        Self::Rows,
        Self::ConsentMissing,
        Self::ConsentInvalid,
        Self::ConsentTime,
        Self::ConsentUsed,
        Self::Budget,
        Self::Rate,
    ];

    /// The stable word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed-request",
            Self::Signature => "bad-signature",
            Self::Client => "unknown-client",
            Self::Audience => "wrong-audience",
            Self::Stale => "stale-request",
            Self::Replay => "replayed-request",
            Self::Policy => "unknown-policy",
            Self::PolicyDate => "policy-not-valid",
            Self::PolicyClient => "client-not-allowed",
            Self::Purpose => "wrong-purpose",
            Self::Guest => "unknown-guest",
            Self::GuestPolicy => "guest-not-allowed",
            Self::GuestManifest => "guest-exceeds-policy",
            Self::Parameters => "bad-parameters",
            Self::Parties => "bad-parties",
            Self::Rows => "bad-rows",
            Self::ConsentMissing => "consent-missing",
            Self::ConsentInvalid => "consent-invalid",
            Self::ConsentTime => "consent-not-valid-now",
            Self::ConsentUsed => "consent-used-up",
            Self::Budget => "budget-exhausted",
            Self::Rate => "too-many-jobs",
        }
    }

    /// What it means and what to do, for a person.
    pub const fn text(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Malformed => "The request is not a well-formed job: correct it and sign it again.",
            Self::Signature => {
                "The signature does not verify with the key of the client named: sign with the registered key."
            }
            Self::Client => "The client is not registered here: ask the operator to add it.",
            Self::Audience => "The request is addressed to another engine: set `aud`, `htm` and `htu` to this one.",
            Self::Stale => {
                "The request is not fresh: sign a new one, valid for at most five minutes, with a right clock."
            }
            Self::Replay => "This `jti` was used for another request: choose a new random one.",
            Self::Policy => "No such policy version is in force: ask for one that `anshi policy list` shows.",
            Self::PolicyDate => "The policy is not valid today: ask under one that is.",
            Self::PolicyClient => "The policy does not allow this client.",
            Self::Purpose => "The purpose is not the policy's: state the purpose that the policy was approved for.",
            Self::Guest => "The guest is not registered: register it first.",
            Self::GuestPolicy => "The policy does not allow this guest.",
            Self::GuestManifest => {
                "The guest asks for more than the policy grants: change the guest, or have the policy reviewed."
            }
            Self::Parameters => {
                "A parameter is missing, unknown or not one of the policy's values: use those that are listed."
            }
            Self::Parties => {
                "The parties are not those that the policy wants: name each role as often as it says, no unit twice, identifiers in canonical form."
            }
            Self::Rows => {
                "Your own rows are not those that the policy declares: mend what is named and sign the request again."
            }
            Self::ConsentMissing => {
                "A party's consent is missing: obtain it from the party's authority and send it along."
            }
            Self::ConsentInvalid => {
                "A consent does not cover this job: it is for another party, client, purpose, policy, role or engine, or its signature fails."
            }
            Self::ConsentTime => "A consent is expired or not yet valid: obtain a new one.",
            Self::ConsentUsed => "A consent has been used as often as it allows, or was revoked: obtain a new one.",
            Self::Budget => "Your own quota for this party is used up: wait until the window has passed.",
            Self::Rate => "You sent more jobs in a minute than the policy allows: slow down.",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Malformed => "请求格式不正确：请改正后重新签名。",
            Self::Signature => "签名与该客户的密钥不符：请使用已登记的密钥签名。",
            Self::Client => "客户未在此登记：请联系运行方添加。",
            Self::Audience => "请求发往的不是本引擎：请将 `aud`、`htm`、`htu` 设为本引擎。",
            Self::Stale => "请求已过期或尚未生效：请校准时钟，重新签署有效期不超过五分钟的请求。",
            Self::Replay => "该 `jti` 已在另一请求中用过：请换用新的随机值。",
            Self::Policy => "该政策版本未生效：请用 `anshi policy list` 查看生效的政策。",
            Self::PolicyDate => "该政策今日不在有效期内：请使用有效的政策。",
            Self::PolicyClient => "该政策不允许此客户。",
            Self::Purpose => "用途与政策不符：请声明该政策获批的用途。",
            Self::Guest => "程序尚未登记：请先登记。",
            Self::GuestPolicy => "该政策不允许此程序。",
            Self::GuestManifest => "程序要读取的数据超出政策授予的范围：请修改程序，或提请复核政策。",
            Self::Parameters => "参数缺失、未知或不在政策允许的取值之内：请使用所列取值。",
            Self::Parties => "当事方与政策要求不符：请按政策规定的数量指明各角色，同一主体不得重复，标识须为规范形式。",
            Self::Rows => "自有数据与政策所声明的不符：请改正所指之处后重新签名。",
            Self::ConsentMissing => "缺少当事方的授权书：请向授权机构取得后一并提交。",
            Self::ConsentInvalid => "授权书不适用于本次请求：其当事方、客户、用途、政策、角色或引擎不符，或签名无效。",
            Self::ConsentTime => "授权书已过期或尚未生效：请重新取得。",
            Self::ConsentUsed => "授权书的次数已用完，或已被撤销：请重新取得。",
            Self::Budget => "贵方对该当事方的额度已用完：请待额度窗口期过后再询问。",
            Self::Rate => "一分钟内的请求数超过政策上限：请降低频率。",
        }
    }
}

impl Refusal {
    /// A refusal about `detail`.
    pub const fn about(code: RefusalCode, detail: Detail) -> Self {
        Self { code, detail: Some(detail) }
    }

    /// A refusal whose code says it all.
    pub const fn bare(code: RefusalCode) -> Self {
        Self { code, detail: None }
    }

    /// The whole refusal, for a person.
    pub fn text(&self, lang: Lang) -> String {
        let meaning = self.code.text(lang);
        match (&self.detail, lang) {
            (None, _) => meaning.to_owned(),
            (Some(detail), Lang::En) => format!("{meaning} ({detail})"),
            (Some(detail), Lang::Zh) => format!("{meaning}（{}）", detail.chinese()),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.word(), self.text(Lang::En))
    }
}

impl std::error::Error for Refusal {}

impl Chinese for Refusal {
    fn chinese(&self) -> String {
        format!("{}：{}", self.code.word(), Self::text(self, Lang::Zh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique() {
        let mut words: Vec<&str> = RefusalCode::ALL.iter().map(|code| code.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), RefusalCode::ALL.len());
    }
}
