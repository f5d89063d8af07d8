//! What a weakened build does: the instance of the unit before serves the next one too. In every other build the branch
//! that calls this is compiled away.

use wasmtime::Store;

use super::bindings::contributing;
use super::contribute::Contributions;
use super::instance::{Bounds, Fault, Guest, fault};
use super::unit::UnitInstance;
use crate::model::Digest;
use crate::policy::Limits;

thread_local! {
    static KEPT: std::cell::RefCell<Option<(Digest, Store<Bounds>, UnitInstance)>> =
        const { std::cell::RefCell::new(None) };
}

/// One more unit on the instance of this thread.
pub(super) fn run(guest: &Guest, input: &contributing::Input, limits: &Limits) -> Result<Contributions, Fault> {
    let Some(pre) = guest.lane().contributor() else { return Err(Fault::Memory) };
    KEPT.with_borrow_mut(|kept| {
        if kept.as_ref().is_none_or(|(digest, ..)| *digest != guest.digest()) {
            let mut store = guest.lane().store(limits);
            *kept = pre.instantiate(&mut store).ok().map(|instance| (guest.digest(), store, instance));
        }
        let Some((_, store, instance)) = kept.as_mut() else { return Err(Fault::Memory) };
        let _ = store.set_fuel(limits.fuel);
        store.set_epoch_deadline(u64::MAX / 2);
        let result = pre.call(store, instance, (input, usize::MAX));
        let result = result.map_err(|error| fault(&error, store.data()));
        if result.is_err() {
            *kept = None;
        }
        result.map(Into::into)
    })
}
