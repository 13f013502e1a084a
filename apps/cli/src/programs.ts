import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The programs that the CLI can start, by the names of their packages. */
export type Program = '@stacyvm/control-plane' | '@stacyvm/worker';

/**
 * The program that a command line starts, if it does: `serve …`, and `worker` with nothing but options. These read
 * their own arguments; what stands below the word `worker` are commands of ours.
 */
export function programOf(argv: readonly string[]): Program | undefined {
  const [word, next] = argv;
  if (word === 'serve') return '@stacyvm/control-plane';
  return word === 'worker' && (next === undefined || next.startsWith('-')) ? '@stacyvm/worker' : undefined;
}

/**
 * Starts a program. The channel between the two tells it when we are gone, so that it never outlives us, and its own
 * process group keeps a terminal's Ctrl-C away from it: we pass the signal on, once.
 */
export function startProgram(program: Program, args: readonly string[], options: SpawnOptions): ChildProcess {
  const [stdin = 'ignore', stdout = 'inherit', stderr = 'inherit'] =
    (options.stdio as readonly string[] | undefined) ?? [];
  const stdio = [stdin, stdout, stderr, 'ipc'] as SpawnOptions['stdio'];
  return spawn(process.execPath, [entryOf(program), ...args], {
    ...options,
    detached: true,
    ...(stdio && { stdio }),
  });
}

/** Runs a program in the foreground, with our signals, and returns its exit code. */
export function runProgramInForeground(program: Program, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = startProgram(program, args, {});
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    child.on('error', reject);
    child.on('exit', (code) => {
      for (const signal of FORWARDED) process.off(signal, forward);
      resolve(code ?? 1);
    });
  });
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function entryOf(program: Program): string {
  const manifest = fileURLToPath(import.meta.resolve(`${program}/package.json`));
  return join(dirname(manifest), 'dist', 'main.js');
}
