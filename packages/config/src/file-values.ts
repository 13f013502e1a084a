import { dirname } from 'node:path';
import { placeIn } from './config-file.js';
import { spellControlCharacters } from './control-characters.js';
import type { ConfigProblem, ConfigProblemCode } from './errors.js';
import { KNOWN_KEYS, SECTIONS, unsupportedPart } from './known-keys.js';
import type { SourcedValues, SourceReading } from './sourced-values.js';
import { suggestKey } from './suggestion.js';
import { plainValue, type YamlEntry, type YamlNode, type YamlPosition } from './yaml/node.js';

/** Comparing names costs time, and nobody reads more. */
const MAX_SUGGESTIONS = 100;

const SHOWN_KEY_LENGTH = 100;

/** Takes the settings out of a document; what is no setting is a problem, or a warning when the reference has it. */
export function readFileValues(path: string, root: YamlNode | undefined): SourceReading {
  const reader = new FileReader(path);
  if (root !== undefined) reader.readSection('', root, root.position);
  return reader;
}

class FileReader implements SourceReading {
  readonly values: SourcedValues = new Map();
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];
  #suggestions = 0;

  constructor(readonly path: string) {}

  readSection(section: string, node: YamlNode, position: YamlPosition): void {
    if (node.kind === 'map') {
      for (const [name, entry] of node.entries) this.#readEntry(section, name, entry);
    } else if (node.kind !== 'scalar' || node.value !== null) {
      const message =
        section === ''
          ? 'must be a map of settings, such as "server:" with settings below it'
          : 'is a section; write its settings below it, indented';
      this.#refuse('wrong_type', section || 'config', position, message);
    }
  }

  #readEntry(section: string, name: string, { node, keyPosition }: YamlEntry): void {
    const key = section === '' ? name : `${section}.${name}`;
    if (name.includes('.')) this.#readDotted(key, node, keyPosition);
    else if (KNOWN_KEYS.has(key)) {
      if (node.kind === 'scalar' && node.value === null) return;
      const origin = placeIn(this.path, keyPosition);
      this.values.set(key, { value: plainValue(node), origin, baseDir: dirname(this.path), node });
    } else if (SECTIONS.has(key)) this.readSection(key, node, keyPosition);
    else this.#readForeign(key, node, keyPosition);
  }

  /** A file is nested; a dotted key beside its section would be a second place for the same setting. */
  #readDotted(key: string, node: YamlNode, position: YamlPosition): void {
    if (!KNOWN_KEYS.has(key) && !SECTIONS.has(key)) {
      this.#readForeign(key, node, position);
      return;
    }
    const [leaf = '', ...sections] = key.split('.').toReversed();
    const place = sections.toReversed().join(', then ');
    this.#refuse('unknown_key', key, position, `is not a name in the file; write ${leaf} below ${place}`);
  }

  #readForeign(key: string, node: YamlNode, position: YamlPosition): void {
    const part = unsupportedPart(key);
    if (part === undefined) {
      this.#refuse('unknown_key', shortened(key), position, `is not a setting${this.#suggestion(key)}`);
      return;
    }
    const message = `is not supported here: ${part.reason}; remove it`;
    const switchedOn = switches(key, node);
    if (switchedOn.length > 0) {
      for (const { name, at } of switchedOn) this.#refuse('unsupported', name, at, message);
    } else {
      this.warnings.push({
        code: 'unsupported',
        key: shortened(key),
        origin: placeIn(this.path, position),
        message,
      });
    }
  }

  #suggestion(key: string): string {
    this.#suggestions += 1;
    const near = this.#suggestions > MAX_SUGGESTIONS ? undefined : suggestKey(key);
    return near === undefined ? '' : `; did you mean ${near}?`;
  }

  #refuse(code: ConfigProblemCode, key: string, position: YamlPosition, message: string): void {
    this.problems.push({ code, key, origin: placeIn(this.path, position), message });
  }
}

/** The settings `….enabled: true` in an unsupported part: whoever sets them counts on it. */
function switches(
  key: string,
  node: YamlNode,
  position: YamlPosition = node.position,
): readonly { readonly name: string; readonly at: YamlPosition }[] {
  if (node.kind === 'map') {
    return [...node.entries].flatMap(([name, entry]) =>
      switches(`${key}.${name}`, entry.node, entry.keyPosition),
    );
  }
  const isOn = key.endsWith('.enabled') && node.kind === 'scalar' && node.value === true;
  return isOn ? [{ name: shortened(key), at: position }] : [];
}

function shortened(key: string): string {
  const shown = key.length > SHOWN_KEY_LENGTH ? `${key.slice(0, SHOWN_KEY_LENGTH)}…` : key;
  return spellControlCharacters(shown);
}
