/* What the contract exports, made of what the guest defines. */

#include "anshi.h"

#ifdef ANSHI_VERIFIER

void exports_anshi_sandbox_verifying_describe(anshi_manifest *manifest)
{
    *manifest = ANSHI_MANIFEST;
}

uint32_t exports_anshi_sandbox_verifying_verify(anshi_input *input)
{
    return anshi_verify(input);
}

#else

void exports_anshi_sandbox_contributing_describe(anshi_manifest *manifest)
{
    *manifest = ANSHI_MANIFEST;
}

void exports_anshi_sandbox_contributing_contribute(anshi_input *input, anshi_contributions *contributions)
{
    *contributions = (anshi_contributions){ { NULL, 0 }, { NULL, 0 } };
    anshi_contribute(input, contributions);
}

#endif
