import type { Settings } from '@stacyvm/config';
import type { PolicyReading } from '@stacyvm/config/lint';
import { PolicyError, type PolicyRule } from '@stacyvm/policy';
import { StoreError } from '@stacyvm/store';
import { inspectDatabaseDirectory, inspectPolicies } from '@stacyvm/store/inspection';
import { fileRules, findingsOf, type LintedPolicies, lintFilePolicies } from './file-policies.js';

interface StoredPolicies {
  readonly rules: readonly PolicyRule[];
  readonly reading: PolicyReading;
}

const NOTHING: readonly PolicyRule[] = [];

/**
 * Judges the rules of `policy.files` with those of the store, of every tenant, as they are. Nothing is started, migrated or
 * written; what cannot be read is told, never thrown.
 */
export async function lintLivePolicies(settings: Settings): Promise<LintedPolicies> {
  const { rules, reading } = await storedPolicies(settings);
  try {
    return { policyFindings: findingsOf([...fileRules(settings), ...rules]), policyReading: reading };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const message = `policy ${error.ruleId ?? ''} of the store cannot be used, so that nothing is spawned: ${error.message}`;
    return { ...lintFilePolicies(settings), policyReading: { outcome: 'failed', message } };
  }
}

async function storedPolicies(settings: Settings): Promise<StoredPolicies> {
  try {
    const dsn = await reachable(settings);
    if (typeof dsn !== 'string') return { rules: NOTHING, reading: dsn };
    const policies = await inspectPolicies({ dsn });
    if (policies === undefined)
      return unread('skipped', 'the database has no policies yet: it is not migrated');
    const count =
      policies.length === 1
        ? '1 policy of the store was read'
        : `${policies.length} policies of the store were read`;
    return { rules: policies, reading: { outcome: 'read', message: count } };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return unread('failed', `the policies of the store were not read: ${error.message}`);
  }
}

/** How to reach the database, or why it cannot be. */
async function reachable(settings: Settings): Promise<string | PolicyReading> {
  if (settings['database.driver'] === 'postgres') return settings['database.dsn']?.reveal() ?? '';
  const found = await inspectDatabaseDirectory(settings['database.path']).catch(() => undefined);
  if (found?.ownerPid === undefined) {
    return {
      outcome: 'skipped',
      message: 'the embedded database does not run, so that its policies were not read',
    };
  }
  return (
    found.dsn ?? {
      outcome: 'failed',
      message: `the policies of the store were not read: process ${found.ownerPid} runs it, and its password is not readable here`,
    }
  );
}

function unread(outcome: PolicyReading['outcome'], message: string): StoredPolicies {
  return { rules: NOTHING, reading: { outcome, message } };
}
