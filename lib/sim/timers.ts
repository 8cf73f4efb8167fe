/** Named timers: of each name the last setting counts, and no other. */

export class Timers {
  private readonly settings = new Map<string, number>();
  private count = 0;

  /** @returns whether this setting still counts, whenever it is asked */
  set(name: string): () => boolean {
    this.count += 1;
    const mine = this.count;
    this.settings.set(name, mine);
    return () => this.settings.get(name) === mine;
  }

  cancel(name: string): void {
    this.settings.delete(name);
  }

  cancelAll(): void {
    this.settings.clear();
  }
}
