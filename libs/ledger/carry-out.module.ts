import { Module, type DynamicModule } from '@nestjs/common';
import { Command, CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import type { Refusal } from '../event-sourcing/decider.js';
import { Execute, isRefusal, type CommandContext, type Executed } from './execute.js';
import { commandOf, violations, type CommandClass } from './validate.inputs.js';

/** A wish on its way to the ledger: the fields of an input, the command they make, and who asks. */
export class CarryOut extends Command<Executed | readonly Refusal[]> {
  constructor(
    readonly commandClass: CommandClass,
    readonly fields: object,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** The one handler of the bus. */
@CommandHandler(CarryOut)
export class CarryOutHandler implements ICommandHandler<CarryOut> {
  constructor(private readonly door: Execute) {}

  async execute({ commandClass, fields, context }: CarryOut): Promise<Executed | readonly Refusal[]> {
    const command = commandOf(commandClass, fields);
    const wrong = violations(command);
    if (wrong.length > 0) return wrong;
    const result = await this.door.run(command, context);
    return isRefusal(result) ? [result] : result;
  }
}

@Module({})
export class CarryOutModule {
  static of(execute: Execute): DynamicModule {
    return {
      module: CarryOutModule,
      imports: [CqrsModule.forRoot()],
      providers: [{ provide: Execute, useValue: execute }, CarryOutHandler],
      exports: [CqrsModule],
    };
  }
}
