/** The log's side of a bundle: signed notes, checkpoints and inclusion proofs (C2SP, RFC 9162). Shares nothing with the engine. */
import { createPublicKey, verify } from 'node:crypto';
import { FormError, VerificationError } from './errors.mjs';
import { decimal, fromBase64, sha256 } from './strict.mjs';

const ED25519 = 1;
const PROOF_HEADER = 'c2sp.org/tlog-proof@v1';
const SIGNATURE_DASH = '—';
const HASH_BYTES = 32;

/** A hash in base64. @returns {Buffer} */
function hashOf(text, what) {
  const hash = fromBase64(text, what);
  if (hash.length !== HASH_BYTES) throw new FormError(`${what} is not ${HASH_BYTES} bytes`);
  return hash;
}

/** The log's verifier key: `origin+id+key` (C2SP signed-note). */
export class LogKey {
  #key;
  #keyId;

  /** @param {string} text */
  constructor(text) {
    // The key itself is base64, which has `+` too.
    const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim());
    if (!parts) throw new FormError('the log key is not `origin+id+key`');
    this.origin = parts[1];
    this.#keyId = parts[2];
    const key = fromBase64(parts[3], 'the log key');
    if (key.length !== 33 || key[0] !== ED25519) throw new FormError('the log key is not Ed25519');
    if (sha256(this.origin, '\n', key).toString('hex', 0, 4) !== this.#keyId) {
      throw new FormError("the log key's id is not its own");
    }
    const x = key.toString('base64url', 1);
    this.#key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  }

  /**
   * Size and root of a note that this key signed; other signatures (witnesses') are passed over.
   * @param {string} note
   * @returns {{size: number, root: Buffer}}
   */
  open(note) {
    const end = note.lastIndexOf('\n\n');
    const lines = note.slice(0, end).split('\n');
    if (end < 0 || !note.endsWith('\n') || lines.length < 3 || lines.includes('')) {
      throw new FormError('the checkpoint is not a signed note');
    }
    const [origin, size, root] = lines;
    if (origin !== this.origin) throw new VerificationError('the checkpoint is of another log');
    const text = Buffer.from(note.slice(0, end + 1));
    const signatures = note.slice(end + 2, -1).split('\n');
    // All of them are looked at: a note with a line that is no signature is no note.
    if (signatures.filter((line) => this.#hasSigned(line, text)).length === 0) {
      throw new VerificationError('the log has not signed the checkpoint');
    }
    return { size: decimal(size, "the checkpoint's size"), root: hashOf(root, "the checkpoint's root") };
  }

  #hasSigned(line, text) {
    const [dash, name, base64, ...more] = line.split(' ');
    if (dash !== SIGNATURE_DASH || more.length > 0) throw new FormError('the checkpoint has a line that is no signature');
    const signature = fromBase64(base64, 'a signature of the checkpoint');
    if (name !== this.origin || signature.toString('hex', 0, 4) !== this.#keyId) return false;
    if (!verify(null, text, this.#key, signature.subarray(4))) {
      throw new VerificationError('the checkpoint was changed after the log signed it');
    }
    return true;
  }
}

/** The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2). Halves instead of shifts: those have 32 bits. */
function rootOf(leaf, index, size, path) {
  if (index >= size) throw new VerificationError('the leaf is outside of the tree');
  const half = (number) => Math.floor(number / 2);
  let [found, node, last] = [leaf, index, size - 1];
  for (const sibling of path) {
    if (last === 0) throw new VerificationError('the proof is too long');
    if (node % 2 === 1 || node === last) {
      found = sha256('\x01', sibling, found);
      while (node !== 0 && node % 2 === 0) [node, last] = [half(node), half(last)];
    } else {
      found = sha256('\x01', found, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw new VerificationError('the proof is too short');
  return found;
}

/**
 * The index of `entry` in the log, after the proof led from it to a checkpoint of the log's own key.
 * @param {Buffer} entry
 * @param {string} proof a C2SP `tlog-proof`
 * @param {LogKey} log
 * @param {string} what
 */
export function checkIncluded(entry, proof, log, what) {
  const end = proof.indexOf('\n\n');
  const [header, indexLine, ...hashes] = proof.slice(0, end).split('\n');
  if (end < 0 || header !== PROOF_HEADER || !indexLine?.startsWith('index ')) {
    throw new FormError(`the ${what}'s proof is no tlog-proof`);
  }
  const index = decimal(indexLine.slice('index '.length), `the ${what}'s index`);
  const path = hashes.map((line) => hashOf(line, `a hash of the ${what}'s proof`));
  const checkpoint = log.open(proof.slice(end + 2));
  if (!rootOf(sha256('\0', entry), index, checkpoint.size, path).equals(checkpoint.root)) {
    throw new VerificationError(`the ${what} is not in the log where its proof says`);
  }
  return index;
}
