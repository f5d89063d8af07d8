/**
 * A client of Anshi: signs questions, submits them, and verifies what comes back without trusting who sent it.
 *
 *     const client = await Client.open(await Profile.load('client.json'));
 *     const signed = await client.signJob(job);      // keep it: the same token again gives the same bundle, free
 *     const answer = await client.answer(signed);    // submitted, waited for, verified
 *     console.log(answer.result);
 */
export { Client } from './client.mjs';
export { AnshiError, FormError, Problem, Unreachable, VerificationError } from './errors.mjs';
export { ClientKey } from './keys.mjs';
export { Profile } from './profile.mjs';
export { SignedJob } from './tokens.mjs';
export { TrustedKeys, VerifiedBundle, verifyBundle } from './verify.mjs';
