import { type ImageReference, readImageReference } from './image-reference.js';
import { spellingsOf } from './image-spellings.js';
import { PatternAutomaton } from './pattern-automaton.js';
import { type PatternToken, parsePattern } from './pattern-grammar.js';
import type { ResourceType } from './policy-rule.js';

export interface Pattern {
  readonly automaton: PatternAutomaton;
  /** A text that it matches. */
  readonly example: string;
  /** The one image that it names, when it is a pattern of images without wildcards. */
  readonly image: ImageReference | undefined;
}

/**
 * Letters stand for their lower-case form in patterns of providers and networks, and in images up to the last `/`: what comes before
 * it is a registry or a path, and those are lower-case in every spelling. A tag keeps its case.
 *
 * @throws PolicyError `invalid_pattern` with `position`
 */
export function compilePattern(text: string, resourceType: ResourceType): Pattern {
  const tokens = parsePattern(text, resourceType === 'image' ? text.lastIndexOf('/') : text.length);
  const example = tokens.map(exampleOf).join('');
  const isLiteral = tokens.every((token) => token.kind === 'character' && token.codes.size === 1);
  const image = isLiteral && resourceType === 'image' ? readImageReference(example) : undefined;
  const better = image && comparableForm(image, example);
  if (better !== undefined) return compilePattern(better, resourceType);
  return { automaton: new PatternAutomaton(tokens), example, image };
}

/**
 * A pattern is compared with the spellings of a value. One that names an image in a form that is not among them, such as
 * `host:0443/path`, or with a tag that its digest makes meaningless, is replaced: else another tag would pass it by.
 */
function comparableForm(image: ImageReference, text: string): string | undefined {
  const { names, tag, digest } = image;
  if ((tag === undefined || digest === undefined) && spellingsOf(image).includes(text)) return undefined;
  const version = digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`;
  return `${names[0]}${version}`;
}

/** Unlikely characters where there is a choice: an example that few other patterns match tells patterns apart. */
function exampleOf(token: PatternToken): string {
  if (token.kind === 'run') return token.crossesSlash ? '/~' : '~';
  return String.fromCharCode(Math.max(...token.codes));
}
