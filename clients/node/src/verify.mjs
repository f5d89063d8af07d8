/** Verifies a bundle offline, with two public files of the engine and nothing else of it. docs/receipts.md has the rules. */
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { FormError, VerificationError } from './errors.mjs';
import { algorithmOf } from './keys.mjs';
import { LogKey, checkIncluded } from './proof.mjs';
import { canonical, digestText, fromBase64url, members, prefixed, readCanonical, readJson, sha256 } from './strict.mjs';
import { signingInputDigest } from './tokens.mjs';

const RECEIPT_TYP = 'verification-result+jwt';
const CLAIMS = [
  'iss', 'aud', 'jti', 'iat', 'req', 'purpose', 'policy', 'approvals', 'guest', 'snapshot', 'engine', 'consents',
  'parties', 'result', 'cost', 'log',
];
const INTENT = [
  'job', 'req', 'client', 'policy', 'version', 'policy_sha256', 'guest', 'snapshot', 'sameness', 'admitted_ms',
  'parties', 'charges', 'consents',
];
const OUTCOME = ['job', 'intent', 'tick_ms', 'claims', 'reason'];
const JWK_OPTIONAL = ['y', 'alg', 'use', 'anshi_test', 'iat', 'exp'];

function check(held, what) {
  if (!held) throw new VerificationError(what);
}

const isSame = (one, other) => canonical(one) === canonical(other);

/** Whom to believe: the engine's key set and its log's key. Fetch them once, over a line you trust, and keep them. */
export class TrustedKeys {
  /** @param {Map<string, {key: object, algorithm: string, expires?: number}>} receipts @param {LogKey} log */
  constructor(receipts, log) {
    Object.assign(this, { receipts, log });
  }

  /** @param {string | Buffer} jwks @param {string} logKey @returns {Promise<TrustedKeys>} */
  static async read(jwks, logKey) {
    const { keys } = members(readJson(jwks, 'the key set'), 'the key set', ['keys']);
    const receipts = new Map();
    for (const jwk of keys) {
      members(jwk, 'a key of the set', ['kty', 'crv', 'x', 'kid'], JWK_OPTIONAL);
      const algorithm = algorithmOf(jwk, 'a key of the set');
      if (jwk.kid !== (await calculateJwkThumbprint(jwk))) {
        throw new FormError('a key of the set has a `kid` that is not its thumbprint');
      }
      if (!Number.isSafeInteger(jwk.exp ?? 0)) throw new FormError("a key's `exp` is no integer");
      receipts.set(jwk.kid, { key: await importJWK(jwk, algorithm), algorithm, expires: jwk.exp });
    }
    return new TrustedKeys(receipts, new LogKey(logKey));
  }
}

/** What a bundle proves. `verifyBundle` alone makes one. */
export class VerifiedBundle {
  constructor(claims, intent, outcome, openings) {
    Object.assign(this, { claims, intent, outcome, openings });
  }

  /** That the receipt is about this unit in this role: salt and identifier give the commitment. */
  checkParty(role, unit) {
    const opens = ({ role: named, salt, commitment }) => {
      const bytes = fromBase64url(salt, "a party's salt");
      const commit = (kind) => digestText(sha256('anshi/party/v1\n', prefixed(bytes, role, kind, unit)));
      return named === role && ['enterprise', 'person'].some((kind) => commit(kind) === commitment);
    };
    check(this.openings.some(opens), `the receipt is not about the party asked for in the role \`${role}\``);
  }

  /** That this is the answer to one's own question. @param {import('./tokens.mjs').SignedJob} signed */
  checkAnswers(signed) {
    const { claims } = this;
    const { job } = signed;
    const same = [
      ['request', claims.req, signed.requestDigest],
      ['job', `sha256:${claims.jti}`, signed.jobId],
      ['engine', claims.iss, signed.ledger],
      ['client', claims.aud, signed.client],
      ['purpose', claims.purpose, job.purpose],
      ['policy', claims.policy.id, job.policy.id],
      ['version', claims.policy.version, job.policy.version],
      ['guest', claims.guest, job.guest],
      ['number of parties', this.openings.length, job.parties.length],
    ];
    for (const [what, answered, asked] of same) check(answered === asked, `the receipt is for another ${what} than was asked`);
    for (const { role, id } of job.parties) this.checkParty(role, id);
    const sent = new Set(job.consents.map(signingInputDigest));
    check(claims.consents.every((consent) => sent.has(consent)), 'the receipt names a consent that was not sent');
  }
}

/** The claims, after form, kind, key, algorithm, signature and the key's lifetime were checked. */
async function readReceipt(token, keys) {
  const segments = String(token).split('.');
  if (segments.length !== 3) throw new FormError('the receipt is not a compact JWS');
  const [head, payload] = segments.map((segment) => fromBase64url(segment, 'a segment of the receipt'));
  const header = members(readJson(head, "the receipt's header"), "the receipt's header", ['alg', 'kid', 'typ']);
  check(header.typ === RECEIPT_TYP, `the token is no receipt: its \`typ\` is not \`${RECEIPT_TYP}\``);
  const published = keys.receipts.get(header.kid);
  check(published, "the receipt's key is not in the key set: fetch the set again if the engine's key was rotated");
  // `EdDSA` is the older name of RFC 8037.
  const algorithms = published.algorithm === 'Ed25519' ? ['Ed25519', 'EdDSA'] : [published.algorithm];
  check(algorithms.includes(header.alg), "the receipt's `alg` is not its key's algorithm");
  try {
    await compactVerify(token, published.key, { algorithms });
  } catch {
    throw new VerificationError("the receipt's signature does not verify");
  }
  const claims = members(readCanonical(payload, "the receipt's payload"), 'the receipt', CLAIMS);
  if (!Number.isSafeInteger(claims.iat)) throw new FormError("the receipt's `iat` is no integer");
  check(claims.iat <= (published.expires ?? claims.iat), "the receipt is later than its key's retirement");
  return claims;
}

/** The record behind a leaf and its index, after record and salt were found in the log. */
function openRecord(kind, opened, names, keys) {
  members(opened, `the bundle's ${kind}`, ['record', 'salt', 'proof']);
  const record = fromBase64url(opened.record, `the ${kind}'s record`);
  const salt = fromBase64url(opened.salt, `the ${kind}'s salt`);
  if (salt.length !== 32) throw new FormError(`the ${kind}'s salt is not 32 bytes`);
  const entry = Buffer.concat([Buffer.from(`anshi/leaf/v1\n${kind}\n`), sha256(salt, prefixed(record))]);
  const index = checkIncluded(entry, opened.proof, keys.log, kind);
  return [members(readCanonical(record, `the ${kind}'s record`), `the ${kind}'s record`, names), index];
}

/** That claims, admission and end are of one job. */
function checkTogether(claims, intent, outcome, index, origin) {
  const { log, ...withoutLog } = claims;
  const digest = digestText(sha256('anshi/claims/v1\n', canonical(withoutLog)));
  check(isSame(log, { origin, index }), 'the receipt names another log or leaf');
  check(origin === `${claims.iss}/log`, 'the receipt is of another engine than the log');
  check(outcome.intent === index, 'the outcome ends another intent');
  check(outcome.claims === digest, 'the outcome is of other claims');
  check(Math.floor(outcome.tick_ms / 1000) === claims.iat, 'the outcome has another tick');
  const job = `sha256:${claims.jti}`;
  check(intent.job === job && outcome.job === job, 'the records are of another job');
  const { policy } = claims;
  const expected = {
    req: claims.req, client: claims.aud, policy: policy.id, version: policy.version, policy_sha256: policy.sha256,
    guest: claims.guest, snapshot: claims.snapshot.sha256,
  };
  for (const [name, claim] of Object.entries(expected)) {
    check(intent[name] === claim, `the intent has another \`${name}\` than the receipt`);
  }
  // A label's price is bits of each party, a table's is ε of all units together; the same job again is free.
  const cost = ({ bits, epsilon }) => (bits === undefined ? { epsilon } : epsilon === undefined ? { bits } : { bits, epsilon });
  const isFree = isSame(claims.cost, { bits: 0 }) || isSame(claims.cost, { epsilon: '0' });
  const isPriced = intent.charges.every((charge) => isSame(cost(charge), claims.cost));
  check(isPriced && (intent.charges.length === 0) === isFree, 'the intent was charged another price');
  check(intent.consents.length === claims.consents.length, 'the intent used other consents');
  const roles = (parties) => parties.map(({ role }) => role);
  check(isSame(roles(intent.parties), roles(claims.parties)), 'the intent is about other roles');
}

/**
 * Verifies receipt, records and proofs, and that they belong together.
 * @param {string | Buffer} bundle
 * @param {TrustedKeys} keys
 * @returns {Promise<VerifiedBundle>}
 */
export async function verifyBundle(bundle, keys) {
  const parts = members(readJson(bundle, 'the bundle'), 'the bundle', ['receipt', 'intent', 'outcome', 'parties']);
  try {
    const claims = await readReceipt(parts.receipt, keys);
    const [intent, intentIndex] = openRecord('intent', parts.intent, INTENT, keys);
    const [outcome, outcomeIndex] = openRecord('outcome', parts.outcome, OUTCOME, keys);
    check(outcomeIndex > intentIndex, 'the outcome stands before its intent');
    checkTogether(claims, intent, outcome, intentIndex, keys.log.origin);
    const openings = parts.parties.map((party) => members(party, 'an opening', ['role', 'commitment', 'salt']));
    const named = openings.map(({ role, commitment }) => ({ role, commitment }));
    check(isSame(named, claims.parties), 'the openings are of other parties');
    return new VerifiedBundle(claims, intent, outcome, openings);
  } catch (error) {
    // What is signed and of another shape was not made by the engine.
    if (error instanceof TypeError) throw new FormError('a member of the bundle is missing or of another type');
    throw error;
  }
}
