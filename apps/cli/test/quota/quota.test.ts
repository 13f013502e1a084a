import { expect } from 'chai';
import { type CommandResult, runCommand } from '../command.js';
import { createSystem, type System } from '../system.js';

describe('stacyvm quota, on a control plane', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
  });
  after(() => system?.stop());

  const quota = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(['quota', ...args, '--server', system.url, '--api-key-file', system.adminKeyFile], {
      cwd: system.directory,
    });
  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await quota(...args);
    expect(code, stderr).to.equal(0);
    return stdout.trim();
  };
  const rows = (text: string) => text.split('\n').map((line) => line.split(/ {2,}/));

  it('sets, keeps, lists, shows and deletes', async () => {
    expect(await done('list')).to.equal('no quotas of owners: the settings hold for all of them');
    expect(await done('set', 'ada', '--sandboxes', '3', '--ttl', '2h')).to.equal('quota of owner ada set');
    const kept = JSON.parse(await done('set', 'ada', '--memory-mb', '4096', '--format', 'json')) as object;
    expect(kept).to.include({ owner_id: 'ada', max_sandboxes: 3, max_ttl: '2h0m0s', max_memory_mb: 4096 });
    expect(rows(await done('list'))).to.deep.equal([
      ['OWNER', 'SANDBOXES', 'MEMORY', 'VCPUS', 'TTL', 'EXEC TIMEOUT', 'TOKENS/MIN'],
      ['ada', '3', '4096 MB', '-', '2h0m0s', '-', '-'],
    ]);
    const shown = rows(await done('show', 'ada'));
    expect(shown).to.deep.include(['sandboxes', '0', '3']).and.to.deep.include(['vcpus', '0', 'no limit']);
    expect(await done('show', 'bob')).to.contain('owner bob has no quota');
    expect(await done('delete', 'ada')).to.equal('quota of owner ada deleted');
    const gone = await quota('delete', 'ada');
    expect(gone.code).to.equal(1);
    expect(gone.stderr).to.contain('quota not found');
  });

  it('sets those of a tenant, and of owners in it', async () => {
    const { code, stderr } = await runCommand(
      [
        'tenant',
        'create',
        'team',
        '--id',
        'tn-a',
        '--server',
        system.url,
        '--api-key-file',
        system.adminKeyFile,
      ],
      { cwd: system.directory },
    );
    expect(code, stderr).to.equal(0);
    expect(await done('set', '--tenant', 'tn-a', '--vcpus', '8')).to.equal('quota of tenant tn-a set');
    expect(await done('set', 'ada', '--tenant', 'tn-a', '--vcpus', '4')).to.equal('quota of owner ada set');
    expect(rows(await done('list', '--tenant', 'tn-a')).map(([owner]) => owner)).to.deep.equal([
      'OWNER',
      'ada',
    ]);
    expect(await done('list')).to.contain('no quotas of owners');
    expect(rows(await done('show', '--tenant', 'tn-a'))).to.deep.include(['vcpus', '0', '8']);
    expect(rows(await done('show', 'ada', '--tenant', 'tn-a'))).to.deep.include(['vcpus', '0', '4']);
    expect(await done('delete', '--tenant', 'tn-a')).to.equal('quota of tenant tn-a deleted');
  });

  const wrong: ReadonlyArray<readonly [string, readonly string[], string]> = [
    ['nobody', ['show'], 'name an owner'],
    ['no limit', ['set', 'ada'], 'name a limit'],
    [
      'memory that is too much to count',
      ['set', 'ada', '--memory-mb', '99999999999999999999'],
      '--memory-mb must be',
    ],
    ['half a sandbox', ['set', 'ada', '--sandboxes', '1.5'], 'whole number'],
  ];
  for (const [name, args, message] of wrong) {
    it(`refuses ${name} as wrong use`, async () => {
      const { code, stderr } = await quota(...args);
      expect(code).to.equal(2);
      expect(stderr).to.contain(message);
    });
  }
});
