import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import type { RequestContext } from '../../graphql/request-context.js';
import { START } from '../../event-sourcing/position.js';
import { refused } from '../../graphql/payload.js';
import { AnswersMisread } from '../../graphql/tolerant-input.js';
import { invalid } from '../refusals.js';
import { carryOut, IdempotencyKey, isKey, UNFIT_KEY } from '../mutations.resolver.js';
import { TouchesPayload } from '../payloads.types.js';
import { RecordTouch } from './touch.inputs.js';

const MOST_AT_ONCE = 1000;

@Resolver()
export class TouchResolver {
  constructor(private readonly bus: CommandBus) {}

  @AnswersMisread()
  @Roles('recorder')
  @Mutation(() => TouchesPayload, {
    description: `Records up to ${String(MOST_AT_ONCE)} contacts at once. Each is recorded or refused for itself.`,
  })
  async recordTouches(
    @Args('inputs', { type: () => [RecordTouch], description: `The contacts, at most ${String(MOST_AT_ONCE)}.` })
    inputs: readonly RecordTouch[],
    @IdempotencyKey() key: string | null | undefined,
    @CurrentCaller() caller: Caller,
    @Context() context: RequestContext,
  ): Promise<TouchesPayload> {
    const tooMany =
      inputs.length > MOST_AT_ONCE ? invalid(['inputs'], `At most ${String(MOST_AT_ONCE)} at once.`) : undefined;
    const refusal = tooMany ?? (typeof key === 'string' && !isKey(key) ? UNFIT_KEY : undefined);
    if (refusal) return { ...refused(refusal), results: [] };
    // Each contact has a key of its own under the common one, so that the whole list may be sent again.
    const keyOf = (index: number) => (typeof key === 'string' ? `${key}#${String(index)}` : undefined);
    const results = await Promise.all(
      inputs.map((input, index) => carryOut(this.bus, RecordTouch, input, keyOf(index), caller, context)),
    );
    const positions = results.map(({ position }) => position ?? START);
    const position = positions.reduce((highest, one) => (one > highest ? one : highest), START);
    return {
      position: position > START ? position : null,
      replayed: results.length > 0 && results.every(({ replayed }) => replayed),
      errors: [],
      results,
    };
  }
}
