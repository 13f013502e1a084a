import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CommandResult, runCommand } from './command.js';
import { entryOf } from './system.js';

/** A directory with keys, and the CLI run inside it. */
export interface KeyDirectory {
  readonly path: string;
  readonly key: string;
  /** Files: `key`, its content and a line feed; `other`, another one; `weak`, 31 bytes; `empty`. */
  file(name: string, text?: string): string;
  /** `stacyvm worker token …` */
  token(args: readonly string[], options?: TokenCommandOptions): Promise<CommandResult>;
  /** The standard output of shell commands that know `stacyvm`; rejects when they fail. */
  shell(commands: string): Promise<string>;
  remove(): void;
}

interface TokenCommandOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function createKeyDirectory(): KeyDirectory {
  const path = mkdtempSync(join(tmpdir(), 'worker-token-'));
  // In hexadecimal: on a command line a word that begins with - is no key but an option.
  const key = randomBytes(32).toString('hex');
  const file = (name: string, text?: string): string => {
    if (text !== undefined) writeFileSync(join(path, name), text, { mode: 0o600 });
    return join(path, name);
  };
  file('key', `${key}\n`);
  file('other', `${randomBytes(32).toString('base64url')}\n`);
  file('weak', randomBytes(64).toString('hex').slice(0, 31));
  file('empty', ' \n');
  return {
    path,
    key,
    file,
    token: (args, options = {}) => runCommand(['worker', 'token', ...args], { cwd: path, ...options }),
    shell: async (commands) => {
      file('stacyvm', `#!/bin/sh\nexec '${process.execPath}' '${entryOf('cli')}' "$@"\n`);
      chmodSync(file('stacyvm'), 0o700);
      const env = { PATH: `${path}:${process.env['PATH']}`, HOME: '/nonexistent' };
      return (await promisify(execFile)('sh', ['-c', commands], { cwd: path, env })).stdout;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A token with any payload under a good signature, made without the library. */
export function signedToken(key: string, payload: string | Readonly<Record<string, unknown>>): string {
  const json = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const signedText = `stacyvm-worker-v1.${Buffer.from(json).toString('base64url')}`;
  return `${signedText}.${createHmac('sha256', key).update(signedText).digest('base64url')}`;
}

/** The claims of a token that is good now; what is given replaces them, and undefined removes them. */
export function goodClaims(
  change: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1000);
  return {
    worker_id: 'worker-a',
    jti: 'token-1',
    aud: 'worker:control-plane',
    exp: now + 300,
    iat: now,
    ...change,
  };
}

/** Seconds from now, as claims have them. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

const AT_ONCE = 4;

/** Runs cases a few at a time, ahead of the tests that look at the results. Call it in a hook. */
export function runAhead<Case, Result>(
  cases: readonly Case[],
  run: (testCase: Case) => Promise<Result>,
): (testCase: Case) => Promise<Result> {
  const results = new Map<Case, Promise<Result>>();
  cases.forEach((testCase, index) => {
    const before = results.get(cases[index - AT_ONCE] ?? testCase);
    const result = Promise.allSettled([before]).then(() => run(testCase));
    result.catch(() => undefined);
    results.set(testCase, result);
  });
  return (testCase) => results.get(testCase) ?? Promise.reject(new Error('the case was not run'));
}
