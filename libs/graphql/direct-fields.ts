import type { Type } from '@nestjs/common';
import { GqlParamtype } from '@nestjs/graphql/dist/enums/gql-paramtype.enum.js';
import { PARAM_ARGS_METADATA, RESOLVER_PROPERTY_METADATA } from '@nestjs/graphql/dist/graphql.constants.js';
import type { GraphQLFieldResolver } from 'graphql';

type Method = (...values: unknown[]) => unknown;

/** What Nest knows of a parameter under `kind:index`. */
interface Parameter {
  readonly index: number;
  /** The name of one argument; absent: all of them. */
  readonly data?: string;
  readonly pipes: readonly unknown[];
}

/**
 * Lets GraphQL call the fields of resolvers itself. Nest hands each of their parameters on through promises of its own,
 * which for a field of every row of a list takes longer than all else; it calls a field that has no decorated parameter
 * as GraphQL does. So parameters are taken here from where their decorators say. A field whose parameters are made
 * otherwise (by pipes, by factories), and what is no field of a type (queries, mutations: they have guards), stays as it is.
 */
export function withDirectFields<Resolver extends Type>(resolvers: readonly Resolver[]): readonly Resolver[] {
  for (const resolver of resolvers) {
    const prototype = resolver.prototype as Record<string, unknown>;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const method = prototype[name];
      if (typeof method !== 'function' || !Reflect.getMetadata(RESOLVER_PROPERTY_METADATA, method)) continue;
      const places = placesOf(resolver, name);
      if (!places || places.length === 0) continue;
      const direct = called(method as Method, places);
      for (const key of Reflect.getMetadataKeys(method))
        Reflect.defineMetadata(key, Reflect.getMetadata(key, method), direct);
      Reflect.defineMetadata(PARAM_ARGS_METADATA, {}, resolver, name);
      prototype[name] = direct;
    }
  }
  return resolvers;
}

type Handed = Parameters<GraphQLFieldResolver<unknown, unknown, Record<string, unknown>>>;
type Place = (handed: Handed) => unknown;

/** By parameter; undefined: one is made otherwise. */
function placesOf(resolver: Type, name: string): Place[] | undefined {
  const parameters = (Reflect.getMetadata(PARAM_ARGS_METADATA, resolver, name) ?? {}) as Record<string, Parameter>;
  const places: Place[] = [];
  for (const [key, { index, data, pipes }] of Object.entries(parameters)) {
    const place = pipes.length === 0 ? placeOf(key, data) : undefined;
    if (!place) return undefined;
    places[index] = place;
  }
  return places;
}

function placeOf(key: string, data: string | undefined): Place | undefined {
  switch (key.slice(0, key.indexOf(':'))) {
    case String(GqlParamtype.ROOT):
      return ([parent]) => parent;
    case String(GqlParamtype.ARGS):
      return data === undefined ? ([, args]) => args : ([, args]) => args[data];
    case String(GqlParamtype.CONTEXT):
      return data === undefined ? ([, , context]) => context : undefined;
    case String(GqlParamtype.INFO):
      return ([, , , info]) => info;
    default:
      return undefined;
  }
}

const called = (method: Method, places: readonly Place[]) =>
  function (this: unknown, ...handed: Handed): unknown {
    return method.apply(
      this,
      places.map((place) => place(handed)),
    );
  };
