import { expect } from 'chai';
import { checkHistory } from './checker.js';
import type { Call, Lease, Runtime, Sighting } from './history.js';

const OK = { kind: 'ok' } as const;
const UNANSWERED = { kind: 'unanswered', detail: 'unreachable' } as const;

let clock = 0;
/** A call that lasts for one tick after the one before. */
function call(operation: Call['operation'], details: Partial<Call> = {}): Call {
  const startedAt = clock + 1;
  clock += 2;
  return {
    operation,
    controlPlane: 0,
    startedAt,
    endedAt: clock,
    sandboxId: 'sb-1',
    outcome: OK,
    ...details,
  };
}
const refused = (status: number, reason: string) => ({
  outcome: { kind: 'refused', status, reason, detail: '' } as const,
});
const write = (line: string, details: Partial<Call> = {}) => call('write', { line, ...details });
const read = (...lines: readonly string[]) => call('read', { lines });
const spawn = () => call('spawn', { workerId: 'w-1' });

const runtime = (workerId = 'w-1', identity = '1@1', sandboxId = 'sb-1'): Runtime => ({
  sandboxId,
  workerId,
  identity,
});
const lease = (holderId: string, generation: number, resourceId = 'sb-1'): Lease => ({
  resourceId,
  holderId,
  generation,
  expiresAt: new Date(1_000),
});
function sighting(runtimes: readonly Runtime[], held?: readonly Lease[]): Sighting {
  clock += 1;
  return { at: clock, runtimes, leases: held && { at: new Date(0), held } };
}

describe('checkHistory', () => {
  const rulesOf = (calls: readonly Call[], sightings: readonly Sighting[] = []) =>
    checkHistory({ calls, sightings }).map(({ rule }) => rule);

  it('finds nothing in a history that is right, whatever failed in it', () => {
    const calls = [
      spawn(),
      write('a'),
      write('b', { outcome: UNANSWERED }),
      read('a', 'b'),
      read('a', 'b'),
      call('status', refused(503, 'database_unavailable')),
      call('read', refused(409, 'sandbox_not_running')),
      call('destroy', { outcome: UNANSWERED }),
      call('read', refused(404, 'sandbox_not_found')),
      call('destroy'),
    ];
    const sightings = [
      { ...sighting([runtime()], [lease('w-1', 1)]), at: 2 },
      { ...sighting([runtime()], [lease('w-1', 2)]), at: 3 },
      sighting([], []),
      sighting([], [lease('w-2', 3)]),
    ];
    expect(rulesOf(calls, sightings)).to.deep.equal([]);
  });

  const wrong: ReadonlyArray<readonly [string, () => readonly string[], readonly string[]]> = [
    ['an internal error', () => rulesOf([call('status', refused(500, 'internal'))]), ['unforeseen_5xx']],
    [
      'a 503 without a foreseen reason',
      () => rulesOf([call('status', refused(503, ''))]),
      ['unforeseen_5xx'],
    ],
    [
      'an answer that is none',
      () => rulesOf([call('read', { outcome: { kind: 'nonsense', detail: 'HTML' } })]),
      ['nonsense'],
    ],
    [
      'a sandbox that nobody destroyed and that is gone',
      () => rulesOf([spawn(), call('status', refused(404, 'sandbox_not_found'))]),
      ['sandbox_lost'],
    ],
    ['an id given twice', () => rulesOf([spawn(), spawn()]), ['id_given_twice']],
    [
      'a sandbox that can be used after it was destroyed',
      () => rulesOf([spawn(), call('destroy'), call('status')]),
      ['sandbox_after_its_end'],
    ],
    [
      'an acknowledged write that a later read does not find',
      () => rulesOf([write('a'), read()]),
      ['write_lost'],
    ],
    [
      'an unanswered write that was found once and then not',
      () => rulesOf([write('a', { outcome: UNANSWERED }), read('a'), read()]),
      ['write_lost'],
    ],
    ['a write that was done twice', () => rulesOf([write('a'), read('a', 'a')]), ['written_twice']],
    [
      'a line of another sandbox',
      () => rulesOf([write('a', { sandboxId: 'sb-2' }), read('a')]),
      ['never_written'],
    ],
    ['writes in another order', () => rulesOf([write('a'), write('b'), read('b', 'a')]), ['out_of_order']],
    [
      'one sandbox on two workers at once',
      () => rulesOf([], [sighting([runtime('w-1'), runtime('w-2')])]),
      ['run_twice'],
    ],
    [
      'a sandbox that was started again',
      () => rulesOf([], [sighting([runtime()]), sighting([]), sighting([runtime('w-1', '2@2')])]),
      ['run_twice'],
    ],
    [
      'a sandbox that runs after it was destroyed',
      () => rulesOf([spawn(), call('destroy')], [sighting([runtime()])]),
      ['runs_after_its_end'],
    ],
    [
      'a lease with two holders',
      () => rulesOf([], [sighting([], [lease('w-1', 1), lease('w-2', 2)])]),
      ['lease_held_by_two'],
    ],
    [
      'a generation that went back',
      () => rulesOf([], [sighting([], [lease('w-1', 2)]), sighting([], []), sighting([], [lease('w-1', 1)])]),
      ['generation_went_back'],
    ],
    [
      'a new holder of the same generation',
      () => rulesOf([], [sighting([], [lease('w-1', 2)]), sighting([], [lease('w-2', 2)])]),
      ['holder_without_generation'],
    ],
    [
      'a sandbox on a worker while another holds its lease',
      () => rulesOf([], [sighting([runtime('w-1')], [lease('w-2', 1)])]),
      ['runs_without_lease'],
    ],
  ];
  for (const [name, rules, expected] of wrong) {
    it(`finds ${name}`, () => {
      clock = 0;
      expect(rules()).to.deep.equal(expected);
    });
  }
});
