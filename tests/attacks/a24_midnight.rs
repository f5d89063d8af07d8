//! Attack 24: around midnight, and the clock set back. The window slides by days, the latest day is kept whatever the
//! clock says, and the lifetime's cap stands when every window is empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anshi::env::Clock;
use anshi::env::weaken::Weakness;
use anshi::job::EngineOptions;
use anshi::model::RefusalCode;

use super::run::check;
use crate::support::{TableHome, TableSetup, engine_options, refusal, spread};

const DAY_MS: i64 = 86_400_000;
const WINDOW_DAYS: i64 = 30;

pub fn attack() -> Result<(), String> {
    let setup = TableSetup { quota: ("1", "2"), window_days: 30, ..TableSetup::noisy(spread(1, 1, |_| 500)) };
    let shift = Arc::new(AtomicI64::new(0));
    let options = EngineOptions { clock: Clock::Shifted(Arc::clone(&shift)), ..engine_options() };
    let (home, ()) = TableHome::with(&setup).0.opened_as(options, |_| ());
    let home = TableHome(home);
    // Noon, so that nobody's midnight comes in between, of the 15th, so that no window is a calendar month.
    let now = home.0.engine.clock().now();
    let days = (0..).find(|days| now.day().plus_days(*days).ymd().2 == 15).unwrap();
    let noon = DAY_MS / 2 - now.0.rem_euclid(DAY_MS) + i64::from(days) * DAY_MS;
    let mut number = 3_000_000;
    let mut asked = |at_ms: i64| {
        shift.store(noon + at_ms, Ordering::SeqCst);
        number += 1;
        refusal(&home.ask(number))
    };
    let day = |days: i64| days * DAY_MS;
    // Minutes around midnight.
    let (before_midnight, after_midnight) = (DAY_MS / 2 - 60_000, DAY_MS / 2 + 60_000);
    let (free, spent) = (None, Some(RefusalCode::Budget));
    let moments = [
        ("the first table", 0, free),
        ("the minute before midnight", before_midnight, spent),
        ("the minute after midnight", after_midnight, spent),
        ("a clock set back by 40 days", day(-40), spent),
        ("a clock set back by two years", day(-730), spent),
        ("the last day of the window", day(WINDOW_DAYS - 1), spent),
        ("the first day after the window", day(WINDOW_DAYS), free),
        ("the same day again", day(WINDOW_DAYS) + 60_000, spent),
        ("a clock set back to the first day", 0, spent),
        ("an empty window after the lifetime's ε", day(3 * WINDOW_DAYS), spent),
        ("ten years later", day(3_650), spent),
    ];
    for (moment, at_ms, expected) in moments {
        let refused = asked(at_ms);
        if refused != expected {
            return Err(format!("{moment}: {refused:?} instead of {expected:?}"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::LifetimeIgnored);
    #[cfg(feature = "weaken")]
    super::run::check_weakened(attack, Weakness::WindowByCalendar);
}
