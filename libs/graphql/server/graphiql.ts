/** A page that explores the API, with everything it needs inside: it works with no network. Made once, on demand. */
export function graphiqlPage(options: {
  readonly title: string;
  readonly defaultQuery: string;
}): () => Promise<string> {
  let page: Promise<string> | undefined;
  const render = async (): Promise<string> => {
    // 9 MB that most processes never need.
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    return renderGraphiQL({ ...options, subscriptionsProtocol: 'GRAPHQL_SSE' });
  };
  return () => (page ??= render());
}
