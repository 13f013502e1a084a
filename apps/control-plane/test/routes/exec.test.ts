import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { call, type Json, ndjson, open, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

const MB = 1024 * 1024;

describe('exec', () => {
  let fixture: Fixture;
  let worker: WorkerProcess;
  let mock: string;
  let bubblewrap: string;
  before(async () => {
    fixture = await startFixture({ 'defaults.max_exec_timeout': '1m' });
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    mock = await spawnSandbox(fixture);
    bubblewrap = await spawnSandbox(fixture, { provider: 'bubblewrap' });
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const exec = (id: string, body: Json, signal?: AbortSignal) =>
    call(fixture, `/sandboxes/${id}/exec`, { body, ...(signal === undefined ? {} : { signal }) });

  describe('in one piece', () => {
    const programs = [
      { name: 'its output', body: { command: 'echo out; echo err >&2' }, stdout: 'out\n', stderr: 'err\n' },
      { name: 'a status that is not 0', body: { command: 'exit 7' }, exitCode: 7 },
      {
        name: 'arguments of a shell',
        body: { command: 'echo', args: ['a b', "it's"] },
        stdout: "a b it's\n",
      },
      { name: 'argv', body: { command: 'echo', args: ['$HOME'], mode: 'argv' }, stdout: '$HOME\n' },
      { name: 'an empty mode', body: { command: 'echo a', mode: '' }, stdout: 'a\n' },
      { name: 'an empty command', body: { command: '' } },
      { name: 'no command at all', body: {} },
      { name: 'the environment', body: { command: 'echo $A', env: { A: 'x y' } }, stdout: 'x y\n' },
      { name: 'the workdir', body: { command: 'pwd', workdir: '/tmp' }, stdout: '/tmp\n' },
      { name: 'the usual workdir', body: { command: 'pwd' }, stdout: '/workspace\n' },
      { name: 'stdin', body: { command: 'cat', stdin: 'ä\n' }, stdout: 'ä\n' },
      {
        name: 'stdin in base64',
        body: { command: 'cat', stdin: 'w6Q=', stdin_encoding: 'base64' },
        stdout: 'ä',
      },
      { name: 'empty stdin', body: { command: 'cat', stdin: '', stdin_encoding: 'base64' } },
    ];
    for (const provider of ['mock', 'bubblewrap']) {
      for (const { name, body, exitCode = 0, stdout = '', stderr = '' } of programs) {
        it(`${provider}: ${name}`, async () => {
          const answer = await exec(provider === 'mock' ? mock : bubblewrap, body);
          expect(answer.status).to.equal(200);
          expect(answer.body).to.include({ exit_code: exitCode, stdout, stderr });
          expect(answer.body).to.have.all.keys('exit_code', 'stdout', 'stderr', 'duration');
          expect(answer.body['duration']).to.match(/^[\d.]+(ms|s)$/);
        });
      }
    }

    it('is recorded with its request id, its outcome and its status', async () => {
      await call(fixture, `/sandboxes/${mock}/exec`, {
        body: { command: 'exit 3' },
        headers: { 'X-Request-ID': 'recorded-1' },
      });
      const { items } = await fixture.store.execLogs.listBySandbox(mock);
      const entry = items.find(({ requestId }) => requestId === 'recorded-1');
      expect(entry).to.include({ outcome: 'completed', exitCode: 3, command: 'exit 3', mode: 'shell' });
    });

    for (const provider of ['mock', 'bubblewrap']) {
      it(`${provider}: is killed at its timeout, which is 408`, async () => {
        const id = provider === 'mock' ? mock : bubblewrap;
        const { status, body } = await exec(id, { command: 'sleep 30', timeout: '150ms' });
        expect([status, body['code'], body['reason']]).to.deep.equal([408, 'TIMEOUT', 'exec_timeout']);
        expect((await exec(id, { command: 'echo alive' })).body['stdout'], 'the sandbox lives on').to.equal(
          'alive\n',
        );
      });
    }

    it('is refused above the maximum, which is 429', async () => {
      const { status, body } = await exec(mock, { command: 'true', timeout: '61s' });
      expect([status, body['code'], body['reason']]).to.deep.equal([
        429,
        'RESOURCE_LIMIT',
        'exec_timeout_too_long',
      ]);
    });

    it('ends when its caller goes away', async () => {
      const caller = new AbortController();
      const marker = `7${Date.now()}`;
      const answer = exec(bubblewrap, { command: `sleep ${marker}` }, caller.signal);
      await eventually(async () => expect(await processes(marker)).not.to.equal(''));
      caller.abort();
      await answer.then(
        () => expect.fail('an answer came'),
        (error: Error) => expect(error.name).to.equal('AbortError'),
      );
      await eventually(async () => expect(await processes(marker)).to.equal(''));
    });
  });

  /** What runs inside the bubblewrap sandbox with this in its command line. */
  async function processes(marker: string): Promise<string> {
    const script = `for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null; echo; done | grep '^sleep ${marker}'`;
    return String((await exec(bubblewrap, { command: script })).body['stdout']);
  }

  describe('as a stream', () => {
    it('is NDJSON without an end record, as in the reference protocol', async () => {
      const answer = await exec(mock, { command: 'echo out; echo err >&2; exit 4', stream: true });
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.equal('application/x-ndjson');
      expect(answer.headers.get('cache-control')).to.equal('no-cache');
      expect(ndjson(answer.text)).to.deep.equal([
        { stream: 'stdout', data: 'out\n' },
        { stream: 'stderr', data: 'err\n' },
      ]);
    });

    it('ends with the exit record when that is asked for', async () => {
      const { text } = await exec(mock, { command: 'echo out; exit 4', stream: true, exit_record: true });
      const [output, end, ...rest] = ndjson(text) as readonly [Json, { exit: Json }];
      expect(output).to.deep.equal({ stream: 'stdout', data: 'out\n' });
      expect(end.exit).to.include({ exit_code: 4 });
      expect(end.exit['duration']).to.be.a('string');
      expect(rest).to.deep.equal([]);
    });

    it('escapes what some readers take for the end of a line, or HTML for its own', async () => {
      const { text } = await exec(mock, {
        command: 'cat',
        stdin: 'a\u2028b\u2029c\u0085d<e>&\n',
        stream: true,
      });
      expect(text.trimEnd()).not.to.match(/[\u0085\u2028\u2029<>&\n]/);
      expect(ndjson(text)[0]).to.deep.equal({ stream: 'stdout', data: 'a\u2028b\u2029c\u0085d<e>&\n' });
    });

    it('tells a timeout as an error record, or as a chunk of stderr', async () => {
      // The time that the program takes to begin counts.
      const request = { command: 'echo begun; sleep 30', timeout: '2s', stream: true };
      const [recorded, reference] = await Promise.all(
        [true, false].map((record) => exec(bubblewrap, { ...request, exit_record: record })),
      );
      const withRecord = ndjson(recorded?.text ?? '');
      expect(withRecord[0]).to.deep.equal({ stream: 'stdout', data: 'begun\n' });
      const { error } = withRecord.at(-1) as { error: Json };
      expect(error).to.include({ code: 'TIMEOUT', reason: 'exec_timeout' });
      expect(error['request_id']).to.be.a('string');
      expect(ndjson(reference?.text ?? '')).to.deep.equal([
        { stream: 'stdout', data: 'begun\n' },
        { stream: 'stderr', data: `exec timeout: ${bubblewrap}\n` },
      ]);
    });

    it('refuses with an ordinary error what is wrong before the program starts', async () => {
      const { status, body } = await exec(mock, { command: 'true', stream: true, timeout: '61s' });
      expect([status, body['reason']]).to.deep.equal([429, 'exec_timeout_too_long']);
    });

    it('sends the first line before the program has ended', async () => {
      const response = await open(fixture, `/sandboxes/${bubblewrap}/exec`, {
        body: { command: 'echo first; while [ ! -e go ]; do sleep 0.02; done; echo last', stream: true },
      });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const first = Buffer.from((await reader.read()).value ?? []).toString();
      expect(ndjson(first)).to.deep.equal([{ stream: 'stdout', data: 'first\n' }]);
      await exec(bubblewrap, { command: 'touch go' });
      let rest = '';
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        rest += Buffer.from(part.value).toString();
      }
      expect(ndjson(rest)).to.deep.equal([{ stream: 'stdout', data: 'last\n' }]);
    });

    it('kills the program when its reader goes away, and says nothing of an error', async () => {
      const marker = `8${Date.now()}`;
      const reader = new AbortController();
      const response = await open(fixture, `/sandboxes/${bubblewrap}/exec`, {
        body: { command: `echo begun; sleep ${marker}`, stream: true },
        signal: reader.signal,
        headers: { 'X-Request-ID': marker },
      });
      await (response.body as ReadableStream<Uint8Array>).getReader().read();
      await eventually(async () => expect(await processes(marker)).not.to.equal(''));
      reader.abort();
      await eventually(async () => expect(await processes(marker)).to.equal(''));
      await eventually(async () => {
        const { items } = await fixture.store.execLogs.listBySandbox(bubblewrap);
        const entry = items.find(({ requestId }) => requestId === marker);
        expect(entry).to.include({ outcome: 'cancelled', exitCode: null });
      });
      const errors = fixture.logs.records('request failed');
      expect(errors.filter((record) => record['request_id'] === marker)).to.deep.equal([]);
    });

    it('tells the end of a program whose sandbox is destroyed under it', async () => {
      const id = await spawnSandbox(fixture, { provider: 'bubblewrap' });
      const response = await open(fixture, `/sandboxes/${id}/exec`, {
        body: { command: 'echo begun; sleep 60', stream: true, exit_record: true },
      });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      expect((await call(fixture, `/sandboxes/${id}`, { method: 'DELETE' })).status).to.equal(200);
      let rest = '';
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        rest += Buffer.from(part.value).toString();
      }
      const last = ndjson(rest).at(-1) as Json;
      expect(last).to.have.property('error');
    });
  });

  it('carries 10 MB of any bytes into a sandbox and out again, unchanged', async function () {
    this.timeout(60_000);
    const data = randomBytes(10 * MB);
    const piece = 2.5 * MB;
    for (let start = 0; start < data.length; start += piece) {
      const { status, body } = await exec(bubblewrap, {
        command: 'cat >> data',
        stdin: data.subarray(start, start + piece).toString('base64'),
        stdin_encoding: 'base64',
      });
      expect([status, body['exit_code']], JSON.stringify(body)).to.deep.equal([200, 0]);
    }
    const { body } = await exec(bubblewrap, { command: 'sha256sum < data' });
    expect(String(body['stdout']).split(' ')[0]).to.equal(createHash('sha256').update(data).digest('hex'));

    const request = { command: 'base64 -w 0 data', stream: true, exit_record: true };
    const { text } = await exec(bubblewrap, request);
    const records = ndjson(text) as readonly { data?: string; exit?: Json }[];
    expect(records.at(-1)?.exit).to.include({ exit_code: 0 });
    const output = records.map((record) => record.data ?? '').join('');

    expect(Buffer.from(output, 'base64').equals(data)).to.equal(true);
  });
});
