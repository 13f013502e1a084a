import { readFileSync } from 'node:fs';
import type { WorkerAudience, WorkerKeyScope, WorkerScope, WorkerTokenProfile } from '../src/index.js';

export interface VerifyVector {
  readonly id: string;
  readonly category: string;
  readonly profile: WorkerTokenProfile;
  readonly keys: { readonly active: string; readonly verify_only: readonly string[] };
  readonly worker_key_scope: WorkerKeyScope;
  readonly now: number;
  readonly expected_audience: WorkerAudience;
  readonly expected_worker_id: string | null;
  readonly revoked: readonly string[];
  readonly token: string;
  readonly expect:
    | { readonly ok: false; readonly code: string }
    | {
        readonly ok: true;
        readonly worker_id: string;
        readonly jti: string | null;
        readonly aud: string | null;
        readonly scopes: readonly string[];
        readonly key: string;
      };
  readonly why: string;
}

export interface MintVector {
  readonly id: string;
  readonly key: string;
  readonly claims: {
    readonly worker_id: string;
    readonly jti: string;
    readonly aud: WorkerAudience;
    readonly scopes?: readonly WorkerScope[];
    readonly exp: number;
    readonly iat: number;
    readonly nbf?: number;
  };
  readonly payload_json: string;
  readonly token: string;
  readonly why: string;
}

export interface DeriveVector {
  readonly id: string;
  readonly master: string;
  readonly worker_id: string;
  readonly derived_key: string;
  readonly why: string;
}

export interface WorkerTokenVectors {
  readonly header: {
    readonly codes_in_order_of_checks: readonly { readonly code: string }[];
    readonly constants: Readonly<Record<string, unknown>>;
    readonly counts: {
      readonly verify: Readonly<Record<string, number>>;
      readonly mint: number;
      readonly derive: number;
    };
  };
  readonly verify: readonly VerifyVector[];
  readonly mint: readonly MintVector[];
  readonly derive: readonly DeriveVector[];
}

/** The normative vectors of the format. */
export const workerTokenVectors: WorkerTokenVectors = JSON.parse(
  readFileSync(new URL('../vectors/worker-token-v1.json', import.meta.url), 'utf8'),
);
