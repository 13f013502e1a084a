import { setTimeout as delay } from 'node:timers/promises';
import { type ResolvedExec, WORKSPACE } from '../exec-request.js';
import type { OutputStream } from '../provider.js';
import { parseMockShell } from './mock-shell.js';

const DIRECTORIES = new Set(['/', '/tmp', WORKSPACE]);

/** What a simulated program may do. `signal` ends it at its next wait. */
export interface MockProcess {
  write(stream: OutputStream, chunk: Uint8Array): Promise<void>;
  readonly signal: AbortSignal;
}

interface Environment {
  readonly variables: ReadonlyMap<string, string>;
  readonly workdir: string;
  readonly stdin: ResolvedExec['stdin'];
  readonly process: MockProcess;
}

/** `exit` ends the whole line. */
interface Outcome {
  readonly status: number;
  readonly exits?: true;
}

/** Simulates a program: `true false : echo printf cat pwd printenv sleep exit sh -c`. Resolves to its status. */
export async function runMockProgram(exec: ResolvedExec, process: MockProcess): Promise<number> {
  const variables = new Map([['HOME', WORKSPACE], ['USER', 'sandbox'], ...exec.env]);
  const environment = { variables, workdir: exec.workdir, stdin: exec.stdin, process };
  if (!DIRECTORIES.has(exec.workdir)) {
    await process.write('stderr', Buffer.from(`sh: cd: can't cd to ${exec.workdir}\n`));
    return 126;
  }
  return (await runCommand(exec.argv, 'stdout', environment)).status;
}

async function runCommand(
  words: readonly string[],
  output: OutputStream,
  environment: Environment,
): Promise<Outcome> {
  const { process, variables, workdir } = environment;
  const [name = '', ...args] = words;
  const print = async (text: string): Promise<Outcome> => {
    await process.write(output, Buffer.from(text));
    return { status: 0 };
  };
  switch (name) {
    case 'true':
    case ':':
      return { status: 0 };
    case 'false':
      return { status: 1 };
    case 'echo':
      return await print(`${args.join(' ')}\n`);
    case 'printf':
      return await print((args[0] ?? '').replaceAll('\\n', '\n'));
    case 'pwd':
      return await print(`${workdir}\n`);
    case 'printenv':
      return variables.has(args[0] ?? '') ? await print(`${variables.get(args[0] ?? '')}\n`) : { status: 1 };
    case 'cat':
      return await copyInput(output, environment);
    case 'sleep':
      await delay(Number(args[0] ?? 0) * 1_000, undefined, { signal: process.signal });
      return { status: 0 };
    case 'exit':
      return { status: Number(args[0] ?? 0) & 0xff, exits: true };
    case 'sh':
      if (args[0] === '-c') return { status: await runLine(args[1] ?? '', environment) };
  }
  await process.write('stderr', Buffer.from(`sh: ${name}: not found\n`));
  return { status: 127 };
}

async function runLine(source: string, environment: Environment): Promise<number> {
  let status = 0;
  for (const step of parseMockShell(source, environment.variables)) {
    environment.process.signal.throwIfAborted();
    if (step.when === 'success' && status !== 0) continue;
    if (step.when === 'failure' && status === 0) continue;
    const outcome = await runCommand(step.words, step.toStderr ? 'stderr' : 'stdout', environment);
    status = outcome.status;
    if (outcome.exits) break;
  }
  return status;
}

async function copyInput(output: OutputStream, { stdin, process }: Environment): Promise<Outcome> {
  const source = stdin instanceof Uint8Array ? [stdin] : (stdin ?? []);
  for await (const chunk of source) {
    process.signal.throwIfAborted();
    await process.write(output, chunk);
  }
  return { status: 0 };
}
