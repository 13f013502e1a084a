import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';

const HOST_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const O_CLOEXEC = 0o2000000;
const MAX_CAPTURE = 64 * 1024;

/** `pipe`, `ignore`, or a file descriptor of this process. */
export type HostStdio = 'pipe' | 'ignore' | number;

/**
 * Starts a program on the host. Its environment is a fixed PATH alone: a request's environment must never reach a program that
 * runs outside the sandbox, where LD_PRELOAD would mean a break-out. Its own session keeps a terminal's Ctrl-C away from it.
 */
export function startOnHost(
  file: string,
  args: readonly string[],
  stdio: readonly HostStdio[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const options: SpawnOptions = { cwd: '/', detached: true, env: { PATH: HOST_PATH, ...env } };
  const child = spawn(file, [...args], { ...options, stdio: coverInherited(stdio) });
  // Node leaves it out when this process has no descriptors left.
  if ((child.stdio as unknown) !== undefined) return child;
  child.once('error', () => {});
  throw new Error('this process has too many open files');
}

let inherited: { readonly devNull: number; readonly fds: readonly number[] } | undefined;

/**
 * Descriptors that this process got from whoever started it without close-on-exec would go on into the sandbox: Node marks only the
 * low ones. It cannot close the others in a child, but it can put something harmless in their place.
 */
function coverInherited(stdio: readonly HostStdio[]): HostStdio[] {
  inherited ??= { fds: findInherited(), devNull: openSync('/dev/null', 'r') };
  const covered = [...stdio];
  for (const fd of inherited.fds) {
    while (covered.length <= fd) covered.push('ignore');
    if (covered[fd] === 'ignore') covered[fd] = inherited.devNull;
  }
  return covered;
}

function findInherited(): readonly number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => {
      if (fd <= 2) return false;
      try {
        const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '';
        return (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
      } catch {
        return false;
      }
    });
}

export interface HostCommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the host to its end. Output beyond 64 KiB is dropped. */
export function runOnHost(file: string, args: readonly string[]): Promise<HostCommandResult> {
  return new Promise((resolve, reject) => {
    const child = startOnHost(file, args, ['ignore', 'pipe', 'pipe']);
    const captured = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.on('error', () => {});
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        captured[stream] = (captured[stream] + text).slice(0, MAX_CAPTURE);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? 255, ...captured }));
  });
}

/** Whether the host has this program: a name is looked for in the fixed PATH. */
export async function isInstalled(program: string): Promise<boolean> {
  const paths = program.includes('/')
    ? [program]
    : HOST_PATH.split(':').map((directory) => `${directory}/${program}`);
  for (const path of paths) {
    try {
      await access(path, constants.X_OK);
      return true;
    } catch {
      // not in this directory
    }
  }
  return false;
}
