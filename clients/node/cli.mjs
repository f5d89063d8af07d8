#!/usr/bin/env node
/**
 * The command: `node cli.mjs --profile client.json COMMAND`. Prints JSON; errors go to standard error.
 * Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused, 4 not verified.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { isPending } from './src/client.mjs';
import { Client, FormError, Problem, Profile, SignedJob, VerificationError, verifyBundle } from './src/index.mjs';
import { canonical, readJson } from './src/strict.mjs';

const USAGE = `usage: node cli.mjs [--profile client.json] [--lang en|zh] COMMAND

  pin                                            fetch the engine's public keys once, into the profile's files
  ask JOB.json [--out BUNDLE]                    sign a question, submit it, wait, verify the answer
  sign-job JOB.json                              sign a question and print the token
  submit TOKEN [--no-wait] [--out BUNDLE]        submit a signed question
  job TOKEN [--out BUNDLE]                       look at a job
  cancel TOKEN                                   end a table early
  verify BUNDLE [--token TOKEN] [--party ROLE=ID]…   verify a bundle offline
  register MODULE.wasm                           register a guest
  guest DIGEST                                   look at a guest
  policies [ID]                                  the policies in force, or one of them
  budgets [--party ID]                           what is left of one's own quotas
  sign-call METHOD PATH                          print a token for one call, for other tools
`;
const OPTIONS = {
  profile: { type: 'string', default: 'client.json' },
  lang: { type: 'string', default: 'en' },
  out: { type: 'string' },
  token: { type: 'string' },
  party: { type: 'string', multiple: true, default: [] },
  'no-wait': { type: 'boolean', default: false },
};
const [FAILED, MISUSED, REFUSED, NOT_VERIFIED] = [1, 2, 3, 4];
const PINNED_BYTES_MAX = 1 << 20;

/** Every command: how many arguments it takes, and what it does with them. */
const COMMANDS = {
  pin: [0, 0, pin],
  ask: [1, 1, async (options, path) => {
    const client = await open(options);
    return show(await client.answer(await client.signJob(readJson(await readFile(path), `\`${path}\``))), options);
  }],
  'sign-job': [1, 1, async (options, path) => {
    const client = await open(options);
    return (await client.signJob(readJson(await readFile(path), `\`${path}\``))).token;
  }],
  submit: [1, 1, async (options, path) => {
    const [client, signed] = [await open(options), await readToken(path)];
    return show(await (options['no-wait'] ? client.submit(signed) : client.answer(signed)), options);
  }],
  job: [1, 1, async (options, path) => show(await (await open(options)).job(await readToken(path)), options)],
  cancel: [1, 1, async (options, path) => (await open(options)).cancel(await readToken(path))],
  verify: [1, 1, verify],
  register: [1, 1, async (options, path) => (await open(options)).register(await readFile(path))],
  guest: [1, 1, async (options, digest) => (await open(options)).guest(digest)],
  policies: [0, 1, async (options, id) => (id ? (await open(options)).policy(id) : (await open(options)).policies())],
  budgets: [0, 0, async (options) => (await open(options)).budgets(options.party[0])],
  'sign-call': [2, 2, async (options, method, path) => (await open(options)).signCall(method, path)],
};

const open = async (options) => Client.open(await Profile.load(options.profile), options.lang);
const readToken = async (path) => new SignedJob(await readFile(path, 'utf8'));

/** What people want to know of a verified bundle. */
function summary({ claims }) {
  const { result, cost, policy, log } = claims;
  return { verified: true, job: `sha256:${claims.jti}`, result, cost, policy, as_of: claims.snapshot.as_of, log };
}

async function show(found, { out }) {
  if (isPending(found)) return found;
  if (out) await writeFile(out, found.bundle);
  return summary(found.verified);
}

async function verify(options, path) {
  const keys = await (await Profile.load(options.profile)).trustedKeys();
  const verified = await verifyBundle(await readFile(path), keys);
  if (options.token) verified.checkAnswers(await readToken(options.token));
  for (const party of options.party) {
    const [, role, unit] = /^([^=]+)=(.*)$/.exec(party) ?? [];
    if (role === undefined) throw new FormError('`--party` is ROLE=ID');
    verified.checkParty(role, unit);
  }
  return summary(verified);
}

/** Whoever answers now is believed from now on: compare the files with what the engine's operator says. */
async function pin(options) {
  const profile = await Profile.load(options.profile);
  if (existsSync(profile.jwks) || existsSync(profile.logKey)) {
    throw new FormError(`\`${profile.jwks}\` or \`${profile.logKey}\` is there already: keys are pinned once`);
  }
  for (const [path, file] of [['/.well-known/jwks.json', profile.jwks], ['/log/key', profile.logKey]]) {
    const response = await fetch(profile.connect + path, { redirect: 'error' });
    if (!response.ok) throw new FormError(`HTTP ${response.status} from \`${path}\``);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (bytes.length > PINNED_BYTES_MAX) throw new FormError(`\`${path}\` is too large for keys`);
    await writeFile(file, bytes);
  }
  const keys = await profile.trustedKeys();
  return { log: keys.log.origin, receipt_keys: [...keys.receipts.keys()].sort() };
}

/** Says what went wrong; gives the exit code. */
function explain(error, command) {
  const say = (...lines) => process.stderr.write(lines.join('\n') + '\n');
  if (error instanceof Problem) {
    const lines = [`${error.isRefusal ? 'refused' : 'not served'}: ${error.kind}: ${error.title}`];
    if (error.detail) lines.push(`  ${error.detail}`);
    if (error.retryAfter !== undefined) lines.push(`  come again after ${error.retryAfter} s`);
    say(...lines);
    return error.isRefusal ? REFUSED : FAILED;
  }
  if (error instanceof VerificationError) {
    say(`not verified: ${error.message}`);
    return NOT_VERIFIED;
  }
  say(`error: ${error.message}`);
  return command === 'verify' && error instanceof FormError ? NOT_VERIFIED : FAILED;
}

function misuse(reason) {
  process.stderr.write(`${reason}\n\n${USAGE}`);
  return MISUSED;
}

async function main() {
  let parsed;
  try {
    parsed = parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return misuse(error.message);
  }
  const { values: options, positionals: [command, ...given] } = parsed;
  if (!Object.hasOwn(COMMANDS, command ?? '')) return misuse(command ? `there is no command \`${command}\`` : 'a command is missing');
  if (!['en', 'zh'].includes(options.lang)) return misuse('`--lang` is en or zh');
  const [least, most, act] = COMMANDS[command];
  if (given.length < least || given.length > most) return misuse(`\`${command}\` takes other arguments`);
  try {
    const printed = await act(options, ...given);
    process.stdout.write((typeof printed === 'string' ? printed : canonical(printed)) + '\n');
    return 0;
  } catch (error) {
    return explain(error, command);
  }
}

process.exitCode = await main();
