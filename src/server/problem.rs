//! What the service says no with: RFC 9457 problems of a closed list. None depends on data; each says what to do.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::job::{CallError, Failure, RegisterFailure};
use crate::ledger::LedgerError;
use crate::model::{Bilingual, Chinese, Lang, Refusal, RefusalCode};

/// How long a client waits that is told to come again.
pub(super) const RETRY_AFTER_SECONDS: u32 = 1;
/// How long one waits that has sent too many jobs in a minute.
pub(super) const RETRY_RATE_SECONDS: u32 = 60;

/// A problem: a kind from the closed list, and what exactly it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    kind: ProblemKind,
    detail: Option<Bilingual>,
}

/// Every problem there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProblemKind {
    /// A refusal of the engine's own closed list.
    Refused(RefusalCode),
    /// Nothing is there.
    NotFound,
    /// Not with this method.
    Method,
    /// The body is not of the media type that is taken here.
    MediaType,
    /// The body is too large.
    TooLarge,
    /// The body did not come in time, or is not complete.
    Body,
    /// The call carries no token.
    Unauthenticated,
    /// The caller is of a kind that may not call this.
    Forbidden,
    /// The query's or path's values are not understood.
    Query,
    /// The guest cannot be registered.
    Guest,
    /// Too much to do.
    Overloaded,
    /// The engine is stopping, or its ledger or log cannot be written.
    Stopping,
    /// There are no data to answer from.
    NoData,
    /// More units than the policy's slot holds.
    TooManyUnits,
    /// The job was open when an engine crashed.
    Abandoned,
    /// Only a table that is under way can be cancelled.
    NotUnderWay,
    /// What was found on disk cannot be taken.
    Reload,
    /// A fault of the engine's own.
    Internal,
}

/// The JSON of a problem (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(super) struct ProblemDetails {
    /// The kind, as a URN: `urn:anshi:problem:budget-exhausted`.
    #[serde(rename = "type")]
    #[schema(example = "urn:anshi:problem:budget-exhausted")]
    kind: String,
    /// What it means and what to do.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What exactly it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl ProblemKind {
    /// All that are not refusals.
    pub const OWN: [Self; 17] = [
        Self::NotFound,
        Self::Method,
        Self::MediaType,
        Self::TooLarge,
        Self::Body,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::Query,
        Self::Guest,
        Self::Overloaded,
        Self::Stopping,
        Self::NoData,
        Self::TooManyUnits,
        Self::Abandoned,
        Self::NotUnderWay,
        Self::Reload,
        Self::Internal,
    ];

    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refused(code) => code.word(),
            Self::NotFound => "not-found",
            Self::Method => "method-not-allowed",
            Self::MediaType => "wrong-media-type",
            Self::TooLarge => "too-large",
            Self::Body => "incomplete-body",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Query => "bad-query",
            Self::Guest => "guest-unacceptable",
            Self::Overloaded => "overloaded",
            Self::Stopping => "unavailable",
            Self::NoData => "no-data",
            Self::TooManyUnits => "too-many-units",
            Self::Abandoned => "abandoned",
            Self::NotUnderWay => "not-under-way",
            Self::Reload => "reload-failed",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Refused(code) => refusal_status(code),
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body | Self::Query => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Guest => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Overloaded | Self::Stopping | Self::NoData => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooManyUnits | Self::NotUnderWay | Self::Reload => StatusCode::CONFLICT,
            Self::Abandoned => StatusCode::GONE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What it means and what to do.
    pub const fn title(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Refused(code), _) => code.text(lang),
            (own, Lang::En) => own.english(),
            (own, Lang::Zh) => own.chinese(),
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Refused(code) => code.text(Lang::En),
            Self::NotFound => "There is nothing at this address: look at `/openapi.json`.",
            Self::Method => "This address does not take this method: look at `/openapi.json`.",
            Self::MediaType => "The body's media type is not taken here: a job and a batch are `application/jose`.",
            Self::TooLarge => "The body is too large: see the limits in `/openapi.json`.",
            Self::Body => "The body did not come whole and in time: send it again.",
            Self::Unauthenticated => "The call carries no token: send `Authorization: JOSE <call+jwt>`.",
            Self::Forbidden => "Callers of your kind may not call this.",
            Self::Query => "A value in the address is not understood: see `/openapi.json`.",
            Self::Guest => "The guest cannot be registered: change it as the detail says.",
            Self::Overloaded => "There is too much to do; nothing was charged: come again after `Retry-After` seconds.",
            Self::Stopping => "The engine is stopping or cannot write its records: send the same request again later.",
            Self::NoData => "The engine has no data for this yet; nothing was charged: ask the operator.",
            Self::TooManyUnits => {
                "There are more units than the policy has time for; nothing was charged: tell the auditors."
            }
            Self::Abandoned => "The job was open when the engine crashed: its charge stays; sign a new request.",
            Self::NotUnderWay => "Only a table that is under way can be cancelled.",
            Self::Reload => "What was found on disk was not taken, and everything stays as it was: see the detail.",
            Self::Internal => "The engine failed: tell its operator the request's id.",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Refused(code) => code.text(Lang::Zh),
            Self::NotFound => "此地址没有内容：请查看 `/openapi.json`。",
            Self::Method => "此地址不接受该方法：请查看 `/openapi.json`。",
            Self::MediaType => "此处不接受该媒体类型：作业与批次为 `application/jose`。",
            Self::TooLarge => "请求正文过大：限制见 `/openapi.json`。",
            Self::Body => "请求正文未能完整、及时地到达：请重新发送。",
            Self::Unauthenticated => "调用没有携带令牌：请发送 `Authorization: JOSE <call+jwt>`。",
            Self::Forbidden => "您这一类调用方不能调用此项。",
            Self::Query => "地址中有无法理解的值：见 `/openapi.json`。",
            Self::Guest => "程序无法登记：请按说明修改。",
            Self::Overloaded => "当前任务过多，未扣任何额度：请在 `Retry-After` 秒之后再来。",
            Self::Stopping => "引擎正在停止，或无法写入记录：请稍后重发同一请求。",
            Self::NoData => "引擎尚无所需数据，未扣任何额度：请联系运行方。",
            Self::TooManyUnits => "主体数量超出该政策的时限所能处理的范围，未扣任何额度：请告知审核方。",
            Self::Abandoned => "引擎崩溃时作业尚未结束：已扣额度不退；请签署新的请求。",
            Self::NotUnderWay => "只有正在进行的统计表作业可以取消。",
            Self::Reload => "磁盘上的内容未被采用，一切保持原样：见说明。",
            Self::Internal => "引擎出错：请把请求编号告知运行方。",
        }
    }
}

const fn refusal_status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::Malformed => StatusCode::BAD_REQUEST,
        RefusalCode::Signature | RefusalCode::Client | RefusalCode::Audience | RefusalCode::Stale => {
            StatusCode::UNAUTHORIZED
        }
        RefusalCode::Replay => StatusCode::CONFLICT,
        RefusalCode::Policy | RefusalCode::Guest => StatusCode::NOT_FOUND,
        RefusalCode::Parameters | RefusalCode::Parties => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalCode::Rate => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::FORBIDDEN,
    }
}

impl Problem {
    /// A problem whose kind says it all.
    pub const fn bare(kind: ProblemKind) -> Self {
        Self { kind, detail: None }
    }

    /// A problem about something.
    pub fn about(kind: ProblemKind, detail: &impl Chinese) -> Self {
        Self { kind, detail: Some(detail.bilingual()) }
    }

    /// What kind it is.
    pub const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The JSON of it.
    pub fn details(&self, lang: Lang) -> ProblemDetails {
        ProblemDetails {
            kind: format!("urn:anshi:problem:{}", self.kind.word()),
            title: self.kind.title(lang).to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.as_ref().map(|detail| detail.in_lang(lang).to_owned()),
        }
    }

    /// The answer in `lang`.
    pub fn response(&self, lang: Lang) -> Response {
        let mut response = (self.kind.status(), Json(self.details(lang))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(match lang {
                Lang::Zh => "zh",
                Lang::En => "en",
            }),
        );
        let retry = match self.kind {
            ProblemKind::Overloaded | ProblemKind::Stopping | ProblemKind::NoData => Some(RETRY_AFTER_SECONDS),
            ProblemKind::Refused(RefusalCode::Rate) => Some(RETRY_RATE_SECONDS),
            _ => None,
        };
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("JOSE"));
        }
        response
    }
}

/// The middleware asks the caller's language and writes the answer anew; by itself a problem is English.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.response(Lang::En);
        response.extensions_mut().insert(self);
        response
    }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self::bare(kind)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.detail.as_ref().map(Chinese::bilingual);
        Self { kind: ProblemKind::Refused(refusal.code), detail }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refusal) => refusal.into(),
            CallError::Full => ProblemKind::Overloaded.into(),
        }
    }
}

/// What went wrong inside goes to the operator's log, never to a client.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::NoSnapshot | Failure::NoDataset(_) => Self::about(ProblemKind::NoData, &failure),
            Failure::TooManyUnits(_) => Self::about(ProblemKind::TooManyUnits, &failure),
            Failure::Ledger(LedgerError::Abandoned) => ProblemKind::Abandoned.into(),
            Failure::Stopping => ProblemKind::Stopping.into(),
            Failure::Ledger(error) => {
                tracing::error!(%error, "the ledger");
                ProblemKind::Stopping.into()
            }
            Failure::Guest(_) | Failure::Bundle(_) => {
                tracing::error!(%failure, "a job");
                ProblemKind::Internal.into()
            }
        }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        Failure::Ledger(error).into()
    }
}

impl From<RegisterFailure> for Problem {
    fn from(failure: RegisterFailure) -> Self {
        match failure {
            RegisterFailure::Ledger(error) => error.into(),
            RegisterFailure::Guest(error) => Self::about(ProblemKind::Guest, &error),
        }
    }
}
