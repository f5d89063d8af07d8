//! The likelihood-ratio audit: from many outputs on neighbouring data, a lower bound on the ε that a mechanism really
//! has. A sound mechanism stays below what it claims; a bound above is proof of a mistake, at 99.9 % confidence.

use super::statistics::{probability_at_least, probability_at_most};

/// The chance that a bound is above the truth.
const ALPHA: f64 = 0.001;
/// Thresholds that are looked at.
const THRESHOLDS_MAX: usize = 400;

/// The largest ε for which the outputs prove that the mechanism is not (ε, `delta`)-differentially private; 0 if they
/// prove nothing.
///
/// `one` and `other` are independent outputs on two neighbouring data sets, each as a score: any number that tends to be
/// larger on one of them. The best score is the logarithm of the likelihood ratio, or what orders outputs like it (for
/// Laplace Σ (|x + Δ| - |x|)/b over the cells, for the Gaussian Σ Δx/σ²), but no score gives a wrong bound. The events are
/// "score ≥ t" and "score ≤ t". Half of the outputs choose the event, the other half alone measures it: so it is one
/// event that Clopper and Pearson's bounds are asked about, each with half of the error.
pub fn epsilon_at_least<S: Ord + Copy>(one: &[S], other: &[S], delta: f64) -> f64 {
    let (choose_one, measure_one) = halves(one);
    let (choose_other, measure_other) = halves(other);
    let measured = Pair { one: &measure_one, other: &measure_other };
    Pair { one: &choose_one, other: &choose_other }
        .most_telling(delta)
        .map_or(0.0, |event| measured.bound(event, delta))
}

/// Whether the scores at or above the threshold count, or those at or below; and whose probability stands above.
#[derive(Clone, Copy)]
struct Event<S> {
    threshold: S,
    upwards: bool,
    swapped: bool,
}

/// Scores on both data sets, each sorted.
struct Pair<'s, S> {
    one: &'s [S],
    other: &'s [S],
}

impl<S: Ord + Copy> Pair<'_, S> {
    fn most_telling(&self, delta: f64) -> Option<Event<S>> {
        let mut scores: Vec<S> = self.one.iter().chain(self.other).copied().collect();
        scores.sort_unstable();
        let mut thresholds = scores.clone();
        thresholds.dedup();
        if thresholds.len() > THRESHOLDS_MAX {
            // Quantiles; denser at the ends would serve rare events, for which few outputs speak anyway.
            let at = |i: usize| scores[i * (scores.len() - 1) / (THRESHOLDS_MAX - 1)];
            thresholds = (0..THRESHOLDS_MAX).map(at).collect();
        }
        let events = thresholds.into_iter().flat_map(|threshold| {
            let event = |(upwards, swapped)| Event { threshold, upwards, swapped };
            [(true, true), (true, false), (false, true), (false, false)].map(event)
        });
        events.max_by(|a, b| self.promise(*a, delta).total_cmp(&self.promise(*b, delta)))
    }

    /// Hits and trials above and below the fraction.
    fn counts(&self, event: Event<S>) -> [(u64, u64); 2] {
        let hits = |scores: &[S]| {
            let below = scores.partition_point(|score| *score < event.threshold);
            let hits = if event.upwards {
                scores.len() - below
            } else {
                below + scores[below..].partition_point(|score| *score == event.threshold)
            };
            (hits as u64, scores.len() as u64)
        };
        let (one, other) = (hits(self.one), hits(self.other));
        if event.swapped { [other, one] } else { [one, other] }
    }

    /// About what `bound` will find, at less cost.
    fn promise(&self, event: Event<S>, delta: f64) -> f64 {
        let [(above, of_above), (below, of_below)] = self.counts(event).map(|(hits, of)| (hits as f64, of as f64));
        let high = (above - 3.3 * above.sqrt()) / of_above - delta;
        let low = (below + 3.3 * below.sqrt() + 7.0) / of_below;
        if high > 0.0 { (high / low).ln() } else { f64::NEG_INFINITY }
    }

    /// The ε that the event proves.
    fn bound(&self, event: Event<S>, delta: f64) -> f64 {
        let [(above, of_above), (below, of_below)] = self.counts(event);
        let high = probability_at_least(above, of_above, ALPHA / 2.0) - delta;
        let low = probability_at_most(below, of_below, ALPHA / 2.0);
        if high > low { (high / low).ln() } else { 0.0 }
    }
}

/// Every other score, sorted.
fn halves<S: Ord + Copy>(scores: &[S]) -> (Vec<S>, Vec<S>) {
    let mut first: Vec<S> = scores.iter().step_by(2).copied().collect();
    let mut second: Vec<S> = scores.iter().skip(1).step_by(2).copied().collect();
    first.sort_unstable();
    second.sort_unstable();
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_proves_nothing_and_what_differs_everything() {
        let ones: Vec<u32> = (0..10_000).map(|i| i * 7919 % 1000).collect();
        let moved: Vec<u32> = ones.iter().map(|score| score + 1000).collect();
        assert!(epsilon_at_least(&ones, &ones, 0.0) < 0.05);
        // 5,000 of 5,000 against 0 of 5,000: exp(ε) is at least about 5,000 / 7.6 at this confidence.
        let apart = epsilon_at_least(&ones, &moved, 0.0);
        assert!((6.4..6.6).contains(&apart), "{apart}");
        assert_eq!(epsilon_at_least(&[1, 2], &[1, 2], 0.0), 0.0);
        assert_eq!(epsilon_at_least::<u32>(&[], &[], 0.0), 0.0);
    }

    #[test]
    fn a_known_ratio_is_found_and_not_overstated() {
        // Heads in 3 of 4 against 1 of 4: ε = ln 3.
        let coin = |of_four: u32| (0..100_000_u32).map(|i| u32::from(i / 2 % 4 < of_four)).collect::<Vec<_>>();
        for (one, other) in [(coin(3), coin(1)), (coin(1), coin(3))] {
            let found = epsilon_at_least(&one, &other, 0.0);
            assert!((1.05..1.0987).contains(&found), "{found}");
            let allowed = epsilon_at_least(&one, &other, 0.25);
            assert!((0.65..0.6932).contains(&allowed), "{allowed}");
        }
    }
}
