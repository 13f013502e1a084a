import { expect } from 'chai';
import { type DoctorReport, reportDocument, reportText } from '../../src/doctor/report.js';

const report: DoctorReport = {
  generatedAt: new Date('2026-01-02T03:04:05.678Z'),
  role: 'all',
  production: true,
  configFile: '/etc/stacyvm/stacyvm.yaml',
  checks: [
    {
      id: 'disk',
      title: 'disk',
      status: 'failure',
      message: '',
      durationMs: 250,
      checks: [
        { id: 'disk.a', title: 'a', status: 'success', message: 'fine', durationMs: 3, checks: [] },
        {
          id: 'disk.b',
          title: 'b',
          status: 'failure',
          message: 'full\nof \u001b[31mdata',
          advice: 'make room',
          durationMs: 120,
          checks: [],
        },
      ],
    },
    { id: 'ports', title: 'ports', status: 'skipped', message: 'not here', durationMs: 0, checks: [] },
  ],
};

describe('the report of the doctor', () => {
  it('is a tree for people', () => {
    expect(reportText(report, false)).to.equal(
      [
        'FAIL disk',
        'ok     a: fine',
        'FAIL   b: full; of ?[31mdata (120 ms)',
        '         fix: make room',
        'skip ports: not here',
        '',
        '1 failed, 0 warned, 1 ok, 1 skipped',
      ].join('\n'),
    );
  });

  it('has marks beside the words on a terminal', () => {
    const [first, second] = reportText(report, true).split('\n');
    expect([first, second]).to.deep.equal(['✗ FAIL disk', '✓ ok     a: fine']);
  });

  it('is JSON for programs', () => {
    expect(reportDocument(report)).to.deep.equal({
      version: 1,
      generated_at: '2026-01-02T03:04:05.678Z',
      role: 'all',
      production: true,
      config_file: '/etc/stacyvm/stacyvm.yaml',
      status: 'failure',
      summary: { success: 1, warning: 0, failure: 1, skipped: 1 },
      checks: [
        {
          id: 'disk',
          title: 'disk',
          status: 'failure',
          message: '',
          duration_ms: 250,
          checks: [
            { id: 'disk.a', title: 'a', status: 'success', message: 'fine', duration_ms: 3 },
            {
              id: 'disk.b',
              title: 'b',
              status: 'failure',
              message: 'full\nof \u001b[31mdata',
              advice: 'make room',
              duration_ms: 120,
            },
          ],
        },
        { id: 'ports', title: 'ports', status: 'skipped', message: 'not here', duration_ms: 0 },
      ],
    });
  });
});
