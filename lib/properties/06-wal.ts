/** Judges exercise 06-wal: a log on a machine whose power fails at any moment, and bytes that go bad. */

import fc from "fast-check";
import { crc32c } from "quorumlab/storage";
import { expectExample } from "./example.ts";
import { type Exercise, type Property, Violation } from "./exercise.ts";
import { FILE, isRecords, Logged } from "./logged.ts";
import { cuts, Tale } from "./power.ts";

type Module = typeof import("../../exercises/06-wal.ts");

const LENGTHS = [0, 1, 2, 3, 4, 8, 255, 256, 300];
/** A record as it is generated: of zeros, which may be taken for something else, or of numbers that count up. */
type Given = { readonly length: number; readonly first: number };
const record: fc.Arbitrary<Given> = fc.record({
  length: fc.nat(LENGTHS.length - 1).map((n) => LENGTHS[n] as number),
  first: fc.oneof(fc.constant(0), fc.nat(255)),
});
const records = fc.array(record, { maxLength: 4, size: "max" });
/** One life: of so many appends the last may be the one that the power cut hits. */
const life = fc.record({ records, cut: cuts(6) });
const lives = fc.array(life, { minLength: 2, maxLength: 4 });
const fresh = fc.array(record, { maxLength: 3 });
const rewritings = fc.array(fc.record({ records, fresh, cut: cuts(6) }), {
  minLength: 1,
  maxLength: 3,
});

function bytesOf({ length, first }: Given): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (first === 0 ? 0 : first + at));
}

const readBack: Property<Module> = {
  says: "every record is read back, byte by byte and in order",
  points: 1,
  runs: 200,
  situations: ["a record of no bytes", "a record longer than 255 bytes"],
  of: (module, saw, ...others) =>
    fc.property(fc.array(records, { maxLength: 3 }), (starts) => {
      const log = new Logged([module, ...others]);
      for (const own of starts) {
        log.recover();
        log.mustBePossible();
        for (const each of own) {
          log.append(bytesOf(each));
          if (each.length === 0) saw("a record of no bytes");
          if (each.length > 255) saw("a record longer than 255 bytes");
        }
      }
      log.recover();
      log.mustBePossible();
    }),
};

/** One life of a log, ended by a power cut, and the start after it. */
function afterOne(
  says: string,
  situations: readonly string[],
  must: (log: Logged, saw: (situation: string) => void) => void,
): Property<Module> {
  return {
    says,
    points: 1,
    runs: 300,
    situations,
    of: (module, saw, ...others) =>
      fc.property(life, ({ records, cut }) => {
        const log = new Logged([module, ...others]);
        log.recover();
        log.expect(cut);
        for (const each of records) log.append(bytesOf(each));
        log.restart();
        log.recover();
        must(log, saw);
      }),
  };
}

const PROMISED = "a record had been promised";
const kept = afterOne("a record is safe as soon as its append returns", [PROMISED], (log, saw) => {
  if (log.count > 0) saw(PROMISED);
  log.mustHavePromised();
});

const TORN = "a record was torn";
const whole = afterOne("no torn record is taken for a whole one", [TORN], (log, saw) => {
  if (log.machine.hasTorn) saw(TORN);
  log.mustHaveNothingElse();
});

const goesOn: Property<Module> = {
  says: "after a crash the log goes on, and what is appended then is as safe",
  points: 1,
  runs: 300,
  situations: ["a record was appended after a torn one"],
  of: (module, saw, ...others) =>
    fc.property(lives, (all) => {
      const log = new Logged([module, ...others]);
      for (const { records, cut } of all) {
        const { hasTorn } = log.machine;
        log.expect(cut);
        log.recover();
        log.mustBePossible();
        const before = log.count;
        for (const each of records) log.append(bytesOf(each));
        if (hasTorn && log.count > before) saw("a record was appended after a torn one");
        log.restart();
      }
      log.recover();
      log.mustBePossible();
    }),
};

const DAMAGED = "a record with others behind it was damaged";
const intact: Property<Module> = {
  says: "a bit that has gone bad is noticed, and costs no record before it",
  points: 1,
  runs: 300,
  situations: [DAMAGED],
  of: (module, saw, ...others) =>
    fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), fc.nat(), (own, place) => {
      const log = new Logged([module, ...others]);
      log.recover();
      const ends = own.map((each) => {
        log.append(bytesOf(each));
        return log.sizeBytes;
      });
      const bit = place % (8 * Math.max(1, log.sizeBytes));
      const before = ends.filter((end) => end <= bit >> 3).length;
      if (before < own.length - 1) saw(DAMAGED);
      log.damage(bit >> 3, bit & 7);
      log.recover();
      log.mustBeginWith(before);
    }),
};

const OLD = "a rewrite was cut off, and the old records were left";
const NEW = "a rewrite was cut off, and the new records were left";
const replaced: Property<Module> = {
  says: "a rewrite leaves the old records or the new ones, whenever the power fails",
  points: 1,
  runs: 300,
  situations: [OLD, NEW],
  of: (module, saw, ...others) =>
    fc.property(rewritings, (all) => {
      const log = new Logged([module, ...others]);
      for (const { records, fresh, cut } of all) {
        log.recover();
        log.mustBePossible();
        for (const each of records) log.append(bytesOf(each));
        log.expect(cut);
        log.rewrite(fresh.map(bytesOf));
        const isCutOff = log.machine.isDown;
        log.restart();
        log.recover();
        const isOld = log.mustBePossible() === 0;
        if (isCutOff) saw(isOld ? OLD : NEW);
      }
    }),
};

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "06-wal",
  title: "A log that survives crashes",
  exports: ["append", "recover", "rewrite"],
  live: true,
  hints: [
    "How does a reader know where a record ends? Write its length before it, in 4 bytes: `new DataView(bytes.buffer).setUint32(0, length)`.",
    "How does a reader know that a record is whole? Write its checksum before it as well. Of what? A file may end in zeros: does your reader take them for a record of no bytes?",
    "`recover` found a torn record. Where does the next `append` write, and what will the next `recover` find there?",
    "`rewrite` must not touch the file before all that takes its place is in another one. What has a crash perhaps left in that other one?",
  ],

  examples(module) {
    const { files } = new Tale();
    const bytes = (text: string) => new TextEncoder().encode(text);
    const found = () => {
      const records: unknown = module.recover(files, FILE, crc32c);
      if (!isRecords(records)) throw new Violation("recover returned no array of Uint8Arrays.");
      return records.map((each) => new TextDecoder().decode(each));
    };
    module.recover(files, FILE, crc32c);
    for (const text of ["a", "b"]) module.append(files, FILE, bytes(text), crc32c);
    expectExample('recover after append "a" and append "b"', found(), ["a", "b"]);
    module.rewrite(files, FILE, [bytes("c")], crc32c);
    expectExample('recover after rewrite ["c"]', found(), ["c"]);
  },

  properties: [readBack, kept, whole, goesOn, intact, replaced],
};
