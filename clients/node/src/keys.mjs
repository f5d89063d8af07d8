/** Keys as JWKs: the client's private one, a file that only its owner can read, is never printed and never logged. */
import { readFile, stat } from 'node:fs/promises';
import { CompactSign, calculateJwkThumbprint, importJWK } from 'jose';
import { FormError } from './errors.mjs';
import { canonical, readJson } from './strict.mjs';

const OTHERS = 0o077;

/** The algorithm belongs to the key, and is never read from a token (RFC 9864, RFC 7518). */
export function algorithmOf(jwk, what) {
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return 'Ed25519';
  if (jwk.kty === 'EC' && jwk.crv === 'P-256') return 'ES256';
  throw new FormError(`${what} is neither Ed25519 nor P-256`);
}

/** A key that signs: Ed25519, or P-256 for ES256. */
export class ClientKey {
  #key;

  constructor(key, kid, algorithm) {
    this.#key = key;
    this.kid = kid;
    this.algorithm = algorithm;
  }

  /** Takes a private JWK. @returns {Promise<ClientKey>} */
  static async fromJwk(jwk, what = 'the key') {
    const algorithm = algorithmOf(jwk, what);
    if (!jwk.d) throw new FormError(`${what} is no private key: it has no \`d\``);
    let key, kid;
    try {
      key = await importJWK(jwk, algorithm);
      kid = await calculateJwkThumbprint(jwk);
    } catch {
      // The library's words could quote the key.
      throw new FormError(`${what} is no JWK that can sign`);
    }
    if ((jwk.kid ?? kid) !== kid) throw new FormError(`${what} has a \`kid\` that is not its RFC 7638 thumbprint`);
    return new ClientKey(key, kid, algorithm);
  }

  /** Reads a private JWK, and refuses one that others can read. @param {string} path */
  static async load(path) {
    if ((await stat(path)).mode & OTHERS) throw new FormError(`\`${path}\` can be read by others: chmod 600 it`);
    return ClientKey.fromJwk(readJson(await readFile(path), `\`${path}\``), `\`${path}\``);
  }

  /** A compact JWS whose header is exactly `alg`, `kid` and `typ`. @returns {Promise<string>} */
  sign(typ, payload) {
    const header = { alg: this.algorithm, kid: this.kid, typ };
    return new CompactSign(Buffer.from(canonical(payload))).setProtectedHeader(header).sign(this.#key);
  }
}
