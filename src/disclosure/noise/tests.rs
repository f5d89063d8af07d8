//! The arithmetic of noise, and what becomes of a failure of the operating system. What is drawn is audited in
//! `tests/dp_audit`.

use super::*;

fn decimal(text: &str) -> Billionths {
    Billionths::parse(text).unwrap()
}

fn mechanism(noise: NoiseKind, bound: u64, cells: u32, epsilon: &str, share: &str) -> Mechanism {
    Mechanism::new(noise, bound, cells, decimal(epsilon), decimal(share)).unwrap()
}

use NoiseKind::{DiscreteGaussian as Gaussian, DiscreteLaplace as Laplace};

#[test]
fn laplace_scales_are_exact() {
    for (bound, cells, epsilon, share, text, half_width) in [
        (1, 1, "1", "1", "1", 3),
        (1, 1, "0.5", "0.5", "4", 12),
        (5_000_000, 2, "0.5", "0.5", "40000000", 119_829_291),
        (1, 3, "0.7", "1", "4.285714285715", 13),
        (1, 1, "3", "0.9", "0.3703703703704", 2),
        (1, 1, "9223372036.854775807", "1", "0.0000000001084202172486", 1),
        (1 << 63, 32, "1", "1", "295147905179352825856", 884_184_105_017_640_395_038),
        (u64::MAX, 1, "0.3", "1", "61489146912365172050", 184_205_021_878_675_082_290),
    ] {
        let laplace = mechanism(Laplace, bound, cells, epsilon, share);
        assert_eq!((laplace.scale_text().as_str(), laplace.half_width_95()), (text, half_width), "{laplace:?}");
    }
}

#[test]
fn gaussian_scales_are_rounded_up_in_the_thirteenth_digit() {
    for (bound, cells, epsilon, share, text, half_width) in [
        (1, 1, "1", "1", "1", 2),
        (1, 4, "1", "0.25", "4", 8),
        (1, 1, "0.5", "0.5", "2.828427124747", 6),
        (1, 2, "1", "1", "1.414213562374", 3),
        (1, 3, "0.3", "1", "5.773502691897", 12),
        (5_000_000, 2, "0.5", "0.5", "20000000", 39_199_280),
        (1 << 40, 7, "0.1", "0.3", "53111457449727", 104_096_543_767_897),
        (1, 1, "9223372036.854775807", "1", "0.0000000001084202172486", 1),
    ] {
        let gaussian = mechanism(Gaussian, bound, cells, epsilon, share);
        assert_eq!((gaussian.scale_text().as_str(), gaussian.half_width_95()), (text, half_width), "{gaussian:?}");
    }
}

#[test]
fn parameters_out_of_range_give_no_mechanism() {
    let new = |bound, cells, epsilon: &str, share: &str| {
        let of = |noise| Mechanism::new(noise, bound, cells, decimal(epsilon), decimal(share));
        assert_eq!(of(Laplace).is_some(), of(Gaussian).is_some());
        of(Laplace)
    };
    assert!(new(1, 1, "1", "1").is_some());
    for (bound, cells, epsilon, share) in
        [(0, 1, "1", "1"), (1, 0, "1", "1"), (1, 1, "0", "1"), (1, 1, "1", "0"), (1, 1, "1", "1.000000001")]
    {
        assert_eq!(new(bound, cells, epsilon, share), None, "{bound} {cells} {epsilon} {share}");
    }
    assert!(new(1 << 63, 32, "1", "1").is_some());
    assert_eq!(new(1 << 63, 33, "1", "1"), None, "the sensitivity is beyond 2^68");
    assert_eq!(Mechanism::new(Laplace, 1 << 50, 1, decimal("0.000000001"), decimal("0.000000001")), None, "the scale");
    assert_eq!(Mechanism::new(Gaussian, 1 << 63, 1, decimal("0.000000001"), decimal("0.000000001")), None, "the scale");
}

#[test]
fn mechanisms_of_the_same_scale_are_equal() {
    assert_eq!(mechanism(Laplace, 2, 1, "1", "1"), mechanism(Laplace, 1, 1, "0.5", "1"));
    assert_ne!(mechanism(Laplace, 1, 1, "1", "1"), mechanism(Gaussian, 1, 1, "1", "1"));
    assert_ne!(mechanism(Laplace, 1, 1, "1", "1"), mechanism(Laplace, 1, 1, "1", "0.5"));
}

#[test]
fn the_implied_loss_is_exact_and_rounded_up() {
    for (epsilon, rho, pair) in [
        ("1", "0.5", "5.756522"),
        ("0.5", "0.125", "2.753261"),
        ("4", "8", "29.026088"),
        ("0.3", "0.045", "1.621957"),
        ("0.000000001", "0.0000000000000000005", "0.000001"),
        ("9223372036.854775807", "42535295865117307923.6984538921162506245", "42535295913600163825.992919"),
    ] {
        let expected = ImpliedLoss { rho: rho.to_owned(), delta: "0.000001".to_owned(), epsilon: pair.to_owned() };
        assert_eq!(implied(decimal(epsilon)), expected);
    }
}

#[test]
fn a_batch_has_every_figure_of_every_cell() {
    let figures = [mechanism(Laplace, 1, 1, "1", "0.5"), mechanism(Gaussian, 1000, 2, "0.1", "0.5")];
    let noise = draw(&figures, 320, &Entropy).unwrap();
    assert_eq!(noise.iter().map(Vec::len).collect::<Vec<_>>(), [320, 320]);
    assert!(noise.iter().all(|figure| figure.iter().any(|noise| *noise != 0)));
    assert_eq!(draw(&[], 320, &Entropy), Ok(Vec::new()));
    assert_eq!(draw(&figures, 0, &Entropy), Ok(vec![Vec::new(), Vec::new()]));
}

#[test]
fn the_largest_scales_can_be_drawn_at() {
    let epsilon = decimal("0.00000013");
    for noise in [Laplace, Gaussian] {
        let largest = Mechanism::new(noise, 1 << 63, 32, epsilon, Billionths::ONE).unwrap();
        let noise = draw(&[largest], 50, &Entropy).unwrap();
        assert!(noise[0].iter().all(|noise| noise.unsigned_abs() < 1 << 110), "{noise:?}");
        assert!(noise[0].iter().any(|noise| noise.unsigned_abs() > 1 << 80), "{noise:?}");
    }
    let smallest = [Laplace, Gaussian].map(|noise| mechanism(noise, 1, 1, "9223372036.854775807", "1"));
    assert_eq!(draw(&smallest, 50, &Entropy), Ok(vec![vec![0; 50]; 2]));
}

#[test]
fn no_noise_is_handed_out_once_the_operating_system_fails() {
    for noise in [Laplace, Gaussian] {
        let figures = [mechanism(noise, 1, 1, "0.5", "0.5"), mechanism(noise, 1000, 2, "0.3", "0.5")];
        for blocks in [0, 1, 5] {
            assert_eq!(draw_from(&figures, 1000, EntropyStream::failing_after(blocks)), Err(EntropyError), "{blocks}");
        }
        assert!(draw_from(&figures, 1000, EntropyStream::failing_after(10_000)).is_ok());
    }
}
