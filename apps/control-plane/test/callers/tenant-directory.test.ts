import type { TenantMemberRecord, TenantRecord } from '@stacyvm/store';
import { expect } from 'chai';
import { createTenantDirectory } from '../../src/callers/tenant-directory.js';

describe('TenantDirectory', () => {
  let asked: string[];
  let now: number;
  let there: boolean;
  let failing: boolean;
  const directory = () => {
    asked = [];
    now = 0;
    there = true;
    failing = false;
    return createTenantDirectory(
      {
        tenants: {
          async get(id: string) {
            asked.push(id);
            if (failing) throw new Error('away');
            return there ? ({ id } as TenantRecord) : undefined;
          },
        },
        tenantMembers: {
          async ofUser(userId: string) {
            asked.push(userId);
            return [{ userId } as TenantMemberRecord];
          },
        },
      } as unknown as Parameters<typeof createTenantDirectory>[0],
      () => now,
    );
  };

  it('asks once for many requests, and again after a second', async () => {
    const { exists, membershipsOf } = directory();
    expect(await Promise.all([exists('a'), exists('a'), exists('b')])).to.deep.equal([true, true, true]);
    await membershipsOf('ada');
    now = 999;
    await exists('a');
    await membershipsOf('ada');
    expect(asked).to.deep.equal(['a', 'b', 'ada']);
    there = false;
    now = 1_000;
    expect(await exists('a')).to.equal(false);
  });

  it('asks again after a hint', async () => {
    const { exists, membershipsOf, forget } = directory();
    await exists('a');
    await membershipsOf('ada');
    there = false;
    forget();
    expect(await exists('a')).to.equal(false);
    await membershipsOf('ada');
    expect(asked).to.deep.equal(['a', 'ada', 'a', 'ada']);
  });

  it('does not keep a failure', async () => {
    const { exists } = directory();
    failing = true;
    const failure = await exists('a').catch((error: Error) => error.message);
    expect(failure).to.equal('away');
    failing = false;
    expect(await exists('a')).to.equal(true);
  });

  it('does not grow with the names that somebody makes up', async () => {
    const { exists } = directory();
    for (let index = 0; index <= 10_000; index += 1) await exists(`t${index}`);
    asked = [];
    await exists('t0');
    expect(asked).to.deep.equal(['t0']);
  });
});
