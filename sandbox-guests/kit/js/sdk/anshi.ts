/**
 * What a guest of Anshi is written with: the manifest is declared once, tables and columns are read by the names in it, a value
 * that is missing is `null`. It owns the match between names and the contract's lists (`../wit/sandbox.wit`), and never a question.
 *
 * An error that is thrown ends the call, whose answer is then `undetermined` (or, of a table, no contribution). So does every
 * name that the manifest does not declare. Numbers that were declared as integers are `bigint`, of 64 bits in the contract: add
 * them up with `add` or `sum`, which throw where they would leave 64 bits.
 */

/** What stands for every value that `codes` does not name. */
export const OTHER = "";

type Kind = "integers" | "dates" | "codes" | "tokens" | "texts";

/** How one column arrives, as values of type `T`. */
export interface Read<T> {
  readonly kind: Kind;
  readonly values: readonly string[];
  /** Never there: it carries the type. */
  readonly cell?: T;
}

/** Whole numbers: amounts in the catalog's unit and scale, booleans as 0 and 1, timestamps in UTC milliseconds. */
export const integers: Read<bigint> = { kind: "integers", values: [] };
/** Days since 1970-01-01. */
export const dates: Read<number> = { kind: "dates", values: [] };
/** Identifiers: equal ones are equal numbers within one call, and mean nothing outside it. */
export const tokens: Read<number> = { kind: "tokens", values: [] };
/** Texts as they are. Codes cost less where the values are known. */
export const texts: Read<string> = { kind: "texts", values: [] };

/** A text column with a closed set of values: one of those that are named, or `OTHER`. */
export function codes<const Value extends string>(...values: Value[]): Read<Value | typeof OTHER> {
  if (values.length === 0) throw new TypeError("codes tell values apart: name at least one");
  return { kind: "codes", values };
}

/** The columns of one dataset, by the catalog's names. */
export type Reads = Readonly<Record<string, Read<unknown>>>;
/** Datasets by the catalog's names. */
export type Tables = Readonly<Record<string, Reads>>;
/** What the policy's parameters hold, by their names. */
export type Parameters = Readonly<Record<string, "integer" | "date" | "text" | "identifier">>;

/** Everything that a verifier reads and may answer. An auditor sees exactly this. */
export interface VerifierManifest {
  readonly parameters: Parameters;
  /** Whom the question is about, and what is read about each, by the policy's names. */
  readonly roles: Readonly<Record<string, Tables>>;
  /** What may be answered. */
  readonly labels: readonly string[];
}

/** Everything that a contributor reads, and the shape of its table. An auditor sees exactly this. */
export interface ContributorManifest {
  readonly parameters: Parameters;
  /** What is read about each unit. */
  readonly tables: Tables;
  /** What the table is broken down by, and the labels of each. */
  readonly dimensions: Readonly<Record<string, readonly string[]>>;
  /** What is summed in each cell. The number of units is none of them: the engine counts. */
  readonly measures: readonly string[];
}

type ParameterValue<Word> = Word extends "integer" ? bigint : Word extends "text" ? string : number;
type Values<P extends Parameters> = { readonly [Name in keyof P]: ParameterValue<P[Name]> };
type Cell<R> = R extends Read<infer T> ? T | null : never;

/** One row: its values by the columns' names, `null` where one is missing. */
export type Row<R extends Reads> = { readonly [Name in keyof R]: Cell<R[Name]> };

/** The rows of one dataset about one party, by time, oldest first. */
export class Table<R extends Reads> {
  readonly #reads: R;
  readonly #wire: WireTable;

  constructor(reads: R, wire: WireTable | undefined) {
    this.#reads = reads;
    this.#wire = wire ?? misuse("the engine delivered no such table", "");
  }

  /** How many rows there are. */
  get length(): number {
    return this.#wire.rows;
  }

  /** One column, row by row. */
  column<Name extends keyof R & string>(name: Name): Cell<R[Name]>[] {
    const place = Object.keys(this.#reads).indexOf(name);
    const read = this.#reads[name];
    const wire = this.#wire.columns[place];
    if (read === undefined || wire === undefined) misuse("the manifest declares no such column", name);
    return cells(read, wire) as Cell<R[Name]>[];
  }

  /** The rows in order. */
  rows(): Row<R>[] {
    const names = Object.keys(this.#reads);
    const columns = names.map((name) => this.column(name));
    const rows: Row<R>[] = [];
    for (let row = 0; row < this.length; row++) {
      const values: Record<string, unknown> = {};
      for (let place = 0; place < names.length; place++) values[names[place]!] = columns[place]![row];
      rows.push(values as Row<R>);
    }
    return rows;
  }

  /** The last row, which is the newest; `undefined` where there is none. */
  newest(): Row<R> | undefined {
    return this.rows().at(-1);
  }
}

/** One party and the tables about it. */
export class Party<T extends Tables> {
  /** This party's own identifier, as a token. */
  readonly token: number;
  readonly #tables: T;
  readonly #wire: readonly WireTable[];

  constructor(tables: T, token: number, wire: readonly WireTable[]) {
    this.#tables = tables;
    this.token = token;
    this.#wire = wire;
  }

  /** The rows of one dataset about this party. */
  table<Name extends keyof T & string>(dataset: Name): Table<T[Name]> {
    const reads = this.#tables[dataset] ?? misuse("the manifest declares no such dataset", dataset);
    return new Table(reads, this.#wire[Object.keys(this.#tables).indexOf(dataset)]);
  }
}

/** What a question is asked with: the day, the parameters, the parties. */
export class Input<M extends VerifierManifest> {
  /** The day that the answer is about, in days since 1970-01-01. */
  readonly asOf: number;
  readonly parameters: Values<M["parameters"]>;
  readonly #roles: M["roles"];
  readonly #wire: WireInput;

  constructor(manifest: M, wire: WireInput) {
    this.asOf = wire.asOf;
    this.parameters = parameterValues(manifest.parameters, wire.parameters);
    this.#roles = manifest.roles;
    this.#wire = wire;
  }

  /** The parties of one role, in the request's order. */
  parties<Name extends keyof M["roles"] & string>(role: Name): Party<M["roles"][Name]>[] {
    const place = Object.keys(this.#roles).indexOf(role);
    const tables = (this.#roles as M["roles"])[role] ?? misuse("the manifest declares no such role", role);
    const ours = this.#wire.parties.filter((party) => party.role === place);
    return ours.map((party) => new Party(tables, party.token, party.tables));
  }

  /** The first party of one role: the only one, where the policy says so. */
  party<Name extends keyof M["roles"] & string>(role: Name): Party<M["roles"][Name]> | undefined {
    return this.parties(role)[0];
  }
}

/** What a contributor is asked with: the day, the parameters, and the rows about one unit. */
export class UnitInput<M extends ContributorManifest> extends Party<M["tables"]> {
  /** The day that the table is about, in days since 1970-01-01. */
  readonly asOf: number;
  readonly parameters: Values<M["parameters"]>;

  constructor(manifest: M, wire: WireUnitInput) {
    super(manifest.tables, wire.token, wire.tables);
    this.asOf = wire.asOf;
    this.parameters = parameterValues(manifest.parameters, wire.parameters);
  }
}

/** A cell that a unit adds to: one label of each dimension, and a value for each measure. */
export interface Contribution<M extends ContributorManifest> {
  readonly at: { readonly [Name in keyof M["dimensions"]]: M["dimensions"][Name][number] };
  readonly add: { readonly [Name in M["measures"][number]]: bigint };
}

/** Makes the export `verifying` of a manifest, and of a function that answers with one of its labels. */
export function verifier<const M extends VerifierManifest>(
  manifest: M,
  answer: (input: Input<M>) => M["labels"][number],
): object {
  const described = {
    parameters: parameterSpecs(manifest.parameters),
    roles: Object.entries(manifest.roles).map(([name, tables]) => ({ name, tables: tableReads(tables) })),
    labels: [...manifest.labels],
  };
  return {
    describe: () => described,
    verify(wire: WireInput): number {
      const label = answer(new Input(manifest, wire));
      return placeOf(manifest.labels, label);
    },
  };
}

/** Makes the export `contributing` of a manifest, and of a function that says what one unit adds to which cells. */
export function contributor<const M extends ContributorManifest>(
  manifest: M,
  contribute: (unit: UnitInput<M>) => readonly Contribution<M>[],
): object {
  const dimensions = Object.entries(manifest.dimensions);
  const described = {
    parameters: parameterSpecs(manifest.parameters),
    tables: tableReads(manifest.tables),
    dimensions: dimensions.map(([name, labels]) => ({ name, labels: [...labels] })),
    measures: [...manifest.measures],
  };
  return {
    describe: () => described,
    contribute(wire: WireUnitInput): { cells: number[]; values: bigint[] } {
      const cells: number[] = [];
      const values: bigint[] = [];
      for (const { at, add } of contribute(new UnitInput(manifest, wire))) {
        for (const [name, labels] of dimensions) cells.push(placeOf(labels, (at as Record<string, string>)[name]));
        for (const name of manifest.measures) values.push(int64((add as Record<string, bigint>)[name]!));
      }
      return { cells, values };
    },
  };
}

/** The number itself; throws where it has no place in 64 bits. */
export function int64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new RangeError("a number of more than 64 bits");
  return value;
}

/** The sum of two numbers; throws where it has no place in 64 bits. */
export function add(left: bigint, right: bigint): bigint {
  return int64(left + right);
}

/** The sum of two numbers, held at the ends of what 64 bits can say. */
export function saturatingAdd(left: bigint, right: bigint): bigint {
  const sum = left + right;
  return sum > INT64_MAX ? INT64_MAX : sum < INT64_MIN ? INT64_MIN : sum;
}

/** The quotient, rounded down; `divisor` is more than zero. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return quotient * divisor > dividend ? quotient - 1n : quotient;
}

/** The month that a day falls in, in months since January 1970, so that months can be subtracted. */
export function month(day: number): number {
  const shifted = day + EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const leaps = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // The year begins on 1 March: from 2 for March to 13 for February of the next year.
  const monthOfYear = Math.floor((5 * dayOfYear + 2) / 153) + 2;
  return (era * 400 + yearOfEra - 1970) * 12 + monthOfYear;
}

/** The day number of a date. `month` counts from 1; a day past the month's end runs on into the next month. */
export function day(year: number, month: number, day: number): number {
  const from = month <= 2 ? year - 1 : year;
  const era = Math.floor(from / 400);
  const yearOfEra = from - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - EPOCH_DAYS;
}

/** The first day of a month that is given in months since January 1970. To compare days costs less than to name their months. */
export function firstDay(month: number): number {
  const year = Math.floor(month / 12);
  return day(1970 + year, month - year * 12 + 1, 1);
}

// Howard Hinnant, chrono-compatible low-level date algorithms: whole numbers all the way, and no dates that there are not.
const ERA_DAYS = 146_097;
/** From 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

function misuse(complaint: string, name: string): never {
  throw new TypeError(`${complaint}: ${name}`);
}

function placeOf(labels: readonly string[], label: string | undefined): number {
  const place = labels.indexOf(label as string);
  if (place < 0) misuse("the manifest declares no such label", String(label));
  return place;
}

function parameterSpecs(parameters: Parameters): { name: string; kind: string }[] {
  return Object.entries(parameters).map(([name, kind]) => ({ name, kind }));
}

function tableReads(tables: Tables): { dataset: string; reads: { column: string; values: string[] }[] }[] {
  const reads = (columns: Reads) => Object.entries(columns).map(([column, read]) => ({ column, values: [...read.values] }));
  return Object.entries(tables).map(([dataset, columns]) => ({ dataset, reads: reads(columns) }));
}

function parameterValues<P extends Parameters>(declared: P, given: readonly WireParameter[]): Values<P> {
  const value = ([name, kind]: [string, string], place: number) => {
    const wire = given[place];
    if (wire === undefined || wire.tag !== kind) misuse(`not a parameter of kind ${kind}`, name);
    return [name, wire.val];
  };
  return Object.fromEntries(Object.entries(declared).map(value)) as Values<P>;
}

/** The cells of a column: one bit per row says what is missing, least significant first; no bits, that nothing is. */
function cells(read: Read<unknown>, { missing, data }: WireColumn): unknown[] {
  if (data.tag !== read.kind) misuse("the manifest declares another type", read.kind);
  // A plain loop: to go over a typed array in any other way costs many times as much.
  const delivered = data.val as ArrayLike<unknown>;
  const values: unknown[] = [];
  for (let row = 0; row < delivered.length; row++) values.push(delivered[row]);
  if (data.tag === "codes") {
    for (let row = 0; row < values.length; row++) values[row] = read.values[values[row] as number] ?? OTHER;
  }
  for (let row = 0; missing.length > 0 && row < values.length; row++) {
    if ((missing[row >> 3]! >> (row & 7)) & 1) values[row] = null;
  }
  return values;
}

// The contract's types, as componentize-js hands them over.
type WireParameter = { readonly tag: string; readonly val: bigint | number | string };
type WireColumn = { readonly missing: Uint8Array; readonly data: { readonly tag: string; readonly val: unknown } };
type WireTable = { readonly rows: number; readonly columns: readonly WireColumn[] };
type WireInput = {
  readonly asOf: number;
  readonly parameters: readonly WireParameter[];
  readonly parties: readonly { readonly role: number; readonly token: number; readonly tables: readonly WireTable[] }[];
};
type WireUnitInput = {
  readonly asOf: number;
  readonly parameters: readonly WireParameter[];
  readonly token: number;
  readonly tables: readonly WireTable[];
};
