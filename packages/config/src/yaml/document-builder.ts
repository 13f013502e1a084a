import {
  type AliasEvent,
  type DocumentEvent,
  EVENT_ID,
  type Event,
  type MappingEvent,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml';
import type { YamlEntry, YamlNode, YamlPosition } from './node.js';
import { UNKNOWN_TYPE, YamlError, type YamlLimits, type YamlProblem } from './problem.js';
import { scalarValue } from './scalar-value.js';

/** A map or list that is being read. */
interface OpenCollection {
  readonly event: MappingEvent | SequenceEvent;
  readonly position: YamlPosition;
  readonly anchor: string | undefined;
  readonly items: YamlNode[];
  readonly entries: Map<string, YamlEntry>;
  /** The key whose value comes next; `ignored` when it was no good. */
  key: { readonly name: string; readonly position: YamlPosition; readonly ignored: boolean } | undefined;
  size: number;
  depth: number;
}

const COLLECTION_TAGS: ReadonlySet<string> = new Set(['!!map', '!!seq', '!']);

/** Makes nodes of the events of one document. */
export class DocumentBuilder {
  root: YamlNode | undefined;
  readonly problems: YamlProblem[] = [];
  readonly #open: OpenCollection[] = [];
  readonly #anchors = new Map<string, YamlNode | OpenCollection>();
  #document: DocumentEvent | undefined;
  /** Where the latest event with a text began: an empty value has no place of its own. */
  #last: YamlPosition = { line: 1, column: 1 };

  constructor(
    readonly text: string,
    readonly positionOf: (offset: number) => YamlPosition,
    readonly limits: YamlLimits,
  ) {}

  take(event: Event): void {
    const start = startOf(event);
    if (start >= 0) this.#last = this.positionOf(start);
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.#document = event;
        return;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        this.#begin(event);
        return;
      case EVENT_ID.SCALAR:
        this.#add(this.#scalar(event));
        return;
      case EVENT_ID.ALIAS:
        this.#add(this.#repeated(event));
        return;
      case EVENT_ID.POP:
        this.#end();
    }
  }

  #begin(event: MappingEvent | SequenceEvent): void {
    const tag = event.tagStart < 0 ? '!' : this.text.slice(event.tagStart, event.tagEnd);
    if (!COLLECTION_TAGS.has(tag)) throw new YamlError(UNKNOWN_TYPE, this.#last);
    const anchor = this.#anchorOf(event);
    const collection: OpenCollection = {
      event,
      position: this.#last,
      anchor,
      items: [],
      entries: new Map(),
      key: undefined,
      size: 1,
      depth: 1,
    };
    if (anchor !== undefined) this.#anchors.set(anchor, collection);
    this.#open.push(collection);
  }

  /** The end of a collection, or of the document. */
  #end(): void {
    const ended = this.#open.pop();
    if (ended === undefined) return;
    const { position, size, depth } = ended;
    const node: YamlNode =
      ended.event.type === EVENT_ID.MAPPING
        ? { kind: 'map', entries: ended.entries, position, size, depth }
        : { kind: 'list', items: ended.items, position, size, depth };
    // An anchor of the same name inside it counts from there on.
    if (ended.anchor !== undefined && this.#anchors.get(ended.anchor) === ended)
      this.#anchors.set(ended.anchor, node);
    this.#add(node);
  }

  #scalar(event: ScalarEvent): YamlNode {
    const document = this.#document;
    if (document === undefined) throw new YamlError('has a value outside of a document', this.#last);
    const value = scalarValue(this.text, event, document);
    const anchor = this.#anchorOf(event);
    // A secret that begins with & would be a name for nothing, and so not set.
    if (anchor !== undefined && value === null)
      throw new YamlError(
        'has an anchor without a value; put a text that begins with & in quotes',
        this.#last,
      );
    const node: YamlNode = {
      kind: 'scalar',
      value,
      position: this.#last,
      size: 1,
      depth: 0,
    };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return node;
  }

  #repeated(event: AliasEvent): YamlNode {
    const name = this.#anchorOf(event) ?? '';
    const target = this.#anchors.get(name);
    if (target === undefined)
      throw new YamlError(
        'uses an alias that is not defined; put a text that begins with * in quotes',
        this.#last,
      );
    if (!('kind' in target)) throw new YamlError('uses an alias inside of what it stands for', this.#last);
    return target;
  }

  #anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }): string | undefined {
    return event.anchorStart < 0 ? undefined : this.text.slice(event.anchorStart, event.anchorEnd);
  }

  #add(node: YamlNode): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.root = node;
      return;
    }
    parent.size += node.size;
    parent.depth = Math.max(parent.depth, node.depth + 1);
    if (parent.size > this.limits.maxNodes) {
      throw new YamlError(`has more than ${this.limits.maxNodes} values, aliases counted`, this.#last);
    }
    if (this.#open.length - 1 + parent.depth > this.limits.maxDepth) {
      throw new YamlError(`is nested deeper than ${this.limits.maxDepth} levels`, this.#last);
    }
    if (parent.event.type === EVENT_ID.SEQUENCE) parent.items.push(node);
    else if (parent.key === undefined) parent.key = this.#keyFrom(parent, node);
    else {
      const { name, position, ignored } = parent.key;
      if (!ignored) parent.entries.set(name, { keyPosition: position, node });
      parent.key = undefined;
    }
  }

  #keyFrom(parent: OpenCollection, node: YamlNode): OpenCollection['key'] {
    // What an alias repeats stands elsewhere.
    const position = node.kind === 'scalar' ? this.#last : node.position;
    const name = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
    if (name === undefined) {
      this.#refuse(
        'wrong_type',
        position,
        `has a key that is ${kindOf(node)}; keys are texts, so put it in quotes`,
      );
      return { name: '', position, ignored: true };
    }
    const before = parent.entries.get(name);
    if (before === undefined) return { name, position, ignored: false };
    this.#refuse(
      'duplicate_key',
      position,
      `is there twice, first on line ${before.keyPosition.line}; remove one of them`,
      name,
    );
    return { name, position, ignored: true };
  }

  #refuse(code: YamlProblem['code'], position: YamlPosition, message: string, name?: string): void {
    const path = this.#open.slice(0, -1).flatMap(({ key }) => (key === undefined ? [] : [key.name]));
    this.problems.push({ code, path: name === undefined ? path : [...path, name], position, message });
  }
}

/** Where an event begins in the text; -1 when it has no text of its own. */
export function startOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart;
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1;
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    default:
      return -1;
  }
}

function kindOf(node: YamlNode): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  return node.value === null ? 'empty' : `a ${typeof node.value}`;
}
