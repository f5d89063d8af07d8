//! The checks of the audit. Each draws through the public interface, knows from the parameters alone what must come out,
//! and says what it found; `Err` says what is wrong.

use anshi::disclosure::{Mechanism, draw};
use anshi::env::Entropy;
use anshi::model::{
    Billionths,
    NoiseKind::{self, DiscreteGaussian, DiscreteLaplace},
};

use super::exact::{Exact, epsilon_of_sum};
use super::goodness::{fit, fit_bins};
use super::likelihood::epsilon_at_least;
use super::statistics::fair_coin_p;

/// What a check found: figures that are as they must be, or what is wrong.
pub type Found = Result<String, String>;

/// The p-value below which draws are not of the distribution: no accident within the life of this project.
const P_MIN: f64 = 1e-6;

/// bound, cells, ε, share.
type Parameters = (u64, u32, &'static str, &'static str);

const LAPLACES: [Parameters; 7] = [
    (1, 1, "1", "1"),
    (1, 1, "0.5", "0.5"),
    (1, 1, "3", "0.9"),
    (1, 4, "0.7", "1"),
    (3, 2, "1.7", "0.35"),
    (1000, 1, "1", "0.3"),
    (5_000_000, 2, "0.5", "0.5"),
];
const GAUSSIANS: [Parameters; 6] = [
    (1, 1, "1", "1"),
    (1, 1, "0.5", "0.5"),
    (1, 1, "4", "0.7"),
    (1, 9, "0.7", "1"),
    (3, 2, "1.7", "0.35"),
    (1000, 4, "1", "0.5"),
];

pub fn mechanism(noise: NoiseKind, (bound, cells, epsilon, share): Parameters) -> Mechanism {
    let decimal = |text| Billionths::parse(text).unwrap();
    Mechanism::new(noise, bound, cells, decimal(epsilon), decimal(share)).unwrap()
}

/// The scale by its definition, in floats, from the parameters.
pub fn scale(noise: NoiseKind, (bound, cells, epsilon, share): Parameters) -> f64 {
    let number = |text: &str| text.parse::<f64>().unwrap();
    let (bound, cells, epsilon, share) = (bound as f64, f64::from(cells), number(epsilon), number(share));
    match noise {
        DiscreteLaplace => cells * bound / (epsilon * share),
        DiscreteGaussian => cells.sqrt() * bound / (epsilon * share.sqrt()),
    }
}

/// So many draws of each figure.
fn draws(mechanisms: &[Mechanism], cells: usize) -> Vec<Vec<i128>> {
    draw(mechanisms, cells, &Entropy).unwrap()
}

fn chi_squared(noise: NoiseKind, all: &[Parameters], count: usize) -> Found {
    let fit_of = |parameters: &Parameters| {
        let exact = Exact::new(noise, scale(noise, *parameters));
        let fit = fit(&draws(&[mechanism(noise, *parameters)], count)[0], &exact);
        let told =
            format!("p = {:.2e} at scale {:.5} (χ² {:.0} of {})", fit.p, exact.scale(), fit.statistic, fit.degrees);
        (fit.p, told)
    };
    let fits: Vec<(f64, String)> = std::thread::scope(|scope| {
        let threads: Vec<_> = all.iter().map(|parameters| scope.spawn(move || fit_of(parameters))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (p, worst) = fits.iter().min_by(|(p, _), (q, _)| p.total_cmp(q)).unwrap();
    let told = format!("{} scales, {count} draws each; the worst {worst}", all.len());
    if *p < P_MIN { Err(worst.clone()) } else { Ok(told) }
}

/// Discrete Laplace against its probabilities.
pub fn chi_squared_laplace(count: usize) -> Found {
    chi_squared(DiscreteLaplace, &LAPLACES, count)
}

/// Discrete Gaussian against its probabilities.
pub fn chi_squared_gaussian(count: usize) -> Found {
    chi_squared(DiscreteGaussian, &GAUSSIANS, count)
}

/// Low bits: at a scale of 2^60 the last byte of the noise tells nothing; a sum and the same sum plus one give the same
/// last bytes equally often. Floats of that size have no last byte.
pub fn low_bits(count: usize) -> Found {
    let mut told = Vec::new();
    for noise in [DiscreteLaplace, DiscreteGaussian] {
        let wide = mechanism(noise, (1 << 60, 1, "1", "1"));
        let drawn = draws(&[wide.clone(), wide], count);
        let last = |moved: i128| move |noise: &i128| (noise + moved).rem_euclid(256) as usize;
        let (one, other): (Vec<_>, Vec<_>) =
            (drawn[0].iter().map(last(0)).collect(), drawn[1].iter().map(last(1)).collect());
        let mut counts = vec![0; 256];
        one.iter().for_each(|byte| counts[*byte] += 1);
        let fit = fit_bins(&counts, &[1.0 / 256.0; 256]);
        let bound = epsilon_at_least(&one, &other, 0.0);
        let found = format!("{}: last byte p = {:.2e}, told by it ε ≥ {bound:.3}", noise.word(), fit.p);
        if fit.p < P_MIN || bound > 0.1 {
            return Err(found);
        }
        told.push(found);
    }
    Ok(told.join("; "))
}

/// Two releases share nothing: neither the same noise, nor the same signs.
pub fn fresh(count: usize) -> Found {
    let wide = mechanism(DiscreteLaplace, (1_000_000, 1, "1", "1"));
    let releases = [draws(std::slice::from_ref(&wide), count).remove(0), draws(&[wide], count).remove(0)];
    let same = releases[0].iter().zip(&releases[1]).filter(|(one, other)| one == other).count();
    if same > count / 100 {
        return Err(format!("{same} of {count} draws of two releases are the same"));
    }
    independent_signs(&releases[0], &releases[1]).map(|p| format!("two releases: {same} of {count} the same, {p}"))
}

/// Neither the figures of a cell nor neighbouring cells share their noise.
pub fn independent(count: usize) -> Found {
    let mut told = Vec::new();
    for noise in [DiscreteLaplace, DiscreteGaussian] {
        let figures = [
            mechanism(noise, (1, 2, "0.5", "0.5")),
            mechanism(noise, (1000, 2, "0.5", "0.25")),
            mechanism(noise, (1000, 2, "0.5", "0.25")),
        ];
        let drawn = draws(&figures, count);
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            let found = independent_signs(&drawn[one], &drawn[other]);
            told.push(found.map_err(|wrong| format!("{}, figures {one} and {other}: {wrong}", noise.word()))?);
        }
        for figure in &drawn {
            told.push(independent_signs(figure, &figure[1..]).map_err(|wrong| format!("neighbouring cells: {wrong}"))?);
        }
    }
    Ok(format!("{} pairs of {count} draws; of figures: {}", told.len(), told[0]))
}

/// Signs agree as often as a fair coin falls.
fn independent_signs(one: &[i128], other: &[i128]) -> Found {
    let signs = one.iter().zip(other).map(|(one, other)| one.signum() * other.signum()).filter(|sign| *sign != 0);
    let (mut agree, mut of) = (0, 0);
    for sign in signs {
        agree += u64::from(sign > 0);
        of += 1;
    }
    if of == 0 {
        return Err("there is no noise".to_owned());
    }
    let p = fair_coin_p(agree, of);
    let told = format!("signs agree {:.2} % (p = {p:.2e})", 100.0 * agree as f64 / of as f64);
    if p < P_MIN { Err(told) } else { Ok(told) }
}

/// One unit more, in two cells with one count and a measure at its bound: the job's ε is 1, whatever is looked at.
pub fn likelihood_laplace(count: usize) -> Found {
    const BOUND: i128 = 5;
    let figures =
        [mechanism(DiscreteLaplace, (1, 2, "1", "0.5")), mechanism(DiscreteLaplace, (BOUND as u64, 2, "1", "0.5"))];
    // Figures of the two cells of each output: sums of zero, or of one unit; a unit may also contribute no measure.
    let outputs = |unit: [i128; 2]| -> Vec<[[i128; 2]; 2]> {
        let noise = draws(&figures, 2 * count);
        let pairs = noise[0].chunks_exact(2).zip(noise[1].chunks_exact(2));
        pairs.map(|(n, m)| [[n[0] + unit[0], n[1] + unit[0]], [m[0] + unit[1], m[1] + unit[1]]]).collect()
    };
    // Σ (|x| - |x - Δ|)/b, in units of 1/(2 · 2 · bound).
    let ratio = |[n, m]: &[[i128; 2]; 2]| -> i128 {
        n.iter().map(|x| BOUND * (x.abs() - (x - 1).abs())).sum::<i128>()
            + m.iter().map(|x| x.abs() - (x - BOUND).abs()).sum::<i128>()
    };
    // What is left when the noise of the count is the noise of the measure.
    let left_over = |[n, m]: &[[i128; 2]; 2]| BOUND * (n[0] + n[1]) - m[0] - m[1];
    let [without, with, counted] = [[0, 0], [1, BOUND], [1, 0]].map(outputs);
    let scores = |outputs: &[_], score: &dyn Fn(&[[i128; 2]; 2]) -> i128| outputs.iter().map(score).collect::<Vec<_>>();
    let whole = epsilon_at_least(&scores(&with, &ratio), &scores(&without, &ratio), 0.0);
    let between = epsilon_at_least(&scores(&counted, &left_over), &scores(&without, &left_over), 0.0);
    let told = format!("ε = 1; proven ε ≥ {whole:.3} by likelihood, ≥ {between:.3} between figures");
    let vacuous = whole < 0.5;
    if whole > 1.0 || between > 1.0 || vacuous { Err(told) } else { Ok(told) }
}

/// One unit more in four cells, for the Gaussian: the sum of the cells is the likelihood ratio, and what it may tell at
/// δ = 0.01 is computed from the exact distribution at σ = 2, the scale for ε = 1.
pub fn likelihood_gaussian(count: usize) -> Found {
    const DELTA: f64 = 0.01;
    let parameters = (1, 4, "1", "1");
    let figure = [mechanism(DiscreteGaussian, parameters)];
    let outputs = |unit: i128| -> Vec<i128> {
        draws(&figure, 4 * count)[0].chunks_exact(4).map(|cells| cells.iter().sum::<i128>() + 4 * unit).collect()
    };
    let claimed = epsilon_of_sum(&Exact::new(DiscreteGaussian, scale(DiscreteGaussian, parameters)), 4, 4, DELTA);
    let proven = epsilon_at_least(&outputs(1), &outputs(0), DELTA);
    let told = format!("ρ = 1/2, at δ = {DELTA} ε = {claimed:.3}; proven ε ≥ {proven:.3}");
    if proven > claimed || proven < claimed / 2.0 { Err(told) } else { Ok(told) }
}
