import type { ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { readExecStream } from '../src/exec-stream.js';
import { type ApiClient, createApiClient, type ExecOutput } from '../src/index.js';
import { eventually, rejection, sendJson, startServer, type TestServer } from './http-fixture.js';

const EXIT = { exit: { exit_code: 0, duration: '12ms' } };
const ndjson = (...records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');
const chunk = (data: string, stream: 'stdout' | 'stderr' = 'stdout'): ExecOutput => ({ stream, data });
const ignore = (): void => undefined;

function bodyOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}

describe('readExecStream', () => {
  it('tells the same wherever the bytes are split', async () => {
    const outputs = [chunk('naïve – 😀\n'), chunk('oh\u2028no', 'stderr'), chunk(''), chunk('{"exit":1}\n')];
    const bytes = Buffer.from(`${ndjson(...outputs)}\n${ndjson(EXIT)}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((edge, n) => bytes.subarray(edges[n], edge));
        const got: ExecOutput[] = [];
        expect(await readExecStream(bodyOf(pieces), (output) => void got.push(output))).to.deep.equal(
          EXIT.exit,
        );
        expect(got).to.deep.equal(outputs);
      }),
      { numRuns: 200 },
    );
  });

  it('accepts an exit record without a line break at the end', async () => {
    const exit = await readExecStream(bodyOf([Buffer.from(JSON.stringify(EXIT))]), ignore);
    expect(exit).to.deep.equal(EXIT.exit);
  });

  it('reads nothing beyond the exit record', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(ndjson(EXIT, chunk('late')))),
      cancel: () => {
        cancelled = true;
      },
    });
    const got: ExecOutput[] = [];
    await readExecStream(body, (output) => void got.push(output));
    expect([got, cancelled]).to.deep.equal([[], true]);
  });

  const broken: ReadonlyArray<readonly [string, string]> = [
    ['nothing at all', ''],
    ['output without an exit record', ndjson(chunk('one'))],
    ['an exit record that is cut off', ndjson(EXIT).slice(0, 12)],
    ['a line that is not JSON', 'oops\n'],
    ['a line that is no object', '7\n'],
    ['a line that is null', 'null\n'],
    ['a record of an unknown kind', '{"progress":7}\n'],
  ];
  for (const [name, text] of broken) {
    it(`takes ${name} for a broken protocol`, async () => {
      await rejection(readExecStream(bodyOf([Buffer.from(text)]), ignore), 'protocol');
    });
  }
});

describe('execStream', () => {
  let server: TestServer;
  let client: ApiClient;
  beforeEach(async () => {
    server = await startServer();
    client = createApiClient({ baseUrl: server.url });
  });
  afterEach(() => server.close());

  const begin = (response: ServerResponse): ServerResponse =>
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });

  it('asks for a stream with an exit record and hands out the output in order', async () => {
    server.answer = (_request, response) =>
      begin(response).end(
        ndjson(chunk('a'), chunk('b', 'stderr'), { exit: { exit_code: 7, duration: '1s' } }),
      );
    const got: ExecOutput[] = [];
    const exit = await client.execStream('sb-1', { command: 'make' }, (output) => void got.push(output));
    expect(exit).to.deep.equal({ exit_code: 7, duration: '1s' });
    expect(got).to.deep.equal([chunk('a'), chunk('b', 'stderr')]);
    expect(JSON.parse(server.seen[0]!.body)).to.deep.equal({
      command: 'make',
      stream: true,
      exit_record: true,
    });
  });

  it('hands the first output out before the program ends', async () => {
    let finish = ignore;
    server.answer = (_request, response) => {
      begin(response).write(ndjson(chunk('early')));
      finish = () => void response.end(ndjson(EXIT));
    };
    const exit = await client.execStream('sb-1', { command: 'make' }, () => finish());
    expect(exit.exit_code).to.equal(0);
  });

  it('waits for its reader, chunk by chunk, and so slows the server down', async () => {
    const data = 'x'.repeat(64 * 1024);
    const total = 512;
    let sent = 0;
    server.answer = (_request, response) => {
      begin(response);
      const pump = (): void => {
        while (sent < total) {
          sent += 1;
          if (!response.write(ndjson(chunk(data)))) {
            response.once('drain', pump);
            return;
          }
        }
        response.end(ndjson(EXIT));
      };
      pump();
    };
    let open = ignore;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    let atOnce = 0;
    let most = 0;
    let got = 0;
    const streaming = client.execStream('sb-1', { command: 'yes' }, async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await opened;
      got += 1;
      atOnce -= 1;
    });
    let calm = 0;
    let before = -1;
    await eventually(() => {
      calm = sent === before && sent > 0 ? calm + 1 : 0;
      before = sent;
      return calm > 2_000;
    });
    expect(sent, 'the server waits').to.be.below(total);
    expect(got).to.equal(0);
    open();
    await streaming;
    expect([got, most]).to.deep.equal([total, 1]);
  });

  it('passes on what its reader throws, and leaves the stream', async () => {
    let left = false;
    server.answer = (_request, response) => {
      response.on('close', () => {
        left = true;
      });
      begin(response).write(ndjson(chunk('one')));
    };
    const failure = new Error('the reader fell over');
    const streaming = client.execStream('sb-1', { command: 'yes' }, () => Promise.reject(failure));
    expect(await streaming.catch((error: unknown) => error)).to.equal(failure);
    await eventually(() => left);
  });

  describe('errors', () => {
    it('before the stream are told as of any call', async () => {
      server.answer = (_request, response) =>
        sendJson(response, 409, {
          code: 'CONFLICT',
          message: 'sandbox sb-1 is unhealthy, not running',
          reason: 'sandbox_not_running',
          request_id: 'r',
        });
      const error = await rejection(client.execStream('sb-1', { command: 'ls' }, ignore), 'refused');
      expect(error).to.include({ status: 409, reason: 'sandbox_not_running', requestId: 'r' });
    });

    it('in the stream are told by its error record, after the output before it', async () => {
      server.answer = (_request, response) =>
        begin(response).end(
          ndjson(chunk('begun'), {
            error: {
              code: 'TIMEOUT',
              message: 'exec timeout: sb-1',
              reason: 'exec_timeout',
              request_id: 'r',
            },
          }),
        );
      const got: ExecOutput[] = [];
      const streaming = client.execStream('sb-1', { command: 'ls' }, (output) => void got.push(output));
      const error = await rejection(streaming, 'refused');
      expect(error).to.include({ code: 'TIMEOUT', reason: 'exec_timeout', requestId: 'r' });
      expect(got).to.deep.equal([chunk('begun')]);
    });

    it('tell that the stream was cut', async () => {
      server.answer = (_request, response) => begin(response).end(ndjson(chunk('begun')));
      const error = await rejection(client.execStream('sb-1', { command: 'ls' }, ignore), 'protocol');
      expect(error.reason).to.equal('stream_truncated');
    });

    it('tell that the connection was lost', async () => {
      server.answer = (_request, response) => {
        begin(response).write(ndjson(chunk('begun')), () => response.destroy());
      };
      await rejection(client.execStream('sb-1', { command: 'ls' }, ignore), 'unreachable');
    });

    it('can be cancelled after the garbage of the call was collected', async () => {
      server.answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.write(ndjson(chunk('first')));
      };
      const cancelling = new AbortController();
      const got: ExecOutput[] = [];
      const hear = (output: ExecOutput): void => void got.push(output);
      const streaming = client.execStream('sb-1', { command: 'ls' }, hear, { signal: cancelling.signal });
      const refused = rejection(streaming, 'cancelled');
      await eventually(() => got.length === 1);
      setFlagsFromString('--expose-gc');
      const collect: () => void = runInNewContext('gc');
      // Only a turn of the loop lets go of what the running task held.
      for (let round = 0; round < 3; round += 1) {
        collect();
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      cancelling.abort();
      await refused;
    });

    it('tell that the call was cancelled, and the server sees it end', async () => {
      const cancelling = new AbortController();
      let left = false;
      server.answer = (_request, response) => {
        response.on('close', () => {
          left = true;
        });
        begin(response).write(ndjson(chunk('begun')));
      };
      const { signal } = cancelling;
      const streaming = client.execStream('sb-1', { command: 'ls' }, () => cancelling.abort(), { signal });
      await rejection(streaming, 'cancelled');
      await eventually(() => left);
    });
  });
});
