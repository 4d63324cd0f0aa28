import { Injectable } from '@nestjs/common';
import type { Refusal } from '../../event-sourcing/decider.js';
import type { EventId } from '../../event-sourcing/id.js';
import { formatPosition } from '../../event-sourcing/position.js';
import { nearest } from '../../graphql/unreadable.js';
import { mutationsOf, type Preparation } from '../../ledger/mutations.resolver.js';
import { ProjectionPayload } from '../../ledger/payloads.types.js';
import { projectionCommands } from '../../ledger/projection/projection.inputs.js';
import { invalid } from '../../ledger/refusals.js';
import { projections } from '../read-models.js';
import { ProjectionOverview } from './overview.js';

const NAMES = projections.map(({ name }) => name);

/** Knows which read models there are, and where the events stand that they fail at. */
@Injectable()
export class OperationPreparation implements Preparation {
  constructor(private readonly overview: ProjectionOverview) {}

  async prepare(input: { projection: string; eventId?: EventId }): Promise<object | Refusal> {
    const { projection, eventId } = input;
    if (!NAMES.includes(projection)) {
      return invalid(['projection'], 'There is no such read model.', {
        allowed: NAMES,
        nearest: nearest(projection, NAMES),
      });
    }
    if (eventId === undefined) return input;
    const position = await this.overview.positionOf(eventId);
    return position === undefined
      ? invalid(['eventId'], 'There is no such event.')
      : { ...input, position: formatPosition(position) };
  }
}

/** The operators' mutations. */
export const OperationsResolver = mutationsOf(projectionCommands, ProjectionPayload, {
  role: 'operator',
  preparation: OperationPreparation,
});
