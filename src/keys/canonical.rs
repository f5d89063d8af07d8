//! Canonical bytes and digests of things: RFC 8785 JSON behind a domain-separating prefix.

use std::fmt::Display;
use std::io::Write;

use ring::digest::{Context, SHA256};
use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::form::{Form, JSON_INTEGER_MAX};
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

/// A text in what is written, that is at hand: as it is, or as something that is shown so.
#[derive(Clone, Copy)]
pub enum AtHand<'a> {
    /// As it is.
    Text(&'a str),
    /// As something that is shown so.
    Shown(&'a dyn Display),
}

impl Serialize for AtHand<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Shown(shown) => serializer.collect_str(shown),
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

/// The RFC 8785 bytes of `value`: absent members left out, integers beyond ±(2⁵³ − 1) as strings.
pub fn canonical_json(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    written(value, false)
}

/// The same with every `null` in its place, for what tells a missing value from an absent member.
pub fn canonical_json_with_nulls(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    written(value, true)
}

fn written(value: &impl Serialize, keep_nulls: bool) -> Result<Vec<u8>, CanonicalError> {
    if let Some(form) = Form::of(value, keep_nulls)? {
        return Ok(form.into_bytes());
    }
    // Fractions, which are rare and hard, are left to the crate, and all that is around them.
    let mut value = serde_json::to_value(value)?;
    tame(&mut value, keep_nulls);
    Ok(serde_json_canonicalizer::to_vec(&value)?)
}

fn tame(value: &mut Value, keep_nulls: bool) {
    match value {
        Value::Number(number) => {
            let magnitude = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
            if magnitude.is_some_and(|magnitude| magnitude > JSON_INTEGER_MAX) {
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

/// The RFC 8785 bytes of the object `value`, which has no fractions, and the digest that it would have without its member `name`.
pub fn canonical_json_and_digest_without(
    name: &str,
    kind: DigestKind,
    value: &impl Serialize,
) -> Result<(Vec<u8>, Digest), CanonicalError> {
    let form = Form::of(value, false)?.ok_or_else(|| serde_json::Error::custom("a fraction"))?;
    let mut hasher = Hasher::new();
    hasher.update(kind.prefix());
    form.without(name).into_iter().for_each(|part| hasher.update(part));
    Ok((form.into_bytes(), hasher.finish()))
}

/// Reads JSON that says what `T` says and nothing else: written again it must be what was read, so that no array
/// stands for an object, no `null` for an absent member and no number is rounded.
pub fn read_json<'b, T: Deserialize<'b> + Serialize>(bytes: &'b [u8]) -> Result<T, serde_json::Error> {
    if weaken::on(Weakness::ReadLeniently) {
        return T::deserialize(serde_json::from_slice::<Value>(bytes)?);
    }
    let read: T = serde_json::from_slice(bytes)?;
    // Who writes the members in our order and nothing between them has written the very bytes.
    let mut left = Expected(bytes);
    if serde_json::to_writer(&mut left, &read).is_ok() && left.0.is_empty() {
        return Ok(read);
    }
    if serde_json::to_value(&read)? != serde_json::from_slice::<Value>(bytes)? {
        return Err(serde::de::Error::custom("it is not written as it must be: an array for an object, or a `null`"));
    }
    Ok(read)
}

/// What is still to be written: anything else is refused.
struct Expected<'a>(&'a [u8]);

impl Write for Expected<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(std::io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// SHA-256 of the kind's prefix and the canonical JSON of `value`.
pub fn digest_json(kind: DigestKind, value: &impl Serialize) -> Result<Digest, CanonicalError> {
    let mut hasher = Hasher::new();
    hasher.update(kind.prefix());
    hasher.update(&canonical_json(value)?);
    Ok(hasher.finish())
}

/// SHA-256 of the kind's prefix and the length-prefixed `parts`.
pub fn digest_parts(kind: DigestKind, parts: &[&[u8]]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(kind.prefix());
    length_prefixed(parts, |piece| hasher.update(piece));
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

impl Write for Hasher {
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

    const FRACTIONS: [&str; 4] = ["1.5", "-0.0", "1e300", "0.000001"];
    const LARGE: [&str; 2] = ["9007199254740992", "-9007199254740992"];

    /// Any value, with such numbers now and then.
    fn values(rare: &'static [&'static str]) -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9_007_199_254_740_991..=9_007_199_254_740_991_i64).prop_map(Value::from),
            prop::sample::select(rare).prop_map(|text| serde_json::from_str(text).unwrap()),
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

    /// What is left of a value when absent members are left out, as a document.
    fn without_nulls(value: Value) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(without_nulls).collect(),
            Value::Object(members) => {
                let there = members.into_iter().filter(|(_, member)| !member.is_null());
                there.map(|(name, member)| (name, without_nulls(member))).collect()
            }
            other => other,
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_that_of_the_crate(value in prop_oneof![values(&FRACTIONS), values(&["0"])]) {
            let text = |bytes| String::from_utf8(bytes).unwrap();
            let crates = serde_json_canonicalizer::to_vec(&value).unwrap();
            prop_assert_eq!(text(canonical_json_with_nulls(&value).unwrap()), text(crates));
            let crates = serde_json_canonicalizer::to_vec(&without_nulls(value.clone())).unwrap();
            prop_assert_eq!(text(canonical_json(&value).unwrap()), text(crates));
        }

        #[test]
        fn a_member_that_is_left_out_leaves_no_trace(
            members in prop::collection::btree_map("[a-e\u{e9}]{1,2}", values(&LARGE), 0..6),
            name in "[a-e\u{e9}]{1,2}",
        ) {
            let mut value = Value::Object(members.into_iter().rev().collect());
            let (bytes, digest) = canonical_json_and_digest_without(&name, DigestKind::Claims, &value).unwrap();
            prop_assert_eq!(bytes, canonical_json(&value).unwrap());
            value.as_object_mut().unwrap().remove(&name);
            prop_assert_eq!(digest, digest_json(DigestKind::Claims, &value).unwrap());
        }
    }

    /// What a document cannot be, but a value of ours.
    #[test]
    fn every_kind_of_value_has_the_form_of_its_document() {
        #[derive(Serialize)]
        enum Kind {
            Unit,
            New(i8),
            Tuple(u8, bool),
            Struct { z: Option<u16>, b: char, a: () },
        }
        let kinds = [Kind::Unit, Kind::New(-8), Kind::Tuple(8, true), Kind::Struct { z: Some(1), b: 'b', a: () }];
        let numbers = std::collections::BTreeMap::from([(9_007_199_254_740_993_u64, -1_i64), (2, i64::MIN), (10, 7)]);
        let value = (kinds, numbers, 5_i128, u128::from(u64::MAX), [Some("\u{8}\"\\/\u{7f}"), None]);
        let wanted = concat!(
            r#"["Unit",{"New":-8},{"Tuple":[8,true]},{"Struct":{"b":"b","z":1}}],"#,
            r#"{"10":7,"2":"-9223372036854775808","9007199254740993":-1},5,"18446744073709551615","#,
            "[\"\\b\\\"\\\\/\u{7f}\",null]",
        );
        assert_eq!(String::from_utf8(canonical_json(&value).unwrap()).unwrap(), format!("[{wanted}]"));
        let fraction: Value = serde_json::from_str("1.50").unwrap();
        let value = (&value, fraction);
        assert_eq!(String::from_utf8(canonical_json(&value).unwrap()).unwrap(), format!("[[{wanted}],1.5]"));
        assert!(canonical_json_and_digest_without("a", DigestKind::Claims, &value).is_err());
        assert!(canonical_json(&i128::MAX).is_err() && canonical_json(&u128::MAX).is_err());
    }

    /// A map that writes its members as they come.
    struct Members(&'static [(&'static str, u8)]);

    impl Serialize for Members {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().copied())
        }
    }

    #[test]
    fn no_member_stands_there_twice() {
        assert_eq!(canonical_json(&Members(&[("b", 1), ("a!", 3), ("a", 2)])).unwrap(), br#"{"a":2,"a!":3,"b":1}"#);
        assert!(canonical_json(&Members(&[("abcdefgh1", 1), ("abcdefgh2", 1), ("abcdefgh1", 1)])).is_err());
        assert!(canonical_json(&Members(&[("a", 1), ("b", 1), ("a", 1)])).is_err());
    }

    /// Names that begin alike, or are not written as they are: each before the next.
    const IN_ORDER: [&str; 10] = [
        "",
        "\u{1}",
        "abcdefg",
        "abcdefgh",
        "abcdefgh\n",
        "abcdefgh\"",
        "abcdefgha",
        "abcdefghb",
        "abcdefgh\u{e9}",
        "abcdefgi",
    ];

    #[test]
    fn names_that_begin_alike_are_in_order() {
        for (place, first) in IN_ORDER.iter().enumerate() {
            for second in &IN_ORDER[place + 1..] {
                let written = |value: Value| serde_json::to_string(&value).unwrap();
                let wanted = format!("{{{}:1,{}:2}}", written((*first).into()), written((*second).into()));
                let members = Members(vec![(*second, 2), (*first, 1)].leak());
                assert_eq!(String::from_utf8(canonical_json(&members).unwrap()).unwrap(), wanted);
            }
        }
    }

    #[test]
    fn a_value_after_an_error_or_a_large_one_is_written_as_ever() {
        let small = serde_json::json!({"b": 1, "a": [{"d": null, "c": "x"}]});
        let check = || assert_eq!(canonical_json(&small).unwrap(), br#"{"a":[{"c":"x"}],"b":1}"#);
        check();
        assert!(canonical_json(&Members(&[("b", 1), ("a", 1), ("b", 1)])).is_err());
        check();
        assert!(canonical_json(&[std::collections::BTreeMap::from([((1, 2), 3)])]).is_err(), "a name that is none");
        check();
        let fraction: Value = serde_json::from_str("1.50").unwrap();
        assert!(canonical_json_and_digest_without("a", DigestKind::Claims, &fraction).is_err());
        check();
        let large = "y".repeat(20_000);
        let written = canonical_json(&large).unwrap();
        assert_eq!((written.len(), written.capacity()), (large.len() + 2, large.len() + 2));
        check();
        let kept = canonical_json_with_nulls(&small).unwrap();
        assert_eq!(kept, br#"{"a":[{"c":"x","d":null}],"b":1}"#);
        assert_eq!(kept.len(), kept.capacity());
        check();
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
