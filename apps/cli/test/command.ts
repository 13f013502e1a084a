import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { entryOf, type System } from './system.js';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly pid: number;
  readonly result: Promise<CommandResult>;
  /** Its standard output so far. */
  stdout(): string;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the CLI as a user would. */
export function startCommand(
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): RunningCommand {
  const child = spawn(process.execPath, [entryOf('cli'), ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const result = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { pid: child.pid!, result, stdout: () => stdout, kill: (signal) => child.kill(signal) };
}

/** Runs the CLI to its end. */
export function runCommand(
  args: readonly string[],
  options?: Parameters<typeof startCommand>[1],
): Promise<CommandResult> {
  return startCommand(args, options).result;
}

/** The options that point a command at a system. */
export function at(system: System): readonly string[] {
  return ['--server', system.url, '--api-key-file', system.apiKeyFile];
}
