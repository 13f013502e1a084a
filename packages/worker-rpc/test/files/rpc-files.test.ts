import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import { FRAMES_TYPE, frameHeader } from '../../src/files/frames.js';
import { createRpcClient, type RpcClient, RpcMethodError } from '../../src/index.js';
import {
  envelope,
  eventually,
  failureOf,
  MASTER_KEY,
  OTHER_KEY,
  post,
  rpcToken,
  serve,
  startWorker,
  type TestWorker,
  WORKER,
} from '../worker-fixture.js';
import { type MemoryFiles, memoryFiles } from './memory-files.js';

const MIB = 1024 * 1024;
const TARGET = { sandboxId: 'sb-1', provider: 'mock', runtimeId: 'rt-1' };

async function* pieces(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

describe('files over the worker RPC', () => {
  let files: MemoryFiles;
  let worker: TestWorker;
  let client: RpcClient;

  const start = async (replaced: Partial<MemoryFiles> = {}, more: Parameters<typeof startWorker>[0] = {}) => {
    files = memoryFiles();
    worker = await startWorker({ replaced: { files: { ...files, ...replaced } }, ...more });
    client = worker.client();
  };
  afterEach(() => worker.close());

  const read = async (path: string) => {
    const chunks: Uint8Array[] = [];
    await client.files.read(
      { ...TARGET, path },
      { onContent: (chunk) => void chunks.push(Uint8Array.from(chunk)) },
    );
    return Buffer.concat(chunks);
  };

  describe('between our client and our worker', () => {
    for (const size of [0, 1, 256 * 1024, 256 * 1024 + 1, 5 * MIB]) {
      it(`carry ${size} bytes both ways`, async () => {
        await start();
        const content = randomBytes(size);
        const half = Math.floor(size / 2);
        const source = pieces(content.subarray(0, half), content.subarray(half));
        expect(await client.files.write({ ...TARGET, path: '/w/file', mode: '0600' }, source)).to.equal(size);
        expect(files.contents.get('/w/file')!.equals(content)).to.equal(true);
        expect(files.seen[0]).to.include({ ...TARGET, path: '/w/file', mode: '0600' });
        expect((await read('/w/file')).equals(content)).to.equal(true);
      });
    }

    it('describe a file before its content', async () => {
      await start();
      files.contents.set('/w/file', Buffer.from('abc'));
      const told: unknown[] = [];
      await client.files.read(
        { ...TARGET, path: '/w/file' },
        { onInfo: (info) => void told.push(info), onContent: (chunk) => void told.push(String(chunk)) },
      );
      const modifiedAt = '2030-01-01T00:00:00Z';
      const info = { path: '/w/file', size: 3, mode: '644', isDirectory: false, modifiedAt };
      expect(told).to.deep.equal([info, 'abc']);
    });

    it('are listed, described, found, moved, changed and deleted', async () => {
      await start();
      files.contents.set('/w/a', Buffer.from('abc'));
      const modifiedAt = '2030-01-01T00:00:00Z';
      const info = { path: '/w/a', size: 3, mode: '644', isDirectory: false, modifiedAt };
      expect(await client.files.list({ ...TARGET, path: '/w' })).to.deep.equal([info]);
      expect(await client.files.stat({ ...TARGET, path: '/w/a' })).to.deep.equal(info);
      expect(await client.files.glob({ ...TARGET, pattern: '/w/*' })).to.deep.equal(['/w/a']);
      await client.files.move({ ...TARGET, oldPath: '/w/a', newPath: '/w/b' });
      await client.files.chmod({ ...TARGET, path: '/w/b', mode: '0755' });
      await client.files.delete({ ...TARGET, path: '/w/b', recursive: true });
      expect(files.contents.size).to.equal(0);
      const asked = files.seen.map(({ path, pattern, oldPath, newPath, mode, recursive }) =>
        [path, pattern, oldPath, newPath, mode, recursive || ''].filter((text) => text !== '').join(' '),
      );
      expect(asked).to.deep.equal(['/w', '/w/a', '/w/*', '/w/a /w/b', '/w/b 0755', '/w/b true']);
    });

    it('are refused with the reason of the sandbox, in every form', async () => {
      await start({
        write: async () => {
          throw new RpcMethodError('no_space', 'full');
        },
      });
      const refused = { code: 'file_refused', reason: 'file_not_found', status: 404 };
      expect(await failureOf(read('/none'))).to.include(refused);
      expect(await failureOf(client.files.stat({ ...TARGET, path: '/none' }))).to.include(refused);
      for (const size of [1, 3 * MIB]) {
        const write = client.files.write({ ...TARGET, path: '/w/file' }, pieces(randomBytes(size)));
        expect(await failureOf(write)).to.include({ code: 'file_refused', reason: 'no_space', status: 507 });
      }
    });

    it('end with an error that comes after the first byte', async () => {
      await start({
        read: async (_params, { onInfo, onContent }) => {
          await onInfo({ path: '/w', size: 9, mode: '644', isDirectory: false, modifiedAt: '' });
          await onContent(Buffer.from('abc'));
          throw new RpcMethodError('file_failed', 'the disk broke');
        },
      });
      expect(await failureOf(read('/w'))).to.include({ code: 'file_refused', reason: 'file_failed' });
    });

    it('go no faster than the reader', async () => {
      let given = 0;
      await start({
        read: async (_params, { onInfo, onContent }) => {
          await onInfo({ path: '/w', size: 0, mode: '644', isDirectory: false, modifiedAt: '' });
          for (; given < 400; given += 1) await onContent(Buffer.alloc(64 * 1024));
        },
      });
      let go = (): void => undefined;
      const waiting = new Promise<void>((resolve) => {
        go = resolve;
      });
      let first = true;
      const reading = client.files.read(
        { ...TARGET, path: '/w' },
        {
          onContent: async () => {
            if (!first) return;
            first = false;
            await waiting;
          },
        },
      );
      let settled = -1;
      while (settled !== given || given === 0) {
        settled = given;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      // What fits into the buffers of two sockets, and no more.
      expect(given).to.be.below(300);
      go();
      await reading;
      expect(given).to.equal(400);
    });

    it('go no faster than the worker takes them', async () => {
      let taken: (() => void) | undefined;
      await start({
        write: async (_params, content) => {
          await new Promise<void>((resolve) => {
            taken = resolve;
          });
          let size = 0;
          for await (const chunk of content) size += chunk.byteLength;
          return size;
        },
      });
      let read = 0;
      async function* source(): AsyncGenerator<Uint8Array> {
        for (; read < 400; read += 1) yield Buffer.alloc(64 * 1024);
      }
      const writing = client.files.write({ ...TARGET, path: '/w' }, source());
      await eventually(() => taken !== undefined);
      let settled = -1;
      while (settled !== read) {
        settled = read;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(read).to.be.below(300);
      taken?.();
      expect(await writing).to.equal(400 * 64 * 1024);
    });
  });

  describe('that do not arrive whole', () => {
    it('are not put in place when the source fails, whose error is passed on', async () => {
      await start();
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield randomBytes(MIB);
        throw new Error('source broke');
      }
      const failure = await failureOf(client.files.write({ ...TARGET, path: '/w' }, broken()));
      expect(failure.message).to.equal('source broke');
      await eventually(() => worker.inFlight() === 0);
      expect(files.seen).to.have.length(1);
      expect(files.contents.size).to.equal(0);
    });

    it('are not put in place when the caller leaves', async () => {
      await start();
      const leaving = new AbortController();
      async function* endless(): AsyncGenerator<Uint8Array> {
        for (let sent = 0; ; sent += 1) {
          if (sent === 20) leaving.abort();
          yield Buffer.alloc(64 * 1024);
        }
      }
      const write = client.files.write({ ...TARGET, path: '/w' }, endless(), { signal: leaving.signal });
      expect(await failureOf(write)).to.include({ code: 'aborted', outcome: 'unknown' });
      await eventually(() => worker.inFlight() === 0);
      expect(files.contents.size).to.equal(0);
    });

    it('are not put in place when their end is missing or wrong', async () => {
      await start();
      const head = JSON.stringify(envelope('worker.file_write', { params: { ...wire(), path: '/w' } }));
      for (const last of [
        Buffer.alloc(0),
        framed('end', JSON.stringify({ size: 3, sha256: '0'.repeat(64) })),
        framed('failure', JSON.stringify({ error: 'no', reason: 'no' })),
      ]) {
        const body = Buffer.concat([framed('head', head), framed('data', 'abc'), last]);
        const answer = await post(`${worker.url}/rpc`, body, {
          ...credentials(),
          'content-type': FRAMES_TYPE,
        });
        expect(answer.status).to.equal(400);
        expect(answer.json).to.include({ id: 'request-1', reason: 'transfer_broken' });
      }
      expect(files.seen).to.have.length(3);
      expect(files.contents.size).to.equal(0);
    });

    it('are refused by the reader whose stream was cut', async () => {
      await start();
      const cut = await serve((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string };
          const result = { sandbox_id: 'sb-1', file: { path: '/w' } };
          response.writeHead(200, { 'content-type': FRAMES_TYPE });
          response.write(framed('head', JSON.stringify({ id, worker_id: WORKER, result })));
          response.end(framed('data', 'abc'));
        });
      });
      client = worker.client({ rpcUrl: cut.url });
      expect(await failureOf(read('/w'))).to.include({ code: 'stream_truncated', outcome: 'unknown' });
      await cut.close();
    });

    it('are refused by the reader whose connection was lost', async () => {
      await start({
        read: async (_params, { onInfo, onContent }) => {
          await onInfo({ path: '/w', size: 9, mode: '644', isDirectory: false, modifiedAt: '' });
          await onContent(Buffer.from('abc'));
          worker.server.closeAllConnections();
        },
      });
      expect(await failureOf(read('/w'))).to.include({ code: 'connection_lost' });
    });

    it('give the connection up when nothing moves', async () => {
      await start({}, { limits: { streamStallMs: 150 } });
      async function* silent(): AsyncGenerator<Uint8Array> {
        yield randomBytes(MIB);
        await new Promise((resolve) => setTimeout(resolve, 5_000));
      }
      const write = client.files.write({ ...TARGET, path: '/w' }, silent());
      expect(await failureOf(write)).to.include({ code: 'connection_lost' });
      expect(files.contents.size).to.equal(0);
    });
  });

  describe('of a caller who may not', () => {
    it('are refused before anything of a large file is sent', async () => {
      await start();
      let begun = false;
      async function* source(): AsyncGenerator<Uint8Array> {
        yield Buffer.alloc(MIB);
        begun = true;
        yield Buffer.alloc(MIB);
      }
      client = worker.client({ credential: { kind: 'signed', key: deriveWorkerKey(OTHER_KEY, WORKER) } });
      const write = client.files.write({ ...TARGET, path: '/w' }, source());
      expect(await failureOf(write)).to.include({ code: 'unauthorized', outcome: 'not_executed' });
      expect(begun).to.equal(false);
      expect(files.seen).to.deep.equal([]);
    });

    it('are sent with the next key when the worker minds the first', async () => {
      await start();
      const [key, right] = [OTHER_KEY, MASTER_KEY].map((master) => deriveWorkerKey(master, WORKER));
      client = worker.client({ credential: { kind: 'signed', key: key!, fallbackKeys: [right!] } });
      const content = randomBytes(2 * MIB);
      await client.files.write({ ...TARGET, path: '/w' }, pieces(content));
      expect(files.contents.get('/w')!.equals(content)).to.equal(true);
    });

    for (const method of [
      'worker.file_write',
      'worker.file_read',
      'worker.file_list',
      'worker.file_delete',
      'worker.file_move',
      'worker.file_chmod',
      'worker.file_stat',
      'worker.file_glob',
    ]) {
      it(`are refused without the scope: ${method}`, async () => {
        await start();
        const headers = { ...credentials(), 'x-worker-token': rpcToken({ scopes: ['worker:exec'] }) };
        const answer = await post(`${worker.url}/rpc`, envelope(method), headers);
        expect(answer.status).to.equal(403);
        expect(answer.json).to.include({ reason: 'missing_scope' });
        expect(files.seen).to.deep.equal([]);
      });
    }

    it('are written once with one token', async () => {
      await start();
      const headers = credentials();
      const body = envelope('worker.file_write', { params: { ...wire(), path: '/w' } });
      expect((await post(`${worker.url}/rpc`, body, headers)).status).to.equal(200);
      expect((await post(`${worker.url}/rpc`, body, headers)).json).to.include({ reason: 'token_replayed' });
    });
  });

  describe('in the form of the reference protocol', () => {
    const call = async (method: string, params: Record<string, unknown>) =>
      post(`${worker.url}/rpc`, envelope(method, { params: { ...wire(), ...params } }), credentials());

    it('are read and written in one piece of base64', async () => {
      await start();
      const content = Buffer.from([0, 255, 10]).toString('base64');
      const written = await call('worker.file_write', { path: '/w', content, mode: '0644' });
      expect(written.json).to.deep.equal({ id: 'request-1', worker_id: WORKER });
      const { json } = await call('worker.file_read', { path: '/w' });
      expect(json['result']).to.deep.equal({ sandbox_id: 'sb-1', content });
      const listed = await call('worker.file_list', { path: '/' });
      expect(listed.json['result']).to.deep.equal({
        sandbox_id: 'sb-1',
        files: [{ path: '/w', size: 3, mode: '644', is_dir: false, mod_time: '2030-01-01T00:00:00Z' }],
      });
    });

    it('are not read in one piece beyond the limit', async () => {
      await start({}, { limits: { outputBytes: 1000 } });
      files.contents.set('/w', randomBytes(1001));
      const { status, json } = await call('worker.file_read', { path: '/w' });
      expect({ status, reason: json['reason'] }).to.deep.equal({ status: 413, reason: 'too_large' });
      files.contents.set('/w', randomBytes(1000));
      expect((await call('worker.file_read', { path: '/w' })).status).to.equal(200);
    });

    for (const [what, params] of [
      ['content that is no base64', { content: 'a?' }],
      ['content without its padding', { content: 'abc' }],
      ['a path that is no text', { path: 7 }],
      ['a path without end', { path: 'x'.repeat(4097) }],
      ['recursive in words', { recursive: 'yes' }],
    ] as const) {
      it(`refuse ${what}`, async () => {
        await start();
        const { status, json } = await call('worker.file_write', params);
        expect({ status, reason: json['reason'] }).to.deep.equal({ status: 400, reason: 'invalid_params' });
      });
    }

    it('are read from a worker that knows no transfers', async () => {
      await start();
      const plain = await serve((request, response) => answerAs(request, response.end.bind(response)));
      client = createRpcClient({
        workerId: WORKER,
        rpcUrl: plain.url,
        credential: { kind: 'static', token: 'x' },
      });
      expect(String(await read('/w'))).to.equal('from the reference');
      client.close();
      await plain.close();
    });

    it('take a transfer for writing alone', async () => {
      await start();
      const head = JSON.stringify(envelope('worker.file_stat', { params: { ...wire(), path: '/w' } }));
      const answer = await post(`${worker.url}/rpc`, framed('head', head), {
        ...credentials(),
        'content-type': FRAMES_TYPE,
      });
      expect(answer.json).to.include({ reason: 'invalid_request' });
      const nothing = await post(`${worker.url}/rpc`, 'nothing', {
        ...credentials(),
        'content-type': FRAMES_TYPE,
      });
      expect(nothing.status).to.equal(400);
    });
  });

  it('are not there on a worker without them', async () => {
    worker = await startWorker();
    const failure = await failureOf(worker.client().files.stat({ ...TARGET, path: '/w' }));
    expect(failure).to.include({ status: 501, reason: 'method_not_implemented' });
  });

  it('give up a request that does not come to its end', async () => {
    await start({}, { limits: { bodyMs: 100 } });
    const request = httpRequest(`${worker.url}/rpc`, {
      method: 'POST',
      headers: { ...credentials(), 'content-length': '1000' },
    });
    const ended = failureOf(
      new Promise<IncomingMessage>((resolve, reject) => request.on('response', resolve).on('error', reject)),
    );
    request.write('{');
    expect(await ended).to.include({ code: 'ECONNRESET' });
  });
});

function wire(): Record<string, unknown> {
  return { sandbox_id: 'sb-1', provider: 'mock' };
}

function credentials(): Record<string, string> {
  return { 'x-worker-id': WORKER, 'x-worker-token': rpcToken() };
}

function framed(kind: Parameters<typeof frameHeader>[0], payload: string): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([frameHeader(kind, bytes.length), bytes]);
}

/** As a worker of the reference answers, whatever it is asked for. */
function answerAs(request: IncomingMessage, end: (text: string) => unknown): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string };
    const content = Buffer.from('from the reference').toString('base64');
    end(JSON.stringify({ id, worker_id: WORKER, result: { sandbox_id: 'sb-1', content } }));
  });
}
