//! An archived request, opened and read again: what the client signed, bound to the receipt by its digest.

use data_encoding::BASE64URL_NOPAD;

use super::archive::opened;
use super::authenticate::request;
use super::batch::members;
use super::replay::{Archived, Lacking, SignatureCheck, Verdict};
use super::wire::WireJob;
use crate::config::Config;
use crate::env::weaken::{self, Weakness};
use crate::keys::{ArchiveKey, DigestKind, JwsError, TokenKind, digest_parts, read_json, sha256, unpack_token, verify};
use crate::ledger::StoredRequest;
use crate::model::{Digest, Request};

/// What was asked, as the archive has it.
pub(super) struct Recalled {
    /// The request.
    pub request: Request,
    /// The digests of the consents that came along.
    pub consents: Vec<String>,
    /// The catalog that was in force.
    pub catalog: Digest,
    /// Whether the client's signature can still be checked.
    pub signature: SignatureCheck,
}

/// Opens and reads an archived request. `req` is the digest that the receipt names.
pub(super) fn recall(
    stored: Option<StoredRequest>,
    req: Digest,
    key: &ArchiveKey,
    config: &Config,
) -> Result<Recalled, Verdict> {
    let changed = || Verdict::Damaged(Archived::Request);
    let Some(StoredRequest { sealed, batch }) = stored else { return Err(Verdict::Impossible(Lacking::Request)) };
    let place = match batch {
        None => None,
        Some((input, place)) => {
            let input: [u8; 32] = input.try_into().map_err(|_| changed())?;
            Some((Digest::from_bytes(input), place))
        }
    };
    let about = place.map_or(req, |(input, _)| input);
    let plain = key.open(about, &sealed).ok_or_else(changed)?;
    let (catalog, packed) = opened(&plain).ok_or_else(changed)?;
    let token = unpack_token(packed).ok_or_else(changed)?;
    let input = input_of(&token);
    let named = match place {
        None => input,
        Some((_, place)) => digest_parts(DigestKind::Member, &[input.as_bytes(), place.to_string().as_bytes()]),
    };
    if (named != req || input != about) && !weaken::on(Weakness::ArchiveBelieved) {
        return Err(changed());
    }
    let kind = if place.is_some() { TokenKind::Batch } else { TokenKind::Job };
    let signature = match verify(&token, kind, config.callers.keys()) {
        Ok(_) => SignatureCheck::Verified,
        Err(JwsError::Key) => SignatureCheck::KeyGone,
        Err(_) => return Err(Verdict::Damaged(Archived::Signature)),
    };
    let payload = token.split('.').nth(1).and_then(|payload| BASE64URL_NOPAD.decode(payload.as_bytes()).ok());
    let (request, consents) = read(&payload.ok_or_else(changed)?, req, place).ok_or_else(changed)?;
    let consents = consents.iter().map(|token| input_of(token).to_string()).collect();
    Ok(Recalled { request, consents, catalog, signature })
}

/// SHA-256 of a token's signing input.
fn input_of(token: &str) -> Digest {
    sha256(token.rsplit_once('.').map_or(token, |(input, _)| input).as_bytes())
}

/// The request and its consents, as they were read at its admission.
fn read(payload: &[u8], req: Digest, place: Option<(Digest, i64)>) -> Option<(Request, Vec<String>)> {
    match place {
        None => {
            let mut wire: WireJob<'_> = read_json(payload).ok()?;
            let consents = std::mem::take(&mut wire.consents);
            Some((request(wire, req).ok()?, consents))
        }
        Some((input, place)) => {
            let place = usize::try_from(place).ok()?;
            let mut consents = Vec::new();
            let requests = members(read_json(payload).ok()?, input, &mut consents).ok()?;
            let (_, request) = requests.into_iter().nth(place)?;
            Some((request, consents.into_iter().nth(place)?))
        }
    }
}
