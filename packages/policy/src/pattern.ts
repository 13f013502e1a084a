import { PatternAutomaton } from './pattern-automaton.js';
import { type PatternToken, parsePattern } from './pattern-grammar.js';
import type { ResourceType } from './policy-rule.js';

export interface Pattern {
  readonly tokens: readonly PatternToken[];
  readonly automaton: PatternAutomaton;
  /** The one text that it matches, when there are no wildcards in it. */
  readonly literal: string | undefined;
}

/**
 * Letters stand for their lower-case form in patterns of providers and networks, and in images up to the last `/`: what comes before
 * it is a registry or a path, and those are lower-case in every spelling. A tag keeps its case.
 *
 * @throws PolicyError `invalid_pattern` with `position`
 */
export function compilePattern(text: string, resourceType: ResourceType): Pattern {
  const tokens = parsePattern(text, resourceType === 'image' ? text.lastIndexOf('/') : text.length);
  return { tokens, automaton: new PatternAutomaton(tokens), literal: literalOf(tokens) };
}

function literalOf(tokens: readonly PatternToken[]): string | undefined {
  const codes = tokens.flatMap((token) => (token.kind === 'character' ? [...token.codes] : []));
  const isLiteral = tokens.every((token) => token.kind === 'character' && token.codes.size === 1);
  return isLiteral ? String.fromCharCode(...codes) : undefined;
}
