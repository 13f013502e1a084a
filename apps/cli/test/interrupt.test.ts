import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { onInterrupt } from '../src/interrupt.js';

describe('onInterrupt', () => {
  it('aborts at the first signal, and what is waited for only later', async () => {
    const interrupt = onInterrupt();
    try {
      const later = interrupt.signalAfter(20);
      expect([interrupt.signal.aborted, later.aborted, interrupt.exitCode()]).to.deep.equal([
        false,
        false,
        undefined,
      ]);
      process.emit('SIGTERM');
      process.emit('SIGINT');
      expect([interrupt.signal.aborted, later.aborted, interrupt.exitCode()]).to.deep.equal([
        true,
        false,
        143,
      ]);
      await new Promise<void>((resolve) => later.addEventListener('abort', () => resolve()));
      expect(interrupt.signalAfter(0).aborted).to.equal(false);
    } finally {
      interrupt.release();
    }
  });

  it('lets nothing abort any more once it is released', async () => {
    const interrupt = onInterrupt();
    const later = interrupt.signalAfter(1);
    process.emit('SIGHUP');
    interrupt.release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(later.aborted).to.equal(false);
    expect(process.listeners('SIGHUP')).to.have.length(0);
  });

  it('leaves SIGPIPE alone, which would kill the process at the next broken connection', () => {
    const interrupt = onInterrupt();
    const during = process.listenerCount('SIGPIPE');
    interrupt.release();
    expect([during, ignoresSigpipe()]).to.deep.equal([0, true]);
  });
});

/** SigIgn of /proc/PID/status: bit n - 1 is signal n, and SIGPIPE is 13. */
function ignoresSigpipe(): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (BigInt(`0x${mask}`) & (1n << 12n)) !== 0n;
}
