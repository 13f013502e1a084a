import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

describe('skewed-clock.mjs', () => {
  const preload = new URL('./skewed-clock.mjs', import.meta.url).href;

  for (const offsetMs of [-15_000, 0, 15_000]) {
    it(`shifts the wall clock of a program by ${offsetMs} ms, and nothing else`, () => {
      const program = `
        const now = [Date.now(), new Date().getTime(), Date.parse(new Date().toISOString())];
        const fixed = [new Date(5).getTime(), new Date('2026-01-01').getTime(), new Date() instanceof Date];
        console.log(JSON.stringify([now, fixed]));`;
      const before = Date.now();
      const { stdout } = spawnSync(
        process.execPath,
        ['--import', preload, '--input-type=module', '--eval', program],
        { encoding: 'utf8', env: { STACYVM_FAULTS_CLOCK_OFFSET_MS: String(offsetMs) } },
      );
      const after = Date.now();
      const [now, fixed] = JSON.parse(stdout);
      for (const time of now) expect(time - offsetMs).to.be.within(before, after);
      expect(fixed).to.deep.equal([5, Date.parse('2026-01-01'), true]);
    });
  }
});
