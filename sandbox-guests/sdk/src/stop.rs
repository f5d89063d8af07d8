//! How a guest ends when it cannot go on. Nobody outside the room may read why, so in wasm both ways
//! end in the same trap and no text is made; in native tests the text is all there is.

/// The guest asked for something that its manifest does not declare, or as another type.
#[cold]
#[inline(never)]
#[track_caller]
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::panic, reason = "a guest's own mistake, shown to its author's tests")]
pub(crate) fn misuse(complaint: &str, name: &str) -> ! {
    panic!("{complaint}: `{name}`")
}

/// The guest asked for something that its manifest does not declare, or as another type.
#[inline]
#[cfg(target_arch = "wasm32")]
pub(crate) fn misuse(_complaint: &str, _name: &str) -> ! {
    core::arch::wasm32::unreachable()
}

/// Ignoring the message is what keeps the formatting machinery out of the module.
#[cfg(all(target_arch = "wasm32", feature = "panic-handler"))]
#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
