//! Canonical bytes and digests of things: RFC 8785 JSON behind a domain-separating prefix.

use std::cmp::Ordering;

use ring::digest::{Context, SHA256};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::env::weaken::{self, Weakness};
use crate::model::{Digest, length_prefixed};

/// What a digest is of: the word in its prefix `anshi/<word>/v1\n`, so that no two kinds can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestKind {
    /// A checked policy.
    Policy,
    /// The checked accounts.
    Accounts,
    /// The checked catalog.
    Catalog,
    /// The part of a dataset that says what a snapshot's files mean.
    Schema,
    /// A snapshot's manifest: its digest is the snapshot's name.
    Snapshot,
    /// A job's identity.
    Job,
    /// One job of a batch: the batch's signing input and the job's place in it.
    Member,
    /// A receipt's claims, without `log`.
    Claims,
    /// A party's commitment.
    Party,
    /// The commitment to how a job ended.
    Reason,
    /// All units of a kind, where an account wants a party.
    Everyone,
    /// The rows that a client sends along.
    ClientRows,
}

impl DigestKind {
    const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Policy => b"anshi/policy/v1\n",
            Self::Accounts => b"anshi/accounts/v1\n",
            Self::Catalog => b"anshi/catalog/v1\n",
            Self::Schema => b"anshi/schema/v1\n",
            Self::Snapshot => b"anshi/snapshot/v1\n",
            Self::Job => b"anshi/job/v1\n",
            Self::Member => b"anshi/member/v1\n",
            Self::Claims => b"anshi/claims/v1\n",
            Self::Party => b"anshi/party/v1\n",
            Self::Reason => b"anshi/reason/v1\n",
            Self::Everyone => b"anshi/everyone/v1\n",
            Self::ClientRows => b"anshi/client-rows/v1\n",
        }
    }
}

/// A value has no canonical form.
#[derive(Debug, thiserror::Error)]
#[error("no canonical JSON: {0}")]
pub struct CanonicalError(#[from] serde_json::Error);

impl CanonicalError {
    /// What the writer of JSON said.
    pub(super) const fn reason(&self) -> &serde_json::Error {
        &self.0
    }
}

/// The largest integer that a JSON number carries safely: 2⁵³ − 1 (RFC 7493, section 2.2, which RFC 8785 builds on).
const JSON_INTEGER_MAX: u64 = (1 << 53) - 1;

/// The RFC 8785 bytes of `value`: absent members left out, integers beyond ±(2⁵³ − 1) as strings.
pub fn canonical_json(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    Canonical::of(value)?.bytes()
}

/// An object with a canonical form, where more than its bytes are wanted.
pub struct Canonical(Value);

impl Canonical {
    /// Of `value`, as [`canonical_json`] takes it.
    pub fn of(value: &impl Serialize) -> Result<Self, CanonicalError> {
        let mut value = serde_json::to_value(value)?;
        tame(&mut value, false);
        Ok(Self(value))
    }

    /// Its bytes.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        written(&self.0)
    }

    /// SHA-256 of the kind's prefix and its bytes.
    pub fn digest(&self, kind: DigestKind) -> Result<Digest, CanonicalError> {
        let mut hasher = Hasher::new();
        hasher.update(kind.prefix());
        hasher.update(&self.bytes()?);
        Ok(hasher.finish())
    }

    /// The same with one more member.
    pub fn with(mut self, name: &str, member: &impl Serialize) -> Result<Self, CanonicalError> {
        if let Value::Object(members) = &mut self.0 {
            members.insert(name.to_owned(), Self::of(member)?.0);
        }
        Ok(self)
    }
}

/// The same with every `null` in its place, for what tells a missing value from an absent member.
pub fn canonical_json_with_nulls(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let mut value = serde_json::to_value(value)?;
    tame(&mut value, true);
    written(&value)
}

fn written(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let mut bytes = Vec::with_capacity(1 << 10);
    write(value, &mut bytes)?;
    Ok(bytes)
}

/// RFC 8785: members in the order of their names' UTF-16, strings as JavaScript escapes them, which is how `serde_json` does.
/// Written here because every job has several of these; fractions, which are rare and hard, are left to the crate.
fn write(value: &Value, bytes: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Number(number) if number.is_f64() => bytes.extend(serde_json_canonicalizer::to_vec(value)?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => serde_json::to_writer(bytes, value)?,
        Value::Array(items) => {
            bytes.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                write(item, bytes)?;
            }
            bytes.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_unstable_by(|a, b| in_order(a.0, b.0));
            bytes.push(b'{');
            for (place, (name, member)) in members.into_iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                serde_json::to_writer(&mut *bytes, name)?;
                bytes.push(b':');
                write(member, bytes)?;
            }
            bytes.push(b'}');
        }
    }
    Ok(())
}

fn in_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn tame(value: &mut Value, keep_nulls: bool) {
    match value {
        Value::Number(number) => {
            let large = number.as_i64().is_some_and(|n| n.unsigned_abs() > JSON_INTEGER_MAX)
                || number.as_u64().is_some_and(|n| n > JSON_INTEGER_MAX);
            if large {
                *value = Value::String(number.to_string());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| tame(item, keep_nulls)),
        Value::Object(members) => {
            members.retain(|_, member| keep_nulls || !member.is_null());
            members.values_mut().for_each(|member| tame(member, keep_nulls));
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Reads JSON that says what `T` says and nothing else: written again it must be what was read, so that no array
/// stands for an object, no `null` for an absent member and no number is rounded.
pub fn read_json<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    if weaken::on(Weakness::ReadLeniently) {
        return serde_json::from_value(serde_json::from_slice(bytes)?);
    }
    let read: T = serde_json::from_slice(bytes)?;
    // Who writes the members in our order and nothing between them has written the very bytes.
    if serde_json::to_vec(&read)? == bytes {
        return Ok(read);
    }
    if serde_json::to_value(&read)? != serde_json::from_slice::<Value>(bytes)? {
        return Err(serde::de::Error::custom("it is not written as it must be: an array for an object, or a `null`"));
    }
    Ok(read)
}

/// SHA-256 of the kind's prefix and the canonical JSON of `value`.
pub fn digest_json(kind: DigestKind, value: &impl Serialize) -> Result<Digest, CanonicalError> {
    Canonical::of(value)?.digest(kind)
}

/// SHA-256 of the kind's prefix and the length-prefixed `parts`.
pub fn digest_parts(kind: DigestKind, parts: &[&[u8]]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(kind.prefix());
    hasher.update(&length_prefixed(parts));
    hasher.finish()
}

/// SHA-256 of `bytes` as they are.
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// SHA-256 of a stream.
#[derive(Clone)]
pub struct Hasher(Context);

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl Hasher {
    /// Nothing hashed yet.
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Digest {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.finish().as_ref());
        Digest::from_bytes(bytes)
    }
}

impl std::io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9_007_199_254_740_991..=9_007_199_254_740_991_i64).prop_map(Value::from),
            prop::sample::select(vec!["1.5", "-0.0", "1e300", "0.000001"])
                .prop_map(|text| serde_json::from_str(text).unwrap()),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            // Names on both sides of the surrogates, where the order of UTF-16 is not that of UTF-8.
            let name = prop_oneof![any::<String>(), "[\\u{e000}-\\u{ffff}\\u{10000}-\\u{10fff}a-c]{0,3}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..8).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_that_of_the_crate(value in values()) {
            let crates = serde_json_canonicalizer::to_vec(&value).unwrap();
            prop_assert_eq!(String::from_utf8(written(&value).unwrap()), String::from_utf8(crates));
        }
    }

    #[test]
    fn canonical_form_sorts_and_tames() {
        let value = serde_json::json!({"b": 9_007_199_254_740_993_i64, "a": {"z": null, "é": "\u{1}"}, "c": 1});
        let whole = canonical_json_with_nulls(&value).unwrap();
        assert!(String::from_utf8(whole).unwrap().contains(r#""z":null"#));
        let bytes = canonical_json(&value).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), r#"{"a":{"é":"\u0001"},"b":"9007199254740993","c":1}"#);
    }

    #[test]
    fn kinds_do_not_meet() {
        let policy = digest_json(DigestKind::Policy, &1).unwrap();
        assert_ne!(policy, digest_json(DigestKind::Accounts, &1).unwrap());
    }
}
