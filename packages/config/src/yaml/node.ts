/** A place in a text. Lines and columns count from 1, columns in UTF-16 units. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

interface Placed {
  readonly position: YamlPosition;
  /** Nodes in it, itself included, every use of an alias counted. */
  readonly size: number;
  readonly depth: number;
}

export interface YamlScalar extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

export interface YamlList extends Placed {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface YamlEntry {
  readonly keyPosition: YamlPosition;
  readonly node: YamlNode;
}

export interface YamlMap extends Placed {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

/** A part of a YAML document that knows its place. What an alias repeats is one node in several places. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/** A map without prototype, so that `__proto__` and `constructor` are names as any other. */
export type PlainMap = { [name: string]: unknown };

export function emptyPlainMap(): PlainMap {
  return Object.create(null) as PlainMap;
}

/** The node as plain data; maps have no prototype. */
export function plainValue(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  const map = emptyPlainMap();
  for (const [name, entry] of node.entries) map[name] = plainValue(entry.node);
  return map;
}
