/** What a client signs: questions, calls and uploads. The service takes exactly these members. */
import { randomBytes } from 'node:crypto';
import { FormError } from './errors.mjs';
import { digestText, fromBase64url, members, prefixed, readCanonical, sha256 } from './strict.mjs';

const JOB_SECONDS = 120; // at most 300
const CALL_SECONDS = 60; // at most 60
const JTI_BYTES = 16; // at least 128 random bits
const ENVELOPE = ['iss', 'aud', 'iat', 'exp', 'jti', 'htm', 'htu'];
const JOB = ['policy', 'guest', 'parameters', 'parties', 'consents', 'purpose'];

/**
 * A question: under which policy, by which guest, about whom, what for.
 * @typedef {object} Job
 * @property {{id: string, version: string}} policy
 * @property {string} guest `sha256:…`
 * @property {Record<string, number | string>} parameters
 * @property {{role: string, id: string}[]} parties canonical identifiers
 * @property {string[]} consents `consent+jwt`s of an authority
 * @property {string} purpose
 */

/** Checks a question's form. @returns {Job} */
export function readJob(value, what = 'the job') {
  members(value, what, JOB);
  members(value.policy, `${what}'s \`policy\``, ['id', 'version']);
  if (!Array.isArray(value.parties) || !Array.isArray(value.consents)) {
    throw new FormError(`${what}'s \`parties\` and \`consents\` are arrays`);
  }
  for (const party of value.parties) members(party, `a party of ${what}`, ['role', 'id']);
  const parameters = Object.values(members(value.parameters, `${what}'s \`parameters\``, [], Object.keys(value.parameters ?? {})));
  if (!parameters.every((value) => typeof value === 'string' || Number.isSafeInteger(value))) {
    throw new FormError('a parameter is an integer or a text');
  }
  return value;
}

/** SHA-256 of `header.payload`: a signature is evidence, never an identifier. @param {string} token */
export const signingInputDigest = (token) => digestText(sha256(token.slice(0, token.lastIndexOf('.'))));

/** A signed question. Keep it until it is answered: the same token gives the same bundle, and is charged once. */
export class SignedJob {
  /** @type {string} */ token;
  /** @type {Job} */ job;
  /** @type {string} */ jobId;

  /** Reads one's own token again; whether the signature is right is for the service to say. @param {string} text */
  constructor(text) {
    this.token = text.trim();
    const segments = this.token.split('.');
    if (segments.length !== 3) throw new FormError('the token is not a compact JWS');
    const payload = readCanonical(fromBase64url(segments[1], "the token's payload"), "the token's payload");
    members(payload, 'the token', [...ENVELOPE, ...JOB]);
    const { iss, aud, jti } = payload;
    if (![iss, aud, jti].every((text) => typeof text === 'string')) {
      throw new FormError("the token's `iss`, `aud` and `jti` are texts");
    }
    this.job = readJob(Object.fromEntries(JOB.map((name) => [name, payload[name]])));
    this.client = iss;
    this.ledger = aud;
    this.jobId = digestText(sha256('anshi/job/v1\n', prefixed(iss, aud, jti)));
  }

  /** What a receipt calls this request. */
  get requestDigest() {
    return signingInputDigest(this.token);
  }
}

/** Signs for one client of one service. */
export class Signer {
  /** @param {{client: string, ledger: string, url: string}} names @param {import('./keys.mjs').ClientKey} key */
  constructor({ client, ledger, url }, key) {
    Object.assign(this, { client, ledger, url, key });
  }

  #envelope(seconds, htm, path) {
    const iat = Math.floor(Date.now() / 1000);
    const jti = randomBytes(JTI_BYTES).toString('base64url');
    return { iss: this.client, aud: this.ledger, iat, exp: iat + seconds, jti, htm, htu: this.url + path };
  }

  /** Signs a question. @param {Job} job @returns {Promise<SignedJob>} */
  async job(job) {
    const payload = { ...this.#envelope(JOB_SECONDS, 'POST', '/v1/jobs'), ...readJob(job) };
    return new SignedJob(await this.key.sign('job+jwt', payload));
  }

  /**
   * Signs a call: it covers method, address and body, lives for a minute and serves once.
   * @param {string} method
   * @param {string} path
   * @param {{body?: Buffer, subject?: string, typ?: string}} [about]
   */
  call(method, path, { body = Buffer.alloc(0), subject, typ = 'call+jwt' } = {}) {
    const payload = { ...this.#envelope(CALL_SECONDS, method, path), body: digestText(sha256(body)) };
    return this.key.sign(typ, subject === undefined ? payload : { ...payload, sub: subject });
  }
}
