import {
  boolCoreTag,
  constructFromEvents,
  type DocumentEvent,
  EVENT_ID,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml';

/** The order of the YAML 1.2 core schema. */
const PLAIN_TYPES = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag] as const;

/**
 * The value of a scalar by the core schema of YAML 1.2.
 *
 * @throws YAMLException when its tag is unknown, or does not fit the text
 */
export function scalarValue(
  source: string,
  event: ScalarEvent,
  document: DocumentEvent,
): string | number | boolean | null {
  if (event.tagStart >= 0) {
    const [value] = constructFromEvents([document, event, { type: EVENT_ID.POP }], { source });
    return value as string | number | boolean | null;
  }
  const text = getScalarValue(source, event);
  if (event.style !== SCALAR_STYLE.PLAIN) return text;
  for (const tag of PLAIN_TYPES) {
    const value = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return text;
}
