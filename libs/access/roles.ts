import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Role } from './caller.js';

export const ROLES_METADATA = 'rapport:roles';

/** Who may ask a root field: whoever has one of the roles. A field without this is refused to everybody. */
export const Roles = (...roles: readonly [Role, ...Role[]]): CustomDecorator => SetMetadata(ROLES_METADATA, roles);
