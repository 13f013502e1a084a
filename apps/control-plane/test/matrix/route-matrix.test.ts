import { listOperations, type Operation, type OperationId } from '@stacyvm/api';
import { expect } from 'chai';
import { type Answer, call } from '../api-calls.js';
import type { Caller } from './callers.js';
import { expectedRefusal } from './expected-answer.js';
import { type Objects, pathWith } from './objects.js';
import { makePeople } from './people.js';
import type { Row } from './row.js';
import { ROWS } from './rows.js';
import { makeStrangers } from './strangers.js';
import { makeWorkers } from './workers.js';
import { startWorld, type World } from './world.js';

const OPERATIONS = listOperations();
const CODES: Readonly<Record<number, string>> = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND' };

/** Every operation of the contract with every kind of credential. */
describe('the matrix of routes and credentials', function () {
  this.timeout(60_000);
  let world: World;
  let callers: readonly Caller[];
  before(async () => {
    world = await startWorld();
    callers = (await Promise.all([makePeople(world), makeStrangers(world), makeWorkers(world)])).flat();
  });
  after(() => world?.stop());

  it('has a row for every operation, and for no other', () => {
    expect(OPERATIONS.map(({ id }) => id)).to.have.members(Object.keys(ROWS));
  });

  it('says of every operation what the contract says', () => {
    const rows = OPERATIONS.map(({ id }) => [id, rowOf(id).needs, rowOf(id).platformOnly === true]);
    expect(OPERATIONS.map(({ id, scope, platformOnly }) => [id, scope, platformOnly])).to.deep.equal(rows);
  });

  it('has every kind of credential, each once', () => {
    expect(new Set(callers.map(({ name }) => name)).size).to.equal(callers.length);
    const known = callers.filter((caller) => caller.kind === 'known');
    const roles = ['viewer', 'api', 'operator', 'tenant_admin', 'admin'];
    expect([...new Set(known.map(({ role }) => role))]).to.have.members(roles);
    expect(callers.length).to.be.greaterThan(50);
  });

  const ask = (operation: Operation, caller: Caller, objects: Objects): Promise<Answer> => {
    const { query, body, headers, id } = rowOf(operation.id);
    const path = pathWith(operation.path, objects, id);
    const more = typeof query === 'function' ? query(objects) : (query ?? '');
    return call(world.fixture, path + more, {
      method: operation.method.toUpperCase(),
      key: null,
      headers: { ...headers, ...caller.headers },
      ...(body === undefined ? {} : { body: body(objects) }),
    });
  };
  const tenantOf = (caller: Caller) => (caller.kind === 'known' ? caller.tenant : undefined);
  const objectsFor = (caller: Caller): Objects => {
    const objects = world.objectsFor(tenantOf(caller));
    const owner = caller.kind === 'known' ? caller.owner : undefined;
    return owner === undefined ? objects : { ...objects, owner };
  };
  const refusalOf = (operation: Operation, caller: Caller) =>
    expectedRefusal(rowOf(operation.id), operation.path.includes('{tenant_id}'), caller);

  // All refusals come first, while nothing is going on that could hide what one of them does.
  describe('refuses, and changes nothing', () => {
    for (const operation of OPERATIONS) {
      if (rowOf(operation.id).needs === 'public') continue;
      it(operation.id, async () => {
        const before = await world.database.state();
        const wrong: string[] = [];
        let asked = 0;
        await Promise.all(
          callers.map(async (caller) => {
            const refusal = refusalOf(operation, caller);
            if (refusal === undefined) return;
            asked += 1;
            const answer = await ask(operation, caller, objectsFor(caller));
            const problem = problemWith(answer, refusal, operation);
            if (problem !== undefined) wrong.push(`${caller.name}: ${problem}`);
          }),
        );
        expect(wrong).to.deep.equal([]);
        expect(asked).to.be.greaterThan(20);
        expect(await world.database.state()).to.deep.equal(before);
      });
    }
  });

  describe('lets in', () => {
    for (const operation of OPERATIONS) {
      it(operation.id, async () => {
        const { status = 200, fresh, after } = rowOf(operation.id);
        const wrong: string[] = [];
        let asked = 0;
        for (const caller of callers) {
          if (refusalOf(operation, caller) !== undefined) continue;
          asked += 1;
          const asAdmin = world.asAdminIn(tenantOf(caller));
          const objects = objectsFor(caller);
          const more = await fresh?.(asAdmin, objects, world.newWorker);
          const answer = await ask(operation, caller, { ...objects, ...more });
          if (answer.status !== status) wrong.push(`${caller.name}: ${answer.status} ${answer.text}`);
          else await after?.(asAdmin, answer);
        }
        expect(wrong).to.deep.equal([]);
        expect(asked).to.be.greaterThan(0);
      });
    }
  });
});

function rowOf(id: OperationId): Row {
  return ROWS[id];
}

/** What is wrong with a refusal; undefined: nothing. */
function problemWith(
  { status, body, text, headers }: Answer,
  [wantedStatus, wantedReason]: readonly [number, string],
  { servedBy }: Operation,
): string | undefined {
  if (status !== wantedStatus || body['reason'] !== wantedReason)
    return `${status} ${text.slice(0, 200)}, not ${wantedStatus} ${wantedReason}`;
  if (status === 401 && headers.get('www-authenticate') === null) return 'no challenge';
  if (servedBy === 'control-plane' && body['code'] !== CODES[status]) return `code ${body['code']}`;
  return typeof body['request_id'] === 'string' ? undefined : 'no request id';
}
