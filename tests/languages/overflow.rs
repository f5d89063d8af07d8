//! A sum of more than 64 bits ends the call in every language, where the SDK adds: none answers wrongly.

use anshi::guest::Fault;
use anshi::policy::Limits;

use super::compare::{by_hand, languages};
use super::firms::{firms, id};
use super::room::plan;

const LIMITS: Limits = Limits { fuel: 20_000_000, memory_bytes: 32 << 20, slot_ms: 60_000, jobs_per_minute: 1 };
/// More than any firm has.
const ROWS: u32 = 100;

#[test]
#[ignore = "`make test-guests` builds the guests first"]
fn a_sum_that_overflows_ends_the_call() {
    // Of each payment the guests add up what was due and what was paid.
    let answers = languages("columns").into_iter().map(|named| {
        let roles = plan(&named.guest, ROWS);
        let run = |place| named.guest.run(&by_hand().input(&roles, id(place), &[]), &LIMITS).0;
        let answers = firms().into_iter().enumerate().map(|(place, firm)| match run(place) {
            Ok(answer) => (firm.what, Some(answer)),
            Err(Fault::Trap(_)) => (firm.what, None),
            Err(other) => panic!("{} ends by {other:?} about a firm that {}", named.name, firm.what),
        });
        (named.name.clone(), answers.collect::<Vec<_>>())
    });
    let answers: Vec<_> = answers.collect();
    let (_, rust) = &answers[0];
    for (name, theirs) in &answers {
        assert_eq!(theirs, rust, "{name} differs");
    }
    let ended: Vec<&str> = rust.iter().filter(|(_, answer)| answer.is_none()).map(|(what, _)| what.as_str()).collect();
    assert_eq!(ended, ["the most there is", "the most, twice"]);
}
