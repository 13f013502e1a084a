import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './system.js';

/** A program that serves until it is stopped. */
export interface ServedProgram {
  readonly pid: number;
  /** Everything that it has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 45_000;
const STOP_TIMEOUT_MS = 15_000;

/** Starts a program and waits until it has logged `ready`; stops it when that does not happen. */
export async function serveProgram(
  command: readonly [string, ...string[]],
  ready: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<ServedProgram> {
  const [file, ...args] = command;
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  };
  try {
    await eventually(
      () => text.includes(ready),
      () => text,
      START_TIMEOUT_MS,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid!, log: () => text, stop };
}
