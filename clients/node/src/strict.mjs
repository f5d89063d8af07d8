/** Bytes and JSON, strictly: one encoding for each value, no member twice, none that is not known. */
import { createHash } from 'node:crypto';
import { FormError } from './errors.mjs';

/** SHA-256 of the parts (texts or bytes), one behind the other. @returns {Buffer} */
export function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A digest as Anshi writes it: `sha256:` and hexadecimal digits. @param {Buffer} digest */
export const digestText = (digest) => `sha256:${digest.toString('hex')}`;

/** Every part behind its length as a big-endian 64-bit integer. @returns {Buffer} */
export function prefixed(...parts) {
  const withLength = parts.flatMap((part) => {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    return [length, bytes];
  });
  return Buffer.concat(withLength);
}

/** The bytes of base64 or base64url; refuses what is not their one encoding. @param {'base64' | 'base64url'} encoding */
function decode(text, encoding, what) {
  const bytes = typeof text === 'string' ? Buffer.from(text, encoding) : Buffer.alloc(0);
  // Node skips what it does not understand; encoding again notices.
  if (bytes.toString(encoding) !== text) throw new FormError(`${what} is not canonical ${encoding}`);
  return bytes;
}

/** The bytes of base64url without padding (RFC 7515). @returns {Buffer} */
export const fromBase64url = (text, what) => decode(text, 'base64url', what);

/** The bytes of padded base64, as signed notes use it. @returns {Buffer} */
export const fromBase64 = (text, what) => decode(text, 'base64', what);

/** Bytes as text; refuses what is not UTF-8. */
function utf8(bytes, what) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormError(`${what} is not UTF-8`);
  }
}

/** A natural number without a sign or leading zeros. @returns {number} */
export function decimal(text, what) {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0 || String(number) !== text) {
    throw new FormError(`${what} is not a natural number`);
  }
  return number;
}

/** RFC 8785 JSON, for what Anshi signs: no fractions, no integers beyond 2⁵³. @returns {string} */
export function canonical(value) {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new FormError('a number is a fraction or too large: write it as a text');
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  // JavaScript sorts by UTF-16 units, as RFC 8785 asks.
  const member = (name) => `${JSON.stringify(name)}:${canonical(value[name])}`;
  return `{${Object.keys(value).sort().map(member).join(',')}}`;
}

/** Refuses a member that stands twice, which `JSON.parse` would drop. `text` is known to be JSON. */
function checkUnique(text, what) {
  const open = [];
  let pending;
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (piece === '{' || piece === '[') open.push(new Set());
    else if (piece === '}' || piece === ']') open.pop();
    else if (piece !== ':') pending = JSON.parse(piece);
    else if (open.at(-1).has(pending)) throw new FormError(`${what} has a member twice`);
    else open.at(-1).add(pending);
  }
}

/** JSON in which no member stands twice and every number is a safe integer. @param {string | Buffer} data */
export function readJson(data, what) {
  const text = typeof data === 'string' ? data : utf8(data, what);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormError(`${what} is not JSON`);
  }
  checkUnique(text, what);
  canonical(value);
  return value;
}

/** JSON that is written in its one canonical form: what is signed has no second spelling. @param {Buffer} data */
export function readCanonical(data, what) {
  const value = readJson(data, what);
  if (!Buffer.from(canonical(value)).equals(data)) throw new FormError(`${what} is not canonical JSON`);
  return value;
}

/** An object with exactly these members. @param {string[]} needed @param {string[]} [optional] */
export function members(value, what, needed, optional = []) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new FormError(`${what} is not a JSON object`);
  }
  const missing = needed.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw new FormError(`${what} lacks \`${missing}\``);
  const unknown = Object.keys(value).find((name) => !needed.includes(name) && !optional.includes(name));
  if (unknown !== undefined) throw new FormError(`${what} has an unknown member \`${unknown}\``);
  return value;
}
