/** What the stub of each exercise exports: the types under which a cell sees a learner's file. */

export type Exercises = {
  "00-linearizability": typeof import("../../exercises/00-linearizability.ts");
  "01-tracker": typeof import("../../exercises/01-tracker.ts");
  "04-quorum-register": typeof import("../../exercises/04-quorum-register.ts");
  "10-availability": typeof import("../../exercises/10-availability.ts");
  "10-capacity": typeof import("../../exercises/10-capacity.ts");
  "10-placement": typeof import("../../exercises/10-placement.ts");
};
