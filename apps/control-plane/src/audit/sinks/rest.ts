/** A pause that can be cut short; one at a time. */
export interface Rest {
  wait(ms: number, how: 'to the end' | 'until woken'): Promise<void>;
  /** Ends a pause that is `until woken`. */
  wake(): void;
  /** Ends any pause. */
  end(): void;
}

export function createRest(): Rest {
  let end = (): void => undefined;
  let isLight = false;
  return {
    wait(ms, how) {
      if (ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(() => end(), ms);
        isLight = how === 'until woken';
        end = () => {
          clearTimeout(timer);
          end = () => undefined;
          resolve();
        };
      });
    },
    wake() {
      if (isLight) end();
    },
    end: () => end(),
  };
}
