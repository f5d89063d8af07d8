//! What the generated bindings call at run time: memory for what is returned, and for what the engine brings.

use core::alloc::Layout;

use alloc::alloc::{alloc, handle_alloc_error};

/// A block that the bindings made. It is never given back: an instance lives for one call.
pub struct Cleanup(());

impl Cleanup {
    /// A block of this layout; null where it has no size.
    #[must_use]
    pub fn new(layout: Layout) -> (*mut u8, Option<Self>) {
        if layout.size() == 0 {
            return (core::ptr::null_mut(), None);
        }
        // SAFETY: the layout has a size.
        let block = unsafe { alloc(layout) };
        if block.is_null() {
            handle_alloc_error(layout);
        }
        (block, Some(Self(())))
    }

    /// Leaves the block to whoever it was made for.
    pub fn forget(self) {}
}

/// Keeps [`cabi_realloc`], which nothing in the guest calls, in what the linker sees.
pub fn maybe_link_cabi_realloc() {
    #[cfg(target_arch = "wasm32")]
    {
        #[used]
        static KEPT: unsafe extern "C" fn(*mut u8, usize, usize, usize) -> *mut u8 = cabi_realloc;
    }
}

/// Makes a block for the engine, or a larger one of it.
///
/// # Safety
///
/// As for `realloc`: `old` is null with `old_size` 0, or a block of this size and alignment.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    // SAFETY: the engine asks with an alignment of the contract's types, a power of two, and sizes far below an address.
    let block = unsafe {
        if old_size == 0 {
            alloc(Layout::from_size_align_unchecked(new_size, align))
        } else {
            alloc::alloc::realloc(old, Layout::from_size_align_unchecked(old_size, align), new_size)
        }
    };
    if block.is_null() {
        core::arch::wasm32::unreachable();
    }
    block
}
