// @ts-check
/** What set-up shows: one line for each finished step, and while a step takes long, that it lives. */

const SPIN = ["⠋", "⠙", "⠸", "⠴", "⠦", "⠇"];
const SPIN_MS = 150;
const NAME_WIDTH = 48;
const WHAT_WIDTH = 60;
/** Without a terminal to redraw on, a line so often. */
const LINE_EVERY_MS = 5_000;

/** @param {number} ms @returns {string} such as "1.2 s" */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

export class Screen {
  /** @type {Map<string, { since: number, what: string }>} */
  #running = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #frame = 0;
  #drawn = false;

  /** @param {NodeJS.WriteStream} stream */
  constructor(stream) {
    this.stream = stream;
  }

  /** @param {string} name */
  begin(name) {
    this.#running.set(name, { since: performance.now(), what: "" });
    this.#timer ??= setInterval(() => this.#draw(), this.stream.isTTY ? SPIN_MS : LINE_EVERY_MS);
    this.#timer.unref();
  }

  /** @param {string} name @param {string} what it is doing now */
  say(name, what) {
    const step = this.#running.get(name);
    if (step) step.what = what;
  }

  /** @param {string} name */
  end(name) {
    this.#running.delete(name);
    if (this.#running.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
  }

  /** @param {string} name @param {number} ms how long the step took */
  done(name, ms) {
    this.line(`✓ ${name.padEnd(NAME_WIDTH)} ${seconds(ms).padStart(7)}`);
  }

  /** @param {string} text */
  line(text) {
    this.#clear();
    this.stream.write(`${text}\n`);
  }

  #clear() {
    if (this.#drawn) this.stream.write("\r\x1b[K");
    this.#drawn = false;
  }

  #draw() {
    const now = performance.now();
    const steps = [...this.#running].map(([name, { since, what }]) => {
      return `${name} ${Math.round((now - since) / 1000)} s${what && `: ${what.slice(0, WHAT_WIDTH)}`}`;
    });
    if (!this.stream.isTTY) {
      this.stream.write(`… ${steps.join(" · ")}\n`);
      return;
    }
    this.#frame = (this.#frame + 1) % SPIN.length;
    const text = `${SPIN[this.#frame]} ${steps.join(" · ")}`;
    this.#drawn = true;
    this.stream.write(`\r\x1b[K${text.slice(0, (this.stream.columns || 80) - 1)}`);
  }
}
