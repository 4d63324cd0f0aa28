import { Module, type DynamicModule } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { AppModule, type ApiServices } from '../../apps/api/app.module.js';
import { createApi } from '../../apps/api/create-api.js';
import { Roles } from '../../libs/access/roles.js';
import { refused } from '../../libs/graphql/payload.js';
import { TouchPayload } from '../../libs/ledger/payloads.types.js';
import { IdempotencyKey } from '../../libs/ledger/mutations.resolver.js';
import { RecordTouch } from '../../libs/ledger/touch/touch.inputs.js';
import { ProjectedPositions } from '../../libs/projecting/positions.js';
import { CALLER, openLedger } from './ledger.js';
import { serve } from './process.js';

/** Mutations that do nothing: what every one costs. */
@Resolver()
class NothingResolver {
  @Roles('recorder')
  @Mutation(() => TouchPayload, { name: 'doNothing', description: 'Records nothing.' })
  doNothing(): TouchPayload {
    return { ...refused(), input: {}, executed: null };
  }

  @Roles('recorder')
  @Mutation(() => TouchPayload, { name: 'doNothingWith', description: 'Reads its arguments, records nothing.' })
  doNothingWith(
    @Args('input', { type: () => RecordTouch, description: 'Not recorded.' }) input: RecordTouch,
    @IdempotencyKey() _key: string | null,
  ): TouchPayload {
    return { ...refused(), input, executed: null };
  }
}

@Module({})
class BenchModule {
  static of(services: ApiServices): DynamicModule {
    return { module: BenchModule, imports: [AppModule.of(services)], providers: [NothingResolver] };
  }
}

/** The API of the product with two mutations more. */
serve(async ({ url }: { url: string }) => {
  const ledger = await openLedger(url);
  const positions = new ProjectedPositions(ledger.pool);
  const services: ApiServices = {
    ...ledger,
    waitForPosition: positions.waitFor.bind(positions),
    access: { devCaller: CALLER },
    log: console,
  };
  const app = await createApi(services, BenchModule.of(services));
  await app.listen(0, '127.0.0.1');
  return {
    answer: { url: await app.getUrl() },
    async stop() {
      await app.close();
      await positions.close();
      await ledger.close();
    },
  };
});
