import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { FileInfo, SandboxFiles, SandboxProvider } from '../src/index.js';
import { ProviderError } from '../src/index.js';
import { rejection, spec } from './sandbox-run.js';

/** What a read gave. */
export interface ReadFile {
  readonly info: FileInfo;
  readonly content: Buffer;
}

export async function* pieces(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

export async function put(files: SandboxFiles, sandboxId: string, path: string, text: string): Promise<void> {
  await files.write(sandboxId, { path, content: pieces(text) });
}

export async function get(files: SandboxFiles, sandboxId: string, path: string): Promise<ReadFile> {
  const chunks: Uint8Array[] = [];
  const info = await files.read(sandboxId, path, {
    onContent: (chunk) => {
      chunks.push(Uint8Array.from(chunk));
    },
  });
  return { info, content: Buffer.concat(chunks) };
}

/** What the files of every provider must do. */
export function describeFilesConformance(
  name: string,
  create: () => Promise<{ provider: SandboxProvider; dispose(): Promise<void> }>,
): void {
  describe(`${name}: files conformance`, () => {
    let files: SandboxFiles;
    let dispose: () => Promise<void>;
    const id = 'files';

    before(async () => {
      const created = await create();
      dispose = created.dispose;
      await created.provider.spawn(spec(id));
      files = created.provider.files;
      expect(created.provider.capabilities()).to.include('files');
    });

    after(async () => {
      await dispose?.();
    });

    const names = async (path: string) => (await files.list(id, path)).map((info) => info.path);
    const code = async (promise: Promise<unknown>) => {
      const error = await rejection(promise);
      expect(error).to.be.instanceOf(ProviderError);
      return error.code;
    };

    describe('write and read', () => {
      it('carries every byte, makes the parents, sets the mode', async () => {
        const content = Buffer.concat([
          Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
          randomBytes(700_000),
        ]);
        const chunks = [content.subarray(0, 1), content.subarray(1, 1), content.subarray(1, 300_000)];
        const path = '/workspace/deep/er/bytes.bin';
        const size = await files.write(id, {
          path,
          mode: '0640',
          content: pieces(...chunks, content.subarray(300_000)),
        });
        expect(size).to.equal(content.length);
        const read = await get(files, id, path);
        expect(read.info).to.include({ path, size, mode: '640', isDirectory: false });
        expect(Math.abs(read.info.modifiedAt.getTime() - Date.now())).to.be.below(60_000);
        expect(createHash('sha256').update(read.content).digest('hex')).to.equal(
          createHash('sha256').update(content).digest('hex'),
        );
      });

      it('takes an empty file, 0644 by default, and a relative path', async () => {
        expect(await files.write(id, { path: 'empty', content: pieces() })).to.equal(0);
        const read = await get(files, id, '/workspace/empty');
        expect(read.content).to.have.length(0);
        expect(read.info).to.include({ path: '/workspace/empty', mode: '644' });
      });

      it('replaces a file and leaves nothing beside it', async () => {
        await put(files, id, '/workspace/replaced/file', 'a long first version');
        await put(files, id, '/workspace/replaced/file', 'second');
        expect((await get(files, id, '/workspace/replaced/file')).content.toString()).to.equal('second');
        expect(await names('/workspace/replaced')).to.deep.equal(['/workspace/replaced/file']);
      });

      for (const path of [
        '/workspace/odd/it\'s $(id) `id` \\ "q" * ? [x]',
        '/workspace/odd/-rf',
        '/workspace/odd/line\nfeed\n',
        '/workspace/odd/ü 漢 😀',
        '/workspace/odd/ ',
      ]) {
        it(`takes the name ${JSON.stringify(path.slice(15))}`, async () => {
          await put(files, id, path, 'odd');
          expect((await get(files, id, path)).content.toString()).to.equal('odd');
          expect((await files.stat(id, path)).path).to.equal(path);
          expect(await names('/workspace/odd')).to.include(path);
          const moved = `${path}2`;
          await files.move(id, path, moved);
          await files.chmod(id, moved, '600');
          await files.delete(id, moved);
          expect(await names('/workspace/odd')).to.deep.equal([]);
        });
      }

      it('leaves a file as it was, and nothing beside it, when the source fails', async () => {
        await put(files, id, '/workspace/kept/file', 'kept');
        async function* broken(): AsyncGenerator<Uint8Array> {
          yield randomBytes(100_000);
          await delay(5);
          throw new Error('source broke');
        }
        const write = files.write(id, { path: '/workspace/kept/file', content: broken() });
        expect((await rejection(write)).message).to.equal('source broke');
        expect((await get(files, id, '/workspace/kept/file')).content.toString()).to.equal('kept');
        expect(await names('/workspace/kept')).to.deep.equal(['/workspace/kept/file']);
      });

      it('is cancelled by the signal in the middle, and leaves nothing', async () => {
        const cancel = new AbortController();
        async function* endless(): AsyncGenerator<Uint8Array> {
          for (let sent = 0; ; sent += 1) {
            if (sent === 5) cancel.abort();
            yield randomBytes(50_000);
            await delay(1);
          }
        }
        await put(files, id, '/workspace/cancelled/other', 'x');
        const write = files.write(
          id,
          { path: '/workspace/cancelled/file', content: endless() },
          { signal: cancel.signal },
        );
        expect(await code(write)).to.equal('cancelled');
        expect(await names('/workspace/cancelled')).to.deep.equal(['/workspace/cancelled/other']);
      });

      it('hands out one chunk at a time and passes on what the reader throws', async () => {
        await files.write(id, { path: '/workspace/large', content: pieces(randomBytes(400_000)) });
        let open = 0;
        let most = 0;
        await files.read(id, '/workspace/large', {
          onContent: async () => {
            open += 1;
            most = Math.max(most, open);
            await delay(1);
            open -= 1;
          },
        });
        expect({ open, most }).to.deep.equal({ open: 0, most: 1 });
        const reading = files.read(id, '/workspace/large', {
          onContent: () => {
            throw new Error('reader left');
          },
        });
        expect((await rejection(reading)).message).to.equal('reader left');
      });

      it('refuses what is no file', async () => {
        expect(await code(get(files, id, '/workspace/none'))).to.equal('file_not_found');
        expect(await code(get(files, id, '/workspace'))).to.equal('is_directory');
        expect(await code(put(files, id, '/workspace', 'x'))).to.equal('is_directory');
        await put(files, id, '/workspace/plain', 'x');
        expect(await code(put(files, id, '/workspace/plain/below', 'x'))).to.equal('not_a_directory');
      });
    });

    describe('list, stat and glob', () => {
      before(async () => {
        for (const file of ['b.log', 'a.log', '.hidden.log', 'c.txt', 'sub/d.log']) {
          await put(files, id, `/workspace/listed/${file}`, file);
        }
      });

      it('lists one level by name, hidden entries too', async () => {
        const entries = await files.list(id, '/workspace/listed/');
        expect(
          entries.map(({ path, size, isDirectory }) => [path.slice(18), isDirectory || size]),
        ).to.deep.equal([
          ['.hidden.log', 11],
          ['a.log', 5],
          ['b.log', 5],
          ['c.txt', 5],
          ['sub', true],
        ]);
        expect(await names('/')).to.include('/workspace');
        expect(await code(files.list(id, '/workspace/none'))).to.equal('file_not_found');
        expect(await code(files.list(id, '/workspace/listed/a.log'))).to.equal('not_a_directory');
      });

      it('describes files and directories', async () => {
        expect(await files.stat(id, '/workspace/listed/sub')).to.include({ isDirectory: true });
        expect(await files.stat(id, 'listed/../listed/a.log')).to.include({
          path: '/workspace/listed/a.log',
          size: 5,
        });
        expect(await code(files.stat(id, '/workspace/none'))).to.equal('file_not_found');
      });

      for (const [pattern, matches] of [
        ['/workspace/listed/*.log', ['a.log', 'b.log']],
        ['listed/?.log', ['a.log', 'b.log']],
        ['/workspace/listed/[!b]*.log', ['a.log']],
        ['/workspace/listed/.h*', ['.hidden.log']],
        ['/workspace/*/sub/*', ['sub/d.log']],
        ['/workspace/listed/a.log', ['a.log']],
        ['/workspace/listed/$(id)*', []],
        ['/workspace/listed/nothing*', []],
      ] as const) {
        it(`matches ${pattern}`, async () => {
          const found = await files.glob(id, pattern);
          expect(found).to.deep.equal(matches.map((file) => `/workspace/listed/${file}`));
        });
      }
    });

    describe('delete, move and chmod', () => {
      it('deletes files, empty directories, and full ones when it is told to', async () => {
        await put(files, id, '/workspace/full/one', '1');
        expect(await code(files.delete(id, '/workspace/full'))).to.equal('directory_not_empty');
        await files.delete(id, '/workspace/full/one');
        expect(await code(files.delete(id, '/workspace/full/one'))).to.equal('file_not_found');
        await files.delete(id, '/workspace/full');
        await put(files, id, '/workspace/full/a/b', '1');
        await files.delete(id, '/workspace/full', { recursive: true });
        expect(await code(files.stat(id, '/workspace/full'))).to.equal('file_not_found');
      });

      it('moves with new parents, over a file, never into a directory', async () => {
        await put(files, id, '/workspace/from/one', 'moved');
        await put(files, id, '/workspace/to/there', 'old');
        await files.move(id, '/workspace/from/one', '/workspace/to/there');
        expect((await get(files, id, '/workspace/to/there')).content.toString()).to.equal('moved');
        await files.move(id, '/workspace/to/there', '/workspace/new/parents/file');
        expect(await code(files.move(id, '/workspace/new/parents/file', '/workspace/from'))).to.equal(
          'is_directory',
        );
        await files.move(id, '/workspace/new', '/workspace/renamed');
        expect(await names('/workspace/renamed/parents')).to.have.length(1);
        expect(await code(files.move(id, '/workspace/none', '/workspace/x'))).to.equal('file_not_found');
      });

      it('changes permission bits', async () => {
        await put(files, id, '/workspace/tool', 'x');
        await files.chmod(id, '/workspace/tool', '0755');
        expect(await files.stat(id, '/workspace/tool')).to.include({ mode: '755' });
        expect(await code(files.chmod(id, '/workspace/none', '755'))).to.equal('file_not_found');
      });
    });

    const refused: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
      ['an empty path', () => files.stat(id, '')],
      ['NUL in a path', () => files.stat(id, '/workspace/a\0b')],
      ['a path of 4096 bytes', () => files.stat(id, `/${'x'.repeat(4095)}`)],
      ['an empty pattern', () => files.glob(id, ' ')],
      ['a mode in words', () => files.chmod(id, '/workspace', 'u+rwx')],
      ['a mode with a digit of 8', () => files.write(id, { path: 'x', mode: '0648', content: pieces() })],
      ['an empty mode', () => files.chmod(id, '/workspace', '')],
      ['to delete the root', () => files.delete(id, '/', { recursive: true })],
      ['to delete the workspace', () => files.delete(id, '/tmp/../workspace/', { recursive: true })],
      ['to move the workspace', () => files.move(id, '/workspace', '/tmp/x')],
    ];
    for (const [what, work] of refused) {
      it(`refuses ${what}`, async () => {
        expect(await code(work())).to.equal('invalid_request');
      });
    }

    it('knows no sandbox that was never spawned', async () => {
      expect(await code(files.stat('nobody', '/'))).to.equal('sandbox_not_found');
      expect(await code(put(files, 'nobody', 'x', ''))).to.equal('sandbox_not_found');
    });
  });
}
