/** What GraphiQL opens with. */
export const DEMO_QUERY = `# The relationships that were touched last, how often they are touched, and what was said.
query Relationships($first: Int = 5) {
  relationships(first: $first, orderBy: { field: LAST_TOUCH, direction: DESC }) {
    totalCount
    nodes {
      id
      kind
      stage
      a { displayName }
      b { displayName }
      touches { lastTouchAt per30Days adherence status overdueDays }
      entries(first: 3) {
        nodes { ... on Touch { occurredAt channel direction intent topic } }
      }
    }
  }
}

# Next to it: follow the ledger as it grows, then record something in another tab.
subscription Ledger {
  ledgerEvents { type stream occurredAt recordedAt data }
}
`;
