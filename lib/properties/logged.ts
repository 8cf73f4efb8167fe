/** A learner's log on a machine whose power fails: what is done with it in words, and what it must have at a start. */

import { crc32c } from "quorumlab/storage";
import { Tale } from "./power.ts";

type Module = typeof import("../../exercises/06-wal.ts");

type Records = readonly Uint8Array[];

export const FILE = "log";

export class Logged extends Tale<Module> {
  /** What the log may have: one content, or two of an operation that was interrupted. The first was promised. */
  private possible: readonly Records[] = [[]];
  private found: Records = [];

  /** How many records are certain. */
  get count(): number {
    return this.promised.length;
  }

  get sizeBytes(): number {
    return this.files.read(FILE).length;
  }

  append(record: Uint8Array): void {
    const { promised } = this;
    this.change(`append ${recordText(record)}`, [...promised, record], () => {
      this.module.append(this.files, FILE, record, crc32c);
    });
  }

  rewrite(records: Records): void {
    this.change(`rewrite [${records.map(recordText).join(", ")}]`, records, () => {
      this.module.rewrite(this.files, FILE, records, crc32c);
    });
  }

  /** The log starts. What it finds is kept to be judged. */
  recover(): void {
    let found: unknown;
    this.begin("recover", () => {
      found = this.module.recover(this.files, FILE, crc32c);
    });
    if (!isRecords(found)) throw this.violation("it returned no array of Uint8Arrays");
    this.found = found;
  }

  /** Everything that was promised is there. */
  mustHavePromised(): void {
    if (!isBeginning(this.promised, this.found)) throw this.violation(this.instead());
  }

  /** Nothing else is there than what was appended, or was just being appended. */
  mustHaveNothingElse(): void {
    const most = this.possible.at(-1) ?? [];
    if (!isBeginning(this.found, most)) throw this.violation(this.instead());
  }

  /** One of the contents is there that may be, and from now on it is promised. @returns which one */
  mustBePossible(): number {
    const which = this.possible.findIndex(
      (each) => each.length === this.found.length && isBeginning(each, this.found),
    );
    if (which < 0) throw this.violation(this.instead());
    this.possible = [this.found];
    return which;
  }

  /** The first so many records are there, and others only as they were appended. */
  mustBeginWith(count: number): void {
    if (this.found.length < count || !isBeginning(this.found, this.promised)) {
      throw this.violation(this.instead());
    }
  }

  /** Flips one bit of the file. */
  damage(at: number, bit: number): void {
    this.attempt(`bit ${bit} of byte ${at} is flipped`, () => {
      const byte = this.files.read(FILE)[at] ?? 0;
      this.files.write(FILE, at, new Uint8Array([byte ^ (1 << bit)]));
    });
  }

  private get promised(): Records {
    return this.possible[0] ?? [];
  }

  private change(what: string, made: Records, act: () => void): void {
    const { isDown } = this.machine;
    if (this.attempt(what, act)) this.possible = [made];
    else if (!isDown) this.possible = [this.promised, made];
  }

  private instead(): string {
    const expected = this.possible.map(recordsText).join(" or ");
    return `it found ${recordsText(this.found)}; expected ${expected}`;
  }
}

export function isRecords(found: unknown): found is Records {
  return Array.isArray(found) && [...found].every((each) => each instanceof Uint8Array);
}

function isBeginning(records: Records, of: Records): boolean {
  return records.every((record, index) => isSame(record, of[index]));
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, at) => byte === b[at]);
}

function recordsText(records: Records): string {
  return records.length === 0 ? "nothing" : `[${records.map(recordText).join(", ")}]`;
}

/** Such as "<1 2 3>"; of a long one only its length. */
function recordText(record: Uint8Array): string {
  return record.length > 12 ? `<${record.length} bytes>` : `<${record.join(" ")}>`;
}
