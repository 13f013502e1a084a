import { Counter, Gauge, type Registry } from 'prom-client';

/** Metrics whose value is read when they are asked for. */
export interface ReadMetrics {
  gauge(name: string, help: string, read: () => number): void;
  counter(name: string, help: string, read: () => number): void;
}

export function readMetrics(registry: Registry): ReadMetrics {
  const registers = [registry];
  return {
    gauge(name, help, read) {
      new Gauge({
        name: `stacyvm_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    counter(name, help, read) {
      new Counter({
        name: `stacyvm_${name}`,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    },
  };
}
