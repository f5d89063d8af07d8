//! Attack 15: NaN bits, relaxed SIMD, threads: whatever may differ between machines would carry what the machine is,
//! or make an answer that nobody can compute again. It is canonical, or it is refused.

use anshi::env::weaken::Weakness;
use anshi::model::RawParameter;
use wasmtime::{Config, Engine, Instance, Module, OptLevel, Store, Strategy};

use super::run::check;
use crate::support::{Handmade, Setup, TestHome, label, policy_of};

const POLICY: &str = "floats";
const PARAMETER: &str = "[[parameter]]\nname = \"deed\"\nkind = \"integer\"\nmin = 0\nmax = 100\nstep = 1\n";
const LABELS: u32 = 64;

/// What makes a NaN of 64 bits; `$zero` and `$infinity` are what they are called, `$odd` is a NaN with a payload.
const NANS: [&str; 14] = [
    "(f64.div (local.get $zero) (local.get $zero))",
    "(f64.sub (local.get $infinity) (local.get $infinity))",
    "(f64.mul (local.get $infinity) (local.get $zero))",
    "(f64.sqrt (f64.sub (local.get $zero) (local.get $infinity)))",
    "(f64.add (local.get $odd) (local.get $infinity))",
    "(f64.div (local.get $odd) (local.get $odd))",
    "(f64.min (local.get $odd) (local.get $zero))",
    "(f64.max (local.get $zero) (local.get $odd))",
    "(f64.floor (local.get $odd))",
    "(f64.nearest (local.get $odd))",
    "(f64.promote_f32 (f32.demote_f64 (local.get $odd)))",
    "(f64.promote_f32 (f32.div (f32.demote_f64 (local.get $zero)) (f32.demote_f64 (local.get $zero))))",
    "(f64x2.extract_lane 1 (f64x2.div (f64x2.splat (local.get $zero)) (f64x2.splat (local.get $zero))))",
    "(f64x2.extract_lane 0 (f64x2.max (f64x2.splat (local.get $odd)) (f64x2.splat (local.get $zero))))",
];

/// A walk through the unit interval in which every bit counts: its end, folded.
const WALK: &str = r#"
    (local.set $x (f64.add (f64.const 0.3) (local.get $zero)))
    (loop $steps
      (local.set $x (f64.sub (f64.const 1) (f64.mul (f64.const 1.99)
        (f64.mul (f64.sqrt (f64.abs (local.get $x))) (f64.div (local.get $x) (f64.const 1.7))))))
      (local.set $bits (i64.xor (i64.rotl (local.get $bits) (i64.const 7)) (i64.reinterpret_f64 (local.get $x))))
      (local.set $step (i32.add (local.get $step) (i32.const 1)))
      (br_if $steps (i32.lt_u (local.get $step) (i32.const 2000))))
    (i32.and (i32.wrap_i64 (i64.xor (local.get $bits) (i64.shr_u (local.get $bits) (i64.const 33)))) (i32.const 63))"#;

/// 0 where the NaN is the canonical one, 1 and 2 where it carries a bit. The last deed is the walk.
fn guest() -> Handmade {
    let deeds: String = NANS
        .iter()
        .zip(0..)
        .map(|(nan, deed)| {
            format!(
                "(if (i64.eq (local.get $deed) (i64.const {deed})) (then (return (call $kind (i64.reinterpret_f64 {nan})))))\n"
            )
        })
        .collect();
    let locals = "(local $deed i64) (local $zero f64) (local $infinity f64) (local $odd f64) (local $x f64)
        (local $bits i64) (local $step i32)
        (local.set $deed (call $integer (local.get $parameters) (i32.const 0)))
        ;; From memory, so that no compiler works them out.
        (local.set $zero (f64.load (i32.const 0)))
        (local.set $infinity (f64.reinterpret_i64 (i64.xor (i64.load (i32.const 8)) (i64.const 0x7ff0000000000000))))
        (local.set $odd (f64.reinterpret_i64 (i64.xor (i64.load (i32.const 8)) (i64.const 0xfff8000abcde1234))))";
    Handmade {
        parameters: vec![("deed", "integer")],
        labels: (0..LABELS).map(|label| label.to_string()).collect(),
        verify: format!("{locals}\n{deeds}\n{WALK}"),
        beside: r#"(func $kind (param $bits i64) (result i32)
          (if (i64.eq (local.get $bits) (i64.const 0x7ff8000000000000)) (then (return (i32.const 0))))
          (i32.add (i32.const 1) (i64.lt_s (local.get $bits) (i64.const 0))))"#
            .to_owned(),
        ..Handmade::default()
    }
}

/// The same module in another build of an engine: nothing optimised, or by another compiler's settings.
fn other_build(module: &[u8], deeds: i64) -> Vec<u32> {
    let mut config = Config::new();
    config.strategy(Strategy::Cranelift).cranelift_opt_level(OptLevel::None).cranelift_nan_canonicalization(true);
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(&engine, module).unwrap();
    let call = |deed: i64| {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        // One parameter: its kind, then its value.
        memory.write(&mut store, 70_000, &[[0; 8], deed.to_le_bytes()].concat()).unwrap();
        let verify = instance
            .get_typed_func::<(i32, i32, i32, i32, i32), u32>(&mut store, "anshi:sandbox/verifying@0.1.0#verify")
            .unwrap();
        verify.call(&mut store, (20_000, 70_000, 1, 0, 0)).unwrap()
    };
    (0..deeds).map(call).collect()
}

/// Instructions whose results may differ from one machine to the next, in a guest that is one otherwise.
const FORBIDDEN: [&str; 4] = [
    "(func (param v128 v128 v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))",
    "(func (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 1)))",
    "(func (param i32) (result i32) (i32.atomic.rmw.add (local.get 0) (i32.const 1)))",
    "(memory $shared 1 1 shared)",
];

pub fn attack() -> Result<(), String> {
    let guest = guest();
    let home = TestHome::with(&Setup { files: vec![policy_of(POLICY, &guest, PARAMETER, 2)], ..Setup::default() });
    let module = guest.module();
    let digest = home.register(&module).unwrap();
    let deeds = i64::try_from(NANS.len()).unwrap() + 1;
    let order = |deed| home.order_under(POLICY, digest, 1, &[("deed", RawParameter::Integer(deed))]);
    let answers = home.ask_all((0..deeds).map(|deed| home.sign(&order(deed))).collect());
    let seen: Vec<String> = answers.iter().map(|answer| label(answer.as_ref().unwrap())).collect();
    if let Some((deed, seen)) = NANS.iter().zip(&seen).find(|(_, seen)| *seen != "0") {
        return Err(format!("the machine shows in a NaN ({seen}) of {deed}"));
    }
    let other: Vec<String> = other_build(&module, deeds).iter().map(ToString::to_string).collect();
    if seen != other {
        return Err(format!("two builds of an engine differ: {seen:?} and {other:?}"));
    }
    for forbidden in FORBIDDEN {
        let module = Handmade { beside: forbidden.to_owned(), ..Handmade::default() }.module();
        if home.register(&module).is_ok() {
            return Err(format!("a guest with `{forbidden}` was registered"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::NanAsItIs);
}
