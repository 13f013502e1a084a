import type { WorkerScope } from '@stacyvm/token';
import type { CallKind } from './call-slots.js';

/** The methods of this version of the protocol. */
export type RpcMethodName =
  | 'worker.spawn'
  | 'worker.destroy'
  | 'worker.status'
  | 'worker.exec'
  | 'worker.exec_stream'
  | 'worker.file_write'
  | 'worker.file_read'
  | 'worker.file_list'
  | 'worker.file_delete'
  | 'worker.file_move'
  | 'worker.file_chmod'
  | 'worker.file_stat'
  | 'worker.file_glob'
  | 'worker.logs'
  | 'worker.renew_lease'
  | 'worker.shutdown';

export interface RpcMethodRule {
  /** The scope that the caller's credential must carry. */
  readonly scope: WorkerScope;
  /** A mutating method accepts each signed token once. */
  readonly mutating: boolean;
  /** A leased method needs a lease on the sandbox; the text names the request in refusals. */
  readonly lease?: 'spawn' | 'destroy' | 'renew_lease';
  readonly params: boolean;
  /** Which bound on calls at once it falls under. */
  readonly kind: CallKind;
}

/** What each method demands before it may have an effect. */
export const RPC_METHODS: Readonly<Record<RpcMethodName, RpcMethodRule>> = {
  'worker.spawn': { scope: 'worker:spawn', mutating: true, lease: 'spawn', params: true, kind: 'spawn' },
  'worker.destroy': {
    scope: 'worker:destroy',
    mutating: true,
    lease: 'destroy',
    params: true,
    kind: 'vital',
  },
  'worker.status': { scope: 'worker:status', mutating: false, params: true, kind: 'vital' },
  'worker.exec': { scope: 'worker:exec', mutating: true, params: true, kind: 'exec' },
  'worker.exec_stream': { scope: 'worker:exec', mutating: true, params: true, kind: 'exec' },
  'worker.file_write': { scope: 'worker:files', mutating: true, params: true, kind: 'short' },
  'worker.file_read': { scope: 'worker:files', mutating: false, params: true, kind: 'short' },
  'worker.file_list': { scope: 'worker:files', mutating: false, params: true, kind: 'short' },
  'worker.file_delete': { scope: 'worker:files', mutating: true, params: true, kind: 'short' },
  'worker.file_move': { scope: 'worker:files', mutating: true, params: true, kind: 'short' },
  'worker.file_chmod': { scope: 'worker:files', mutating: true, params: true, kind: 'short' },
  'worker.file_stat': { scope: 'worker:files', mutating: false, params: true, kind: 'short' },
  'worker.file_glob': { scope: 'worker:files', mutating: false, params: true, kind: 'short' },
  'worker.logs': { scope: 'worker:logs', mutating: false, params: true, kind: 'short' },
  'worker.renew_lease': {
    scope: 'worker:lease',
    mutating: true,
    lease: 'renew_lease',
    params: true,
    kind: 'vital',
  },
  // The protocol names no scope for it. Whoever may end every sandbox one by one may also stop new ones; a lease
  // scope would let the holder of a mere renewal token take a worker out of service.
  'worker.shutdown': { scope: 'worker:destroy', mutating: true, params: false, kind: 'vital' },
};

const NAMED_ELSEWHERE: ReadonlySet<string> = new Set(['worker.heartbeat']);

export function isRpcMethodName(name: string): name is RpcMethodName {
  return Object.hasOwn(RPC_METHODS, name);
}

/** True for a method of the reference protocol that this package does not serve. */
export function isUnservedMethod(name: string): boolean {
  return NAMED_ELSEWHERE.has(name);
}
