import { listOperations, type Operation } from '@stacyvm/api';
import { expect } from 'chai';
import type { Caller } from './callers.js';
import type { Question, Reply } from './client.js';
import type { Objects } from './objects.js';
import { makePeople } from './people.js';
import { refusalOf, requestOf, rowOf } from './requests.js';
import { ROWS } from './rows.js';
import { makeStrangers } from './strangers.js';
import { makeWorkers } from './workers.js';
import type { World } from './world.js';

const OPERATIONS = listOperations();
const CODES: Readonly<Record<number, string>> = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND' };

/** One of whom nothing is known, one who may read alone, and one who belongs to another tenant. */
const ODDLY_ASKING: readonly string[] = ['nothing', 'viewer key of the platform', 'tenant_admin key of tn-b'];

/** Every operation of the contract with every kind of credential. */
export function describeEveryRoute(worldOf: () => World): void {
  let world: World;
  let callers: readonly Caller[];
  before(async () => {
    world = worldOf();
    callers = (await Promise.all([makePeople(world), makeStrangers(world), makeWorkers(world)])).flat();
  });

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

  const ask = (operation: Operation, caller: Caller, objects: Objects): Promise<Reply> => {
    const { path, ...question } = requestOf(operation, caller, objects);
    return world.ask(path, question);
  };
  const tenantOf = (caller: Caller) => (caller.kind === 'known' ? caller.tenant : undefined);
  const objectsFor = (caller: Caller): Objects => {
    const objects = world.objectsFor(tenantOf(caller));
    const owner = caller.kind === 'known' ? caller.owner : undefined;
    return owner === undefined ? objects : { ...objects, owner };
  };

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
            const reply = await ask(operation, caller, objectsFor(caller));
            const problem = problemWith(reply, refusal, operation);
            if (problem !== undefined) wrong.push(`${caller.name}: ${problem}`);
          }),
        );
        expect(wrong).to.deep.equal([]);
        expect(asked).to.be.greaterThan(20);
        expect(await world.database.state()).to.deep.equal(before);
      });
    }
  });

  describe('refuses however it is asked', () => {
    for (const operation of OPERATIONS) {
      if (rowOf(operation.id).needs === 'public') continue;
      it(operation.id, async () => {
        const before = await world.database.state();
        const letIn: string[] = [];
        const unfit = callers.filter(
          (caller) => ODDLY_ASKING.includes(caller.name) && refusalOf(operation, caller) !== undefined,
        );
        expect(unfit).not.to.have.length(0);
        for (const caller of unfit) {
          const { path, ...question } = requestOf(operation, caller, objectsFor(caller));
          for (const odd of oddly(path, question)) {
            const { status } = await world.ask(odd.path, odd);
            if (status < 400) letIn.push(`${caller.name}: ${odd.method} ${odd.path}: ${status}`);
          }
        }
        expect(letIn).to.deep.equal([]);
        expect(await world.database.state()).to.deep.equal(before);
      });
    }
  });

  describe('answers HEAD as GET, without the content', () => {
    for (const operation of OPERATIONS) {
      if (operation.method !== 'get') continue;
      it(operation.id, async () => {
        const wrong: string[] = [];
        await Promise.all(
          callers.map(async (caller) => {
            const { path, ...question } = requestOf(operation, caller, objectsFor(caller));
            const { status, text, headers } = await world.ask(path, { ...question, method: 'HEAD' });
            const isLike =
              status === (refusalOf(operation, caller)?.[0] ?? 200) &&
              (status === 401) === (headers['www-authenticate'] !== undefined);
            if (!isLike || text !== '') wrong.push(`${caller.name}: ${status} ${text}`);
          }),
        );
        expect(wrong).to.deep.equal([]);
      });
    }
  });

  describe('lets in', () => {
    for (const operation of OPERATIONS) {
      it(operation.id, async () => {
        const { status = 200, fresh, after } = rowOf(operation.id);
        const wrong: string[] = [];
        let asked = 0;
        await Promise.all(
          callers.map(async (caller) => {
            if (refusalOf(operation, caller) !== undefined) return;
            asked += 1;
            const asAdmin = world.asAdminIn(tenantOf(caller));
            const objects = objectsFor(caller);
            const more = await fresh?.(asAdmin, objects, world.newWorker);
            const reply = await ask(operation, caller, { ...objects, ...more });
            if (reply.status !== status) wrong.push(`${caller.name}: ${reply.status} ${reply.text}`);
            else await after?.(asAdmin, reply);
          }),
        );
        expect(wrong).to.deep.equal([]);
        expect(asked).to.be.greaterThan(0);
      });
    }
  });
}

/** The same request, as somebody would write it who looks for a way around the rules. */
function oddly(path: string, question: Question): readonly (Question & { readonly path: string })[] {
  const [names = '', query] = path.split('?');
  const withQuery = (spelling: string) => (query === undefined ? spelling : `${spelling}?${query}`);
  const first = names.charAt(1);
  const spellings = [
    `${names}/`,
    `/${names}`,
    `/.${names}`,
    `/health/..${names}`,
    `/%2e%2e/v1${names}`,
    names.toUpperCase(),
    `/%${first.charCodeAt(0).toString(16)}${names.slice(2)}`,
    `${names}%2f`,
    `${names};x=1`,
    `${names}%00`,
  ];
  const asked = spellings.map((spelling) => ({ ...question, path: withQuery(spelling) }));
  const override = { ...question.headers, 'X-HTTP-Method-Override': 'GET' };
  return [
    ...asked,
    { ...question, path, headers: override },
    ...(question.method === 'GET' ? [{ ...question, path, method: 'HEAD' }] : []),
  ];
}

/** What is wrong with a refusal; undefined: nothing. */
function problemWith(
  { status, body, text, headers }: Reply,
  [wantedStatus, wantedReason]: readonly [number, string],
  { servedBy }: Operation,
): string | undefined {
  if (status !== wantedStatus || body['reason'] !== wantedReason)
    return `${status} ${text.slice(0, 200)}, not ${wantedStatus} ${wantedReason}`;
  if (status === 401 && headers['www-authenticate'] === undefined) return 'no challenge';
  if (servedBy === 'control-plane' && body['code'] !== CODES[status]) return `code ${body['code']}`;
  return typeof body['request_id'] === 'string' ? undefined : 'no request id';
}
