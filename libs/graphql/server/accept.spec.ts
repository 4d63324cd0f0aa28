import { describe, expect, it } from '@jest/globals';
import { EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON_RESPONSE, negotiate } from './accept.js';

const OFFERED = [JSON_RESPONSE, GRAPHQL_RESPONSE, EVENT_STREAM, HTML];

describe('the media type of an answer', () => {
  it.each([
    [undefined, JSON_RESPONSE],
    ['', JSON_RESPONSE],
    ['*/*', JSON_RESPONSE],
    ['application/*', JSON_RESPONSE],
    ['text/*', EVENT_STREAM],
    ['application/graphql-response+json, application/json', GRAPHQL_RESPONSE],
    ['application/json, application/graphql-response+json', JSON_RESPONSE],
    ['application/json;q=0.5, application/graphql-response+json;charset=utf-8', GRAPHQL_RESPONSE],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', HTML],
    ['application/json;q=0, */*', GRAPHQL_RESPONSE],
    ['Text/Event-Stream', EVENT_STREAM],
    ['image/png', undefined],
    ['application/json;q=0', undefined],
  ])('for Accept: %s is %s', (accept, expected) => {
    expect(negotiate(accept, OFFERED)).toBe(expected);
  });
});
