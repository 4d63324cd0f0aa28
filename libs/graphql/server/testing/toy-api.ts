import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Args,
  ArgsType,
  Field,
  GraphQLModule,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { refuse } from '../../../event-sourcing/decider.js';
import type { Instant } from '../../../event-sourcing/instant.js';
import type { Position } from '../../../event-sourcing/position.js';
import { ReadsFrom, withAtLeastPosition } from '../../at-least-position.js';
import { connection, connectionOf, PageArguments, pageRequest } from '../../paging.js';
import { carriedOut, Payload, refused } from '../../payload.js';
import { RequestError } from '../../request-error.js';
import { DateTimeScalar, MinutesScalar } from '../../scalars.js';
import { endable } from '../../subscription.js';
import { withTolerantInput } from '../../tolerant-input.js';
import { GraphqlDriver, type DriverOptions } from '../driver.js';

/** A small API with one of everything that the edge has to carry. */
export interface ToyApi {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** What the log of the server was told. */
  readonly logged: object[];
  /** Subscriptions that are being followed. */
  readonly following: Set<string>;
  /** The position that the only read model shows. */
  shown: Position;
  stop(): Promise<void>;
}

const Colour = { RED: 'RED', GREEN: 'GREEN' } as const;
registerEnumType(Colour, { name: 'Colour' });

@ObjectType()
class Stone {
  @Field(() => Int) weight: number;
  @Field(() => Stone, { nullable: true }) under?: Stone;
}

@ObjectType()
class Stones extends connectionOf(() => Stone, 'Stone') {}

function stonesAfter(page: PageArguments): Stones {
  const request = pageRequest(page);
  const from = Number(request.after?.key ?? 0);
  const rows = Array.from({ length: request.first + 1 }, (_, index) => ({ weight: from + index + 1 }));
  const count = (): Promise<number> => Promise.resolve(1000);
  return connection(request, rows, ({ weight }) => ({ key: weight, position: 1n }), count);
}

@InputType()
class PaintInput {
  @Field(() => Colour, { defaultValue: 'RED' }) colour: keyof typeof Colour;
  @Field(() => DateTimeScalar) at: Instant;
  @Field(() => MinutesScalar, { nullable: true }) minutes?: number | null;
}

@ObjectType()
class PaintPayload extends Payload {
  @Field(() => String, { nullable: true }) painted?: string | null;
}

@ArgsType()
class CountArguments {
  @Field(() => Int, { defaultValue: 3 }) to: number;
}

class StoreDown extends Error {}

/** Counts, and then waits until the subscriber leaves. */
class Following {
  readonly names = new Set<string>();

  async *follow(name: string, signal: AbortSignal, to: number): AsyncGenerator<{ count: number }> {
    this.names.add(name);
    try {
      for (let count = 1; count <= to; count++) yield { count };
      if (to < 1000)
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
    } finally {
      this.names.delete(name);
    }
  }
}

@Resolver()
class ToyResolver {
  constructor(private readonly following: Following) {}

  @Query(() => String)
  hello(@Args('name', { type: () => String, defaultValue: 'world' }) name: string): string {
    return `Hello, ${name}!`;
  }

  @Query(() => Stones)
  stones(@Args() page: PageArguments): Stones {
    return stonesAfter(page);
  }

  @Query(() => Stone)
  stone(): Stone {
    return { weight: 1 };
  }

  @Query(() => String)
  at(
    @Args('moment', { type: () => DateTimeScalar }) moment: Instant,
    @Args('colour', { type: () => Colour, nullable: true }) colour?: string,
  ): string {
    return `${moment} ${colour ?? ''}`;
  }

  @ReadsFrom('stones')
  @Query(() => String)
  shown(): string {
    return 'up to date';
  }

  @Query(() => String)
  fault(): string {
    throw new Error('relation "secret" does not exist at /srv/secret.ts');
  }

  @Query(() => String, { nullable: true })
  forbidden(): string {
    throw new RequestError('FORBIDDEN', 'Not you.');
  }

  @Query(() => String)
  unavailable(): string {
    throw new StoreDown();
  }

  @Mutation(() => PaintPayload)
  paint(@Args('input') { colour, at, minutes }: PaintInput): PaintPayload {
    if (minutes === 13) return refused(refuse('STATE_CONFLICT', 'Wet.', { detail: { current: 'WET' } }));
    return { ...carriedOut({ position: 7n, replayed: false }), painted: `${colour} ${at} ${String(minutes)}` };
  }

  @Subscription(() => Int)
  count(@Args() { to }: CountArguments): AsyncIterable<{ count: number }> {
    return endable((signal) => this.following.follow(`count to ${String(to)}`, signal, to));
  }
}

@Resolver(() => Stone)
class StoneResolver {
  @ResolveField(() => Stones)
  stones(@Args() page: PageArguments): Stones {
    return stonesAfter(page);
  }
}

@Module({})
class ToyModule {
  static of(options: DriverOptions, following: Following): DynamicModule {
    return {
      module: ToyModule,
      imports: [GraphQLModule.forRoot<DriverOptions>({ ...options, driver: GraphqlDriver, autoSchemaFile: true })],
      providers: [ToyResolver, StoneResolver, { provide: Following, useValue: following }],
    };
  }
}

export async function toyApi(): Promise<ToyApi> {
  const logged: object[] = [];
  const following = new Following();
  const state = { shown: 0n };
  const options: DriverOptions = {
    log: { error: (what) => void logged.push(what) },
    knownFailure: (error) => (error instanceof StoreDown ? new RequestError('UNAVAILABLE', 'Try again.') : undefined),
    graphiql: { title: 'Toy', defaultQuery: '{ hello }' },
    transformSchema: (schema) => {
      withAtLeastPosition(schema, (_, position) =>
        Promise.resolve({ reached: state.shown >= position, position: state.shown }),
      );
      withTolerantInput(schema);
      return schema;
    },
  };
  const adapter = new FastifyAdapter({ bodyLimit: 100_000 });
  const app = await NestFactory.create<NestFastifyApplication>(ToyModule.of(options, following), adapter, {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  return Object.assign(state, {
    app,
    url: `${await app.getUrl()}/graphql`,
    logged,
    following: following.names,
    stop: () => app.close(),
  });
}
