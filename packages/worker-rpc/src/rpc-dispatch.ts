import { RpcMethodError } from './errors.js';
import type { FileCall } from './files/dispatch-files.js';
import { parseFileParams } from './files/file-params.js';
import type { LeaseFence } from './lease-fence.js';
import { type LeaseToken, leaseToWire } from './lease-token.js';
import type { LeasedRpcContext, RpcContext, RpcMethods } from './rpc-calls.js';
import type { LogsResultWire, SpawnResultWire, StatusResultWire } from './rpc-messages.js';
import type { RpcMethodName } from './rpc-methods.js';
import {
  type ExecParams,
  type LogsParams,
  parseExecParams,
  parseLogsParams,
  parseRenewLeaseParams,
  parseSandboxParams,
  parseSpawnParams,
  type RenewLeaseParams,
  type SandboxParams,
  type SpawnParams,
} from './rpc-params.js';
import type { Checked } from './schema-check.js';

/** A call whose params are checked. */
export type RpcCall =
  | { readonly method: 'worker.spawn'; readonly params: SpawnParams }
  | { readonly method: 'worker.destroy'; readonly params: SandboxParams }
  | { readonly method: 'worker.status'; readonly params: SandboxParams }
  | { readonly method: 'worker.exec' | 'worker.exec_stream'; readonly params: ExecParams }
  | FileCall
  | { readonly method: 'worker.logs'; readonly params: LogsParams }
  | { readonly method: 'worker.renew_lease'; readonly params: RenewLeaseParams }
  | { readonly method: 'worker.shutdown' };

export function parseRpcCall(method: RpcMethodName, params: unknown): Checked<RpcCall> {
  switch (method) {
    case 'worker.spawn':
      return mapChecked(parseSpawnParams(params), (value) => ({ method, params: value }));
    case 'worker.destroy':
    case 'worker.status':
      return mapChecked(parseSandboxParams(params), (value) => ({ method, params: value }));
    case 'worker.exec':
    case 'worker.exec_stream':
      return mapChecked(parseExecParams(params), (value) => ({ method, params: value }));
    case 'worker.file_write':
    case 'worker.file_read':
    case 'worker.file_list':
    case 'worker.file_delete':
    case 'worker.file_move':
    case 'worker.file_chmod':
    case 'worker.file_stat':
    case 'worker.file_glob':
      return mapChecked(parseFileParams(params), (value) => ({ method, params: value }));
    case 'worker.logs':
      return mapChecked(parseLogsParams(params), (value) => ({ method, params: value }));
    case 'worker.renew_lease':
      return mapChecked(parseRenewLeaseParams(params), (value) => ({ method, params: value }));
    case 'worker.shutdown':
      return { ok: true, value: { method } };
  }
}

export type UnaryCall = Exclude<
  RpcCall,
  FileCall | { readonly method: 'worker.exec' | 'worker.exec_stream' }
>;

export function isFileCall(call: RpcCall): call is FileCall {
  return call.method.startsWith('worker.file_');
}

/** The sandbox that a call is about; '' where it is about none. */
export function sandboxOf(call: RpcCall): string {
  return 'params' in call && 'sandboxId' in call.params ? call.params.sandboxId : '';
}

export interface DispatchTarget {
  readonly workerId: string;
  readonly methods: RpcMethods;
  readonly fence: LeaseFence;
}

/** Serves a call that has no output, and tells its result for the wire; undefined where the protocol has none. */
export async function dispatchUnary(
  call: UnaryCall,
  target: DispatchTarget,
  context: RpcContext & { readonly lease: LeaseToken | undefined },
): Promise<unknown> {
  const { methods, workerId } = target;
  switch (call.method) {
    case 'worker.spawn': {
      const result = await methods.spawn(call.params, leased(context));
      return {
        sandbox_id: call.params.sandboxId,
        ...(result.runtimeId ? { runtime_id: result.runtimeId } : {}),
        state: 'running',
        provider: result.provider,
        worker_id: workerId,
        ...(result.metadata === undefined ? {} : { metadata: result.metadata }),
      } satisfies SpawnResultWire;
    }
    case 'worker.destroy':
      await methods.destroy(call.params, leased(context));
      return undefined;
    case 'worker.status': {
      const result = await methods.status(call.params, context);
      return {
        sandbox_id: call.params.sandboxId,
        state: result.state,
        provider: result.provider,
        worker_id: workerId,
        ...(result.error ? { error: result.error } : {}),
      } satisfies StatusResultWire;
    }
    case 'worker.logs': {
      const lines = await methods.logs(call.params, context);
      return { sandbox_id: call.params.sandboxId, lines } satisfies LogsResultWire;
    }
    case 'worker.renew_lease': {
      if (methods.renewLease === undefined)
        throw new RpcMethodError('unavailable', 'lease renewer unavailable');
      const lease = await methods.renewLease(call.params, leased(context));
      // The lease before it is not to be acted on any more.
      target.fence.accept(lease.resourceId, lease.generation);
      return { lease: leaseToWire(lease) };
    }
    case 'worker.shutdown':
      await methods.shutdown(context);
      return undefined;
  }
}

function leased(context: RpcContext & { readonly lease: LeaseToken | undefined }): LeasedRpcContext {
  if (context.lease === undefined) throw new RpcMethodError('forbidden', 'a lease is required');
  return { ...context, lease: context.lease };
}

function mapChecked<A, B>(checked: Checked<A>, map: (value: A) => B): Checked<B> {
  return checked.ok ? { ok: true, value: map(checked.value) } : checked;
}
