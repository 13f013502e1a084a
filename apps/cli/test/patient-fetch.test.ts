import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createPatientFetch } from '../src/patient-fetch.js';

describe('a fetch that says that it waits', () => {
  const server = createServer((request, response) => {
    setTimeout(() => response.end('late'), request.url === '/slow' ? 150 : 0);
  });
  let url: string;
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => void server.close());

  it('says it once, however many answers are late', async () => {
    const said: string[] = [];
    const fetch = createPatientFetch(undefined, { say: (text) => said.push(text), silenceMs: 20 });
    for (const _ of [1, 2]) expect(await (await fetch(`${url}/slow`)).text()).to.equal('late');
    expect(said).to.deep.equal(['still waiting for the answer; stacyvm status tells what may be in the way']);
  });

  it('says nothing when the answer is there in time, or the call has failed', async () => {
    const said: string[] = [];
    const fetch = createPatientFetch(undefined, { say: (text) => said.push(text), silenceMs: 100 });
    await (await fetch(`${url}/`)).text();
    const aborted = fetch(`${url}/slow`, { signal: AbortSignal.timeout(10) });
    expect(await aborted.catch((error: Error) => error.name)).to.equal('TimeoutError');
    await (await createPatientFetch()(`${url}/slow`)).text();
    expect(said).to.deep.equal([]);
  });
});
