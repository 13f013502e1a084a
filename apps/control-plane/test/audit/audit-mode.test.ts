import { expect } from 'chai';
import pg from 'pg';
import { admin, items } from '../admin-calls.js';
import { call, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { type ProtocolWorker, startProtocolWorker } from '../protocol-worker.js';

/** The rest of the database works on, and only the audit cannot be written. */
const BROKEN = [
  [
    'a table that is gone',
    'alter table audit_events rename to away',
    'alter table away rename to audit_events',
  ],
  [
    'a constraint that nothing fulfils',
    'alter table audit_events add constraint nothing check (false) not valid',
    'alter table audit_events drop constraint nothing',
  ],
] as const;

for (const mode of ['required', 'best_effort'] as const) {
  describe(`the audit that cannot be written, in mode ${mode}`, () => {
    let fixture: Fixture;
    let worker: ProtocolWorker | undefined;
    let superuser: pg.Client;
    before(async () => {
      fixture = await startFixture({ 'audit.mode': mode });
      worker = await startProtocolWorker('worker-m', [fixture.url], fixture.signingKey);
      await eventually(() => expect(worker?.beats.accepted).to.be.above(0));
      superuser = new pg.Client({ connectionString: fixture.database.dsn });
      await superuser.connect();
    });
    after(async () => {
      await superuser?.end();
      await fixture?.dispose();
      await worker?.stop();
    });

    const metric = async (series: string): Promise<number> => {
      const { text } = await call(fixture, '/metrics/prometheus', { key: fixture.adminKey });
      return Number(new RegExp(`^stacyvm_audit_${series} (\\d+)$`, 'm').exec(text)?.[1]);
    };
    const sandboxes = async () => items(await call(fixture, '/sandboxes')).length;
    const ask = {
      spawn: () => call(fixture, '/sandboxes', { body: { provider: 'mock' } }),
      exec: (id: string) => call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'x' } }),
      destroy: (id: string) => call(fixture, `/sandboxes/${id}`, { method: 'DELETE' }),
      tenant: (name: string) => admin(fixture, '/tenants', { body: { id: name, name } }),
      secret: () => admin(fixture, '/worker-tokens', { body: { worker_id: 'worker-x' } }),
    };

    for (const [index, [name, breaking, mending]] of BROKEN.entries()) {
      describe(`because of ${name}`, () => {
        let sandbox: string;
        let [lost, refused, written] = [0, 0, 0];
        const tenant = `tn-${index}`;
        before(async () => {
          sandbox = await spawnSandbox(fixture);
          // What became of the spawn is recorded while it is answered.
          await eventually(async () => {
            const resource = `sandbox:${sandbox}`;
            const { items: ends } = await fixture.store.audit.list({ action: 'sandbox.spawn', resource });
            expect(ends).to.have.length(1);
          });
          [lost, refused] = [await metric('append_failures_total'), await metric('mode_refusals_total')];
          written = await sandboxes();
          await superuser.query(breaking);
        });
        after(() => superuser.query(mending));

        if (mode === 'required') {
          it('nothing happens that would be recorded, and all else goes on', async () => {
            const answers = [
              await ask.spawn(),
              await ask.exec(sandbox),
              await ask.destroy(sandbox),
              await ask.tenant(tenant),
              await ask.secret(),
            ];
            for (const { status, body, text } of answers) {
              expect([status, body['reason']], text).to.deep.equal([503, 'audit_unavailable']);
              expect(text).not.to.contain('stacyvm-worker-v1');
            }
            expect(await sandboxes()).to.equal(written);
            expect((await call(fixture, `/sandboxes/${sandbox}`)).body['state']).to.equal('running');
            expect(await fixture.store.tenants.get(tenant)).to.equal(undefined);
            expect((await fixture.store.tokenIssuances.list({ workerId: 'worker-x' })).items).to.deep.equal(
              [],
            );
            expect(await metric('append_failures_total')).to.equal(lost + 5);
            expect(await metric('mode_refusals_total')).to.equal(refused + 5);
          });
        } else {
          it('everything happens, and the log and the metrics tell that it was not recorded', async () => {
            const answers = [
              await ask.exec(sandbox),
              await ask.destroy(sandbox),
              await ask.tenant(tenant),
              await ask.secret(),
              await ask.spawn(),
            ];
            for (const { status, text } of answers) expect(status, text).to.be.oneOf([200, 201]);
            expect(await fixture.store.tenants.get(tenant)).to.include({ id: tenant });
            expect(await sandboxes()).to.equal(written);
            // Each has an intent and an outcome, and the policies decide about the spawn.
            await eventually(async () => expect(await metric('append_failures_total')).to.equal(lost + 11));
            expect(await metric('mode_refusals_total')).to.equal(0);
            const told = fixture.logs
              .records('not audited')
              .filter(({ action }) => action === 'tenant.create');
            expect(told.slice(-2).map(({ phase }) => phase)).to.deep.equal(['intent', 'outcome']);
            expect(told.at(-1)).to.include({ outcome: 'success' });
          });
        }

        it('works again when it can be written', async () => {
          await superuser.query(mending);
          const { status } = await ask.tenant(`${tenant}-later`);
          await superuser.query(breaking);
          expect(status).to.equal(201);
        });
      });
    }
  });
}
