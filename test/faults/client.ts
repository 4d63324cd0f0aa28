import { SignJWT } from 'jose';
import { setTimeout as delay } from 'node:timers/promises';
import { ROLES } from '../../libs/access/caller.js';
import type { Random } from '../../libs/demo/random.js';
import { formatPosition, parsePosition } from '../../libs/event-sourcing/position.js';
import type { Command, Journal } from './journal.js';
import { SECRET, type World } from './world.js';

export const TENANT = 'faults';

/** Errors that ask for another try. Any other answer to what the clients here send is a fault of the product. */
const CONNECTION_LOST = 'connection lost';
const PASSING = [CONNECTION_LOST, 'UNAVAILABLE', 'OUTCOME_UNKNOWN', 'CONCURRENT_CHANGE', 'STILL_AT'];
/** An API that says nothing for so long hangs. */
const HANGS_MS = 60_000;

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

interface Payload {
  readonly position: string | null;
  readonly replayed: boolean;
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

/** A client that does not know of any fault: it has an address list, and asks again until it is answered. */
export class Client {
  /** How often what stood in the place of an answer. */
  readonly unanswered: Record<string, number> = {};

  /** What says who it is. */
  get token(): string {
    return this.authorization.replace('Bearer ', '');
  }

  private constructor(
    private readonly world: World,
    private readonly journal: Journal,
    private readonly random: Random,
    private readonly authorization: string,
  ) {}

  static async open(world: World, journal: Journal, random: Random): Promise<Client> {
    const token = await new SignJWT({ tenant: TENANT, roles: ROLES })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ann')
      .setExpirationTime('1d')
      .sign(new TextEncoder().encode(SECRET));
    return new Client(world, journal, random, `Bearer ${token}`);
  }

  /** Sends a command until it is acknowledged, to any API or always to one. */
  async carryOut(command: Command, url?: string): Promise<{ position: bigint; replayed: boolean }> {
    const { key, mutation, input } = command;
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
    const document = `mutation ($input: ${type}, $key: String!) {
      payload: ${mutation}(input: $input, idempotencyKey: $key) { position replayed errors { code message } } }`;
    for (;;) {
      this.journal.sent(command);
      const data = await this.ask(document, { input, key }, url);
      const payload = data?.['payload'] as Payload | undefined;
      if (!payload) continue;
      const position = payload.position === null ? undefined : parsePosition(payload.position);
      if (position !== undefined) {
        this.journal.acknowledge(command, position);
        return { position, replayed: payload.replayed };
      }
      await this.passed(payload.errors[0]!, document);
    }
  }

  /** Asks until it is answered, from a state that holds everything up to the position. */
  async read<Data>(query: string, variables: object, atLeast: bigint): Promise<Data> {
    for (;;) {
      const data = await this.ask(query, { ...variables, position: formatPosition(atLeast) });
      if (data) return data as Data;
    }
  }

  /** One try. Undefined: no answer that counts. */
  private async ask(query: string, variables: object, url?: string): Promise<Answer['data'] | undefined> {
    const urls = await this.world.addresses();
    if (url && !urls.includes(url)) throw new Error(`${url} went away.`);
    const answer = await this.post(url ?? this.random.pick(urls), { query, variables });
    if (!answer) return undefined;
    const error = answer.errors?.[0];
    if (!error) return answer.data;
    await this.passed({ code: error.extensions.code, message: error.message }, query);
    return undefined;
  }

  private async post(
    url: string,
    body: { readonly query: string; readonly variables: object },
  ): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: this.authorization },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(HANGS_MS),
      });
      return (await response.json()) as Answer;
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') throw new Error(`${url} hangs.`, { cause: error });
      await this.passed({ code: CONNECTION_LOST, message: '' }, body.query);
      return undefined;
    }
  }

  private async passed({ code, message }: { code: string; message: string }, of: string): Promise<void> {
    if (!PASSING.includes(code)) throw new Error(`${code} is no answer: ${message}\n${of}`);
    this.unanswered[code] = (this.unanswered[code] ?? 0) + 1;
    await delay(this.random.between(5, 50));
  }
}
