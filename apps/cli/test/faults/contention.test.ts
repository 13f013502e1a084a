import { createHash, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { openStore, type Store, StoreError } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { deriveWorkerKey, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { createSystem, type System } from '../system.js';

const AT_ONCE = 64;
const nightly = Number(process.env['STACYVM_FAULTS_MINUTES'] ?? 0) > 0 ? 10_000 : undefined;
const wanted = process.env['STACYVM_CONTENTION_ROUNDS'];
const rounds = wanted === undefined ? nightly : Number(wanted);
/** Of a lease each round is three contests: to acquire, to renew, to release. */
const ROUNDS = {
  lease: rounds ?? 100,
  joinToken: rounds ?? 50,
  tokenId: rounds ?? 300,
};

/** By kind of contest: how many there were, and how many winners they had. */
const contests = new Map<
  string,
  { readonly count: number; readonly fewest: number; readonly most: number }
>();

/** Starts all at once; tells which of them won, and counts it. */
async function race(name: string, attempts: readonly (() => Promise<boolean>)[]): Promise<readonly number[]> {
  const won = await Promise.all(attempts.map((attempt) => attempt()));
  const winners = won.flatMap((isWinner, index) => (isWinner ? [index] : []));
  const { count, fewest, most } = contests.get(name) ?? { count: 0, fewest: AT_ONCE, most: 0 };
  contests.set(name, {
    count: count + 1,
    fewest: Math.min(fewest, winners.length),
    most: Math.max(most, winners.length),
  });
  return winners;
}

function sixtyFour(attempt: (index: number) => Promise<boolean>): readonly (() => Promise<boolean>)[] {
  return Array.from({ length: AT_ONCE }, (_, index) => () => attempt(index));
}

/** One line for each kind of contest. */
function countsOf(seconds: number): string {
  return [...contests]
    .map(
      ([name, { count, fewest, most }]) =>
        `  ${name}: ${count} contests of ${AT_ONCE} with ${fewest} to ${most} winners, ${seconds.toFixed(1)} s in all`,
    )
    .join('\n');
}

describe(`${AT_ONCE} at once`, function () {
  this.timeout(rounds === undefined ? 120_000 : 120_000 + 1_000 * rounds);
  let startedAt: number;

  beforeEach(() => {
    contests.clear();
    startedAt = performance.now();
  });
  afterEach(() => {
    const seconds = (performance.now() - startedAt) / 1000;
    process.stdout.write(`${countsOf(seconds)}\n`);
  });

  describe('on the database of two control planes', () => {
    let database: TestDatabase;
    let stores: readonly Store[];

    before(async () => {
      database = await createTestDatabase();
      stores = [
        await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: AT_ONCE / 2 }),
        await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: AT_ONCE / 2 }),
      ];
    });
    after(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await database.drop();
    });

    const storeOf = (index: number): Store => stores[index % stores.length]!;

    /** True for success; a refusal must have this code. */
    async function succeeds(work: Promise<unknown>, refusal: StoreError['code']): Promise<boolean> {
      try {
        await work;
        return true;
      } catch (error) {
        if (error instanceof StoreError && error.code === refusal) return false;
        throw error;
      }
    }

    it(`a lease is acquired, renewed from one generation, and released by exactly one, ${ROUNDS.lease} times`, async () => {
      const ttlMs = 60_000;
      for (let round = 0; round < ROUNDS.lease; round += 1) {
        const resourceId = `r-${round % 50}`;
        const acquired = await race(
          'lease acquired',
          sixtyFour((index) => {
            const lease = { resourceId, resourceType: 'test', holderId: `holder-${index}`, ttlMs };
            return succeeds(storeOf(index).leases.acquire(lease), 'conflict');
          }),
        );
        expect(acquired, `acquire, round ${round}`).to.have.length(1);
        const holderId = `holder-${acquired[0]}`;
        // Every round takes it once and renews it once.
        const generation = 2 * Math.floor(round / 50) + 1;
        expect(await stores[0]!.leases.get(resourceId)).to.include({ holderId, generation });
        const renewed = await race(
          'lease renewed',
          sixtyFour((index) =>
            succeeds(storeOf(index).leases.renew({ resourceId, holderId, ttlMs, generation }), 'conflict'),
          ),
        );
        expect(renewed, `renew, round ${round}`).to.have.length(1);
        expect(await stores[1]!.leases.get(resourceId)).to.include({ holderId, generation: generation + 1 });
        const released = await race(
          'lease released',
          sixtyFour((index) =>
            succeeds(storeOf(index).leases.release({ resourceId, holderId }), 'not_found'),
          ),
        );
        expect(released, `release, round ${round}`).to.have.length(1);
      }
    });

    it(`a join token is redeemed by exactly one, and the others are counted, ${ROUNDS.joinToken} times`, async () => {
      for (let round = 0; round < ROUNDS.joinToken; round += 1) {
        const tokenHash = createHash('sha256').update(`token ${round}`).digest('hex');
        const expiresAt = new Date(Date.now() + 60_000);
        const { id } = await stores[0]!.joinTokens.create({
          workerId: 'w',
          createdBy: 'test',
          tokenHash,
          expiresAt,
        });
        const redeemed = await race(
          'join token redeemed',
          sixtyFour(async (index) => {
            const redemption = { tokenHash, from: `192.0.2.${index}` };
            return (await storeOf(index).joinTokens.redeem(redemption)).outcome === 'redeemed';
          }),
        );
        expect(redeemed, `round ${round}`).to.have.length(1);
        expect(await stores[1]!.joinTokens.get(id)).to.include({
          redeemedFrom: `192.0.2.${redeemed[0]}`,
          refusedRedemptions: AT_ONCE - 1,
        });
      }
    });
  });

  describe('at the RPC port of a worker', () => {
    const workerId = 'worker-a';
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    let system: System;
    let url: string;

    before(async () => {
      system = await createSystem();
      await system.startControlPlane();
      const { log } = await system.startWorker(workerId);
      url = /"rpc_url":"([^"]+)"/.exec(log())?.[1] ?? '';
    });
    after(async () => {
      agent.destroy();
      await system.stop();
    });

    /** The answer to the destruction of a sandbox that the worker does not have, which is done. */
    function destroy(sandboxId: string, token: string): Promise<readonly [number | undefined, unknown]> {
      const expires_at = new Date(Date.now() + 60_000).toISOString();
      const lease = { resource_id: sandboxId, holder_id: workerId, generation: 1, expires_at };
      const params = { sandbox_id: sandboxId, provider: '' };
      const body = { id: randomUUID(), method: 'worker.destroy', worker_id: workerId, lease, params };
      return new Promise((resolve, reject) => {
        const headers = {
          'content-type': 'application/json',
          'x-worker-id': workerId,
          'x-worker-token': token,
        };
        const call = request(`${url}/rpc`, { method: 'POST', agent, headers }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => resolve([response.statusCode, JSON.parse(text).reason]));
        });
        call.on('error', reject);
        call.end(JSON.stringify(body));
      });
    }

    it(`a token is good for exactly one call, ${ROUNDS.tokenId} times`, async () => {
      const key = deriveWorkerKey(system.masterKey, workerId);
      for (let round = 0; round < ROUNDS.tokenId; round += 1) {
        const { token } = mintWorkerToken({ key, workerId, audience: 'worker:rpc', ttlSeconds: 60 });
        const accepted = await race(
          'RPC token used',
          sixtyFour(async () => {
            const [status, reason] = await destroy(`sb-${round}`, token);
            if (status === 200) return true;
            expect([status, reason]).to.deep.equal([401, 'token_replayed']);
            return false;
          }),
        );
        expect(accepted, `round ${round}`).to.have.length(1);
      }
    });
  });
});
