/* The heap of one call, and the few functions of the standard library that compilers and bindings call.

   An instance lives for one call and its memory is thrown away with it, so nothing is ever freed: the heap is a pointer that
   only moves up. It starts at the linker's __heap_base, within the memory that the module starts with, and grows only when a
   call needs more: growing costs more than the whole rest of a call. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES ((size_t)65536)
/* Before each block stands its size, for realloc; blocks are aligned for every type of the contract. */
#define ALIGN ((size_t)8)

extern unsigned char __heap_base;

static size_t next;

_Noreturn void abort(void)
{
    __builtin_trap();
}

/* Where the heap begins, aligned. */
static size_t start(void)
{
    return next != 0 ? next : ((size_t)&__heap_base + ALIGN - 1) & ~(ALIGN - 1);
}

/* Moves the end of the heap, growing the memory if it must. What cannot be had ends the call. */
static void reach(size_t end)
{
    size_t pages = end / PAGE_BYTES + (end % PAGE_BYTES != 0);
    size_t present = __builtin_wasm_memory_size(0);
    if (pages > present && __builtin_wasm_memory_grow(0, pages - present) == SIZE_MAX) {
        abort();
    }
    next = end;
}

void *malloc(size_t size)
{
    size_t block = start() + ALIGN, end;
    if (size > SIZE_MAX - 2 * ALIGN || __builtin_add_overflow(block, (size + ALIGN - 1) & ~(ALIGN - 1), &end)) {
        abort();
    }
    reach(end);
    *(size_t *)(block - ALIGN) = size;
    return (void *)block;
}

void *realloc(void *block, size_t size)
{
    if (block == NULL) {
        return malloc(size);
    }
    size_t had = *(size_t *)((size_t)block - ALIGN);
    if (size <= had) {
        return block;
    }
    void *moved = malloc(size);
    return memcpy(moved, block, had);
}

void free(void *block)
{
    (void)block;
}

/* WebAssembly has instructions for these three; -mbulk-memory makes the compiler write them. */

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    return __builtin_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
    return __builtin_memmove(to, from, size);
}

void *memset(void *block, int byte, size_t size)
{
    return __builtin_memset(block, byte, size);
}

int memcmp(const void *one, const void *other, size_t size)
{
    const unsigned char *a = one, *b = other;
    for (size_t at = 0; at < size; at++) {
        if (a[at] != b[at]) {
            return a[at] < b[at] ? -1 : 1;
        }
    }
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}
