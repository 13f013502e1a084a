import { EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { DocumentBuilder, startOf } from './document-builder.js';
import { indexLines } from './line-index.js';
import type { YamlNode, YamlPosition } from './node.js';
import { UNKNOWN_TYPE, YAML_LIMITS, YamlError, type YamlLimits, type YamlProblem } from './problem.js';

export interface YamlDocument {
  /** Undefined: the text is empty. */
  readonly root: YamlNode | undefined;
  readonly problems: readonly YamlProblem[];
}

/**
 * Reads one YAML 1.2 document into nodes that know their place, in linear time. Keys are texts, each once in a map;
 * merge keys and types beyond the core schema do not exist.
 *
 * @throws YamlError when it is not YAML, has several documents, or passes the limits
 */
export function readYamlDocument(text: string, limits: YamlLimits = YAML_LIMITS): YamlDocument {
  const positionOf = indexLines(text);
  try {
    const events = parseEvents(text, { maxDepth: limits.maxDepth });
    const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT);
    if (documents.length > 1) throw severalDocuments(events, positionOf);
    const builder = new DocumentBuilder(text, positionOf, limits);
    for (const event of events) builder.take(event);
    return { root: builder.root, problems: builder.problems };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error;
    const position =
      mark === undefined ? { line: 1, column: 1 } : { line: mark.line + 1, column: mark.column + 1 };
    // What js-yaml says of tags quotes them, and the cause would as well.
    if (/\btag\b/.test(reason)) throw new YamlError(UNKNOWN_TYPE, position);
    throw new YamlError(`is not YAML: ${reason || 'it cannot be read'}`, position, { cause: error });
  }
}

function severalDocuments(events: readonly Event[], positionOf: (offset: number) => YamlPosition): YamlError {
  const second = events.findLastIndex(({ type }) => type === EVENT_ID.DOCUMENT);
  const first = events.slice(second).find((event) => startOf(event) >= 0);
  return new YamlError(
    'has several documents; one is allowed, so remove the line --- and what follows',
    positionOf(first === undefined ? 0 : startOf(first)),
  );
}
