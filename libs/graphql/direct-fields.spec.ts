import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { createParamDecorator, type PipeTransform } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { PARAM_ARGS_METADATA, RESOLVER_NAME_METADATA } from '@nestjs/graphql/dist/graphql.constants.js';
import { withDirectFields } from './direct-fields.js';

const Made = createParamDecorator(() => 'made');
const pipe: PipeTransform = { transform: (value: unknown) => value };

@Resolver('Thing')
class ThingResolver {
  constructor(private readonly own: string) {}

  @ResolveField(() => String, { name: 'shown' })
  told(@Context() context: object, @Args('many') many: number, @Parent() parent: object, @Args() all: object): unknown {
    return { own: this.own, context, many, parent, all };
  }

  @ResolveField(() => String)
  made(@Made() made: string): string {
    return made;
  }

  @ResolveField(() => String)
  piped(@Args('text', pipe) text: string): string {
    return text;
  }

  @Query(() => String)
  asked(@Args('text') text: string): string {
    return text;
  }
}

const untouched = ['made', 'piped', 'asked'].map((name) => Reflect.get(ThingResolver.prototype, name) as unknown);
withDirectFields([ThingResolver]);
withDirectFields([ThingResolver]); // once more changes nothing

describe('a field of a type', () => {
  it('is called by GraphQL itself, with its parameters where their decorators say', () => {
    const told = Reflect.get(ThingResolver.prototype, 'told') as (...handed: unknown[]) => unknown;
    const [parent, args, context] = [{ id: 1 }, { many: 3 }, { loaders: 0 }];
    expect(told.call(new ThingResolver('mine'), parent, args, context, {})).toEqual({
      ...{ own: 'mine', context, many: 3, parent, all: args },
    });
    expect(Reflect.getMetadata(RESOLVER_NAME_METADATA, told)).toBe('shown');
    expect(Reflect.getMetadata(PARAM_ARGS_METADATA, ThingResolver, 'told')).toEqual({});
  });

  it('whose parameters are made otherwise stays as it is, and so does a query', () => {
    ['made', 'piped', 'asked'].forEach((name, i) => {
      expect(Reflect.get(ThingResolver.prototype, name)).toBe(untouched[i]);
      expect(Reflect.getMetadata(PARAM_ARGS_METADATA, ThingResolver, name)).not.toEqual({});
    });
  });
});
