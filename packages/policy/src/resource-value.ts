import { readImageReference } from './image-reference.js';
import { deniableSpellingsOf, spellingsOf } from './image-spellings.js';
import type { PatternAutomaton } from './pattern-automaton.js';
import type { PolicyEffect, ResourceType } from './policy-rule.js';

/** A value in all its spellings, by the effect of the rule that looks at it. */
export type ResourceValue = Readonly<Record<PolicyEffect, readonly string[]>>;

const NAME = /^[!-~]{1,255}$/;

/**
 * @returns `undefined` when the text is no image reference, or no name of a provider or network: 1 to 255 printable ASCII characters
 * without white space. Such a text might mean something else to whoever reads it next.
 */
export function readResourceValue(type: ResourceType, text: string): ResourceValue | undefined {
  if (type !== 'image') {
    const name = text.trim().toLowerCase();
    return NAME.test(name) ? { allow: [name], deny: [name] } : undefined;
  }
  const reference = readImageReference(text);
  return reference && { allow: spellingsOf(reference), deny: deniableSpellingsOf(reference) };
}

/** The first spelling that a pattern matches. */
export function matchingSpelling(
  spellings: readonly string[],
  automaton: PatternAutomaton,
): string | undefined {
  return spellings.find((spelling) => automaton.matches(spelling));
}
