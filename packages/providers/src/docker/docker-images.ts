import { imageUnknown, ProviderError } from '../errors.js';
import type { ProviderLogger } from '../provider-logger.js';
import { type Engine, engineDetail } from './engine.js';
import { familiarReference } from './image-reference.js';

/** Stands for the default image, so that a request for any provider's default works here too. */
export const HOST_IMAGE = 'host';

const PULL_TIMEOUT_MS = 5 * 60_000;
/** An error message names no more. */
const MAX_NAMED = 50;

export interface DockerImagesOptions {
  readonly defaultImage: string;
  readonly pull: 'missing' | 'never';
  readonly logger: ProviderLogger;
}

/** The images of the engine, by the names it lists them under. */
export class DockerImages {
  readonly #options: DockerImagesOptions;
  #idsByReference: ReadonlyMap<string, string> = new Map();

  constructor(options: DockerImagesOptions) {
    this.#options = options;
  }

  /** As of the last look at the engine. */
  names(): readonly string[] {
    return [HOST_IMAGE, ...[...this.#idsByReference.keys()].filter((name) => !name.includes('@')).sort()];
  }

  async refresh(engine: Engine): Promise<void> {
    const pairs = (await engine.images()).flatMap(({ id, references }) =>
      references.map((reference) => [reference, id] as const),
    );
    this.#idsByReference = new Map(pairs);
  }

  /** Undefined when the engine does not have the image. */
  async findDefault(engine: Engine): Promise<string | undefined> {
    await this.refresh(engine);
    const reference = familiarReference(this.#options.defaultImage);
    return reference === undefined ? undefined : this.#idsByReference.get(reference);
  }

  /**
   * The id of an image, pulled when the engine lacks it. Containers are made from the id, so that what was looked up is what runs.
   *
   * @throws ProviderError `image_unknown`, `cancelled`
   */
  async resolve(engine: Engine, image: string, signal: AbortSignal | undefined): Promise<string> {
    const reference = familiarReference(
      image === HOST_IMAGE || image === '' ? this.#options.defaultImage : image,
    );
    await this.refresh(engine);
    if (reference === undefined) throw this.#unknown(image, 'it is no image reference');
    const found = this.#idsByReference.get(reference);
    if (found !== undefined) return found;
    if (this.#options.pull === 'never') throw this.#unknown(image, 'images are not pulled here');
    await this.#pull(engine, image, reference, signal);
    await this.refresh(engine);
    const pulled = this.#idsByReference.get(reference);
    if (pulled === undefined) throw this.#unknown(image, 'it was pulled and is not there');
    return pulled;
  }

  async #pull(
    engine: Engine,
    image: string,
    reference: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { logger } = this.#options;
    logger.info('pulling an image', { image: reference });
    const timeout = AbortSignal.timeout(PULL_TIMEOUT_MS);
    try {
      await engine.pull(reference, signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
      logger.info('pulled an image', { image: reference });
    } catch (error) {
      if (signal?.aborted) throw new ProviderError('cancelled', 'the spawn was cancelled');
      const why = timeout.aborted ? `not within ${PULL_TIMEOUT_MS / 60_000} minutes` : engineDetail(error);
      logger.warn('could not pull an image', { image: reference, reason: why });
      throw this.#unknown(image, `it is not here and could not be pulled (${why})`);
    }
  }

  #unknown(image: string, why: string): ProviderError {
    const names = this.names();
    const more = names.length > MAX_NAMED ? [`and ${names.length - MAX_NAMED} more`] : [];
    const error = imageUnknown(image, [...names.slice(0, MAX_NAMED), ...more]);
    return new ProviderError('image_unknown', `${error.message}; ${why}`);
  }
}
