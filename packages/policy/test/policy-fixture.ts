import fc from 'fast-check';
import { POLICY_EFFECTS, POLICY_MODES, type PolicyRule, RESOURCE_TYPES } from '../src/index.js';

export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** A global rule that denies the image `alpine`, with the fields that a test is about. */
export function rule(fields: Partial<PolicyRule> = {}): PolicyRule {
  return {
    id: 'pol-1',
    tenantId: null,
    resourceType: 'image',
    effect: 'deny',
    pattern: 'alpine',
    priority: 10,
    mode: 'enforce',
    createdAt: new Date('2024-01-01T00:00:00Z'),
    ...fields,
  };
}

const PARTS = [
  'a',
  'b',
  'B',
  '.',
  ':',
  '-',
  '/',
  '*',
  '**',
  '?',
  '[ab]',
  '[!a]',
  '[^B-b]',
  '[*-]',
  '\\*',
  '\\[',
];
const IMAGE_PARTS = [
  'alpine',
  'acme',
  'docker.io/',
  'index.docker.io/',
  'library/',
  'GHCR.io/',
  ':443',
  '/',
  ':',
  'latest',
  '3.19',
  '@',
  DIGEST,
  '*',
  '**',
  '?',
  '[a-z]',
];

/** Valid patterns that have a good chance to match something, and to match the same as another one. */
export const patterns = fc
  .oneof(
    fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 8 }),
    fc.array(fc.constantFrom(...IMAGE_PARTS), { minLength: 1, maxLength: 5 }),
  )
  .map((parts) => parts.join(''))
  .filter((pattern) => !pattern.includes('***'));

export const values = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.', ':', '-', '/', '*', '['), maxLength: 8 }),
  fc
    .tuple(
      fc.constantFrom('', 'docker.io/', 'Index.Docker.io:443/', 'ghcr.io/', 'ghcr.io:0443/', 'localhost/'),
      fc.constantFrom('', 'library/', 'acme/', 'a/b/'),
      fc.constantFrom('alpine', 'acme', 'B', 'a--b'),
      fc.constantFrom('', ':latest', ':3.19', ':B'),
      fc.constantFrom('', '', `@${DIGEST}`),
    )
    .map((parts) => parts.join('')),
);

const tenants = fc.constantFrom(null, 'tn-a', 'tn-b');

/** Rules whose patterns often say the same. */
const similarPatterns = fc.constantFrom(
  'alpine',
  'alpine:latest',
  'library/alpine',
  'al*',
  '*',
  '**',
  'docker.io/**',
  'alpine**',
  'alpine@*',
  `alpine@${DIGEST}`,
  `alpine:3.19@${DIGEST}`,
);

const rulesWith = (patternsOfRules: fc.Arbitrary<string>) =>
  fc
    .array(
      fc.record({
        tenantId: tenants,
        resourceType: fc.constantFrom('image' as const, 'image' as const, ...RESOURCE_TYPES),
        effect: fc.constantFrom(...POLICY_EFFECTS),
        pattern: patternsOfRules,
        priority: fc.integer({ min: -1, max: 2 }),
        mode: fc.constantFrom('enforce' as const, 'enforce' as const, ...POLICY_MODES),
        createdAt: fc.constantFrom(new Date(0), new Date(1)),
      }),
      { maxLength: 7 },
    )
    .map((list) => list.map((fields, index): PolicyRule => ({ id: `pol-${index}`, ...fields })));

export const rules = rulesWith(patterns);
export const similarRules = rulesWith(similarPatterns);

export const questions = fc.record({
  tenantId: tenants,
  type: fc.constantFrom('image' as const, 'image' as const, ...RESOURCE_TYPES),
  value: values,
});

/** Questions about the image that the similar rules name. */
export const similarQuestions = fc.record({
  tenantId: tenants,
  type: fc.constant('image' as const),
  value: fc.constantFrom('alpine', 'docker.io/library/alpine:latest', 'alpine:3.19', `alpine@${DIGEST}`),
});
