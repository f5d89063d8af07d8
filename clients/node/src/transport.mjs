/** HTTP: sends, tries again where that is safe, and turns a no into a `Problem`. What is safe to send again, the caller says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FormError, PROBLEM_PREFIX, Problem, Unreachable } from './errors.mjs';
import { members, readJson } from './strict.mjs';

const ATTEMPTS_MAX = 6;
const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 60_000;

/** The service's no, or a stand-in for what a gateway before it says. */
function readProblem(response, body) {
  const { status, headers } = response;
  const retry = headers.get('retry-after') ?? '';
  const facts = { status, requestId: headers.get('x-request-id') ?? undefined };
  if (/^\d+$/.test(retry)) facts.retryAfter = Number(retry);
  if ((headers.get('content-type') ?? '').split(';')[0] !== 'application/problem+json') {
    const title = `HTTP ${status} from something that is not Anshi: a gateway?`;
    return new Problem({ kind: 'not-anshi', title, ...facts });
  }
  const { type, title, detail, ...rest } = members(readJson(body, 'the problem'), 'the problem', ['type', 'title', 'status'], ['detail']);
  if (rest.status !== status || !String(type).startsWith(PROBLEM_PREFIX)) {
    throw new FormError("the service's problem contradicts itself");
  }
  return new Problem({ kind: type.slice(PROBLEM_PREFIX.length), title, detail, ...facts });
}

/** One service. Follows no redirect: a token is for one address. */
export class Transport {
  /** @param {string} url @param {string} language */
  constructor(url, language) {
    Object.assign(this, { url, language });
  }

  /**
   * Sends what `build` makes, anew for each attempt, until there is an answer. A lost connection and a 503 are tried
   * again, the latter when its `Retry-After` says.
   * @param {() => Promise<{path: string, method: string, headers: Record<string, string>, body?: string | Buffer}>} build
   * @returns {Promise<{status: number, body: Buffer}>}
   */
  async send(build) {
    for (let attempt = 1, pause = PAUSE_FIRST_MS; ; attempt += 1, pause *= 2) {
      const { path, headers, ...rest } = await build();
      const sent = { ...rest, headers: { ...headers, 'accept-language': this.language }, redirect: 'error' };
      let waited = pause;
      try {
        const response = await fetch(this.url + path, sent);
        const body = Buffer.from(await response.arrayBuffer());
        if (response.ok) return { status: response.status, body };
        const problem = readProblem(response, body);
        if (problem.status !== 503 || attempt === ATTEMPTS_MAX) throw problem;
        if (problem.retryAfter !== undefined) waited = problem.retryAfter * 1000;
      } catch (error) {
        // `fetch` says every failure of a connection as a TypeError, with its cause.
        if (!(error instanceof TypeError)) throw error;
        if (attempt === ATTEMPTS_MAX) {
          throw new Unreachable(`no answer in ${attempt} attempts: ${error.cause?.code ?? error.message}`);
        }
      }
      await sleep(Math.min(waited, PAUSE_MAX_MS));
    }
  }
}
