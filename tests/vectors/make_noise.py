#!/usr/bin/env python3
"""Makes noise.json: the two distributions of noise by mpmath, and what OpenDP says of them, for `vectors/noise.rs`.

Per mechanism: the scale by fractions (rounded up to 13 digits as Anshi states it), probabilities and sums of them at
some points, the smallest half width of a 95 % interval. Before anything is written OpenDP is asked too: its map from
sensitivity to loss must give the loss that the scale was made for, and its accuracy the same interval. Its samplers'
histograms are stored, to be compared with Anshi's draws. OpenDP is an oracle here, and nothing that Anshi uses.

    pip install opendp==0.16.0 mpmath==1.4.1
"""

import json
from collections import Counter
from fractions import Fraction
from importlib.metadata import version
from math import ceil, floor, isqrt, sqrt
from pathlib import Path

import mpmath
import opendp.prelude as dp

dp.enable_features("contrib", "honest-but-curious")
mpmath.mp.dps = 40

DIGITS = 13
DRAWS = 100_000
LAPLACE, GAUSSIAN = "discrete-laplace", "discrete-gaussian"
# bound, cells, epsilon, share; whether to store a histogram
PARAMETERS = [
    (1, 1, "1", "1", True), (1, 1, "0.5", "0.5", True), (1, 1, "3", "0.9", True), (1, 4, "0.7", "1", True),
    (3, 2, "1.7", "0.35", True), (1, 9, "0.7", "1", True), (1, 1, "0.1", "0.9", False), (100, 1, "1", "0.3", False),
    (1, 1, "10", "1", False), (77, 2, "0.5", "0.5", False),
]
EPSILONS = ["1", "0.5", "0.3", "4", "0.01", "2.123456789", "10"]


def real(value):
    return mpmath.mpf(value.numerator) / value.denominator


def up(value):
    return -(-value.numerator // value.denominator)


def root_up(value):
    whole = up(value)
    root = isqrt(whole)
    return root + (root * root < whole)


def decimal(rounded, places):
    digits = str(rounded).zfill(places + 1)
    whole, part = digits[:len(digits) - places], digits[len(digits) - places:].rstrip("0")
    return f"{whole}.{part}" if places and part else whole


def scale_of(noise, bound, cells, epsilon, share):
    """What the scale must be at least, squared for the Gaussian; what it is; and as text."""
    least = Fraction(cells * bound) / (Fraction(epsilon) * Fraction(share))
    square = Fraction(cells * bound * bound) / (Fraction(epsilon) ** 2 * Fraction(share))
    for places in range(60):
        unit = 10**places
        rounded = up(least * unit) if noise == LAPLACE else root_up(square * unit**2)
        exact = noise == LAPLACE and least * unit == rounded
        if exact or rounded >= 10 ** (DIGITS - 1):
            return least if noise == LAPLACE else Fraction(rounded, unit), decimal(rounded, places)
    raise ValueError("no scale")


class Exact:
    def __init__(self, noise, scale):
        self.noise, self.scale = noise, real(scale)
        if noise == LAPLACE:
            q = mpmath.exp(-1 / self.scale)
            self.total = (1 + q) / (1 - q)
        else:
            self.total = 1 + 2 * sum(self.weight(x) for x in range(1, int(14 * scale) + 14))

    def weight(self, x):
        if self.noise == LAPLACE:
            return mpmath.exp(-abs(x) / self.scale)
        return mpmath.exp(-mpmath.mpf(x) ** 2 / (2 * self.scale**2))

    def at(self, x):
        return self.weight(x) / self.total

    def tail(self, x):
        """P(X >= x), for x > 0."""
        if self.noise == LAPLACE:
            q = mpmath.exp(-1 / self.scale)
            return q**x / (1 + q)
        return sum(self.weight(y) for y in range(x, x + int(14 * self.scale) + 14)) / self.total

    def half_width(self):
        """The smallest w with P(|X| <= w) >= 0.95, found from the definition."""
        outside, w = 1 - self.at(0), 0
        while outside > mpmath.mpf(1) / 20:
            w += 1
            outside -= 2 * self.at(w)
        return w


def ask_opendp(noise, scale, bound, cells, epsilon, share, half_width):
    """OpenDP's opinion of scale and interval; its histogram if there is one to be had."""
    domain = dp.vector_domain(dp.atom_domain(T="i64"))
    if noise == LAPLACE:
        mechanism = dp.m.make_laplace(domain, dp.l1_distance(T="i64"), float(scale))
        loss, expected = mechanism.map(cells * bound), float(Fraction(epsilon) * Fraction(share))
        accuracy = dp.discrete_laplacian_scale_to_accuracy(float(scale), 0.05)
    else:
        mechanism = dp.m.make_gaussian(domain, dp.l2_distance(T=float), float(scale))
        loss, expected = mechanism.map(sqrt(cells) * bound), float(Fraction(epsilon) ** 2 / 2 * Fraction(share))
        accuracy = dp.discrete_gaussian_scale_to_accuracy(float(scale), 0.05)
    assert abs(loss / expected - 1) < 1e-9, (noise, scale, loss, expected)
    # OpenDP: P(|X| >= accuracy) <= 0.05, where accuracy need be no integer.
    assert ceil(accuracy) - 1 == half_width, (noise, scale, accuracy, half_width)
    return loss, mechanism


def mechanism_of(noise, bound, cells, epsilon, share, wanted):
    scale, text = scale_of(noise, bound, cells, epsilon, share)
    exact = Exact(noise, scale)
    half_width = exact.half_width()
    loss, mechanism = ask_opendp(noise, scale, bound, cells, epsilon, share, half_width)
    points = sorted({0, 1, 2, 3, floor(scale / 2), floor(scale), floor(2 * scale) + 1, floor(5 * scale) + 2})
    case = {
        "noise": noise, "bound": bound, "cells": cells, "epsilon": epsilon, "share": share,
        "scale": text, "loss_by_opendp": loss, "half_width_95": half_width,
        "points": [{"x": x, "at": mpmath.nstr(exact.at(x), 20), "from": mpmath.nstr(exact.tail(x + 1), 20)}
                   for x in points],
    }
    if wanted:
        histogram = Counter(mechanism([0] * DRAWS))
        case["histogram_by_opendp"] = [[x, histogram[x]] for x in sorted(histogram)]
    return case


def implied(epsilon):
    rho = Fraction(epsilon) ** 2 / 2
    pair = real(rho) + 2 * mpmath.sqrt(real(rho) * mpmath.log(10**6))
    # OpenDP converts by the exact profile, so it says less.
    domain = dp.vector_domain(dp.atom_domain(T="i64"))
    gaussian = dp.m.make_gaussian(domain, dp.l2_distance(T=float), 1.0)
    tight = dp.c.make_zCDP_to_approxDP(gaussian).map(float(Fraction(epsilon))).epsilon(delta=1e-6)
    assert tight <= pair < 1.5 * tight, (epsilon, pair, tight)
    places = 20
    return {"epsilon": epsilon, "rho": decimal(up(rho * 10**places), places),
            "implied": decimal(int(mpmath.ceil(pair * 10**6)), 6), "by_opendp": tight}


def beta_below(a, b, x):
    """The regularised incomplete beta function; for integers P(Binomial(a + b - 1, x) >= a), added from the middle out."""
    if a != int(a) or b != int(b):
        return mpmath.betainc(a, b, 0, x, regularized=True)
    trials, odds = a + b - 1, mpmath.mpf(x) / (1 - mpmath.mpf(x))
    first = max(a, int(trials * x))
    at_first = mpmath.exp(mpmath.loggamma(trials + 1) - mpmath.loggamma(first + 1) - mpmath.loggamma(trials - first + 1)
                          + first * mpmath.log(x) + (trials - first) * mpmath.log1p(-mpmath.mpf(x)))
    total, term = at_first, at_first
    for k in range(first, trials):
        term *= odds * (trials - k) / (k + 1)
        total += term
        if term < total * mpmath.mpf(10) ** -30:
            break
    term = at_first
    for k in range(first, a, -1):
        term *= k / (odds * (trials - k + 1))
        total += term
        if term < total * mpmath.mpf(10) ** -30:
            break
    return total


def statistics():
    """Special functions, for the audit's own."""
    gamma = [(0.5, 0.1), (0.5, 9.0), (2.5, 1.0), (10, 4), (10, 25), (50, 70), (120, 180), (127.5, 100)]
    beta = [(1, 5000, 1e-4), (3, 7, 0.4), (50, 60, 0.5), (1000, 1200, 0.47), (5000, 5000, 0.49),
            (200_000, 300_000, 0.4005), (7, 499_994, 3e-5), (0.5, 0.5, 0.2), (250_001, 249_999, 0.5)]
    return {
        "gamma_above": [[a, x, float(mpmath.gammainc(a, x, mpmath.inf, regularized=True))] for a, x in gamma],
        "beta_below": [[a, b, x, float(beta_below(a, b, x))] for a, b, x in beta],
    }


def main():
    made = {
        "made_by": {name: version(name) for name in ("opendp", "mpmath")},
        "mechanisms": [mechanism_of(noise, *row) for noise in (LAPLACE, GAUSSIAN) for row in PARAMETERS],
        "implied": [implied(epsilon) for epsilon in EPSILONS],
        "statistics": statistics(),
    }
    Path(__file__).with_name("noise.json").write_text(json.dumps(made) .replace('{"noise"', '\n{"noise"') + "\n")
    print(f"{len(made['mechanisms'])} mechanisms")


if __name__ == "__main__":
    main()
