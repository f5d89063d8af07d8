//! The one table of results.

use std::time::{Duration, Instant};

/// Batches of every measurement, behind as many tenths to warm up.
pub const BATCHES: usize = 30;

/// What batches of one thing took, per operation, ascending.
#[derive(Clone)]
pub struct Sample(Vec<Duration>);

impl Sample {
    pub fn of(mut batches: Vec<Duration>) -> Self {
        batches.sort_unstable();
        Self(batches)
    }

    pub fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }

    pub fn best(&self) -> Duration {
        self.0[0]
    }
}

/// Times several things in turn, so that what disturbs one disturbs the others: `operations` calls of each in a batch.
pub fn measure(operations: u32, things: &mut [&mut dyn FnMut()]) -> Vec<Sample> {
    let mut batches = vec![Vec::new(); things.len()];
    for batch in 0..BATCHES + BATCHES / 10 {
        for (thing, times) in things.iter_mut().zip(&mut batches) {
            let started = Instant::now();
            for _ in 0..operations {
                thing();
            }
            if batch >= BATCHES / 10 {
                times.push(started.elapsed() / operations);
            }
        }
    }
    batches.into_iter().map(Sample::of).collect()
}

#[derive(Default)]
pub struct Table(Vec<[String; 5]>);

impl Table {
    /// A time per operation, and its ratio to that of `against`.
    pub fn time(&mut self, what: &str, sample: &Sample, against: Option<(&str, &Sample)>, target: &str) {
        let ratio = against.map_or_else(String::new, |(name, other)| {
            format!("{:.2} × {name}", sample.median().as_secs_f64() / other.median().as_secs_f64())
        });
        self.0.push([what.to_owned(), micros(sample.median()), micros(sample.best()), ratio, target.to_owned()]);
    }

    /// A rate, per second, of batches of `operations` operations.
    pub fn rate(&mut self, what: &str, operations: usize, sample: &Sample, against: Option<(&str, &Sample)>) {
        let rate = |time: Duration| format!("{:.0}/s", operations as f64 / time.as_secs_f64());
        let ratio = against.map_or_else(String::new, |(name, other)| {
            format!("{:.2} × {name}", other.median().as_secs_f64() / sample.median().as_secs_f64())
        });
        self.0.push([what.to_owned(), rate(sample.median()), rate(sample.best()), ratio, String::new()]);
    }

    pub fn note(&mut self, what: &str, value: String) {
        self.0.push([what.to_owned(), value, String::new(), String::new(), String::new()]);
    }

    pub fn print(&self) {
        println!("\n| what | median | best | ratio | target |\n|---|---|---|---|---|");
        for [what, median, best, ratio, target] in &self.0 {
            println!("| {what} | {median} | {best} | {ratio} | {target} |");
        }
    }
}

fn micros(time: Duration) -> String {
    format!("{:.2} µs", time.as_secs_f64() * 1e6)
}
