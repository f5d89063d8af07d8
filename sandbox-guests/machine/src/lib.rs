//! What only a WebAssembly machine can do or suffer: the means of the two adversaries. In a native build these are
//! panics: the attacks are for the engine, not for the machine that tests the guest.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![expect(clippy::panic, reason = "to panic is one of the attacks")]

extern crate alloc;

use alloc::format;
use core::hint::black_box;

/// Data in the text of a panic, beside a canary that the tests search every output for.
pub fn panic_with(sum: i64) -> ! {
    // The message is made even where the panic handler ignores it, so that the text lies in memory.
    let message = black_box(format!("CANARY-7f3a {sum}"));
    panic!("{message}")
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::*;
#[cfg(target_arch = "wasm32")]
pub use wasm::*;

#[cfg(target_arch = "wasm32")]
mod wasm {
    use alloc::alloc::alloc_zeroed;
    use alloc::vec;
    use alloc::vec::Vec;
    use core::alloc::Layout;
    use core::arch::wasm32::{memory_grow, memory_size};
    use core::hint::black_box;
    use core::num::NonZeroU32;
    use core::ptr;
    use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

    const PAGE_BYTES: usize = 65_536;

    /// The `unreachable` instruction.
    pub fn unreachable() -> ! {
        core::arch::wasm32::unreachable()
    }

    /// The division instruction itself, without the check that Rust puts before it.
    pub fn divide_by_zero() -> u32 {
        // SAFETY: none. Zero is no `NonZeroU32`: the compiler is lied to, behind a black box, so that it
        // emits a bare `i32.div_u`, which traps.
        let zero = unsafe { NonZeroU32::new_unchecked(black_box(0)) };
        black_box(1) / zero
    }

    /// A load just below 4 GiB, where no guest's memory reaches.
    pub fn load_out_of_bounds() -> u32 {
        let address = black_box(0xffff_fff0_usize);
        // SAFETY: none; it is to trap.
        unsafe { ptr::with_exposed_provenance::<u32>(address).read_volatile() }
    }

    /// Recursion that keeps nothing in linear memory, so that it meets the engine's stack and not the
    /// guest's own.
    pub fn overflow_the_stack() -> u32 {
        dive_to(u32::MAX)
    }

    /// So many calls within each other, and back.
    pub fn dive_to(bottom: u32) -> u32 {
        BOTTOM.store(bottom, Relaxed);
        dive(0)
    }

    static BOTTOM: AtomicU32 = AtomicU32::new(u32::MAX);

    #[inline(never)]
    fn dive(depth: u32) -> u32 {
        if depth == BOTTOM.load(Relaxed) {
            return depth;
        }
        // The rotation keeps the compiler from making a loop of it.
        dive(depth.wrapping_add(1)).rotate_left(depth) ^ depth
    }

    /// A loop without an end or an effect.
    #[expect(clippy::empty_loop, reason = "it is the attack")]
    pub fn spin_for_ever() -> ! {
        loop {}
    }

    /// Takes all memory that there is to have, a page at a time, and says how often it was given one.
    pub fn grow_until_refused() -> u32 {
        let mut pages = 0;
        while memory_grow::<0>(1) != usize::MAX {
            pages += 1;
        }
        pages
    }

    /// Where the loop's result goes, so that the compiler keeps the loop.
    static ASHES: AtomicU32 = AtomicU32::new(0);

    /// So many rounds of a loop, of about 8 fuel each. 0.
    pub fn burn_fuel(rounds: u32) -> u32 {
        let mut value = ASHES.load(Relaxed);
        for round in 0..rounds {
            value = value.rotate_left(5) ^ round;
            ASHES.store(value, Relaxed);
        }
        0
    }

    static CALLS: AtomicU32 = AtomicU32::new(0);

    /// How many earlier calls were counted in this instance.
    pub fn count_calls() -> u32 {
        let before = CALLS.load(Relaxed);
        CALLS.store(before.wrapping_add(1), Relaxed);
        before
    }

    /// How many pages of memory there are.
    pub fn pages() -> u32 {
        memory_size::<0>() as u32
    }

    /// Two lists of so many zeros, or of half as many if there is no memory for them, and so on. Fresh memory is
    /// zero: it costs no fuel to fill.
    pub fn zeros(most: usize) -> (Vec<u32>, Vec<i64>) {
        let mut count = most;
        while count > 0 {
            // One block for both, the wider numbers first: a block that was refused room for the other would stay.
            let bytes = count.saturating_mul(size_of::<i64>() + size_of::<u32>());
            let layout = Layout::from_size_align(bytes, align_of::<i64>()).unwrap_or(Layout::new::<i64>());
            // SAFETY: the size is not zero.
            let wide = unsafe { alloc_zeroed(layout) }.cast::<i64>();
            if !wide.is_null() && layout.size() == bytes {
                // SAFETY: both lie in the block, one behind the other, zero is a number, and the heap frees nothing,
                // so that they may end apart.
                return unsafe {
                    let narrow = wide.add(count).cast::<u32>();
                    (Vec::from_raw_parts(narrow, count, count), Vec::from_raw_parts(wide, count, count))
                };
            }
            count /= 2;
        }
        (Vec::new(), Vec::new())
    }

    /// Where the linker's flags let the data begin: behind the stack.
    const DATA_ADDRESS: usize = 16_384;

    /// A list of so many numbers that lies over the module's data, the heap, and whatever comes then.
    pub fn overlapping<Number>(count: usize) -> Vec<Number> {
        let start = ptr::with_exposed_provenance_mut::<Number>(DATA_ADDRESS);
        // SAFETY: none: nobody gave out this list, and it lies over others. The heap frees nothing, so that the lie
        // reaches the engine.
        unsafe { Vec::from_raw_parts(start, count, count) }
    }

    /// The canary, masked: it never stands in the data section, and its halves are only ever together in
    /// linear memory where a call planted them.
    const MASKED: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03];
    const MASK: u64 = 0x5a5a_5a5a_a5a5_a5a5;

    /// 1 if the canary of an earlier call stands anywhere in memory, at a multiple of 8; else it is
    /// planted on the heap, in fresh pages and at the end of memory, and the answer is 0.
    pub fn find_or_plant_canary() -> u32 {
        let mask = black_box(MASK);
        let end = memory_size::<0>() * PAGE_BYTES;
        let mut address = 0;
        while address < end - 8 {
            if word(address) ^ mask == MASKED[0] && word(address + 8) ^ mask == MASKED[1] {
                return 1;
            }
            address += 8;
        }
        plant(mask, end);
        0
    }

    fn word(address: usize) -> u64 {
        // SAFETY: within the memory, and aligned.
        unsafe { ptr::with_exposed_provenance::<u64>(address).read_volatile() }
    }

    fn plant(mask: u64, end: usize) {
        let heap = vec![0_u64; 64].leak().as_mut_ptr().expose_provenance();
        let mut places = [heap, heap + 256, end - 16, 0, 0, 0];
        if memory_grow::<0>(2) != usize::MAX {
            places = [heap, heap + 256, end - 16, end, end + PAGE_BYTES, end + 2 * PAGE_BYTES - 16];
        }
        for place in places.into_iter().filter(|&place| place != 0) {
            for (half, masked) in MASKED.into_iter().enumerate() {
                let address = place + half * 8;
                // SAFETY: on the heap or above it, in memory that nothing else uses.
                unsafe { ptr::with_exposed_provenance_mut::<u64>(address).write_volatile(masked ^ mask) };
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    #![expect(missing_docs, reason = "they say what they say beside their working halves, and panic")]

    fn not_here() -> ! {
        panic!("this attack needs a WebAssembly machine")
    }

    pub fn unreachable() -> ! {
        not_here()
    }
    pub fn divide_by_zero() -> u32 {
        not_here()
    }
    pub fn load_out_of_bounds() -> u32 {
        not_here()
    }
    pub fn overflow_the_stack() -> u32 {
        not_here()
    }
    pub fn dive_to(_: u32) -> u32 {
        not_here()
    }
    pub fn spin_for_ever() -> ! {
        not_here()
    }
    pub fn grow_until_refused() -> u32 {
        not_here()
    }
    pub fn burn_fuel(_: u32) -> u32 {
        not_here()
    }
    pub fn count_calls() -> u32 {
        not_here()
    }
    pub fn pages() -> u32 {
        not_here()
    }
    pub fn zeros(_: usize) -> (Vec<u32>, Vec<i64>) {
        not_here()
    }
    pub fn overlapping<Number>(_: usize) -> Vec<Number> {
        not_here()
    }
    pub fn find_or_plant_canary() -> u32 {
        not_here()
    }
}
