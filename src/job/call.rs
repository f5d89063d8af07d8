//! Calls beside jobs: who makes them. A call's token covers method, URL and body, lives for a minute, and is taken once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::authenticate::{CLOCK_SKEW_MAX_SECONDS, check_jti, token_refusal};
use super::compose::ComposeError;
use crate::config::{CallerKind, Config};
use crate::env::Entropy;
use crate::env::weaken::{self, Weakness};
use crate::keys::{SigningKey, TokenKind, canonical_json, encode_segment, read_json, sign, verify};
use crate::model::{Chinese, Detail, Digest, Millis, Refusal, RefusalCode};

/// A call's token is valid for at most so long.
const CALL_AGE_MAX_SECONDS: i64 = 60;
/// So many tokens of one caller are remembered until they expire; beyond that its calls are told to come again.
const REMEMBERED_MAX: usize = 200_000;

/// The payload of a `call+jwt` and a `guest+jwt`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireCall {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
    htm: String,
    htu: String,
    /// SHA-256 of the body, of the empty one too.
    body: String,
    /// Whom the call is about, where it is about somebody: no log of addresses sees it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
}

/// What is called: what a token must cover.
#[derive(Clone, Debug)]
pub struct CallTarget {
    /// The method.
    pub method: String,
    /// The path, with the query.
    pub path: String,
    /// SHA-256 of the body.
    pub body: Digest,
}

/// Who calls, proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The caller.
    pub id: String,
    /// What it is.
    pub kind: CallerKind,
    /// Whom the call is about, as it is written there.
    pub subject: Option<String>,
}

/// Who calls, by a token that is right for method and address. Whether it covers the body, and is used for the first time,
/// is still to be said.
#[derive(Debug)]
pub struct Recognised {
    owner: String,
    wire: WireCall,
}

/// A call is not let in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many calls within a minute.
    #[error("too many calls are remembered: come again in a minute")]
    Full,
}

/// The tokens of the last minute, caller by caller: what one sends makes no other wait.
#[derive(Default)]
pub(super) struct CallMemory(Mutex<HashMap<String, Remembered>>);

/// One caller's tokens, and when they expire.
#[derive(Default)]
struct Remembered {
    tokens: HashMap<String, i64>,
    /// The second in which expired ones were last looked for, among so many.
    swept: i64,
}

impl CallMemory {
    /// Takes a token, once.
    fn take(&self, owner: &str, jti: &str, expires: i64, now: i64) -> Result<(), CallError> {
        let mut callers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Remembered { tokens, swept } = callers.entry(owner.to_owned()).or_default();
        if let Some(known) = tokens.get(jti)
            && *known > now
            && !weaken::on(Weakness::CallReplayed)
        {
            return Err(Refusal::bare(RefusalCode::Replay).into());
        }
        if tokens.len() >= REMEMBERED_MAX && *swept != now {
            *swept = now;
            tokens.retain(|_, expires| *expires > now);
        }
        if tokens.len() >= REMEMBERED_MAX {
            return Err(CallError::Full);
        }
        tokens.insert(jti.to_owned(), expires);
        Ok(())
    }
}

/// Checks all of a call's token that can be checked without the body: signature, address, freshness.
pub(super) fn recognise(
    token: &str,
    kind: TokenKind,
    (method, path): (&str, &str),
    config: &Config,
    now: Millis,
) -> Result<Recognised, CallError> {
    let verified = verify(token, kind, config.callers.keys()).map_err(token_refusal)?;
    let wire: WireCall = read_json(verified.value())
        .map_err(|error| Refusal::about(RefusalCode::Malformed, Detail::Json(error.to_string())))?;
    let owner = verified.owner();
    check_addressed(&wire, owner, kind, (method, path), config)?;
    check_fresh(&wire, now)?;
    Ok(Recognised { owner: owner.to_owned(), wire })
}

impl Recognised {
    /// Checks that the token covers `body` and is fresh still, and takes it, so that it serves once.
    pub(super) fn let_in(
        self,
        body: Digest,
        config: &Config,
        memory: &CallMemory,
        now: Millis,
    ) -> Result<Called, CallError> {
        if self.wire.body != body.to_string() && !weaken::on(Weakness::CallBodyIgnored) {
            return Err(Refusal::about(RefusalCode::Audience, Detail::CallBody(body)).into());
        }
        check_fresh(&self.wire, now)?;
        // A caller that was taken away while its body came is a caller no more.
        let caller = config.callers.get(&self.owner).ok_or_else(|| Refusal::bare(RefusalCode::Client))?;
        memory.take(&self.owner, &self.wire.jti, self.wire.exp, now.seconds())?;
        Ok(Called { id: self.owner, kind: caller.kind, subject: self.wire.sub })
    }
}

fn check_addressed(
    wire: &WireCall,
    owner: &str,
    kind: TokenKind,
    (method, path): (&str, &str),
    config: &Config,
) -> Result<(), Refusal> {
    let refuse = |code, detail| Err(Refusal::about(code, detail));
    if wire.iss != owner {
        return refuse(RefusalCode::Client, Detail::NotOwner);
    }
    if wire.aud != config.ledger {
        return refuse(RefusalCode::Audience, Detail::Audience(config.ledger.clone()));
    }
    let url = format!("{}{path}", config.public_url);
    if wire.htm != method || wire.htu != url {
        return refuse(RefusalCode::Audience, Detail::CallTarget { method: method.to_owned(), url });
    }
    if wire.sub.is_none() && kind == TokenKind::Access {
        return refuse(RefusalCode::Malformed, Detail::CallSubject);
    }
    check_jti(&wire.jti)
}

fn check_fresh(wire: &WireCall, now: Millis) -> Result<(), Refusal> {
    let detail = if wire.exp <= wire.iat || wire.exp.saturating_sub(wire.iat) > CALL_AGE_MAX_SECONDS {
        Detail::Lifespan(CALL_AGE_MAX_SECONDS)
    } else if wire.iat > now.seconds().saturating_add(CLOCK_SKEW_MAX_SECONDS) {
        Detail::Early
    } else if wire.exp <= now.seconds() {
        Detail::Expired
    } else {
        return Ok(());
    };
    Err(Refusal::about(RefusalCode::Stale, detail))
}

/// What a caller wants to call.
#[derive(Clone, Debug)]
pub struct CallOrder<'a> {
    /// The caller.
    pub caller: &'a str,
    /// The ledger's id.
    pub audience: &'a str,
    /// The engine's public URL.
    pub public_url: &'a str,
    /// What is called.
    pub target: CallTarget,
    /// Whom the call is about.
    pub subject: Option<String>,
}

/// Signs a call; `kind` is `Call`, `Guest` or `Access`.
pub fn compose_call(
    order: &CallOrder<'_>,
    kind: TokenKind,
    key: &SigningKey,
    now: Millis,
    entropy: &Entropy,
) -> Result<String, ComposeError> {
    let wire = WireCall {
        iss: order.caller.to_owned(),
        aud: order.audience.to_owned(),
        iat: now.seconds(),
        exp: now.seconds().saturating_add(CALL_AGE_MAX_SECONDS),
        jti: encode_segment(&entropy.bytes::<16>()?),
        htm: order.target.method.clone(),
        htu: format!("{}{}", order.public_url, order.target.path),
        body: order.target.body.to_string(),
        sub: order.subject.clone(),
    };
    Ok(sign(key, kind, &canonical_json(&wire)?))
}

/// Reads a call's token as far as that needs no call: signature and form. Gives whose it is, and what it says, written anew.
pub fn read_call(token: &str, kind: TokenKind, config: &Config) -> Result<(String, Vec<u8>), Refusal> {
    let verified = verify(token, kind, config.callers.keys()).map_err(token_refusal)?;
    let malformed = |error: String| Refusal::about(RefusalCode::Malformed, Detail::Json(error));
    let wire: WireCall = read_json(verified.value()).map_err(|error| malformed(error.to_string()))?;
    let written = serde_json::to_vec(&wire).map_err(|error| malformed(error.to_string()))?;
    Ok((verified.owner().to_owned(), written))
}

impl Chinese for CallError {
    fn chinese(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.chinese(),
            Self::Full => "一分钟内的调用过多：请一分钟后再试".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_serves_once_and_a_callers_memory_is_its_own() {
        let memory = CallMemory::default();
        let replay = || Err(Refusal::bare(RefusalCode::Replay).into());
        assert_eq!(memory.take("a", "first", 60, 0), Ok(()));
        assert_eq!(memory.take("a", "first", 60, 59), replay());
        // A shorter life under the same number does not shorten the first one's.
        assert_eq!(memory.take("a", "first", 10, 1), replay());
        assert_eq!(memory.take("a", "first", 60, 11), replay());
        assert_eq!(memory.take("b", "first", 60, 0), Ok(()));
        for number in 1..REMEMBERED_MAX {
            assert_eq!(memory.take("a", &number.to_string(), 60, 0), Ok(()));
        }
        assert_eq!(memory.take("a", "more", 60, 0), Err(CallError::Full));
        assert_eq!(memory.take("a", "first", 60, 0), replay());
        assert_eq!(memory.take("b", "more", 60, 0), Ok(()));
        // A minute later there is room again.
        assert_eq!(memory.take("a", "more", 120, 60), Ok(()));
    }
}
