import { notice } from './output.js';

const SILENCE_MS = 5_000;

/**
 * A `fetch` that says once that an answer takes its time, so that nobody takes a command that waits for one that hangs: a spawn can
 * wait for room in the fleet or for a worker that is silent, any call for a control plane that is stopped.
 *
 * @param fetch that of Node.js unless given
 * @param silenceMs how long nothing is said
 */
export function createPatientFetch(
  fetch: typeof globalThis.fetch = globalThis.fetch,
  {
    say = notice,
    silenceMs = SILENCE_MS,
  }: { readonly say?: (text: string) => void; readonly silenceMs?: number } = {},
): typeof globalThis.fetch {
  let said = false;
  return async (input, init) => {
    const timer = setTimeout(() => {
      if (!said) say('still waiting for the answer; stacyvm status tells what may be in the way');
      said = true;
    }, silenceMs);
    try {
      return await fetch(input, init);
    } finally {
      clearTimeout(timer);
    }
  };
}
