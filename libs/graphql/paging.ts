import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { formatPosition, parsePosition, type Position } from '../event-sourcing/position.js';
import { RequestError } from './request-error.js';

/** A place in a sorted list: the value of the sort key, and the position that breaks its ties. Stable under inserts. */
export interface Cursor {
  readonly key: string | number | null;
  readonly position: Position;
}

export const encodeCursor = ({ key, position }: Cursor): string =>
  Buffer.from(JSON.stringify([key, formatPosition(position)])).toString('base64url');

function decodeCursor(text: string): Cursor | undefined {
  try {
    const [key, place] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [unknown, unknown];
    const position = typeof place === 'string' ? parsePosition(place) : undefined;
    const isKey = key === null || typeof key === 'string' || typeof key === 'number';
    return isKey && position !== undefined ? { key, position } : undefined;
  } catch {
    return undefined;
  }
}

@ArgsType()
export class PageArguments {
  @Field(() => Int, { defaultValue: 20, description: 'How many to return, 0 to 200.' })
  first: number;

  @Field(() => String, { nullable: true, description: 'Return what follows this cursor.' })
  after?: string | null;
}

export interface PageRequest {
  readonly first: number;
  readonly after: Cursor | undefined;
}

const LARGEST_PAGE = 200;

/** The checked page arguments; throws INVALID_INPUT for a size out of bounds or a cursor that is none. */
export function pageRequest({ first, after }: PageArguments): PageRequest {
  if (first < 0 || first > LARGEST_PAGE) {
    throw new RequestError('INVALID_INPUT', `first is 0 to ${String(LARGEST_PAGE)}.`, { path: ['first'] });
  }
  if (after === undefined || after === null) return { first, after: undefined };
  const cursor = decodeCursor(after);
  if (!cursor) throw new RequestError('INVALID_INPUT', 'after is no cursor of this list.', { path: ['after'] });
  return { first, after: cursor };
}

@ObjectType({ description: 'Where a page begins and ends.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'More follows after `endCursor`.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'The page does not begin at the start of the list.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first item; null on an empty page.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last item; null on an empty page.' })
  endCursor: string | null;
}

export interface Edge<Node> {
  readonly node: Node;
  readonly cursor: string;
}

export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfo;
  /** Asked only when the query asks for totalCount. */
  readonly count: () => Promise<number>;
}

/**
 * One page out of rows that were read with a limit of `first + 1`: the row too many tells that more follows. Cursors are
 * made for whoever asks for them.
 */
export function connection<Node>(
  request: PageRequest,
  rows: readonly Node[],
  cursorOf: (node: Node) => Cursor,
  count: () => Promise<number>,
): Connection<Node> {
  const nodes = rows.slice(0, request.first);
  const cursor = (node: Node) => encodeCursor(cursorOf(node));
  return {
    nodes,
    get edges() {
      return nodes.map((node) => ({ node, cursor: cursor(node) }));
    },
    get pageInfo() {
      return {
        hasNextPage: rows.length > request.first,
        hasPreviousPage: request.after !== undefined,
        startCursor: nodes.length > 0 ? cursor(nodes[0]!) : null,
        endCursor: nodes.length > 0 ? cursor(nodes.at(-1)!) : null,
      };
    },
    count,
  };
}

export type PageOf<Node> = Omit<Connection<Node>, 'count'>;

/** The page type of a list that nobody can count cheaply. */
export function pageOf<Node>(node: () => Type<Node>, name: string): Type<PageOf<Node>> {
  @ObjectType(`${name}Edge`, { description: 'An item of a page with its cursor.' })
  class EdgeType implements Edge<Node> {
    @Field(node, { description: 'The item.' })
    readonly node: Node;

    @Field(() => String, { description: 'Where the item stands; hand it back as `after`.' })
    readonly cursor: string;
  }

  @ObjectType({ isAbstract: true })
  class PageType implements PageOf<Node> {
    @Field(() => [node()], { description: 'The items of the page.' })
    readonly nodes: readonly Node[];

    @Field(() => [EdgeType], { description: 'The items of the page, each with its cursor.' })
    readonly edges: readonly EdgeType[];

    @Field(() => PageInfo, { description: 'Where the page begins and ends.' })
    readonly pageInfo: PageInfo;
  }
  return PageType;
}

/**
 * The connection type of a node type:
 * `@ObjectType('TouchConnection', { description }) class Touches extends connectionOf(() => Touch, 'Touch') {}`.
 */
export function connectionOf<Node>(node: () => Type<Node>, name: string): Type<Connection<Node>> {
  @ObjectType({ isAbstract: true })
  class ConnectionType extends pageOf(node, name) implements Connection<Node> {
    @Field(() => Int, {
      name: 'totalCount',
      middleware: [({ source }: { source: Connection<Node> }) => source.count()],
      description: 'How many items the whole list has. Counted only when asked for.',
    })
    readonly count: () => Promise<number>;
  }
  return ConnectionType;
}
