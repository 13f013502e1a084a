import { existsSync } from 'node:fs';
import { ProviderError } from '../errors.js';
import type { SandboxSpec } from '../provider.js';
import { ExecPipes, PIPES_OF_AN_EXEC } from './exec-pipes.js';
import type { HostSetup } from './host-setup.js';
import type { ImageCatalogue } from './images.js';
import { launchSandbox } from './launch.js';
import { removeLeftovers } from './leftovers.js';
import { bootId } from './process-tree.js';
import { prlimitCommand } from './rlimits.js';
import { BubblewrapSandbox } from './sandbox.js';
import type { SandboxProcess } from './sandbox-process.js';
import type { StateDirectory } from './state-directory.js';

export interface SandboxStart {
  readonly spec: SandboxSpec;
  readonly host: HostSetup;
  /** Host uid for the sandbox's processes, where the worker may choose one. */
  readonly uid: number;
  readonly state: StateDirectory;
  readonly images: ImageCatalogue;
  readonly pidsLimit: number;
  readonly killTimeoutMs: number | undefined;
}

/**
 * Makes the directory, the cgroups and the processes of a sandbox; all of them, or none.
 *
 * @throws ProviderError
 */
export async function startSandbox(
  start: SandboxStart,
  signal: AbortSignal | undefined,
): Promise<{ sandbox: BubblewrapSandbox; process: SandboxProcess }> {
  const { spec, host, state } = start;
  if (signal?.aborted) throw new ProviderError('cancelled', 'the spawn was cancelled');
  const leftBehind = existsSync(state.directoryOf(spec.sandboxId).path);
  if (leftBehind) await removeLeftovers(spec.sandboxId, state, host.cgroups);
  try {
    return await makeSandbox(start, signal);
  } catch (error) {
    await removeLeftovers(spec.sandboxId, state, host.cgroups);
    if (error instanceof ProviderError) throw error;
    const message = `the sandbox could not be started: ${error instanceof Error ? error.message : error}`;
    throw new ProviderError('spawn_failed', message, { cause: error });
  }
}

async function makeSandbox(
  { spec, host, uid, state, images, pidsLimit, killTimeoutMs }: SandboxStart,
  signal: AbortSignal | undefined,
): Promise<{ sandbox: BubblewrapSandbox; process: SandboxProcess }> {
  const { sandboxId, memoryMb, vcpus } = spec;
  const { privilege, byCgroup } = host;
  const limits = { memoryMb, vcpus, pids: pidsLimit };
  const root = await images.layout(spec.image, sandboxId);
  const directory = await state.create(sandboxId, uid);
  const cgroup = host.cgroups?.create(sandboxId, limits);
  const { workspace } = directory;
  const pipes = new ExecPipes(directory.pipes, privilege === 'root' ? uid : undefined);
  // For the first exec, while bubblewrap starts; if it fails, that exec tries again.
  const reserving = pipes.reserve(PIPES_OF_AN_EXEC).catch(() => {});
  const launch = { ...host, sandboxId, uid, workspace, root, memoryMb, cgroups: cgroup?.procs ?? [] };
  const process = await launchSandbox(launch, signal).finally(() => reserving);
  try {
    await state.writeRecord({
      ...{ sandboxId, bootId: bootId(), uid },
      processes: [process.init, process.monitor],
      cgroups: cgroup?.directories ?? [],
    });
  } catch (error) {
    await process.kill(10_000);
    throw error;
  }
  const prlimit = prlimitCommand(limits, byCgroup);
  const parts = { sandboxId, process, pipes, cgroup, privilege, prlimit, killTimeoutMs };
  return { sandbox: new BubblewrapSandbox(parts), process };
}
