import { type ImageReference, parseImageReference } from './image-reference.js';

const DEFAULT_TAG = 'latest';

/**
 * Every text that names the same image: with and without host, port 443, `library/`, and the tag `latest`; a digest makes a tag
 * meaningless, so it is also named without one. The first is the complete form, which leaves an engine nothing to guess.
 *
 * @param reference white space around it is ignored, and the case of the registry host
 * @returns at most 36 texts
 * @throws PolicyError `invalid_value`
 * @example imageSpellings('ghcr.io/acme/app') // ['ghcr.io/acme/app:latest', 'ghcr.io/acme/app', 'ghcr.io:443/acme/app:latest', …]
 */
export function imageSpellings(reference: string): readonly string[] {
  return spellingsOf(parseImageReference(reference));
}

export function spellingsOf({ names, tag, digest, hasDefaultTag }: ImageReference): readonly string[] {
  return combine(names, versionsOf(tag, digest, hasDefaultTag));
}

/**
 * What a deny rule can match: also the name that a digest stands behind, with and without its tag. `alpine@sha256:…` may be the very
 * image that a rule denies as `alpine`, so only a rule that allows must be certain of it.
 */
export function deniableSpellingsOf(reference: ImageReference): readonly string[] {
  const { names, tag, digest } = reference;
  if (digest === undefined) return spellingsOf(reference);
  return [...spellingsOf(reference), ...combine(names, tag === undefined ? [''] : ['', `:${tag}`])];
}

/**
 * The spellings that every value has which a deny rule for this very text matches. Without a tag in it, the names behind any digest
 * are among those values, and they have no tag to be matched by.
 */
export function certainSpellingsOf(reference: ImageReference): readonly string[] {
  const { names, tag, digest } = reference;
  return digest === undefined && tag === undefined ? names : spellingsOf(reference);
}

function versionsOf(tag: string | undefined, digest: string | undefined, hasDefaultTag: boolean) {
  if (digest !== undefined) return tag === undefined ? [`@${digest}`] : [`@${digest}`, `:${tag}@${digest}`];
  if (!hasDefaultTag) return [''];
  return tag === undefined || tag === DEFAULT_TAG ? [`:${DEFAULT_TAG}`, ''] : [`:${tag}`];
}

function combine(names: readonly string[], versions: readonly string[]): readonly string[] {
  return names.flatMap((name) => versions.map((version) => `${name}${version}`));
}
