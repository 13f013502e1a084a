import { createHash } from 'node:crypto';
import type { PolicyRule } from './policy-rule.js';

/**
 * The SHA-256 of the rules in the order of decision, as 64 hexadecimal digits. It does not depend on the order they were loaded in, so
 * two control planes with the same version decide alike. The prefix changes when the meaning of rules does.
 */
export function policyVersion(rulesInOrder: readonly PolicyRule[]): string {
  const canonical = rulesInOrder.map((rule) => [
    rule.id,
    rule.tenantId,
    rule.resourceType,
    rule.effect,
    rule.pattern,
    rule.priority,
    rule.mode,
    rule.createdAt.toISOString(),
  ]);
  return createHash('sha256')
    .update(`stacyvm-policy-v2\n${JSON.stringify(canonical)}`)
    .digest('hex');
}
