import type { WorkerRefusalEvent } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { Requester } from '../../src/audit/admin-audit.js';
import { auditWorkerRefusals } from '../../src/audit/worker-refusals.js';

describe('the audit of refused workers', () => {
  let recorded: { readonly address: string; readonly resource: string }[];
  let tell: (address: string, worker?: string, status?: 401 | 403 | 503) => Promise<void>;
  beforeEach(() => {
    recorded = [];
    const onRefusal = auditWorkerRefusals({
      async refused({ sourceAddress: address }: Requester, { resource }) {
        recorded.push({ address, resource });
      },
    });
    tell = async (remoteAddress, claimedWorkerId = 'w-1', status = 401) => {
      onRefusal({
        status,
        reason: 'bad_signature',
        requestId: 'r-1',
        claimedWorkerId,
        remoteAddress,
      } as WorkerRefusalEvent);
      // What it does takes some turns of promises, and nothing of the outside.
      await new Promise(setImmediate);
    };
  });

  it('has the same refusal once', async () => {
    for (let times = 0; times < 3; times += 1) await tell('192.0.2.1');
    await tell('192.0.2.1', 'w-2');
    expect(recorded.map(({ resource }) => resource)).to.deep.equal(['worker:w-1', 'worker:w-2']);
  });

  it('has nothing of what is no refusal of a credential', async () => {
    await tell('192.0.2.1', 'w-1', 503);
    expect(recorded).to.deep.equal([]);
  });

  const floods = [
    ['an address', 1, () => '192.0.2.1'],
    ['the addresses of a /64', 1, (index: number) => `2001:db8:0:7::${index.toString(16)}`],
    ['two networks', 2, (index: number) => `2001:db8:0:${index % 2}::${index.toString(16)}`],
    ['two IPv4 addresses', 2, (index: number) => `192.0.2.${index % 2}`],
  ] as const;
  for (const [name, networks, addressOf] of floods) {
    it(`has 60 a minute of ever new names from ${name}${networks === 1 ? '' : ', each'}`, async () => {
      for (let index = 0; index < 200; index += 1) await tell(addressOf(index), `w-${index}`);
      expect(recorded).to.have.length(60 * networks);
    });
  }

  it('has one refusal of a worker that comes from ever new addresses of its network, with the first of them', async () => {
    for (let index = 1; index < 20; index += 1) await tell(`2001:db8::${index}`);
    expect(recorded).to.deep.equal([{ address: '2001:db8::1', resource: 'worker:w-1' }]);
  });
});
