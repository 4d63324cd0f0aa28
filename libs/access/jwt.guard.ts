import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import { RequestError } from '../graphql/request-error.js';
import { Authenticator } from './authenticator.js';
import type { CallerContext, Role } from './caller.js';
import { ROLES_METADATA } from './roles.js';

/** Stands before every root field: knows the caller and asks for one of the field's roles. No role declared: refused. */
@Injectable()
export class JwtGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const context = GqlExecutionContext.create(execution).getContext<CallerContext>();
    const caller = await this.authenticator.authenticate(context);
    const declared = [execution.getHandler(), execution.getClass()];
    const wanted = this.reflector.getAllAndOverride<readonly Role[] | undefined>(ROLES_METADATA, declared) ?? [];
    if (!wanted.some((role) => caller.roles.includes(role))) {
      throw new RequestError('FORBIDDEN', `This takes the role ${wanted.join(' or ') || 'of nobody'}.`, {
        roles: wanted,
      });
    }
    context.caller = caller;
    context.admittedUntil = caller.expiresAt;
    return true;
  }
}
