export { decide, type PolicyDecision, type PolicyQuestion, type PolicyVerdict } from './decide.js';
export { PolicyError, type PolicyErrorCode } from './errors.js';
export { explain, type PolicyExplanation, type RuleExplanation, type RuleOutcome } from './explain.js';
export { imageSpellings } from './image-spellings.js';
export { lintPolicies, type PolicyFinding, type PolicyFindingCode } from './lint-policies.js';
export { MAX_PATTERN_LENGTH, validatePattern } from './pattern-grammar.js';
export {
  authorityOf,
  compareRules,
  FIRST_TENANT_PRIORITY,
  POLICY_EFFECTS,
  POLICY_MODES,
  type PolicyAuthority,
  type PolicyEffect,
  type PolicyMode,
  type PolicyRule,
  RESOURCE_TYPES,
  type ResourceType,
} from './policy-rule.js';
export { compilePolicySet, type PolicySet } from './policy-set.js';
export {
  createPolicyReplay,
  MAX_REPLAYED_CHANGES,
  type PolicyReplay,
  type PolicyReplayReport,
  type RecordedDecision,
  type ReplayedChange,
} from './replay.js';
