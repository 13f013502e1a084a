import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { controlPlaneHolder, workerHolder } from '../../src/tls/holders.js';
import { initDirectory } from '../../src/tls/init-directory.js';

const DAY_MS = 86_400_000;

describe('initDirectory', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tls-directory-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const start = new Date('2031-05-01T12:00:00Z');
  const controlPlane = controlPlaneHolder([]);
  const after = (days: number, workers: readonly string[]) =>
    initDirectory({
      directory,
      holders: workers.map((id) => workerHolder(id, controlPlane)),
      days: 90,
      replace: false,
      now: new Date(start.getTime() + days * DAY_MS),
    });
  const failureOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'made',
      ({ message }: Error) => message,
    );

  it('never lets a certificate outlive its CA', async () => {
    await after(0, ['a']);
    const { endsAt } = await after(300, ['b']);
    expect(endsAt.toISOString()).to.equal('2032-04-30T12:00:00.000Z');
    const ca = new X509Certificate(readFileSync(join(directory, 'ca.crt')));
    expect(new Date(ca.validTo)).to.deep.equal(endsAt);
  });

  it('refuses to keep a certificate that has expired', async () => {
    await after(0, ['a']);
    expect(await failureOf(after(91, ['a']))).to.match(
      /worker-a\.crt has expired at .*; remove it and its key/,
    );
  });

  it('refuses a CA that has expired', async () => {
    await after(0, ['a']);
    expect(await failureOf(after(366, ['b']))).to.match(
      /ca\.crt has expired at .*; --force makes everything anew/,
    );
  });

  it('is valid a little earlier, for clocks that are behind', async () => {
    await after(0, ['a']);
    const { validFrom } = new X509Certificate(readFileSync(join(directory, 'worker-a.crt')));
    expect(new Date(validFrom).toISOString()).to.equal('2031-05-01T11:55:00.000Z');
  });
});
