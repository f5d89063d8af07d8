/** The client: questions that are signed once and submitted as often as it takes, and signed calls beside them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AnshiError, FormError } from './errors.mjs';
import { canonical, members, readJson } from './strict.mjs';
import { Transport } from './transport.mjs';
import { verifyBundle } from './verify.mjs';

const POLL_FIRST_MS = 1_000;
const POLL_MAX_MS = 10_000;
const STATES = ['admitted', 'running', 'answered', 'abandoned'];

/**
 * A verified answer to one's own question, with the evidence for it: `bundle` is as the service sent it; keep it.
 * @typedef {{verified: import('./verify.mjs').VerifiedBundle, bundle: Buffer, result: object}} Answer
 *
 * A job that is not answered: what may be known of it.
 * @typedef {{job: string, state: string, tick?: number}} Pending
 *
 * @typedef {import('./tokens.mjs').SignedJob} SignedJob
 */

/** Whether a job is not answered yet. @param {Answer | Pending} found @returns {found is Pending} */
export const isPending = (found) => 'state' in found;

/** A job's id as addresses and receipts write it: hexadecimal digits alone. @param {SignedJob} signed */
const jobHex = (signed) => signed.jobId.slice('sha256:'.length);

/** Speaks to one service as one client. */
export class Client {
  #signer;
  #keys;
  #transport;

  constructor(signer, keys, transport) {
    this.#signer = signer;
    this.#keys = keys;
    this.#transport = transport;
  }

  /** @param {import('./profile.mjs').Profile} profile @param {'en' | 'zh'} [language] of the service's problems */
  static async open(profile, language = 'en') {
    return new Client(await profile.signer(), await profile.trustedKeys(), new Transport(profile.connect, language));
  }

  /** Signs a question, valid for two minutes; once admitted it can be submitted again for ever. */
  signJob(job) {
    return this.#signer.job(job);
  }

  /** A token for one call, for tools that send it themselves. */
  signCall(method, path) {
    return this.#signer.call(method, path);
  }

  /**
   * Submits a question; the answer to a label, a place to ask for a table. The same token is sent again when a connection
   * is lost: the service charges it once, and gives the same bundle.
   * @param {SignedJob} signed
   * @returns {Promise<Answer | Pending>}
   */
  async submit(signed) {
    const headers = { 'content-type': 'application/jose' };
    const request = { path: '/v1/jobs', method: 'POST', headers, body: signed.token };
    const { status, body } = await this.#transport.send(async () => request);
    return status === 202 ? this.#pending(readJson(body, 'the job'), signed) : this.#answer(body, signed);
  }

  /** Asks for a job's state, and takes the answer once it is there. @returns {Promise<Answer | Pending>} */
  async job(signed) {
    const view = await this.#call('GET', `/v1/jobs/${jobHex(signed)}`);
    return view.bundle ? this.#answer(Buffer.from(canonical(view.bundle)), signed) : this.#pending(view, signed);
  }

  /** Submits a question and waits for its answer: a label's comes at once, a table's at its tick. @returns {Promise<Answer>} */
  async answer(signed) {
    let found = await this.submit(signed);
    for (let pause = POLL_FIRST_MS; isPending(found); pause = Math.min(pause * 1.5, POLL_MAX_MS)) {
      if (found.state === 'abandoned') {
        throw new AnshiError('the engine crashed while the job was open: its charge stays; sign a new question');
      }
      await sleep(pause);
      found = await this.job(signed);
    }
    return found;
  }

  /** Ends a table early. Its charge stays, and its tick: the receipt then says that there is no table. */
  async cancel(signed) {
    return this.#pending(await this.#call('DELETE', `/v1/jobs/${jobHex(signed)}`), signed);
  }

  /** Registers a guest: what it says of itself, and which policies accept it. @param {Buffer} module */
  register(module) {
    return this.#call('POST', '/v1/guests', { body: module, typ: 'guest+jwt' });
  }

  /** A registered guest. @param {string} digest */
  guest(digest) {
    return this.#call('GET', `/v1/guests/${encodeURIComponent(digest).replaceAll('%3A', ':')}`);
  }

  /** The policies in force. */
  policies() {
    return this.#call('GET', '/v1/policies');
  }

  /** One policy in force. @param {string} id */
  policy(id) {
    return this.#call('GET', `/v1/policies/${encodeURIComponent(id)}`);
  }

  /** What is left of one's own quotas; labels are counted for each party, which stands in the token alone. */
  budgets(party) {
    return this.#call('GET', '/v1/budgets', { subject: party });
  }

  /** A signed call. Each attempt has a token of its own, for a token serves once. */
  async #call(method, path, about = {}) {
    const build = async () => {
      const headers = { authorization: `JOSE ${await this.#signer.call(method, path, about)}` };
      if (about.body) headers['content-type'] = 'application/wasm';
      return { path, method, headers, body: about.body };
    };
    const { body } = await this.#transport.send(build);
    return readJson(body, "the service's answer");
  }

  #pending(view, signed) {
    members(view, 'the job', ['job', 'state'], ['tick']);
    if (view.job !== jobHex(signed) || !STATES.includes(view.state)) {
      throw new FormError('the service speaks of another job, or of a state that is not known');
    }
    return view;
  }

  async #answer(bundle, signed) {
    const verified = await verifyBundle(bundle, this.#keys);
    verified.checkAnswers(signed);
    return { verified, bundle, result: verified.claims.result };
  }
}
