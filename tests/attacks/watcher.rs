//! A guest that looks at everything that a guest can see, and answers with a number made of it: as many labels as a
//! policy has names for. For the attacks in which nothing but the rows may make a difference.

use anshi::job::{Answered, Failure};
use anshi::model::{Digest, RawParameter};

use crate::support::{Handmade, TestHome, label, policy_of};

/// How many labels there are: six bits of whatever is seen.
pub const LABELS: u32 = 64;
pub const POLICY: &str = "watcher";
/// Counts how often memory grows until it is refused.
pub const GROW: i64 = 0;
/// From here on `look` is how deep to dive; before it, what the fold over all memory begins with.
pub const DIVE: i64 = 1_000;

const PARAMETER: &str = "[[parameter]]\nname = \"look\"\nkind = \"integer\"\nmin = 0\nmax = 10_000_000\nstep = 1\n";

const VERIFY: &str = r#"
    (local $look i64) (local $seen i64) (local $at i32) (local $count i32)
    (local.set $look (call $integer (local.get $parameters) (i32.const 0)))
    (if (i64.ge_u (local.get $look) (i64.const 1000))
      (then (return (call $dive (i32.wrap_i64 (local.get $look))))))
    (if (i64.eqz (local.get $look))
      (then
        (block $refused (loop $more
          (br_if $refused (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $more)))
        (return (i32.and (local.get $count) (i32.const 63)))))
    (local.set $seen (i64.xor (local.get $look) (i64.extend_i32_u (i32.add (local.get $as_of) (local.get $parties)))))
    (loop $words
      (local.set $seen (i64.mul
        (i64.xor (local.get $seen) (i64.load (local.get $at))) (i64.const 0x9e3779b97f4a7c15)))
      (local.set $seen (i64.xor (local.get $seen) (i64.shr_u (local.get $seen) (i64.const 29))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $words (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
    (i32.and (i32.wrap_i64 (i64.shr_u (local.get $seen) (i64.const 32))) (i32.const 63))"#;

/// Nothing is left of the depth but whether it was survived.
const DIVING: &str = r#"
  (func $dive (param $left i32) (result i32)
    (if (i32.eqz (local.get $left)) (then (return (i32.const 0))))
    (i32.and (i32.const 0) (i32.add (i32.const 1) (call $dive (i32.sub (local.get $left) (i32.const 1))))))"#;

/// The guest, reading these columns.
pub fn watcher(tables: &[(&'static str, &[&'static str])]) -> Handmade {
    let columns = |columns: &[&'static str]| columns.iter().map(|column| (*column, Vec::new())).collect();
    Handmade {
        parameters: vec![("look", "integer")],
        tables: tables.iter().map(|(dataset, reads)| (*dataset, columns(reads))).collect(),
        labels: (0..LABELS).map(|label| label.to_string()).collect(),
        verify: VERIFY.to_owned(),
        beside: DIVING.to_owned(),
        ..Handmade::default()
    }
}

/// Its policy.
pub fn policy(guest: &Handmade) -> (String, String) {
    policy_of(POLICY, guest, PARAMETER, 2)
}

/// A signed request to look at a firm in one way.
pub fn look(home: &TestHome, guest: Digest, firm: u32, look: i64) -> String {
    home.sign(&home.order_under(POLICY, guest, firm, &[("look", RawParameter::Integer(look))]))
}

/// What was seen; an answer that is no label is seen too.
pub fn sight(answer: Result<Answered, Failure>) -> String {
    label(&answer.unwrap())
}
