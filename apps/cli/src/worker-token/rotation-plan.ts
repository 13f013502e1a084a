import { CLOCK_SKEW_SECONDS } from '@stacyvm/token';
import { formatSeconds } from './duration-option.js';

export interface RotationPlanOptions {
  /** How people call the keys: a path, an entry of a vault, a setting. Never the keys themselves. */
  readonly newKeyRef: string;
  readonly previousKeyRef: string;
  readonly ttlSeconds: number;
}

export interface RotationPlan {
  readonly new_key_ref: string;
  readonly previous_key_ref: string;
  readonly max_token_ttl: string;
  readonly steps: readonly string[];
  readonly config_snippet: string;
  readonly validation: readonly string[];
  /** All of it, for people. */
  readonly text: string;
}

/** How to replace the signing key of worker tokens without a token being refused meanwhile. */
export function createRotationPlan(options: RotationPlanOptions): RotationPlan {
  const plan = {
    new_key_ref: options.newKeyRef,
    previous_key_ref: options.previousKeyRef,
    max_token_ttl: formatSeconds(options.ttlSeconds),
    steps: stepsOf(options),
    config_snippet: snippetOf(options),
    validation: validationOf(formatSeconds(options.ttlSeconds)),
  };
  return { ...plan, text: textOf(plan) };
}

const APPLY = 'each takes it over without a restart, by itself within a second or at once on SIGHUP';

function stepsOf({ newKeyRef, previousKeyRef, ttlSeconds }: RotationPlanOptions): readonly string[] {
  const wait = formatSeconds(ttlSeconds + CLOCK_SKEW_SECONDS);
  return [
    `Let everyone verify with the new key (${newKeyRef}) before anyone signs with it: add it to auth.worker_signing_keys_file of every control plane, and on each worker the key derived from it (stacyvm worker token derive-key WORKER_ID); ${APPLY}.`,
    `Make the new key active and keep the previous key (${previousKeyRef}) to verify only, as in the configuration below, first on the control planes, then with the derived keys on the workers; ${APPLY}.`,
    'Run the validation commands where the configuration of a control plane is: all three must succeed.',
    `Wait at least ${wait}, the longest life of a token and the clock skew, after the last program was changed, and until stacyvm worker keys --check-removal FINGERPRINT succeeds for the previous key.`,
    `Remove the previous key everywhere; ${APPLY}: the third validation command must now be refused with bad_signature. Destroy the key.`,
  ];
}

function snippetOf({ newKeyRef, previousKeyRef }: RotationPlanOptions): string {
  return `auth:
  # The new key: ${newKeyRef}
  worker_signing_key_file: worker-signing-key
  # The previous key, one key a line: ${previousKeyRef}
  worker_signing_keys_file: worker-signing-key.previous
`;
}

function validationOf(ttl: string): readonly string[] {
  const issue = `stacyvm worker token issue rotation-check --derived --ttl ${ttl}`;
  const verify = 'stacyvm worker token verify --worker-id rotation-check --audience worker:control-plane';
  return [
    `${issue} --format json`,
    `${issue} | ${verify}`,
    `${issue} --signing-key-file worker-signing-key.previous | ${verify}`,
  ];
}

function textOf(plan: Omit<RotationPlan, 'text'>): string {
  return [
    'Rotation of the signing key of worker tokens',
    '',
    `  new active key:            ${plan.new_key_ref}`,
    `  previous, to verify only:  ${plan.previous_key_ref}`,
    `  longest life of a token:   ${plan.max_token_ttl}`,
    '',
    'Steps',
    ...plan.steps.map((step, index) => `  ${index + 1}. ${step}`),
    '',
    'Configuration of a control plane while both keys verify',
    ...plan.config_snippet.trimEnd().split('\n').map(indent),
    '',
    'Validation',
    ...plan.validation.map(indent),
  ].join('\n');
}

function indent(line: string): string {
  return `  ${line}`;
}
