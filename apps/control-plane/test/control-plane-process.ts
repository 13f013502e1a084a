import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The control plane's own program. */
export interface ControlPlaneProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it has written. */
  text(): string;
  records(message: string): readonly Record<string, unknown>[];
  /** Tells it to read its settings again. */
  hangUp(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; tells the exit code. */
  stop(): Promise<number | null>;
}

/** Starts it with a configuration file, and flags of Node, and waits until it listens. */
export async function startControlPlaneProcess(
  configFile: string,
  ...nodeFlags: readonly string[]
): Promise<ControlPlaneProcess> {
  const child = spawn(process.execPath, [...nodeFlags, PROGRAM, '--config', configFile], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const records = (message: string) =>
    lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((record) => record['message'] === message);
  try {
    const url = await eventually(() => {
      const [said] = records('control plane listens');
      if (said === undefined) throw new Error(`it does not listen: ${lines.join('\n')}`);
      return String(said['url']);
    });
    return {
      url,
      pid: child.pid ?? 0,
      text: () => lines.join('\n'),
      records,
      hangUp: () => child.kill('SIGHUP'),
      async kill() {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      },
      stop: () => end(child),
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  return child.exitCode;
}
