/** What can go wrong, as errors that say what to do. None carries a key, a token or a party's identifier. */

export const PROBLEM_PREFIX = 'urn:anshi:problem:';

/** Any error of this client. */
export class AnshiError extends Error {}

/** Something that was read (a file, an argument, a service's answer) is not of the form that it must have. */
export class FormError extends AnshiError {}

/** A bundle is not to be believed: somebody changed it, or it belongs to something else. */
export class VerificationError extends AnshiError {}

/** The service did not answer, however often it was asked. A job may be admitted: submit the same token again. */
export class Unreachable extends AnshiError {}

/** The service said no (RFC 9457). */
export class Problem extends AnshiError {
  /**
   * @param {object} facts
   * @param {string} facts.kind the stable word to decide by, such as `budget-exhausted`
   * @param {string} facts.title what it means and what to do
   * @param {number} facts.status the HTTP status
   * @param {string} [facts.detail] what exactly it is about
   * @param {number} [facts.retryAfter] in how many seconds to come again, where that helps
   * @param {string} [facts.requestId] what to tell the operator
   */
  constructor(facts) {
    super(`${facts.kind}: ${facts.title}${facts.detail ? ` (${facts.detail})` : ''}`);
    Object.assign(this, facts);
  }

  /** Whether the service decided against the call, rather than being unable to serve it now. */
  get isRefusal() {
    return this.status < 500;
  }
}
