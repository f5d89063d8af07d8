//! Attack 42 over HTTP: forged tokens of calls. Every byte of one changed, the games with `alg`, second encodings, other
//! schemes and several of them at once.

use anshi::env::weaken::Weakness;
use anshi::keys::{TokenKind, sha256};

use super::a42_forgery::{second_encodings, strange_headers, strangers_tokens};
use super::run::check;
use crate::support::{Reply, Served, reseal};

const PATH: &str = "/v1/policies";
/// What is no token of a caller's.
const REFUSED: [&str; 5] =
    ["unauthenticated", "malformed-request", "bad-signature", "unknown-client", "malformed-http-request"];

fn show(served: &Served, authorization: &str) -> Reply {
    served.send("GET", PATH, &[("authorization", authorization)], b"")
}

/// A token that must not be let in: by the service, and by the engine that it asks.
fn refused(served: &Served, what: &str, token: &str) -> Result<(), String> {
    // A line's end would end the header; the engine is asked all the same.
    if !token.contains(['\n', '\r', '\0']) {
        let reply = show(served, &format!("JOSE {token}"));
        if reply.status < 400 || !REFUSED.contains(&reply.problem().as_str()) {
            return Err(format!("{what} is let in: {} {}", reply.status, reply.text()));
        }
    }
    let_in(served, what, token)
}

fn let_in(served: &Served, what: &str, token: &str) -> Result<(), String> {
    let engine = &served.home.engine;
    let recognised = engine.recognise(token, TokenKind::Call, "GET", PATH);
    match recognised.and_then(|recognised| engine.let_in(recognised, sha256(b""))) {
        Err(_) => Ok(()),
        Ok(called) => Err(format!("{what} is let in as {}", called.id)),
    }
}

fn each_byte_changed(served: &Served, token: &str) -> Result<(), String> {
    for place in 0..token.len() {
        for (number, byte) in b"AQ_.=".iter().enumerate() {
            let mut changed = token.as_bytes().to_vec();
            if changed[place] == *byte {
                continue;
            }
            changed[place] = *byte;
            let (what, changed) =
                (format!("byte {place} changed to `{}`", char::from(*byte)), String::from_utf8(changed).unwrap());
            match number == place % 5 {
                true => refused(served, &what, &changed)?,
                false => let_in(served, &what, &changed)?,
            }
        }
    }
    Ok(())
}

/// Other schemes, other spellings, nothing, and more than one.
fn schemes(served: &Served, token: &str) -> Result<(), String> {
    let others = [
        format!("Bearer {token}"),
        format!("JOSE{token}"),
        format!("JOSE  {token}"),
        format!("JOSE\t{token}"),
        format!("JOSE {token},"),
        format!("JOSE {token} {token}"),
        format!("JOSE {token}, JOSE {token}"),
        format!("JOSE token=\"{token}\""),
        format!("Basic {token}"),
        token.to_owned(),
        "JOSE".to_owned(),
        "JOSE ".to_owned(),
        String::new(),
    ];
    for authorization in others {
        let reply = show(served, &authorization);
        if reply.status < 400 {
            return Err(format!("`{}…` is let in", authorization.chars().take(24).collect::<String>()));
        }
    }
    Ok(())
}

pub fn attack() -> Result<(), String> {
    let served = Served::new();
    let key = &served.home.client;
    let token = served.call_token(("smart-finance", key), TokenKind::Call, "GET", PATH, b"");
    let mut forged = strangers_tokens(&token, key.public());
    forged.extend(second_encodings(&token));
    let own = strange_headers(key.public().thumbprint());
    forged.extend(
        own.iter().map(|header| reseal(&token, &header.replace("job+jwt", "call+jwt"), |input| key.sign(input).into())),
    );
    for (number, forgery) in forged.iter().enumerate() {
        refused(&served, &format!("forgery {number}"), forgery)?;
    }
    each_byte_changed(&served, &token)?;
    schemes(&served, &token)?;
    // None of this has used it up, and it is good.
    match show(&served, &format!("JOSE {token}")).status {
        200 => Ok(()),
        status => Err(format!("the token itself: {status}")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::HeaderTrusted);
}
