//! The heap of one call: a pointer that only moves up. An instance lives for one call and its memory is
//! thrown away with it, so nothing is ever freed. It starts at the linker's `__heap_base`, within the
//! memory that the module starts with, and grows only when a call needs more: growing costs more than
//! the whole rest of a call. It never hands out a byte twice, so what it hands out is zero.

/// Where a block goes: its first byte, and the byte after its last. `None` if no address is that high.
/// `align` is a power of two.
fn place(next: usize, size: usize, align: usize) -> Option<(usize, usize)> {
    let start = next.checked_add(align.wrapping_sub(1))? & !align.wrapping_sub(1);
    Some((start, start.checked_add(size)?))
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use core::alloc::{GlobalAlloc, Layout};
    use core::arch::wasm32::{memory_grow, memory_size};
    use core::ptr;
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::place;

    const PAGE_BYTES: usize = 65_536;

    /// Where the next block may start; 0 before the first. There is one thread: the atomic is a plain
    /// word that needs no `unsafe`.
    struct Bump(AtomicUsize);

    #[global_allocator]
    static HEAP: Bump = Bump(AtomicUsize::new(0));

    impl Bump {
        fn next(&self) -> usize {
            unsafe extern "C" {
                static __heap_base: u8;
            }
            match self.0.load(Relaxed) {
                0 => (&raw const __heap_base).addr(),
                next => next,
            }
        }

        /// Moves the end of the heap, growing the memory if it must. False if there is no more.
        fn reach(&self, end: usize) -> bool {
            let pages = end.div_ceil(PAGE_BYTES);
            let present = memory_size::<0>();
            if pages > present && memory_grow::<0>(pages.wrapping_sub(present)) == usize::MAX {
                return false;
            }
            self.0.store(end, Relaxed);
            true
        }
    }

    // SAFETY: blocks lie between `__heap_base` and the end of the memory, are aligned by `place`, and
    // never overlap, because `next` only moves up.
    unsafe impl GlobalAlloc for Bump {
        #[inline]
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            match place(self.next(), layout.size(), layout.align()) {
                Some((start, end)) if self.reach(end) => ptr::with_exposed_provenance_mut(start),
                _ => ptr::null_mut(),
            }
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's. Memory that was never handed out is zero.
            unsafe { self.alloc(layout) }
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            if size <= layout.size() {
                return block;
            }
            if block.addr().wrapping_add(layout.size()) == self.next() {
                return match block.addr().checked_add(size) {
                    Some(end) if self.reach(end) => block,
                    _ => ptr::null_mut(),
                };
            }
            // SAFETY: the caller's: `size` is not zero and fits the alignment. The blocks do not
            // overlap, and the old one is the smaller.
            unsafe {
                let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(block, moved, layout.size());
                }
                moved
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_and_do_not_overlap() {
        assert_eq!(place(1_000, 24, 8), Some((1_000, 1_024)));
        assert_eq!(place(1_001, 24, 8), Some((1_008, 1_032)));
        assert_eq!(place(1_001, 3, 1), Some((1_001, 1_004)));
        assert_eq!(place(1_001, 16, 16), Some((1_008, 1_024)));
    }

    #[test]
    fn an_address_too_high_is_refused() {
        assert_eq!(place(usize::MAX - 2, 1, 8), None);
        assert_eq!(place(64, usize::MAX, 1), None);
        assert_eq!(place(64, usize::MAX - 64, 1), Some((64, usize::MAX)));
    }
}
