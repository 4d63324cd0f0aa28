import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Actor } from '../event-sourcing/event.js';
import type { RequestContext } from '../graphql/request-context.js';

/** What a caller may do: record, read, analyse, replay history, handle personal data, run the machinery. */
export const ROLES = ['recorder', 'reader', 'analyst', 'auditor', 'privacy_officer', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. Comes from the token alone, never from an argument. */
export interface Caller {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly roles: readonly Role[];
  /** When what they came with expires, in ms since 1970. */
  readonly expiresAt?: number;
}

/** The context once the guard has let the caller in. */
export interface CallerContext extends RequestContext {
  caller?: Caller;
}

/** The caller of a query, mutation or subscription. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = GqlExecutionContext.create(context).getContext<CallerContext>();
  if (!caller) throw new Error('A resolver asked for the caller although no guard let one in.');
  return caller;
});
