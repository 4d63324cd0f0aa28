export const JSON_RESPONSE = 'application/json';
export const GRAPHQL_RESPONSE = 'application/graphql-response+json';
export const EVENT_STREAM = 'text/event-stream';
export const HTML = 'text/html';

/**
 * The offered media type that the Accept header prefers: by quality, then by the order of the header, then of the
 * offer. undefined when none is acceptable.
 */
export function negotiate(accept = '', offered: readonly string[]): string | undefined {
  const ranges = (accept.trim() || '*/*').split(',').map(parseRange);
  return offered
    .map((type) => ({ type, ...rangeFor(type, ranges) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order)[0]?.type;
}

interface Range {
  readonly range: string;
  readonly quality: number;
  readonly order: number;
}

function parseRange(text: string, order: number): Range {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  return { range, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0, order };
}

/** The most specific range that covers the type decides. */
function rangeFor(type: string, ranges: readonly Range[]): Range {
  const group = `${type.slice(0, type.indexOf('/'))}/*`;
  const covering = [type, group, '*/*'].map((wanted) => ranges.find(({ range }) => range === wanted));
  return covering.find((range) => range !== undefined) ?? { range: '', quality: 0, order: 0 };
}
