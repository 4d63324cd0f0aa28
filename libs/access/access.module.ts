import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authenticator, type AccessSettings } from './authenticator.js';
import { JwtGuard } from './jwt.guard.js';

/** Puts the guard before every root field of the application. */
@Module({})
export class AccessModule {
  static forRoot(settings: AccessSettings): DynamicModule {
    return {
      module: AccessModule,
      providers: [
        { provide: Authenticator, useValue: new Authenticator(settings) },
        { provide: APP_GUARD, useClass: JwtGuard },
      ],
      exports: [Authenticator],
    };
  }
}
