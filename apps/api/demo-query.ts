/** What GraphiQL opens with. */
export const DEMO_QUERY = `# Rapport keeps every contact as an event. This is where its read models stand:
{
  projections {
    name
    state
    lagEvents
  }
}
`;
