import { CLOSED_OUTPUT_EXIT_CODE, onClosedOutput } from './closed-output.js';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Aborts so much later than `signal`: for what is better waited for than given up. */
  signalAfter(delayMs: number): AbortSignal;
  /** 128 plus the number of the signal that came, if one did. */
  exitCode(): number | undefined;
  /** Leaves signals to their default again. */
  release(): void;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Turns the first Ctrl-C or SIGTERM, or the end of whoever reads the output, into an abort, so that a command can clean up before it ends. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  let exitCode: number | undefined;
  const abortWith = (code: number) => (): void => {
    exitCode ??= code;
    controller.abort();
  };
  const forgetOutput = onClosedOutput(abortWith(CLOSED_OUTPUT_EXIT_CODE));
  const listeners = Object.entries(SIGNALS).map(([name, code]) => {
    const listener = abortWith(code);
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    signalAfter(delayMs) {
      const later = new AbortController();
      const begin = (): void => void timers.add(setTimeout(() => later.abort(), delayMs));
      if (controller.signal.aborted) begin();
      else controller.signal.addEventListener('abort', begin, { once: true });
      return later.signal;
    },
    exitCode: () => exitCode,
    release() {
      for (const timer of timers) clearTimeout(timer);
      forgetOutput();
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
