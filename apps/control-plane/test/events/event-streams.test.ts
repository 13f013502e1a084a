import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type SandboxEvent, StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import express from 'express';
import { createEventStreams, type EventStreams, type STREAM_LIMITS } from '../../src/events/event-streams.js';
import { createEventWakeup } from '../../src/events/event-wakeup.js';
import { eventPosition } from '../../src/events/event-wire.js';
import { problemOf } from '../../src/http-errors.js';
import { eventually } from '../eventually.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('streams of events', () => {
  let server: Server;
  let streams: EventStreams;
  let kept: SandboxEvent[];
  let away: boolean;
  let failures: number;
  let revoking: AbortController;
  const leaving: AbortController[] = [];
  const wakeup = createEventWakeup(20);

  async function start(limits: Partial<typeof STREAM_LIMITS> = {}): Promise<void> {
    kept = [];
    away = false;
    failures = 0;
    revoking = new AbortController();
    const order = ({ xact, id }: SandboxEvent['position']) => xact * 1_000 + id;
    streams = createEventStreams({
      store: {
        sandboxEvents: {
          async read({ after, limit = 100 }) {
            if (away) {
              failures += 1;
              throw new StoreError('unavailable', 'as arranged');
            }
            return kept.filter(({ position }) => order(position) > order(after)).slice(0, limit);
          },
          now: async () => ({ xact: 1, id: 0 }),
          isKept: async () => true,
          prune: async () => 0,
        },
      },
      wakeup,
      logger: { debug() {} },
      clock: () => new Date(0),
      limits,
    });
    const app = express();
    app.get('/', (request, response) => {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const lastEventId = request.get('Last-Event-ID');
      const after = lastEventId === undefined ? undefined : eventPosition(lastEventId);
      streams
        .serve(
          {
            after,
            follow: true,
            sandboxId: undefined,
            tenantId: request.get('X-Tenant-ID'),
            signal: AbortSignal.any([gone.signal, revoking.signal]),
            revoked: () => (revoking.signal.aborted ? 'credential_revoked' : undefined),
          },
          response,
        )
        .catch((error: unknown) => response.status(problemOf(error).status).json(problemOf(error)));
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  afterEach(async () => {
    for (const reader of leaving.splice(0)) reader.abort();
    streams.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const happen = (id: number): void => {
    kept.push({
      position: { xact: 2, id },
      type: 'sandbox.running',
      sandboxId: `sb-${id}`,
      tenantId: '',
      at: new Date(0),
      data: {},
    });
    wakeup.hint();
  };
  async function read(tenant?: string): Promise<{
    readonly status: number;
    text: () => string;
    readonly end: Promise<void>;
  }> {
    const reader = new AbortController();
    leaving.push(reader);
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      signal: reader.signal,
      headers: tenant === undefined ? {} : { 'X-Tenant-ID': tenant },
    });
    let text = '';
    const end = (async () => {
      for await (const chunk of response.body!) text += Buffer.from(chunk).toString('utf8');
    })();
    end.catch(() => undefined);
    return { status: response.status, text: () => text, end };
  }

  it('tell each event once, with the id to resume by', async () => {
    await start();
    const reader = await read();
    for (const id of [1, 2, 3]) happen(id);
    await eventually(() => expect(reader.text()).to.contain('"sb-3"'));
    const ids = reader.text().match(/^id: .*$/gm);
    expect(ids).to.deep.equal(['id: evt-2-1', 'id: evt-2-2', 'id: evt-2-3']);
    expect(reader.text()).to.match(/^retry: 2000\n\n/);
  });

  it('say that they are still there when nothing happens', async () => {
    await start({ heartbeatMs: 30 });
    const reader = await read();
    await eventually(() => expect(reader.text().match(/^: still here$/gm)?.length).to.be.above(1));
  });

  it('survive an outage of the database, and go on where they were', async () => {
    await start();
    const reader = await read();
    happen(1);
    await eventually(() => expect(reader.text()).to.contain('"sb-1"'));
    away = true;
    happen(2);
    await eventually(() => expect(failures).to.be.above(0));
    away = false;
    await eventually(() => expect(reader.text()).to.contain('"sb-2"'));
    expect(reader.text().match(/"sb-1"/g)).to.have.length(1);
  });

  it('are limited in number, and free their place when a reader leaves', async () => {
    await start({ readers: 2 });
    await read();
    await read();
    const refused = await read();
    await refused.end;
    expect(refused.status).to.equal(503);
    expect(JSON.parse(refused.text())).to.include({ reason: 'too_many_readers' });
    leaving[0]?.abort();
    await eventually(() => expect(streams.readers()).to.equal(1));
    expect((await read()).status).to.equal(200);
  });

  it('leave places for others, however many one tenant wants', async () => {
    await start({ readers: 5, readersOfTenant: 2 });
    expect((await read('tn-a')).status).to.equal(200);
    expect((await read('tn-a')).status).to.equal(200);
    expect((await read('tn-a')).status).to.equal(503);
    expect((await read('tn-b')).status).to.equal(200);
    expect((await read()).status).to.equal(200);
    leaving[0]?.abort();
    await eventually(async () => expect((await read('tn-a')).status).to.equal(200));
  });

  it('end soon when the reader may read no more, before it hears of what happens then', async () => {
    await start();
    const reader = await read();
    happen(1);
    await eventually(() => expect(reader.text()).to.contain('"sb-1"'));
    revoking.abort();
    happen(2);
    await reader.end;
    expect(reader.text()).not.to.contain('"sb-2"');
    expect(reader.text().trimEnd().split('\n').at(-1)).to.equal(
      'data: {"id":"evt-2-1","type":"ended","timestamp":"1970-01-01T00:00:00.000Z","data":{"reason":"credential_revoked"}}',
    );
    expect(streams.readers()).to.equal(0);
  });

  it('end after a while, so that the reader shows its credential again', async () => {
    await start({ longestMs: 300 });
    const reader = await read();
    // In the quarter of an hour that it takes otherwise that comes to pass often.
    collectGarbage();
    await reader.end;
    expect(streams.readers()).to.equal(0);
  });

  it('end when they are closed, and no new one begins', async () => {
    await start();
    const reader = await read();
    streams.close();
    await reader.end;
    expect((await read()).status).to.equal(503);
  });
});
