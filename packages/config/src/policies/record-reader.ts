import { placeIn } from '../config-file.js';
import type { ConfigProblem, ConfigProblemCode } from '../errors.js';
import { plainValue, type YamlMap, type YamlNode, type YamlPosition } from '../yaml/node.js';

/** Notes what is wrong with a file, with its place. */
export type NoteProblem = (code: ConfigProblemCode, position: YamlPosition, message: string) => void;

/** Notes problems of the file at `path` under one key. */
export function problemNotes(path: string, key: string, problems: ConfigProblem[]): NoteProblem {
  return (code, position, message) =>
    void problems.push({ code, key, origin: placeIn(path, position), message });
}

/**
 * The items of the one list that a file has.
 *
 * @param name the one key of the file, such as `rules`
 * @returns undefined when there is no such list, which has been noted
 */
export function itemsOf(
  root: YamlNode | undefined,
  name: string,
  note: NoteProblem,
): readonly YamlNode[] | undefined {
  const start = root?.position ?? { line: 1, column: 1 };
  const list = root?.kind === 'map' ? root.entries.get(name)?.node : undefined;
  if (root?.kind === 'map') {
    for (const [key, { keyPosition }] of root.entries) {
      if (key !== name)
        note('unknown_key', keyPosition, `${shown(key)} is not known; the file has ${name} alone`);
    }
  }
  if (list?.kind === 'list') return list.items;
  note('wrong_type', list?.position ?? start, `must have a list below "${name}:"`);
  return undefined;
}

/** Reads the fields of one item, which it takes to be named by `subject` in messages. */
export class RecordReader {
  readonly #entries: YamlMap['entries'];
  readonly #position: YamlPosition;
  readonly #subject: string;
  readonly #note: NoteProblem;
  #isSound = true;
  readonly #isMap: boolean;

  constructor(node: YamlNode, subject: string, fields: readonly string[], note: NoteProblem) {
    this.#position = node.position;
    this.#subject = subject;
    this.#note = note;
    this.#entries = node.kind === 'map' ? node.entries : new Map();
    this.#isMap = node.kind === 'map';
    if (!this.#isMap) {
      this.#isSound = false;
      note('wrong_type', node.position, `${subject}: must have ${fields.join(', ')}`);
    }
    for (const [name, { keyPosition }] of this.#entries) {
      if (fields.includes(name)) continue;
      this.#refuse(
        'unknown_key',
        keyPosition,
        `${shown(name)} is not known; it may have ${fields.join(', ')}`,
      );
    }
  }

  /** Whether nothing was noted so far. */
  get isSound(): boolean {
    return this.#isSound;
  }

  /** Notes a problem of a field, or of the whole when it is not there. */
  refuse(name: string, message: string): void {
    const entry = this.#entries.get(name);
    this.#refuse(entry === undefined ? 'missing' : 'not_allowed', this.#placeOf(name), `${name} ${message}`);
  }

  text(name: string, otherwise?: string): string {
    const value = this.#valueOf(name);
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (typeof value === 'string') return value;
    this.#refuseType(name, value, 'must be a text');
    return '';
  }

  optionalText(name: string): string | undefined {
    return this.#valueOf(name) === undefined ? undefined : this.text(name);
  }

  /** Undefined when the field is not there. */
  texts(name: string): readonly string[] | undefined {
    const node = this.#entries.get(name)?.node;
    if (node === undefined) return undefined;
    const items = node.kind === 'list' ? node.items.map((item) => plainValue(item)) : [undefined];
    if (items.every((item) => typeof item === 'string' && item.trim() !== ''))
      return items as readonly string[];
    this.#refuse(
      'wrong_type',
      node.position,
      `${name} must be a list of texts that are not empty, such as [a, b]`,
    );
    return undefined;
  }

  oneOf<Value extends string>(name: string, allowed: readonly [Value, ...Value[]], otherwise?: Value): Value {
    const value = this.#valueOf(name);
    if (value === undefined && otherwise !== undefined) return otherwise;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    this.#refuseType(name, value, `must be one of ${allowed.join(', ')}`);
    return allowed[0];
  }

  integer(name: string, range: { readonly min: number; readonly max: number }, otherwise: number): number {
    const value = this.#valueOf(name);
    if (value === undefined) return otherwise;
    if (typeof value === 'number' && Number.isInteger(value) && value >= range.min && value <= range.max) {
      return value;
    }
    this.#refuseType(name, value, `must be an integer from ${range.min} to ${range.max}`);
    return otherwise;
  }

  #valueOf(name: string): unknown {
    const node = this.#entries.get(name)?.node;
    if (node === undefined) return undefined;
    return node.kind === 'scalar' ? node.value : node;
  }

  #placeOf(name: string): YamlPosition {
    return this.#entries.get(name)?.node.position ?? this.#position;
  }

  #refuseType(name: string, value: unknown, demand: string): void {
    const code = value === undefined ? 'missing' : typeof value === 'string' ? 'not_allowed' : 'wrong_type';
    this.#refuse(
      code,
      this.#placeOf(name),
      `${name} ${value === undefined ? 'is missing; it ' : ''}${demand}`,
    );
  }

  #refuse(code: ConfigProblemCode, position: YamlPosition, message: string): void {
    this.#isSound = false;
    // What is no map misses everything, which says nothing more.
    if (!this.#isMap) return;
    this.#note(code, position, `${this.#subject}: ${message}`);
  }
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}
