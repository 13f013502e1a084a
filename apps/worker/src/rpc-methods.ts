import type { SandboxProvider } from '@stacyvm/providers';
import {
  type ControlPlaneClient,
  ControlPlaneError,
  RpcMethodError,
  type RpcMethods,
} from '@stacyvm/worker-rpc';
import { createFileMethods } from './file-methods.js';
import type { Holdings } from './holdings.js';
import { translated } from './provider-errors.js';
import type { SandboxDefaults } from './sandbox-defaults.js';

export interface RpcMethodsOptions {
  readonly holdings: Holdings;
  readonly providers: ReadonlyMap<string, SandboxProvider>;
  readonly defaultProvider: string;
  /** What a sandbox of this provider gets where the request has no limits. */
  readonly defaultsOf: (provider: string) => SandboxDefaults;
  readonly maxSandboxes: number;
  readonly isDraining: () => boolean;
  readonly drain: () => void;
  /** Asks the control plane. */
  readonly renewLease: ControlPlaneClient['renewLease'];
}

const LOG_LINES = 1_000;

/** What the control plane may call: sandboxes of this worker, by the providers it has. */
export function createRpcMethods(options: RpcMethodsOptions): RpcMethods {
  const { holdings } = options;

  const providerOf = (name: string): SandboxProvider => {
    // The control plane compares the names of providers in any case, as the reference protocol does.
    const provider = options.providers.get((name === '' ? options.defaultProvider : name).toLowerCase());
    if (provider === undefined) {
      throw new RpcMethodError('not_found', `provider not found: ${name}`, { reason: 'provider_unknown' });
    }
    return provider;
  };

  return {
    spawn: (params, { lease }) =>
      translated(async () => {
        if (options.isDraining()) throw new RpcMethodError('draining', 'worker is draining');
        if (!holdings.has(params.sandboxId) && holdings.size >= options.maxSandboxes) {
          throw new RpcMethodError(
            'capacity_exhausted',
            `the worker holds ${holdings.size} sandboxes, its limit`,
          );
        }
        const provider = providerOf(params.provider);
        const defaults = options.defaultsOf(provider.name);
        const runtime = await holdings.hold(lease, provider, () =>
          provider.spawn({
            sandboxId: params.sandboxId,
            image: params.image,
            memoryMb: params.memoryMb || defaults.memoryMb,
            vcpus: params.vcpus || defaults.vcpus,
            ...(params.networkMode === '' ? {} : { network: params.networkMode }),
            metadata: params.metadata,
          }),
        );
        return { runtimeId: runtime.runtimeId, provider: runtime.provider };
      }),

    destroy: ({ sandboxId }, { lease }) => translated(() => holdings.destroy(sandboxId, lease.generation)),

    status: ({ sandboxId }) =>
      translated(async () => {
        const runtime = await holdings.providerOf(sandboxId).status(sandboxId);
        return { state: runtime.state, provider: runtime.provider };
      }),

    exec: (params, { signal, onOutput }) =>
      translated(async () => {
        const exit = await holdings.use(params.sandboxId, (provider) =>
          provider.exec(
            params.sandboxId,
            {
              command: params.command,
              args: params.args,
              mode: params.mode,
              env: params.env,
              ...(params.workdir === undefined ? {} : { workdir: params.workdir }),
              ...(params.stdin === undefined ? {} : { stdin: params.stdin }),
              ...(params.timeoutMs === undefined ? {} : { timeoutMs: params.timeoutMs }),
            },
            { onOutput, signal },
          ),
        );
        if (exit.cancelled && !signal.aborted) {
          throw new RpcMethodError('conflict', 'the sandbox was destroyed while the program ran', {
            reason: 'sandbox_destroyed',
          });
        }
        return { exitCode: exit.exitCode, timedOut: exit.timedOut, durationMs: exit.durationMs };
      }),

    files: createFileMethods(holdings),

    logs: ({ sandboxId, lines }) =>
      translated(() => holdings.providerOf(sandboxId).logs(sandboxId, lines || LOG_LINES)),

    renewLease: async ({ resourceId, ttlMs }, { lease, signal }) => {
      if (!holdings.has(resourceId)) {
        throw new RpcMethodError('not_found', `sandbox not found: ${resourceId}`);
      }
      try {
        const renewed = await options.renewLease(
          resourceId,
          { ttlMs, generation: lease.generation },
          { signal },
        );
        holdings.renewed(renewed);
        return renewed;
      } catch (error) {
        if (!(error instanceof ControlPlaneError)) throw error;
        const reason = error.reason ?? error.code;
        throw new RpcMethodError('conflict', `the lease was not renewed (${reason})`, {
          reason,
          cause: error,
        });
      }
    },

    shutdown: async () => options.drain(),
  };
}
