import type { ExecExit, ExecRequest, SandboxProvider, SandboxSpec } from '../src/index.js';

export interface RunResult extends ExecExit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program and collects its output. */
export async function run(
  provider: SandboxProvider,
  sandboxId: string,
  request: string | ExecRequest,
  signal?: AbortSignal,
): Promise<RunResult> {
  const output = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const exit = await provider.exec(sandboxId, typeof request === 'string' ? { command: request } : request, {
    onOutput: (stream, chunk) => {
      output[stream].push(chunk);
    },
    ...(signal === undefined ? {} : { signal }),
  });
  const text = (chunks: Uint8Array[]) => Buffer.concat(chunks).toString('utf8');
  return { ...exit, stdout: text(output.stdout), stderr: text(output.stderr) };
}

export function spec(sandboxId: string, more: Partial<SandboxSpec> = {}): SandboxSpec {
  return { sandboxId, image: 'host', memoryMb: 256, vcpus: 1, ...more };
}

/** Waits for a condition; fails after the deadline. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
) {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The error that a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { code?: string };
  }
  throw new Error('expected a rejection');
}
