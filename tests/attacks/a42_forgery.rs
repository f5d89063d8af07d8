//! Attack 42: forging requests. Every byte of a token changed, the games with `alg`, second encodings of one token.

use anshi::env::weaken::Weakness;
use anshi::keys::{PublicKey, TokenKind, TrustedKey, verify};
use anshi::model::RefusalCode;
use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

use super::run::check;
use crate::support::{TestHome, refusal, reseal};

fn trusted(key: &PublicKey) -> TrustedKey {
    TrustedKey { owner: "smart-finance".to_owned(), key: key.clone(), kinds: vec![TokenKind::Job] }
}

/// Headers that only the strictness of reading keeps out: the client's own key signs each.
pub(super) fn strange_headers(kid: &str) -> Vec<String> {
    [
        r#"{"alg":"ES256","kid":"K","typ":"job+jwt"}"#,
        r#"{"alg":"ed25519","kid":"K","typ":"job+jwt"}"#,
        r#"{"alg":"Ed448","kid":"K","typ":"job+jwt"}"#,
        r#"{"alg":"Ed25519","kid":"K","typ":"job+jwt","crit":["exp"],"exp":1}"#,
        r#"{"alg":"Ed25519","kid":"K","typ":"job+jwt","b64":false}"#,
        r#"{"alg":"Ed25519","kid":"K","typ":"job+jwt","jku":"https://example.org/keys"}"#,
        r#"{"alg":"Ed25519","alg":"Ed25519","kid":"K","typ":"job+jwt"}"#,
        r#"{"alg":"none","alg":"Ed25519","kid":"K","typ":"job+jwt"}"#,
        r#"{"alg":"Ed25519","kid":"K","kid":"K","typ":"job+jwt"}"#,
        r#"{"alg":"Ed25519","kid":"K","typ":"JWT"}"#,
        r#"{"alg":"Ed25519","kid":"K","typ":"application/job+jwt"}"#,
        r#"{"alg":"Ed25519","kid":"K"}"#,
        r#"{"alg":"Ed25519","typ":"job+jwt"}"#,
        r#"{"alg":["Ed25519"],"kid":"K","typ":"job+jwt"}"#,
        r#"{"alg":"Ed25519","kid":"K","typ":"job+jwt"}{}"#,
        r#"["Ed25519","K","job+jwt"]"#,
        r#"["Ed25519","K","job+jwt","extra"]"#,
    ]
    .map(|header| header.replace('K', kid))
    .to_vec()
}

/// Tokens that a stranger can make of a good one without its key.
pub(super) fn strangers_tokens(token: &str, key: &PublicKey) -> Vec<String> {
    let kid = key.thumbprint();
    let own = BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes()).unwrap();
    let own: serde_json::Value = serde_json::from_slice(&own).unwrap();
    let typ = own["typ"].as_str().unwrap();
    let header = |alg: &str| format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"{typ}"}}"#);
    let raw = key.ed25519_bytes().unwrap();
    let jwk = serde_json::to_string(&key.to_jwk()).unwrap();
    let mut tokens = Vec::new();
    for alg in ["none", "None", "NONE", ""] {
        tokens.push(reseal(token, &header(alg), |_| Vec::new()));
        tokens.push(reseal(token, &header(alg), |_| vec![0; 64]));
    }
    for alg in ["HS256", "Ed25519"] {
        for secret in [raw.as_slice(), jwk.as_bytes(), key.to_jwk().x.as_bytes()] {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
            tokens.push(reseal(token, &header(alg), |input| hmac::sign(&secret, input).as_ref().to_vec()));
        }
    }
    tokens.push(reseal(token, &header("Ed25519"), |_| vec![0; 64]));
    let (input, signature) = token.rsplit_once('.').unwrap();
    tokens.push(format!("{input}."));
    tokens.push(input.to_owned());
    tokens.push(format!("{token}.{signature}"));
    tokens.push(format!("{token}."));
    tokens
}

/// Other spellings of the same bytes.
pub(super) fn second_encodings(token: &str) -> Vec<String> {
    let mut tokens = vec![format!("{token}="), format!("{token}=="), format!(" {token}"), format!("{token}\n")];
    tokens.push(token.replacen('.', "=.", 1));
    tokens.push(token.replace('-', "+").replace('_', "/"));
    tokens.push(token.replace('.', "\n."));
    tokens.push(token.to_ascii_uppercase());
    let parts: Vec<&str> = token.split('.').collect();
    for place in 0..3 {
        let mut changed: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        changed[place] = trailing_bits(parts[place]);
        tokens.push(changed.join("."));
    }
    // Only what differs is another spelling.
    tokens.into_iter().filter(|other| other != token).collect()
}

/// The segment with other bits behind its last byte, where it has room for any.
fn trailing_bits(segment: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (head, last) = segment.split_at(segment.len() - 1);
    let value = ALPHABET.iter().position(|byte| *byte == last.as_bytes()[0]).unwrap();
    let room = !segment.len().is_multiple_of(4);
    format!("{head}{}", char::from(ALPHABET[if room { value ^ 1 } else { value }]))
}

fn each_byte_changed(token: &str, trust: &TrustedKey) -> Result<(), String> {
    for place in 0..token.len() {
        for byte in *b"AQ_.=" {
            let mut changed = token.as_bytes().to_vec();
            if changed[place] == byte {
                continue;
            }
            changed[place] = byte;
            let changed = String::from_utf8(changed).unwrap();
            if verify(&changed, TokenKind::Job, [trust]).is_ok() {
                return Err(format!("byte {place} changed to `{}`: accepted", char::from(byte)));
            }
        }
    }
    Ok(())
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    let token = home.token(0, 1);
    let key = home.client.public();
    let trust = trusted(key);
    assert!(verify(&token, TokenKind::Job, [&trust]).is_ok());
    let mut forged = strangers_tokens(&token, key);
    forged.extend(second_encodings(&token));
    let own = strange_headers(key.thumbprint());
    forged.extend(own.iter().map(|header| reseal(&token, header, |input| home.client.sign(input).into())));
    let allowed = [RefusalCode::Malformed, RefusalCode::Signature, RefusalCode::Client];
    for token in &forged {
        let header = String::from_utf8_lossy(
            &BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes()).unwrap_or_default(),
        )
        .into_owned();
        if verify(token, TokenKind::Job, [&trust]).is_ok() {
            return Err(format!("accepted under the header {header}"));
        }
        let answer = home.ask(token);
        if !refusal(&answer).is_some_and(|code| allowed.contains(&code)) {
            return Err(format!("answered under the header {header}: {answer:?}"));
        }
    }
    each_byte_changed(&token, &trust)?;
    match home.totals() {
        (0, 0) => Ok(()),
        (entries, charges) => Err(format!("forged requests left {entries} log entries and {charges} charges")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::HeaderTrusted);
}
