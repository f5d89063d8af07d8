//! What must not work, each attack tried for real: against the engine as it is, where it must fail, and against
//! one with the defence taken away, where it must succeed. `docs/attacks.md` lists all of them.

mod a01_trap;
mod a02_text;
mod a03_spin;
mod a04_fuel;
mod a05_late;
mod a07_index;
mod a11_imports;
mod a12_printing;
mod a13_state;
mod a14_limits;
mod a15_canonical;
mod a16_memory;
mod a17_residual;
mod a18_compile;
mod a19_other_module;
mod a20_bisection;
mod a21_membership;
mod a35_two_ids;
mod a36_cost;
mod a37_refund;
mod a38_last_bit;
mod a39_faults;
mod a42_forgery;
mod a42_p256;
mod a43_covert;
mod a51_other_party;
mod a55_watch;
mod a59_restored;
mod a60_cut;
mod catalog;
mod run;
mod spellings;
mod table;
mod watcher;
