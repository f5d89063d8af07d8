// The SDK for JavaScript by itself: what no case of the table asks. sdk.mjs ESBUILD SDK
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [esbuild, sdk] = process.argv.slice(2);
const { buildSync } = (await import(pathToFileURL(esbuild))).default;
const folder = mkdtempSync(join(tmpdir(), "anshi-sdk-"));
try {
  buildSync({ entryPoints: [sdk], bundle: true, format: "esm", target: "es2022", outfile: join(folder, "anshi.mjs") });
  test(await import(pathToFileURL(join(folder, "anshi.mjs"))));
} finally {
  rmSync(folder, { recursive: true });
}

function test(anshi) {
  // Days and months, against the language's own calendar.
  for (let number = -700_000; number < 700_000; number += 13) {
    const date = new Date(number * 86_400_000);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    assert.equal(anshi.day(year, month, day), number);
    assert.equal(anshi.month(number), (year - 1970) * 12 + month - 1);
    assert.equal(anshi.firstDay(anshi.month(number)), anshi.day(year, month, 1));
  }
  assert.deepEqual([-(2 ** 31), 2 ** 31 - 1].map(anshi.month), [-70_555_327, 70_555_326]);

  const [most, least] = [2n ** 63n - 1n, -(2n ** 63n)];
  assert.equal(anshi.add(most - 1n, 1n), most);
  for (const [left, right] of [[most, 1n], [least, -1n], [most, most]]) assert.throws(() => anshi.add(left, right), RangeError);
  assert.deepEqual([anshi.saturatingAdd(most, 1n), anshi.saturatingAdd(least, -1n)], [most, least]);
  assert.deepEqual([-1n, -10n, 9n, 10n].map((value) => anshi.floorDivide(value, 10n)), [-1n, -1n, 0n, 1n]);

  // A column of every kind, read by name; what is missing is null, and past the eighth row too.
  const reads = {
    paid: anshi.integers, end: anshi.dates, kind: anshi.codes("VAT", "CIT"), who: anshi.tokens, note: anshi.texts,
  };
  const column = (tag, val, missing = []) => ({ missing: Uint8Array.from(missing), data: { tag, val } });
  const rows = 10;
  const table = {
    rows,
    columns: [
      column("integers", BigInt64Array.from({ length: rows }, (_, row) => BigInt(row)), [0b1, 0b10]),
      column("dates", Int32Array.from({ length: rows }, (_, row) => row)),
      column("codes", Uint32Array.from({ length: rows }, (_, row) => row % 3), [0b1000, 0]),
      column("tokens", new Uint32Array(rows).fill(7)),
      column("texts", Array(rows).fill(""), [0b100, 0]),
    ],
  };
  const input = { asOf: 20_000, parameters: [{ tag: "text", val: "x" }], token: 7, tables: [table] };
  const manifest = { parameters: { theme: "text" }, tables: { tax: reads }, dimensions: { county: ["a", "b"] }, measures: ["n"] };
  const asked = (contribute) => anshi.contributor(manifest, contribute).contribute(input);
  asked((unit) => {
    const all = unit.table("tax").rows();
    assert.deepEqual(all.map((row) => row.paid), [null, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, null]);
    assert.deepEqual(all.slice(0, 4).map((row) => row.kind), ["VAT", "CIT", anshi.OTHER, null]);
    assert.deepEqual([all[2].note, all[3].note, all[9].end, all[0].who], [null, "", 9, unit.token]);
    assert.deepEqual([unit.asOf, unit.parameters.theme, unit.table("tax").newest().end], [20_000, "x", 9]);
    assert.throws(() => unit.table("tax").column("payed"), /payed/);
    assert.throws(() => unit.table("taxes"), /taxes/);
    return [];
  });
  assert.deepEqual(asked(() => [{ at: { county: "b" }, add: { n: -5n } }]), { cells: [1], values: [-5n] });
  assert.throws(() => asked(() => [{ at: { county: "c" }, add: { n: 1n } }]), /label/);
  assert.throws(() => asked(() => [{ at: { county: "a" }, add: { n: most + 1n } }]), RangeError);
  assert.throws(() => anshi.codes(), TypeError);
  const other = { ...input, parameters: [{ tag: "integer", val: 1n }] };
  assert.throws(() => anshi.contributor(manifest, () => []).contribute(other), /theme/);
  const answers = (label) => anshi.verifier({ parameters: {}, roles: {}, labels: ["no", "yes"] }, () => label);
  assert.equal(answers("yes").verify({ asOf: 0, parameters: [], parties: [] }), 1);
  assert.throws(() => answers("perhaps").verify({ asOf: 0, parameters: [], parties: [] }), /perhaps/);
}
