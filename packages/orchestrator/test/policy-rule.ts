import type { PolicyRule } from '@stacyvm/policy';
import type { NewPolicy } from '@stacyvm/store';
import type { FixedPolicy } from '../src/index.js';

/** A global rule to create. */
export function newPolicy(
  effect: PolicyRule['effect'],
  resourceType: PolicyRule['resourceType'],
  pattern: string,
  changes: Partial<NewPolicy> = {},
): NewPolicy {
  return {
    tenantId: null,
    resourceType,
    effect,
    pattern,
    priority: 10,
    mode: 'enforce',
    description: '',
    createdBy: 'admin',
    ...changes,
  };
}

/** A rule as files have them. */
export function fixedPolicy(
  number: number,
  effect: PolicyRule['effect'],
  resourceType: PolicyRule['resourceType'],
  pattern: string,
  changes: Partial<FixedPolicy> = {},
): FixedPolicy {
  return {
    id: `file:base.yaml#${number}`,
    tenantId: null,
    resourceType,
    effect,
    pattern,
    priority: 10,
    mode: 'enforce',
    description: '',
    createdAt: new Date(number),
    ...changes,
  };
}
