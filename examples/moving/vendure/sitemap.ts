/** Writes the sitemap of a shop, and resolves to the number of its pages. */
export abstract class Sitemap {
  abstract write(signal?: AbortSignal): Promise<number>;
}
