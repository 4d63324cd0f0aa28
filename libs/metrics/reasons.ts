import type { ExplainedLine, Explanation } from './explain.js';
import type { Fact } from './fact.js';

/** Why a score moved, for people. */
export interface Reason {
  readonly text: string;
  readonly points: number;
  /** What it follows from; none where it is time that passed. */
  readonly eventIds: readonly string[];
}

/** The reasons that moved the score most, either way. What time did is told once for each component. */
export function topReasons({ from, to, lines }: Explanation, limit = 3): Reason[] {
  const reasons: Reason[] = [];
  const waits = new Map<string, number>();
  for (const line of lines) {
    if (line.kind !== 'TIME') reasons.push(reasonOf(line));
    else for (const { name, points } of line.components) waits.set(name, (waits.get(name) ?? 0) + points);
    if (line.kind === 'TIME' && line.capPoints !== 0) waits.set(CAP, (waits.get(CAP) ?? 0) + line.capPoints);
  }
  const days = Math.round((to - from) / 86_400_000);
  for (const [name, points] of waits) {
    const text =
      name === CAP ? 'What the cap hides changed with time' : `${name} changed as time passed (${String(days)} days)`;
    reasons.push({ text, points, eventIds: [] });
  }
  return reasons
    .filter(({ points }) => points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, limit);
}

const CAP = ' cap';

function reasonOf(line: Exclude<ExplainedLine, { kind: 'TIME' }>): Reason {
  if (line.kind === 'DEFINITION') {
    return { text: `The definition changed from ${line.from} to ${line.to}`, points: line.points, eventIds: [] };
  }
  const most = line.components.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))[0];
  const through = most ? ` (${most.name})` : '';
  return { text: `${inWords(line.fact)}${through}`, points: line.points, eventIds: [line.fact.eventId] };
}

/** A fact in a few words. */
export function inWords(fact: Fact): string {
  const on = `on ${new Date(fact.occurredAt).toISOString().slice(0, 10)}`;
  const { kind, channel, direction, detail } = fact;
  if (kind === 'TOUCH') return `${said(channel ?? 'touch')}, ${direction?.toLowerCase() ?? 'mutual'}, ${on}`;
  if (kind === 'TRUST_ACTION') return `${said(detail ?? 'trust action')} ${on}`;
  if (kind === 'FEEDBACK') return `Feedback: ${(detail ?? 'received').toLowerCase().replaceAll('_', ' ')} ${on}`;
  return `${said(kind)} ${on}`;
}

const said = (word: string): string => {
  const text = word.toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};
