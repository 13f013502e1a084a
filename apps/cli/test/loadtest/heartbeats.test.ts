import { join } from 'node:path';
import { expect } from 'chai';
import { collect } from '../../src/output.js';
import { runCommand } from '../command.js';
import { createSystem, type System } from '../system.js';

describe('stacyvm loadtest heartbeats', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
  });
  after(() => system.stop());

  /** Of 20 workers over 8 connections, unless told. */
  const load = (options: Readonly<Record<string, string | true>>) => {
    const all = {
      server: system.url,
      'api-key-file': system.adminKeyFile,
      'signing-key-file': join(system.directory, 'worker-signing-key'),
      workers: '20',
      connections: '8',
      ...options,
    };
    const words = Object.entries(all).flatMap(([name, value]) =>
      value === true ? [`--${name}`] : [`--${name}`, value],
    );
    return runCommand(['loadtest', 'heartbeats', ...words]);
  };
  const ids = async () => (await collect(system.client.workers())).map(({ id }) => id);

  it('counts what is answered, and leaves no worker behind', async () => {
    const { code, stdout, stderr } = await load({ duration: '500ms', format: 'json' });
    expect(code, stderr).to.equal(0);
    const { accepted, latency_ms: latency, ...rest } = JSON.parse(stdout);
    expect(rest).to.deep.include({ workers: 20, connections: 8, refused: {} });
    expect(accepted).to.be.at.least(8);
    expect(latency.p50).to.be.greaterThan(0);
    expect(latency.p99).to.be.at.least(latency.p50).and.at.most(latency.max);
    expect(await ids()).to.deep.equal([]);
  });

  it('keeps a pace, and leaves workers that get no sandboxes when it is told to', async () => {
    const { code, stdout } = await load({ duration: '1s', pace: '1s', keep: true, format: 'json' });
    expect(code).to.equal(0);
    expect(JSON.parse(stdout).accepted).to.be.within(15, 20);
    const left = await collect(system.client.workers());
    expect(left.length).to.be.within(15, 20);
    expect(new Set(left.map(({ status }) => status))).to.deep.equal(new Set(['offline']));
  });

  it('fails when nothing is accepted, and tells what came instead', async () => {
    const { code, stdout } = await load({ duration: '200ms', 'signing-key-file': system.adminKeyFile });
    expect(code).to.equal(1);
    expect(stdout).to.match(/x 401/);
  });

  const wrong: ReadonlyArray<readonly [string, Readonly<Record<string, string>>]> = [
    ['no workers', { workers: '0' }],
    ['half a worker', { workers: '1.5' }],
    ['no connections', { connections: '0' }],
    ['a duration that is none', { duration: 'long' }],
    ['a duration without end', { duration: '11m' }],
    ['a pace of nothing', { pace: '0s' }],
  ];
  for (const [name, options] of wrong) {
    it(`refuses ${name}`, async () => {
      expect((await load(options)).code).to.equal(2);
    });
  }
});
