/** Carries out together what was asked for while the last group was under way: one round trip for all that wait. */
export class Grouped<Item, Answer> {
  private waiting: { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  private running = false;

  constructor(
    /** Answers in the order of the items. If it rejects, all of them do. */
    private readonly carryOut: (items: readonly Item[]) => Promise<readonly Answer[]>,
    private readonly most = 256,
  ) {}

  ask(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, this.most);
      try {
        const answers = await this.carryOut(group.map(({ item }) => item));
        for (const [index, { resolve }] of group.entries()) resolve(answers[index]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.running = false;
  }
}
