import type { components } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls } from './http-calls.js';

type Schemas = components['schemas'];
export type IssueWorkerToken = Schemas['IssueWorkerToken'];
export type IssuedWorkerToken = Schemas['IssuedWorkerToken'];
export type WorkerTokenIssuance = Schemas['WorkerTokenIssuance'];
export type RevokeWorkerCredentials = Schemas['RevokeWorkerCredentials'];
export type WorkerRevocation = Schemas['WorkerRevocation'];
export type CreateJoinToken = Schemas['CreateJoinToken'];
export type CreatedJoinToken = Schemas['CreatedJoinToken'];
export type JoinToken = Schemas['JoinToken'];
export type WorkerCredentialUse = Schemas['WorkerCredentialUse'];
export type WorkerKeys = Schemas['WorkerKeys'];

export interface OfWorker extends CallOptions {
  readonly workerId?: string | undefined;
}

export interface WorkerCredentialFilter extends OfWorker {
  readonly form?: 'signed' | 'static' | undefined;
  readonly keyFingerprint?: string | undefined;
}

/** Tokens, keys and revocations of workers; needs the admin key. Lists come page by page, newest first unless told. */
export interface WorkerIdentityClient {
  issueToken(request: IssueWorkerToken, options?: CallOptions): Promise<IssuedWorkerToken>;
  issuances(filter?: OfWorker): AsyncGenerator<WorkerTokenIssuance>;
  revoke(request: RevokeWorkerCredentials, options?: CallOptions): Promise<WorkerRevocation>;
  revocations(options?: CallOptions): AsyncGenerator<WorkerRevocation>;
  removeRevocation(id: string, options?: CallOptions): Promise<void>;
  createJoinToken(request: CreateJoinToken, options?: CallOptions): Promise<CreatedJoinToken>;
  joinTokens(filter?: OfWorker): AsyncGenerator<JoinToken>;
  deleteJoinToken(id: string, options?: CallOptions): Promise<void>;
  /** By worker id. */
  credentials(filter?: WorkerCredentialFilter): AsyncGenerator<WorkerCredentialUse>;
  keys(options?: CallOptions): Promise<WorkerKeys>;
}

export function createWorkerIdentityClient({ http, call, pages }: HttpCalls): WorkerIdentityClient {
  return {
    issueToken: (body, { signal } = {}) =>
      call(http.POST('/admin/worker-tokens', { body, ...given({ signal }) })),
    issuances: ({ workerId, signal } = {}) =>
      pages((cursor) =>
        http.GET('/admin/worker-token-issuances', {
          params: { query: given({ worker_id: workerId, cursor }) },
          ...given({ signal }),
        }),
      ),
    revoke: (body, { signal } = {}) =>
      call(http.POST('/admin/worker-revocations', { body, ...given({ signal }) })),
    revocations: ({ signal } = {}) =>
      pages((cursor) =>
        http.GET('/admin/worker-revocations', { params: { query: given({ cursor }) }, ...given({ signal }) }),
      ),
    removeRevocation: async (id, { signal } = {}) => {
      await call(
        http.DELETE('/admin/worker-revocations/{id}', { params: { path: { id } }, ...given({ signal }) }),
      );
    },
    createJoinToken: (body, { signal } = {}) =>
      call(http.POST('/admin/join-tokens', { body, ...given({ signal }) })),
    joinTokens: ({ workerId, signal } = {}) =>
      pages((cursor) =>
        http.GET('/admin/join-tokens', {
          params: { query: given({ worker_id: workerId, cursor }) },
          ...given({ signal }),
        }),
      ),
    deleteJoinToken: async (id, { signal } = {}) => {
      await call(http.DELETE('/admin/join-tokens/{id}', { params: { path: { id } }, ...given({ signal }) }));
    },
    credentials: ({ workerId, form, keyFingerprint, signal } = {}) =>
      pages((cursor) =>
        http.GET('/admin/worker-credentials', {
          params: {
            query: given({ worker_id: workerId, form, key_fingerprint: keyFingerprint, cursor }),
          },
          ...given({ signal }),
        }),
      ),
    keys: ({ signal } = {}) => call(http.GET('/admin/worker-keys', given({ signal }))),
  };
}
