import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { type ServedProgram, serveProgram } from './served-program.js';
import { entryOf, eventually, freePorts } from './system.js';

const DOCUMENT = readFileSync(new URL('../../../docs/mtls.md', import.meta.url), 'utf8');

/** A block of commands, with what the document says that they print. */
interface Step {
  readonly commands: string;
  readonly output: string | undefined;
}

const STEPS: readonly Step[] = [
  ...DOCUMENT.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm),
].map(([, commands = '', output]) => ({ commands, output }));

/** Runs what docs/mtls.md tells people to run, in an empty directory, with ports of our own in place of its two. */
describe('docs/mtls.md', function () {
  this.timeout(60_000);
  let directory: string;
  let env: NodeJS.ProcessEnv;
  let ports: Readonly<Record<string, number>>;
  const programs: ServedProgram[] = [];

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mtls-document-'));
    const bin = mkdtempSync(join(directory, 'bin-'));
    const command = join(bin, 'stacyvm');
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${entryOf('cli')}' "$@"\n`);
    chmodSync(command, 0o755);
    const [controlPlane = 0, worker = 0] = await freePorts(2);
    ports = { '7423': controlPlane, '7430': worker };
    env = {
      PATH: [bin, process.env['PATH']].join(delimiter),
      HOME: '/nonexistent',
      STACYVM_SERVER_PORT: String(ports['7423']),
      STACYVM_WORKER_LISTEN_ADDR: `127.0.0.1:${ports['7430']}`,
      STACYVM_WORKER_CONTROL_PLANE_URL: `https://localhost:${ports['7423']}`,
    };
  });

  after(async () => {
    // The worker first: its last heartbeat goes to a control plane that is there.
    for (const program of programs.toReversed()) await program.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const withOurPorts = (text: string): string =>
    text.replace(/\b(?:7423|7430)\b/g, (port) => String(ports[port]));

  async function serve(commands: string, ready: string): Promise<void> {
    const command = ['sh', '-c', `exec ${withOurPorts(commands)}`] as const;
    programs.push(await serveProgram([...command], ready, { cwd: directory, env }));
  }

  function run(commands: string) {
    const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', withOurPorts(commands)], {
      cwd: directory,
      env,
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  it('starts with certificates, then the control plane, then the worker', () => {
    const firstWords = STEPS.slice(0, 4).map(({ commands }) => commands.split(' ').slice(0, 2).join(' '));
    expect(firstWords).to.deep.equal(['stacyvm tls', 'stacyvm serve', 'stacyvm worker', 'stacyvm run']);
  });

  for (const { commands, output } of STEPS) {
    const [title = ''] = commands.split('\n');
    it(title, async () => {
      if (title.startsWith('stacyvm serve')) return serve(commands, 'control plane listens');
      if (title.startsWith('stacyvm worker --')) return serve(commands, 'worker joined');
      const { code, stdout, stderr } = run(commands);
      const fails = output?.startsWith('stacyvm: ') || output?.startsWith('curl: ') || false;
      expect(code === 0, stderr).to.equal(!fails);
      if (output === undefined) return;
      expect((fails ? stderr : stdout).trim()).to.match(patternOf(withOurPorts(output)));
      expect(fails ? stdout : stderr).to.equal('');
    });
  }

  it('tells the reasons that the worker has logged', async () => {
    const [, table = ''] = DOCUMENT.split('reason in the log of the worker');
    const reasons = [...(table.split('\n\n')[0] ?? '').matchAll(/`(\w+)` *\|$/gm)].map(
      ([, reason]) => reason,
    );
    const logged = () =>
      [...(programs[1]?.log() ?? '').matchAll(/connection refused","reason":"(\w+)"/g)].map(
        ([, reason]) => reason,
      );
    expect(reasons).to.have.length(3);
    // Who is refused may be gone before the worker has said so.
    await eventually(() => new Set(logged()).size >= 3);
    expect([...new Set(logged())]).to.have.members(reasons);
  });

  it('has no secret in a log', () => {
    const keys = ['api-key', 'master-key', 'worker-1.key'].map((name) =>
      readFileSync(join(directory, name), 'utf8').trim(),
    );
    for (const key of keys) expect(programs.map((program) => program.log()).join('')).not.to.include(key);
  });
});

/** Of a text in which `…` stands for whatever is there. */
function patternOf(output: string): RegExp {
  const parts = output
    .trim()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]+')}$`);
}
