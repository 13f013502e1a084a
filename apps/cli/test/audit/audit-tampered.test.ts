import { expect } from 'chai';
import type pg from 'pg';
import { type AuditedSystem, openIntruder, startAuditedSystem } from './audited-system.js';

const TABLES = ['audit_heads', 'audit_statements', 'audit_events'] as const;

describe('stacyvm audit verify, when somebody was in the database', function () {
  this.timeout(60_000);
  let audited: AuditedSystem;
  let intruder: pg.Client;
  before(async () => {
    audited = await startAuditedSystem();
    for (const image of ['one', 'two', 'three']) await audited.spawn(image, 'tn-a');
    await audited.signed();
    intruder = await openIntruder(audited.system);
    for (const table of TABLES)
      await intruder.query(`create table kept_${table} as select * from ${table} where tenant = 'tn-a'`);
  });
  after(async () => {
    await intruder?.end();
    await audited?.stop();
  });
  afterEach(async () => {
    await intruder.query('begin');
    for (const table of TABLES) {
      await intruder.query(`delete from ${table} where tenant = 'tn-a'`);
      await intruder.query(`insert into ${table} overriding system value select * from kept_${table}`);
    }
    await intruder.query('commit');
  });

  async function verify(): Promise<{ readonly code: number | null; readonly problems: readonly string[] }> {
    const { code, stdout } = await audited.run(
      ...['audit', 'verify', '--public-key', audited.publicKeyFile, '--format', 'json'],
    );
    const { intact, problems } = JSON.parse(stdout) as {
      intact: boolean;
      problems: { code: string; tenant_id?: string; sequence?: number }[];
    };
    expect(intact).to.equal(code === 0);
    return {
      code,
      problems: problems.map((each) => `${each.code} ${each.tenant_id} ${each.sequence}`),
    };
  }
  const columns = `event_id, at, category, phase, intent_id, actor_kind, actor_id, actor_tenant, credential_id, action,
    resource, outcome, reason, status, method, path, request_id, source_address, user_agent, duration_ms, detail,
    prev_hash, hash`;
  const copyOf = (from: number, to: number) => `
    insert into audit_events (tenant, sequence, ${columns})
    select tenant, ${to}, ${columns} from audit_events where tenant = 'tn-a' and sequence = ${from}`;
  const ofTenant = (sequence: string) => `where tenant = 'tn-a' and sequence ${sequence}`;
  const backTo = (sequence: number) => `
    update audit_heads set sequence = ${sequence}, checkpoint_sequence = ${sequence},
      hash = (select hash from audit_events ${ofTenant(`= ${sequence}`)}) where tenant = 'tn-a'`;

  it('finds nothing when nobody was', async () => {
    expect(await verify()).to.deep.equal({ code: 0, problems: [] });
  });

  const tampered: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'changed: another actor',
      [`update audit_events set actor_id = 'eve' ${ofTenant('= 2')}`],
      ['changed tn-a 2'],
    ],
    [
      'changed: an outcome, at another time',
      [`update audit_events set outcome = 'success', at = at - interval '1 day' ${ofTenant('= 9')}`],
      ['changed tn-a 9'],
    ],
    ['removed: in the middle', [`delete from audit_events ${ofTenant('= 4')}`], ['removed tn-a 4']],
    [
      'removed: at the start, without an anchor',
      [`delete from audit_events ${ofTenant('< 3')}`],
      ['removed tn-a 1'],
    ],
    [
      'added: in the middle',
      [
        `update audit_events set sequence = sequence + 100 ${ofTenant('> 3')}`,
        `update audit_events set sequence = sequence - 99 ${ofTenant('> 100')}`,
        copyOf(2, 4),
        `update audit_heads set sequence = 10 where tenant = 'tn-a'`,
      ],
      ['changed tn-a 4'],
    ],
    [
      'added: behind the end, where lists would show it',
      [copyOf(2, 12)],
      ['changed tn-a 12', 'removed tn-a 10'],
    ],
    [
      'reordered: two that change places',
      [
        `update audit_events set sequence = 100 ${ofTenant('= 5')}`,
        `update audit_events set sequence = 5 ${ofTenant('= 6')}`,
        `update audit_events set sequence = 6 ${ofTenant('= 100')}`,
      ],
      ['changed tn-a 5', 'changed tn-a 6'],
    ],
    ['truncated: the end is gone', [`delete from audit_events ${ofTenant('> 7')}`], ['truncated tn-a 8']],
    [
      'truncated: and the head moved back',
      [`delete from audit_events ${ofTenant('> 7')}`, backTo(7)],
      ['removed tn-a 8', 'added tn-a 7'],
    ],
    [
      'forged: all but the signature',
      [`update audit_statements set at = at + interval '1 second' where tenant = 'tn-a'`],
      [],
    ],
  ];
  for (const [name, statements, expected] of tampered) {
    it(`finds what was ${name}`, async () => {
      await intruder.query('begin');
      for (const statement of statements) await intruder.query(statement);
      await intruder.query('commit');
      const { code, problems } = await verify();
      expect(code).to.equal(1);
      expect(problems).to.include.members([...expected]);
      for (const problem of problems) expect(problem).to.contain(' tn-a ');
    });
  }
});
