import { inspect } from 'node:util';

const MASK = '[secret]';

/** A secret value that shows itself only to `reveal()`: not when printed, inspected or made into JSON. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
