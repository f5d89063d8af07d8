/** The profile: a JSON file that says which service is asked, as whom, and whose keys are believed. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FormError } from './errors.mjs';
import { ClientKey } from './keys.mjs';
import { members, readJson } from './strict.mjs';
import { Signer } from './tokens.mjs';
import { TrustedKeys } from './verify.mjs';

const NEEDED = ['url', 'ledger', 'client', 'key', 'jwks', 'log_key'];
const OPTIONAL = ['connect'];

export class Profile {
  /** @type {string} the engine's public URL, which tokens name */ url;
  /** @type {string} the engine's ledger id, for which tokens are */ ledger;
  /** @type {string} who asks */ client;
  /** @type {string} the file of the client's private JWK */ key;
  /** @type {string} the file of the engine's key set, pinned */ jwks;
  /** @type {string} the file of the log's verifier key, pinned */ logKey;
  /** @type {string} where to connect, if not to `url` */ connect;

  /** Reads a profile; paths are relative to its folder, unknown members are errors. @param {string} path */
  static async load(path) {
    const value = members(readJson(await readFile(path), `\`${path}\``), `\`${path}\``, NEEDED, OPTIONAL);
    if (!Object.values(value).every((text) => typeof text === 'string')) {
      throw new FormError(`\`${path}\` has a member that is no text`);
    }
    const file = (name) => resolve(dirname(path), value[name]);
    const url = value.url.replace(/\/+$/, '');
    const { ledger, client, connect = url } = value;
    const files = { key: file('key'), jwks: file('jwks'), logKey: file('log_key') };
    return Object.assign(new Profile(), { url, ledger, client, connect: connect.replace(/\/+$/, ''), ...files });
  }

  /** Signs as the profile's client. */
  async signer() {
    return new Signer(this, await ClientKey.load(this.key));
  }

  /** The keys that were pinned. */
  async trustedKeys() {
    return TrustedKeys.read(await readFile(this.jwks), await readFile(this.logKey, 'utf8'));
  }
}
