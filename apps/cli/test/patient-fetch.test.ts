import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createPatientFetch } from '../src/patient-fetch.js';

describe('a fetch that says that it waits', () => {
  const server = createServer((_request, response) => {
    setTimeout(() => response.end('late'), 150);
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
    for (const _ of [1, 2]) expect(await (await fetch(url)).text()).to.equal('late');
    expect(said).to.deep.equal(['still waiting for the answer; stacyvm status tells what may be in the way']);
  });

  it('says nothing when the answer is there in time, or the call has failed', async () => {
    const said: string[] = [];
    const options = { say: (text: string) => said.push(text), silenceMs: 20 };
    const broken = new Error('broken');
    // These end at once, however busy this process is.
    expect(await (await createPatientFetch(async () => new Response('soon'), options)(url)).text()).to.equal(
      'soon',
    );
    const failed = createPatientFetch(() => Promise.reject(broken), options)(url);
    expect(await failed.catch((error: unknown) => error)).to.equal(broken);
    await (await createPatientFetch()(url)).text();
    expect(said).to.deep.equal([]);
  });
});
