import { compilePolicySet, PolicyError, type PolicyRule, type PolicySet } from '@stacyvm/policy';
import type { PolicyRecord, Store } from '@stacyvm/store';
import { type BackgroundWork, startBackgroundWork } from './background-work.js';
import { OrchestratorError } from './errors.js';
import type { Logger } from './host.js';

/** A rule that the host sets, and nobody can change through the API. */
export interface FixedPolicy extends PolicyRule {
  readonly tenantId: null;
  readonly description: string;
}

/** A decision never rests on rules that were read longer ago than this. */
export const MAX_POLICY_AGE_MS = 2_000;
const POLL_INTERVAL_MS = 1_000;
const REPORT_AGAIN_MS = 60_000;

export interface PoliciesInForceOptions {
  readonly store: Pick<Store, 'policies'>;
  readonly fixed: readonly FixedPolicy[];
  readonly logger: Logger;
  /** Milliseconds that only go forward. */
  readonly now?: () => number;
}

export interface PoliciesStatus {
  /** Of the set that decides; undefined while none does. */
  readonly version: string | undefined;
  readonly rules: number;
}

/** The rules of the store and those that are fixed, as this control plane knows them. */
export interface PoliciesInForce {
  /** What decides now, not older than `MAX_POLICY_AGE_MS`. @throws OrchestratorError `policy_unavailable` */
  current(): Promise<PolicySet>;
  /** Rules that the API cannot change. */
  fixed(): readonly FixedPolicy[];
  /** To be called after a change: the next decision knows it, here at once and elsewhere within `MAX_POLICY_AGE_MS`. Never fails. */
  changed(): Promise<void>;
  /** Checks other fixed rules and tells how to put them in force. @throws PolicyError */
  prepareFixed(rules: readonly FixedPolicy[]): () => void;
  status(): PoliciesStatus;
  /** Asks each second. */
  start(): BackgroundWork;
}

export function createPoliciesInForce(options: PoliciesInForceOptions): PoliciesInForce {
  const { store, logger, now = () => performance.now() } = options;
  let fixed = options.fixed;
  let stored: readonly PolicyRecord[] = [];
  let storeVersion: number | undefined;
  let set: PolicySet | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let reportedAt = Number.NEGATIVE_INFINITY;
  compilePolicySet(fixed);

  /** A set without a rule that cannot be compiled could be too open, so there is none then. */
  function compile(): void {
    try {
      const next = compilePolicySet([...fixed, ...stored]);
      if (next.version !== set?.version) {
        logger.info('policies changed', { policy_version: next.version, rules: next.rules.length });
      }
      set = next;
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      set = undefined;
      logger.error('policies cannot be used, and nothing is spawned until they can', {
        rule_id: error.ruleId,
        error,
      });
    }
  }

  async function read(): Promise<void> {
    const began = now();
    const snapshot = await store.policies.snapshot(storeVersion);
    if (snapshot !== undefined) {
      stored = snapshot.policies;
      storeVersion = snapshot.version;
      compile();
    }
    readAt = began;
  }

  /** One at a time: whoever comes while one is under way shares it. */
  function readOnce(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readAgain(): Promise<void> {
    // The one under way may have begun before the change.
    await reading?.catch(() => undefined);
    await readOnce();
  }

  function report(error: unknown): void {
    if (now() - reportedAt < REPORT_AGAIN_MS) return;
    reportedAt = now();
    logger.warn('policies cannot be read; nothing is spawned until they can', { error });
  }

  return {
    async current() {
      if (now() - readAt > MAX_POLICY_AGE_MS) {
        try {
          await readOnce();
        } catch (error) {
          report(error);
          throw unavailable('the policies cannot be read, so that nothing may be spawned; try again', error);
        }
      }
      if (set === undefined) {
        throw unavailable(
          'a policy cannot be used, so that nothing may be spawned; the log of the control plane names it, and it must be deleted or corrected',
        );
      }
      return set;
    },

    fixed: () => fixed,

    async changed() {
      readAt = Number.NEGATIVE_INFINITY;
      try {
        await readAgain();
      } catch (error) {
        logger.warn('a change of the policies is not in force here yet; the next spawn asks for it', {
          error,
        });
      }
    },

    prepareFixed(rules) {
      compilePolicySet(rules);
      return () => {
        fixed = rules;
        if (storeVersion !== undefined) compile();
      };
    },

    status: () => ({ version: set?.version, rules: set?.rules.length ?? 0 }),

    start: () =>
      startBackgroundWork({
        name: 'reading the policies',
        intervalMs: POLL_INTERVAL_MS,
        round: async () => {
          try {
            await readOnce();
            reportedAt = Number.NEGATIVE_INFINITY;
          } catch (error) {
            report(error);
          }
        },
        logger,
      }),
  };
}

function unavailable(message: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError('policy_unavailable', message, { cause });
}
