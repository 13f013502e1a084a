import { expect } from 'chai';
import type { Page, PageRequest } from '../src/index.js';

/** Follows the cursors to the end; `between` runs after every page but the last. */
export async function everyPage<T>(
  list: (request: PageRequest) => Promise<Page<T>>,
  limit: number,
  between: () => Promise<unknown> = async () => {},
): Promise<readonly (readonly T[])[]> {
  const pages: (readonly T[])[] = [];
  let after: string | undefined;
  do {
    const page = await list(after === undefined ? { limit } : { limit, after });
    pages.push(page.items);
    expect(pages.length, 'cursors that lead nowhere').to.be.below(100);
    after = page.nextCursor;
    if (after !== undefined) {
      await between();
    }
  } while (after !== undefined);
  return pages;
}
