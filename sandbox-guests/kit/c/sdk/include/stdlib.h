/* What the bindings call of the standard library, and no more: a guest has no operating system under it. anshi.c has the
   definitions. */
#ifndef ANSHI_STDLIB_H
#define ANSHI_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
_Noreturn void abort(void);

#endif
