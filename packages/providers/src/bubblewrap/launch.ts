import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { settlesWithin } from '../deadline.js';
import { ProviderError } from '../errors.js';
import { shellQuote } from '../exec-request.js';
import { startOnHost } from '../host-command.js';
import { type BwrapFeatures, bwrapArguments, KEEP_ALIVE } from './bwrap-arguments.js';
import type { RootLayout } from './images.js';
import { dropPrivileges, launchNamespaces, type Privilege, stageSources } from './privilege.js';
import { killGroup, killProcess } from './process-tree.js';
import { SandboxProcess } from './sandbox-process.js';

const READY_TIMEOUT_MS = 15_000;
const END_TIMEOUT_MS = 2_000;
const INFO_FD = 3;
const ARGUMENTS_FD = 4;
const FIRST_FILE_FD = 5;

export interface LaunchPlan {
  readonly sandboxId: string;
  readonly privilege: Privilege;
  readonly bwrapPath: string;
  readonly features: BwrapFeatures;
  /** Host uid that the sandbox's processes have; a non-root worker's sandboxes have its own. */
  readonly uid: number;
  readonly workspace: string;
  readonly root: RootLayout;
  readonly memoryMb: number;
  /** `cgroup.procs` files that the sandbox's first process joins. */
  readonly cgroups: readonly string[];
}

/**
 * Starts the processes of a sandbox: bubblewrap's monitor, its reaper (pid 1 inside) and a shell that waits for the worker's end.
 * Every step replaces the one before it, so nothing else stays.
 *
 * @throws ProviderError `spawn_failed` or `cancelled`
 */
export async function launchSandbox(plan: LaunchPlan, signal?: AbortSignal): Promise<SandboxProcess> {
  const staging = stageSources(plan.privilege, plan.workspace, plan.root.rootfs);
  const files = plan.root.files.map(({ content }) => content);
  const bwrap = bwrapArguments(
    {
      sandboxId: plan.sandboxId,
      workspace: staging.workspace,
      rootfs: staging.rootfs,
      root: plan.root,
      fileFds: files.map((_, index) => FIRST_FILE_FD + index),
      infoFd: INFO_FD,
      memoryMb: plan.memoryMb,
    },
    plan.features,
  );
  const [file = '', ...args] = [
    ...launchNamespaces(plan.privilege),
    ...['/bin/sh', '-c', launchScript(plan, staging.script)],
  ];
  const stdio = Array.from({ length: FIRST_FILE_FD + files.length }, () => 'pipe' as const);
  const child = startOnHost(file, args, stdio);
  feed(child, ARGUMENTS_FD, bwrap.map((argument) => `${argument}\0`).join(''));
  for (const [index, content] of files.entries()) feed(child, FIRST_FILE_FD + index, content);
  return await whenReady(child, signal);
}

function launchScript(plan: LaunchPlan, staging: string): string {
  const bwrap = [
    ...dropPrivileges(plan.privilege, plan.uid),
    ...[plan.bwrapPath, '--args', String(ARGUMENTS_FD), '--', ...KEEP_ALIVE],
  ];
  return [
    'set -e',
    'ulimit -c 0',
    // The kernel then ends a program of the sandbox when memory is short, never the few hundred kilobytes that hold it together.
    '{ echo -1000 >/proc/self/oom_score_adj; } 2>/dev/null || :',
    ...plan.cgroups.map((procs) => `echo 0 >${shellQuote(procs)}`),
    `${staging}exec ${bwrap.map(shellQuote).join(' ')}`,
  ].join('\n');
}

async function whenReady(child: ChildProcess, signal: AbortSignal | undefined): Promise<SandboxProcess> {
  const [, stdout, stderr, info] = child.stdio as readonly (Readable | null)[];
  const texts = { stdout: '', stderr: '', info: '' };
  const ready = new Promise<void>((resolve) => {
    for (const [name, stream] of [
      ['stdout', stdout],
      ['stderr', stderr],
      ['info', info],
    ] as const) {
      stream?.on('error', () => {});
      stream?.setEncoding('utf8').on('data', (text: string) => {
        texts[name] = (texts[name] + text).slice(0, 4096);
        if (texts.stdout.includes('ready') && texts.info.includes('}')) resolve();
      });
    }
  });
  child.stdin?.on('error', () => {});
  const waiting = new AbortController();
  const timeout = AbortSignal.timeout(READY_TIMEOUT_MS);
  const end = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const stopped = new Promise<'aborted'>((resolve) => {
    if (end.aborted) resolve('aborted');
    end.addEventListener('abort', () => resolve('aborted'), { once: true, signal: waiting.signal });
  });
  const ended = once(child, 'close').then(
    () => 'ended' as const,
    (error: Error) => error,
  );
  const outcome = await Promise.race([ready.then(() => 'ready' as const), ended, stopped]);
  waiting.abort();
  const initPid = Number(/"child-pid":\s*(\d+)/.exec(texts.info)?.[1]);
  if (outcome === 'ready' && child.pid !== undefined && initPid > 0) {
    const sandbox = SandboxProcess.adopt(child, initPid);
    for (const stream of [stdout, stderr, info]) stream?.destroy();
    if (sandbox !== undefined) return sandbox;
  }
  if (outcome === 'ready' || outcome === 'aborted') await endLaunch(child, initPid, ended);
  if (signal?.aborted) throw new ProviderError('cancelled', 'the spawn was cancelled');
  if (timeout.aborted) {
    throw new ProviderError('spawn_failed', `the sandbox was not ready within ${READY_TIMEOUT_MS / 1000} s`);
  }
  const detail = outcome instanceof Error ? outcome.message : lastLine(texts.stderr);
  throw new ProviderError('spawn_failed', `the sandbox could not be started: ${detail}`);
}

/** @param initPid not above 0 where bubblewrap has not told it */
async function endLaunch(child: ChildProcess, initPid: number, ended: Promise<unknown>): Promise<void> {
  // Alone, a monitor would leave its child to wait for ever for leave to go on. The group cannot be that of others: what holds the
  // pipes is a member of it, or would have ended.
  const killAll = () => killGroup(child.pid);
  // The monitor ends when the sandbox does; killed before it, it would leave the sandbox's pid 1 to the host's init.
  if (initPid > 0) killProcess(initPid);
  else killAll();
  if (!(await settlesWithin(END_TIMEOUT_MS, ended))) killAll();
  await ended;
}

function feed(child: ChildProcess, fd: number, content: string): void {
  const pipe = child.stdio[fd] as Writable | null | undefined;
  // A launch that fails early never reads this; its own error message says more than the broken pipe.
  pipe?.on('error', () => {});
  pipe?.end(content);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) || 'it ended without a message';
}
