import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { hostProcesses, temporaryDirectory } from './provider-fixture.js';

const SRC = join(import.meta.dirname, '../../src');
const NOBODY = 65534;

const SCRIPT = `
import { createBubblewrapProvider } from './src/index.js';
const provider = createBubblewrapProvider({ stateDir: process.argv[2] });
const run = async (command, more = {}) => {
  let stdout = '';
  const onOutput = (_, chunk) => { stdout += Buffer.from(chunk).toString(); };
  return { ...await provider.exec('sb', { command, ...more }, { onOutput }), stdout };
};
const result = { health: await provider.check(), recovered: await provider.recover() };
await provider.spawn({ sandboxId: 'sb', image: 'host', memoryMb: 128, vcpus: 1 });
result.status = (await run('id -u; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status')).stdout;
result.userns = (await run('unshare --user true')).exitCode;
result.rootDirectory = (await run('echo x > /x')).exitCode;
result.stdio = (await run('cat /dev/stdin > /dev/stdout', { stdin: Buffer.from('in') })).stdout;
result.next = [(await run('sleep 776001 >/dev/null 2>&1 & echo $!')).stdout, (await run('pgrep -f "sleep 77600[1]"')).stdout];
result.tree = await run('(setsid sleep 776002 &); sleep 776003', { timeoutMs: 200 });
result.descriptors = (await run('ls -l /proc/self/fd /proc/2/fd')).stdout;
result.closed = (await run('mkdir -p closed/inner; chmod 0 closed')).exitCode;
await provider.destroy('sb');
await provider.close();
console.log(JSON.stringify({ ...result, uid: process.getuid() }));
`;

interface NonRootResult {
  readonly uid: number;
  readonly health: object;
  readonly status: string;
  readonly userns: number;
  readonly rootDirectory: number;
  readonly stdio: string;
  readonly next: readonly [string, string];
  readonly tree: object;
  readonly closed: number;
  readonly descriptors: string;
}

describe('bubblewrap: a worker that is not root', () => {
  it('gives the same sandboxes', async () => {
    const directory = temporaryDirectory();
    try {
      chmodSync(directory, 0o755);
      compileTo(join(directory, 'src'));
      writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
      writeFileSync(join(directory, 'script.js'), SCRIPT);
      const state = join(directory, 'state');
      mkdirSync(state, { mode: 0o700 });
      if (process.getuid?.() === 0) chownSync(state, NOBODY, NOBODY);
      const inherited = openSync(join(directory, 'inherited-by-mistake'), 'w+');
      const result = await runAsNobody([join(directory, 'script.js'), state], inherited);
      closeSync(inherited);
      expect(result.descriptors).to.include('pipes/').and.not.include('inherited-by-mistake');
      expect(result.uid).not.to.equal(0);
      expect(result.health).to.have.property('available', true);
      expect(result.status).to.equal('1000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n');
      expect(result.userns).not.to.equal(0);
      expect(result.rootDirectory).not.to.equal(0);
      expect(result.stdio).to.equal('in');
      expect(result.next[0])
        .to.match(/^\d+\n$/)
        .and.equal(result.next[1]);
      expect(result.tree).to.include({ timedOut: true, exitCode: 137 });
      expect(result.closed).to.equal(0);
      expect(hostProcesses('sleep 77600')).to.deep.equal([]);
      expect(readdirSync(state)).to.deep.equal(['.lock']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

/** @param inherited an open file that the worker gets from whoever starts it, as descriptor 40, which Node leaves as it is */
async function runAsNobody(args: readonly string[], inherited: number): Promise<NonRootResult> {
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit', ...ignored(37), inherited],
    cwd: '/',
    ...identity,
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return JSON.parse(text);
}

function ignored(count: number): readonly 'ignore'[] {
  return Array.from({ length: count }, () => 'ignore' as const);
}

/** The package where any user may read it, wherever the checkout is. */
function compileTo(target: string): void {
  for (const entry of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts')) continue;
    const path = join(target, entry.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    const { outputText } = ts.transpileModule(readFileSync(join(SRC, entry), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
      },
    });
    writeFileSync(path, outputText);
  }
}
