import { Inject, type Type } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { partyLoader, relationshipLoader } from '../directory/loaders.js';
import type { PartyRow } from '../directory/party-queries.js';
import { Party } from '../directory/party.types.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { ReadDatabase } from '../read-database.js';
import type { EntryRow } from './entry.js';
import type { Entry } from './timeline.types.js';

/** Resolver of the relationship in whose ledger the entries of a type stand. */
export function relationshipField(type: Type<Entry>): Type {
  @Resolver(() => type)
  class RelationshipFieldResolver {
    constructor(@Inject(ReadDatabase) readonly db: ReadDatabase) {}

    @ReadsFrom('directory')
    @ResolveField('relationship', () => Relationship, { nullable: true })
    relationship(
      @Parent() { relationshipId }: EntryRow,
      @Context() context: CallerContext,
    ): Promise<RelationshipRow | null> {
      return relationshipLoader(this.db, context).load(relationshipId);
    }
  }
  return RelationshipFieldResolver;
}

/** Resolver of a party that the rows of a type name as `<field>Id`. */
export function partyField(type: Type<Entry>, field: string, description: string): Type {
  @Resolver(() => type)
  class PartyFieldResolver {
    constructor(@Inject(ReadDatabase) readonly db: ReadDatabase) {}

    @ReadsFrom('directory')
    @ResolveField(field, () => Party, {
      nullable: true,
      description: `${description} Null only while the directory lags behind.`,
    })
    party(
      @Parent() row: Readonly<Record<string, string>>,
      @Context() context: CallerContext,
    ): Promise<PartyRow | null> {
      return partyLoader(this.db, context).load(row[`${field}Id`]!);
    }
  }
  return PartyFieldResolver;
}
