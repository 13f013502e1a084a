import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { ProviderError } from '../errors.js';
import { WORKSPACE } from '../exec-request.js';
import type { ContainerPolicy } from './docker-options.js';
import { KEEPER } from './exec-programs.js';

export const SANDBOX_LABEL = 'stacyvm.sandbox';
export const OWNER_LABEL = 'stacyvm.owner';
/** What the request called the image: the container itself names only its id. */
export const IMAGE_LABEL = 'stacyvm.image';
/** One process of the owner: what carries another is a leftover. */
export const RUN_LABEL = 'stacyvm.run';

const MIB = 1024 * 1024;
const MIN_VCPUS = 0.01;

export interface ContainerPlan {
  readonly sandboxId: string;
  /** Of the container, and of the volume that is its workspace. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly imageId: string;
  /** The user of its programs, empty for root. */
  readonly user: string;
  readonly memoryMb: number;
  readonly vcpus: number;
  /** Absent: that of the policy. */
  readonly network?: string;
  /** Of the engine's host, which accepts no larger limit. */
  readonly processors: number;
  readonly policy: ContainerPolicy;
}

/** @throws ProviderError `spawn_failed` when the seccomp profile cannot be read */
export async function containerSettings(plan: ContainerPlan): Promise<Docker.ContainerCreateOptions> {
  const { policy, memoryMb } = plan;
  const memory = memoryMb * MIB;
  return {
    name: plan.name,
    Hostname: plan.sandboxId.slice(0, 63),
    Image: plan.imageId,
    Entrypoint: [KEEPER[0]],
    Cmd: KEEPER.slice(1),
    Env: [`HOME=${WORKSPACE}`, `USER=${plan.user.split(':')[0] || 'root'}`, 'LANG=C.UTF-8'],
    User: plan.user,
    WorkingDir: '/',
    Labels: { ...plan.labels },
    // Its input is the worker's: when the worker ends, however it does, the keeper's input ends and the sandbox with it.
    OpenStdin: true,
    StdinOnce: true,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Init: true,
      Runtime: policy.runtime,
      NetworkMode: plan.network ?? policy.networkMode,
      IpcMode: 'private',
      CapDrop: [...policy.droppedCapabilities],
      CapAdd: [...policy.addedCapabilities],
      SecurityOpt: ['no-new-privileges:true', ...(await seccompOption(policy.seccompProfile))],
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.round(Math.max(Math.min(plan.vcpus, plan.processors), MIN_VCPUS) * 1e9),
      PidsLimit: policy.pidsLimit,
      ShmSize: Math.floor(memory / 4),
      OomScoreAdj: 500,
      Ulimits: [
        // Equal, because a runc of some versions raises the one to the other.
        { Name: 'nofile', Soft: 4096, Hard: 4096 },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      ReadonlyRootfs: policy.readOnlyRootfs,
      Tmpfs: {
        '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${Math.floor(memory / 2)}`,
        ...policy.tmpfs,
      },
      Mounts: workspaceIsInMemory(policy) ? [] : [{ Type: 'volume', Source: plan.name, Target: WORKSPACE }],
      // What the keeper prints is nothing; what execs print does not pass here.
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

export function workspaceIsInMemory({ tmpfs }: ContainerPolicy): boolean {
  return Object.hasOwn(tmpfs, WORKSPACE);
}

async function seccompOption(profile: string): Promise<readonly string[]> {
  if (profile === 'default') return [];
  if (profile === 'unconfined') return ['seccomp=unconfined'];
  try {
    return [`seccomp=${JSON.stringify(JSON.parse(await readFile(profile, 'utf8')))}`];
  } catch (cause) {
    throw new ProviderError('spawn_failed', `the seccomp profile cannot be read: ${profile}`, { cause });
  }
}
