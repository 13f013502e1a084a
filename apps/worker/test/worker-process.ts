import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the program `stacyvm-worker`. */
export interface WorkerProcess {
  /** What it has logged so far. */
  logs(): string;
  logged(pattern: RegExp): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();

export function startWorkerProcess(...args: readonly string[]): WorkerProcess {
  return watch(process.execPath, [PROGRAM, ...args]);
}

/** The same, in a process that may have so many files open. */
export function startLimitedWorkerProcess(openFiles: number, ...args: readonly string[]): WorkerProcess {
  return watch('/bin/sh', [
    '-c',
    `ulimit -n ${openFiles} && exec "$@"`,
    'sh',
    process.execPath,
    PROGRAM,
    ...args,
  ]);
}

function watch(command: string, args: readonly string[]): WorkerProcess {
  const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };
  const child = spawn(command, args, { cwd: tmpdir(), env, stdio: 'pipe' });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, ...output };
  });
  return {
    logs: () => output.stderr,
    logged: (pattern) =>
      eventually(() => {
        if (!pattern.test(output.stderr)) throw new Error(`${pattern} was not logged:\n${output.stderr}`);
      }),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

/** Ends what a failed test has left. */
export async function endWorkerProcesses(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }),
  );
}
