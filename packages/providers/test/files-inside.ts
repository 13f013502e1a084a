import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { SandboxFiles, SandboxProvider } from '../src/index.js';
import { get, pieces, put } from './files-conformance.js';
import { eventually, rejection, run, spec } from './sandbox-run.js';

const MEMORY_MB = 128;

/** What holds wherever programs of the sandbox see the same files, and may be in the way of it. */
export function describeFilesInside(
  name: string,
  create: () => Promise<{ provider: SandboxProvider; dispose(): Promise<void> }>,
): void {
  describe(`${name}: files among the programs of a sandbox`, () => {
    let provider: SandboxProvider;
    let files: SandboxFiles;
    let dispose: () => Promise<void>;
    const id = 'inside';

    before(async () => {
      ({ provider, dispose } = await create());
      await provider.spawn(spec(id, { memoryMb: MEMORY_MB }));
      files = provider.files;
    });

    after(async () => {
      await dispose?.();
    });

    const inside = async (command: string) => {
      const result = await run(provider, id, command);
      expect(result.exitCode, result.stderr).to.equal(0);
      return result.stdout;
    };
    const code = async (promise: Promise<unknown>) => (await rejection(promise)).code;

    it('shows programs what was written, and reads what they wrote', async () => {
      await files.write(id, {
        path: '/workspace/bin/tool',
        mode: '755',
        content: pieces('#!/bin/sh\necho ran\n'),
      });
      expect(await inside('/workspace/bin/tool')).to.equal('ran\n');
      await inside(
        'mkdir -p /tmp/made && printf "\\000\\377by a program" > /tmp/made/file && chmod 600 /tmp/made/file',
      );
      const { content, info } = await get(files, id, '/tmp/made/file');
      expect(content).to.deep.equal(Buffer.concat([Buffer.from([0, 255]), Buffer.from('by a program')]));
      expect(info.mode).to.equal('600');
    });

    it('keeps contents out of the log', async () => {
      await put(files, id, '/workspace/secret', 'not-for-the-log\n');
      await get(files, id, '/workspace/secret');
      await inside('echo logged');
      const lines = await provider.logs(id, 100);
      expect(lines).to.include('logged');
      expect(lines.join('\n')).not.to.include('not-for-the-log');
    });

    it('leads no link out of the sandbox', async () => {
      const secret = `host-${randomBytes(8).toString('hex')}`;
      process.env['STACYVM_TEST_SECRET'] = secret;
      await inside(
        'ln -s /proc/1/environ /workspace/environ; ln -s / /workspace/root; ln -s ../../../.. /workspace/up',
      );
      const roots = [await files.list(id, '/workspace/root'), await files.list(id, '/workspace/up')];
      const own = (await inside('ls -A /')).trim().split('\n').sort();
      for (const entries of roots) {
        const listed = entries.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).sort();
        expect(listed).to.deep.equal(own);
      }
      const environment = await get(files, id, '/workspace/environ').then(
        ({ content }) => content.toString(),
        (error: { code: string }) => error.code,
      );
      expect(environment).not.to.include(secret);
      delete process.env['STACYVM_TEST_SECRET'];
      expect(await code(get(files, id, `/proc/${process.pid}/cwd/package.json`))).to.equal('file_not_found');
      expect(await code(get(files, id, `${import.meta.filename}`))).to.equal('file_not_found');
    });

    it('writes through a link to what it leads to, and deletes the link alone', async () => {
      await inside('mkdir -p releases && echo old > releases/1 && ln -s releases/1 current');
      await put(files, id, 'current', 'new');
      expect(await inside('cat releases/1; test -L current && echo still')).to.equal('newstill\n');
      expect(await files.stat(id, 'current')).to.include({ size: 3, path: '/workspace/current' });
      await files.delete(id, 'current');
      expect(await inside('ls releases')).to.equal('1\n');
      await inside('mkdir -p full/x && ln -s full door');
      await files.delete(id, 'door', { recursive: true });
      expect(await inside('ls full')).to.equal('x\n');
    });

    it('describes a link that leads nowhere, and refuses one that leads to itself', async () => {
      await inside('ln -s nowhere dangling; ln -s loop loop');
      expect(await files.stat(id, 'dangling')).to.include({ isDirectory: false });
      expect(await code(get(files, id, 'dangling'))).to.equal('file_not_found');
      expect(await code(get(files, id, 'loop'))).to.equal('invalid_request');
      await files.delete(id, 'dangling');
      await files.delete(id, 'loop');
    });

    it('neither reads nor replaces a pipe or a device', async () => {
      await inside('mkfifo pipe');
      expect(await code(get(files, id, 'pipe'))).to.equal('not_a_file');
      expect(await code(put(files, id, 'pipe', 'x'))).to.equal('not_a_file');
      expect(await code(get(files, id, '/dev/zero'))).to.equal('not_a_file');
      expect(await code(put(files, id, '/dev/null', 'x'))).to.equal('not_a_file');
    });

    it('says when there is no space', async () => {
      // More than half of its memory, which is what /tmp may take.
      const piece = randomBytes(1024 * 1024);
      const content = pieces(...Array.from({ length: MEMORY_MB }, () => piece));
      expect(await code(files.write(id, { path: '/tmp/full/file', content }))).to.equal('no_space');
      expect(await files.list(id, '/tmp/full')).to.deep.equal([]);
    });

    it('is cancelled while the source says nothing', async () => {
      const cancel = new AbortController();
      async function* silent(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('x');
        await eventually('the file is being written', async () =>
          (await files.list(id, '/workspace/silent').catch(() => [])).some(({ size }) => size === 1),
        );
        cancel.abort();
        await new Promise(() => {});
      }
      const write = files.write(
        id,
        { path: '/workspace/silent/file', content: silent() },
        { signal: cancel.signal },
      );
      expect(await code(write)).to.equal('cancelled');
      expect(await files.list(id, '/workspace/silent')).to.deep.equal([]);
    });

    it('puts no file in place that a program of the sandbox changed on the way', async () => {
      async function* tampered(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('x');
        await eventually('the file is being written', async () =>
          (await files.list(id, '/workspace/tampered').catch(() => [])).some(({ size }) => size === 1),
        );
        await inside('for f in tampered/.stacyvm-*; do echo more >> "$f"; done');
      }
      expect(await code(files.write(id, { path: 'tampered/file', content: tampered() }))).to.equal(
        'file_failed',
      );
      expect(await files.list(id, 'tampered')).to.deep.equal([]);
    });

    it('refuses a name that the kernel finds too long', async () => {
      expect(await code(put(files, id, 'x'.repeat(256), ''))).to.equal('invalid_request');
    });

    it('lists thousands of files, and refuses a list over 4 MiB', async () => {
      await inside('mkdir many; i=0; while [ $i -lt 1500 ]; do : > many/$i; i=$((i+1)); done');
      expect(await files.list(id, 'many')).to.have.length(1_500);
      expect(await files.glob(id, 'many/*')).to.have.length(1_500);
      const everything = `/workspace/many${'/../../../workspace/many'.repeat(140)}/*`;
      expect(await code(files.glob(id, everything))).to.equal('too_large');
    });

    it('ends with the sandbox', async () => {
      await provider.spawn(spec('ending'));
      async function* endless(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('x');
        void provider.destroy('ending');
        await new Promise(() => {});
      }
      const write = files.write('ending', { path: 'file', content: endless() });
      expect(await code(write)).to.equal('unavailable');
    });
  });
}
