import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { ExecRequest, SandboxProvider } from '../src/index.js';
import { ProviderError } from '../src/index.js';
import { eventually, rejection, run, spec } from './sandbox-run.js';

/** What every provider must do, whatever it isolates. */
export function describeProviderConformance(
  name: string,
  create: () => Promise<{ provider: SandboxProvider; dispose(): Promise<void> }>,
): void {
  describe(`${name}: provider conformance`, () => {
    let provider: SandboxProvider;
    let dispose: () => Promise<void>;

    before(async () => {
      ({ provider, dispose } = await create());
      await provider.spawn(spec('shared'));
    });

    after(async () => {
      await dispose?.();
    });

    const inShared = (request: string | ExecRequest, signal?: AbortSignal) =>
      run(provider, 'shared', request, signal);

    it('is available', async () => {
      expect(await provider.check()).to.have.property('available', true);
    });

    it('names its capabilities and images', () => {
      expect(provider.capabilities()).to.include.members(['spawn', 'exec', 'exec_stream', 'logs']);
      expect(provider.images()).to.include('host');
    });

    describe('spawn', () => {
      it('returns a running sandbox that status and list know', async () => {
        const runtime = await provider.spawn(spec('one'));
        expect(runtime).to.include({
          sandboxId: 'one',
          state: 'running',
          provider: provider.name,
          image: 'host',
        });
        expect(await provider.status('one')).to.deep.equal(runtime);
        expect((await provider.list()).map(({ sandboxId }) => sandboxId)).to.include('one');
        await provider.destroy('one');
      });

      it('returns the sandbox that has the id already, also to a simultaneous call', async () => {
        const runtimes = await Promise.all([provider.spawn(spec('same')), provider.spawn(spec('same'))]);
        expect(runtimes[1]).to.deep.equal(runtimes[0]);
        expect(await provider.spawn(spec('same'))).to.deep.equal(runtimes[0]);
        expect((await provider.list()).filter(({ sandboxId }) => sandboxId === 'same')).to.have.length(1);
        await provider.destroy('same');
      });

      it('names the known images when it refuses an unknown one', async () => {
        const error = await rejection(
          provider.spawn(spec('unknown', { image: 'registry.invalid/nothing:1' })),
        );
        expect(error).to.be.instanceOf(ProviderError).with.property('code', 'image_unknown');
        for (const image of provider.images()) expect(error.message).to.include(image);
      });

      it('gives no network to what asks for none, and names the others when it refuses one', async () => {
        await provider.spawn(spec('alone', { network: 'none' }));
        expect((await provider.status('alone')).state).to.equal('running');
        await provider.destroy('alone');
        expect(provider.networks()).to.include('none');
        for (const network of ['', 'None', 'host', 'container:alone', 'no-such-network']) {
          const error = await rejection(provider.spawn(spec('connected', { network })));
          expect(error.code, network).to.equal('network_unknown');
          for (const known of provider.networks()) expect(error.message).to.include(known);
        }
        expect((await rejection(provider.status('connected'))).code).to.equal('sandbox_not_found');
      });

      it('is cancelled by a signal', async () => {
        const error = await rejection(provider.spawn(spec('aborted'), AbortSignal.abort()));
        expect(error).to.have.property('code', 'cancelled');
        expect((await rejection(provider.status('aborted'))).code).to.equal('sandbox_not_found');
      });

      for (const sandboxId of [
        '',
        '..',
        '../up',
        'a/b',
        '-a',
        'UPPER',
        'a b',
        'a\0',
        'x'.repeat(65),
        '.lock',
      ]) {
        it(`refuses the id ${JSON.stringify(sandboxId.slice(0, 12))}`, async () => {
          expect((await rejection(provider.spawn(spec(sandboxId)))).code).to.equal('invalid_request');
        });
      }

      for (const limits of [
        { memoryMb: 0 },
        { memoryMb: 100.5 },
        { memoryMb: Number.NaN },
        { vcpus: 0 },
        { vcpus: -1 },
      ]) {
        it(`refuses ${JSON.stringify(limits)}`, async () => {
          expect((await rejection(provider.spawn(spec('limits', limits)))).code).to.equal('invalid_request');
        });
      }
    });

    describe('exec', () => {
      it('delivers stdout and stderr apart, and the status', async () => {
        const result = await inShared('echo out; echo err >&2; exit 3');
        expect(result).to.include({
          stdout: 'out\n',
          stderr: 'err\n',
          exitCode: 3,
          timedOut: false,
          cancelled: false,
        });
        expect(result).not.to.have.property('signal');
        expect(result.durationMs).to.be.greaterThan(0);
      });

      it('quotes the arguments of a shell command and appends them', async () => {
        const result = await inShared({ command: 'echo $HOME', args: ['$HOME', 'a  b', "it's; exit 9"] });
        expect(result.stdout).to.equal("/workspace $HOME a  b it's; exit 9\n");
      });

      it('accepts an empty shell command', async () => {
        expect(await inShared('')).to.include({ exitCode: 0, stdout: '' });
      });

      it('runs a program without a shell in argv mode', async () => {
        const result = await inShared({ mode: 'argv', command: 'echo', args: ['$HOME', ';', 'x'] });
        expect(result).to.include({ exitCode: 0, stdout: '$HOME ; x\n' });
      });

      it('passes the environment and the working directory', async () => {
        const env = { GREETING: 'it\'s "so"\nlong $HOME', EMPTY: '' };
        expect(
          (await inShared({ command: 'printenv', args: ['GREETING'], mode: 'argv', env })).stdout,
        ).to.equal(`${env.GREETING}\n`);
        expect((await inShared({ command: 'pwd' })).stdout).to.equal('/workspace\n');
        expect((await inShared({ command: 'pwd', workdir: '/tmp' })).stdout).to.equal('/tmp\n');
      });

      it('feeds stdin from bytes and from a stream', async () => {
        async function* chunks() {
          yield Buffer.from('one ');
          await delay(1);
          yield Buffer.from('two');
        }
        expect((await inShared({ command: 'cat', stdin: Buffer.from('bytes') })).stdout).to.equal('bytes');
        expect((await inShared({ command: 'cat', stdin: chunks() })).stdout).to.equal('one two');
        expect((await inShared({ command: 'cat' })).stdout).to.equal('');
      });

      it('rejects with what the stdin source threw', async () => {
        // biome-ignore lint/correctness/useYield: a source that fails before its first chunk is the case
        async function* broken(): AsyncGenerator<Uint8Array> {
          throw new Error('source broke');
        }
        const error = await rejection(inShared({ command: 'cat', stdin: broken() }));
        expect(error.message).to.equal('source broke');
      });

      it('reports an unknown program and a missing directory as results', async () => {
        const unknown = await inShared({ mode: 'argv', command: 'no-such-program' });
        expect(unknown.exitCode).to.equal(127);
        expect(unknown.stderr).to.include('no-such-program');
        const missing = await inShared({ command: 'true', workdir: '/no/such/directory' });
        expect(missing.exitCode).to.equal(126);
        expect(missing.stderr).to.include('/no/such/directory');
      });

      const refused: ReadonlyArray<readonly [string, ExecRequest]> = [
        ['a blank argv command', { command: ' ', mode: 'argv' }],
        ['an unknown mode', { command: 'true', mode: 'powershell' as 'shell' }],
        ['an environment name with =', { command: 'true', env: { 'A=B': 'x' } }],
        ['an environment name that a shell would run', { command: 'true', env: { 'A;id': 'x' } }],
        ['an empty environment name', { command: 'true', env: { '': 'x' } }],
        ['NUL in the command', { command: 'true\0' }],
        ['NUL in an argument', { command: 'true', args: ['a\0b'] }],
        ['NUL in an environment value', { command: 'true', env: { A: 'a\0b' } }],
        ['NUL in the directory', { command: 'true', workdir: '/tmp\0' }],
        ['a command of 128 KiB', { command: 'x'.repeat(128 * 1024) }],
        ['an endless timeout', { command: 'true', timeoutMs: Number.POSITIVE_INFINITY }],
      ];
      for (const [what, request] of refused) {
        it(`refuses ${what}`, async () => {
          const error = await rejection(inShared(request));
          expect(error).to.be.instanceOf(ProviderError).with.property('code', 'invalid_request');
        });
      }

      it('never quotes a refused value', async () => {
        const error = await rejection(inShared({ command: 'true', env: { TOKEN: 'hunter2\0' } }));
        expect(error.message).not.to.include('hunter2');
      });

      it('ends at its timeout', async () => {
        // The time counts from the start on the host: it must be long enough for a program to begin, on a busy one too.
        const result = await inShared({ command: 'echo begin; sleep 30', timeoutMs: 1_000 });
        expect(result).to.include({ timedOut: true, cancelled: false, stdout: 'begin\n', exitCode: 137 });
        expect(result.durationMs).to.be.within(990, 15_000);
      });

      it('is cancelled by the signal', async () => {
        const cancel = new AbortController();
        const running = inShared('sleep 30', cancel.signal);
        cancel.abort();
        expect(await running).to.include({ timedOut: false, cancelled: true });
        expect(await inShared('true', AbortSignal.abort())).to.include({ cancelled: true });
      });

      it('delivers the first line before the program ends', async () => {
        const cancel = new AbortController();
        let first = '';
        const running = provider.exec(
          'shared',
          { command: 'echo first; sleep 30' },
          {
            onOutput: (_, chunk) => {
              first += Buffer.from(chunk).toString();
              cancel.abort();
            },
            signal: cancel.signal,
          },
        );
        await running;
        expect(first).to.equal('first\n');
      });

      it('delivers one chunk at a time and waits for its promise', async () => {
        let open = 0;
        let most = 0;
        await provider.exec(
          'shared',
          { command: 'echo 1; echo 2 >&2; echo 3; echo 4 >&2' },
          {
            onOutput: async () => {
              open += 1;
              most = Math.max(most, open);
              await delay(2);
              open -= 1;
            },
          },
        );
        expect({ open, most }).to.deep.equal({ open: 0, most: 1 });
      });

      it('rejects with what onOutput threw', async () => {
        const running = provider.exec(
          'shared',
          { command: 'echo x; sleep 30' },
          {
            onOutput: () => {
              throw new Error('reader left');
            },
          },
        );
        expect((await rejection(running)).message).to.equal('reader left');
      });

      it('knows no sandbox that was never spawned', async () => {
        expect((await rejection(run(provider, 'nobody', 'true'))).code).to.equal('sandbox_not_found');
        expect((await rejection(provider.status('nobody'))).code).to.equal('sandbox_not_found');
        expect((await rejection(provider.logs('nobody', 5))).code).to.equal('sandbox_not_found');
      });
    });

    describe('logs', () => {
      it('returns the last lines', async () => {
        await inShared('echo l1; echo l2; echo l3');
        expect(await provider.logs('shared', 2)).to.deep.equal(['l2', 'l3']);
        expect(await provider.logs('shared', 0)).to.deep.equal([]);
      });
    });

    describe('destroy', () => {
      it('ends the execs and forgets the sandbox; a second call and an unknown id are no error', async () => {
        await provider.spawn(spec('doomed'));
        const started = { seen: false };
        const running = provider.exec(
          'doomed',
          { command: 'echo go; sleep 30' },
          {
            onOutput: () => {
              started.seen = true;
            },
          },
        );
        await eventually('the exec has started', () => started.seen);
        await Promise.all([provider.destroy('doomed'), provider.destroy('doomed')]);
        expect(await running).to.include({ cancelled: true });
        expect((await rejection(provider.status('doomed'))).code).to.equal('sandbox_not_found');
        await provider.destroy('doomed');
        await provider.destroy('../../etc');
      });

      it('lets the id be used again', async () => {
        await provider.spawn(spec('again'));
        await provider.destroy('again');
        expect(await provider.spawn(spec('again'))).to.include({ state: 'running' });
        await provider.destroy('again');
      });
    });

    describe('close', () => {
      it('destroys all and refuses new sandboxes', async () => {
        const other = await create();
        await other.provider.spawn(spec('last'));
        await other.provider.close();
        expect(await other.provider.list()).to.deep.equal([]);
        expect((await rejection(other.provider.spawn(spec('late')))).code).to.equal('unavailable');
        await other.dispose();
      });
    });
  });
}
