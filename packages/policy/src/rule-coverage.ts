import type { CompiledRule } from './compiled-rule.js';
import { certainSpellingsOf, spellingsOf } from './image-spellings.js';
import { compilePattern } from './pattern.js';
import { containsPattern } from './pattern-containment.js';
import { MAX_PATTERN_LENGTH } from './pattern-grammar.js';
import { authorityOf, modeRank } from './policy-rule.js';

/** Whatever follows the name of an image whose digest is written. */
const DIGEST_SUFFIX = '@**';

/**
 * Whether `outer` is there whenever `inner` is: it is about the same type, applies to all tenants of `inner`, and has a say in every
 * mode in which `inner` has one.
 */
export function appliesWherever({ rule: outer }: CompiledRule, { rule: inner }: CompiledRule): boolean {
  return (
    outer.resourceType === inner.resourceType &&
    (outer.tenantId === null || outer.tenantId === inner.tenantId) &&
    modeRank(outer.mode) <= modeRank(inner.mode)
  );
}

/**
 * Whether what `outer` says about a value leaves `inner` nothing to say, as it is with two rules of one authority. The platform leaves a
 * tenant's own rules nothing to say where it denies, and only where nothing before the rule allows.
 *
 * @param before what comes before `outer`
 */
export function bindsWherever(
  { rule: outer }: CompiledRule,
  { rule: inner }: CompiledRule,
  before: readonly CompiledRule[],
): boolean {
  if (authorityOf(outer) === authorityOf(inner)) return true;
  const mayAllow = before.some(
    ({ rule }) =>
      rule.effect === 'allow' &&
      rule.resourceType === outer.resourceType &&
      (rule.tenantId === null || rule.tenantId === inner.tenantId),
  );
  return outer.effect === 'deny' && !mayAllow;
}

/** Proves that `outer` matches every value that `inner` matches; both are about the same type. `false`: not proven. */
export function coversValues(outer: CompiledRule, inner: CompiledRule): boolean {
  const isImage = inner.rule.resourceType === 'image';
  if (isImage && outer.rule.effect === 'allow' && inner.rule.effect === 'deny') {
    // The deny rule also matches by the name behind a digest, and the allow rule does not.
    const withDigest = `${inner.rule.pattern}${DIGEST_SUFFIX}`;
    return (
      withDigest.length <= MAX_PATTERN_LENGTH &&
      containsPattern(outer.pattern, inner.pattern) &&
      containsPattern(outer.pattern, compilePattern(withDigest, 'image'))
    );
  }
  if (containsPattern(outer.pattern, inner.pattern)) return true;
  const reference = inner.pattern.image;
  if (reference === undefined) return false;
  const spellings = inner.rule.effect === 'allow' ? spellingsOf(reference) : certainSpellingsOf(reference);
  return spellings.some((spelling) => outer.pattern.automaton.matches(spelling));
}

/** Proves that two patterns of one type stand for the same values, whatever their effects. `false`: not proven. */
export function samePattern(a: CompiledRule, b: CompiledRule): boolean {
  if (a.rule.pattern === b.rule.pattern) return true;
  if (containsPattern(a.pattern, b.pattern) && containsPattern(b.pattern, a.pattern)) return true;
  const [first, second] = [a.pattern.image, b.pattern.image];
  return first !== undefined && second !== undefined && spellingsOf(first)[0] === spellingsOf(second)[0];
}
