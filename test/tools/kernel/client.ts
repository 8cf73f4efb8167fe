/** A front end for tests: starts the real kernel and speaks Jupyter's protocol with it, without Jupyter. */

import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Dealer, Subscriber } from "zeromq";

export const LAUNCHER: string = fileURLToPath(
  new URL("../../../lib/tools/kernel.cjs", import.meta.url),
);
const DELIMITER = "<IDS|MSG>";

type Content = Record<string, unknown>;
type Message = { readonly type: string; readonly request: string; readonly content: Content };

/** What a cell came to. */
export type Result = {
  readonly status: unknown;
  /** Everything shown, in order: streams and errors as text, the rest by MIME type. */
  readonly shown: readonly Message[];
  /** What went to one stream. */
  text(stream?: "stdout" | "stderr"): string;
  /** The traceback of the errors. */
  error(): string;
};

/** A running kernel. */
export class Kernel {
  readonly #process: ChildProcess;
  readonly #shell = new Dealer();
  readonly #iopub = new Subscriber();
  readonly #key = randomUUID();
  readonly #folder = mkdtempSync(join(tmpdir(), "kernel-"));
  readonly #heard: Message[] = [];
  #wake: () => void = () => {};

  /** @param folder where the kernel runs, as a notebook's folder */
  private constructor(folder: string) {
    const ip = join(this.#folder, "socket");
    const connection = {
      ...{ transport: "ipc", ip, key: this.#key, signature_scheme: "hmac-sha256" },
      ...{ shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 },
    };
    const file = join(this.#folder, "connection.json");
    writeFileSync(file, JSON.stringify(connection));
    this.#iopub.connect(`ipc://${ip}:2`);
    this.#iopub.subscribe();
    this.#iopub.receiveHighWaterMark = 0;
    this.#shell.connect(`ipc://${ip}:1`);
    this.#process = spawn(process.execPath, [LAUNCHER, "kernel", "--config-path", file], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    this.#listen(this.#iopub);
    this.#listen(this.#shell);
  }

  static async start(folder: string): Promise<Kernel> {
    const kernel = new Kernel(folder);
    // Until the subscription is in place the kernel's words are lost: ask again until one is heard.
    for (;;) {
      const id = await kernel.#send("kernel_info_request", {});
      const answered = kernel.#idle(id);
      const waited = new Promise<undefined>((resolve) => setTimeout(resolve, 500));
      if ((await Promise.race([answered, waited])) !== undefined) return kernel;
    }
  }

  /** Runs a cell. Cells that are sent without waiting run one after the other. */
  async run(code: string): Promise<Result> {
    const id = await this.#send("execute_request", { code, silent: false, stop_on_error: true });
    const reply = await this.#reply(id);
    const shown = (await this.#idle(id)).filter(({ type }) => !/status|_reply/.test(type));
    const ofType = (type: string) => shown.filter((message) => message.type === type);
    return {
      status: reply.status,
      shown,
      text: (stream = "stdout") =>
        ofType("stream")
          .filter(({ content }) => content.name === stream)
          .map(({ content }) => content.text)
          .join(""),
      error: () =>
        ofType("error")
          .flatMap(({ content }) => content.traceback)
          .join("\n"),
    };
  }

  /** What the kernel offers at the end of a piece of code. */
  async complete(code: string): Promise<string[]> {
    const id = await this.#send("complete_request", { code, cursor_pos: code.length });
    return (await this.#reply(id)).matches as string[];
  }

  /** What the kernel says of the name at the end of a piece of code. */
  async inspect(code: string): Promise<string> {
    const id = await this.#send("inspect_request", { code, cursor_pos: code.length - 1 });
    const { data } = await this.#reply(id);
    return String((data as Content)["text/plain"]);
  }

  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    await this.#send("shutdown_request", { restart: false });
    await ended;
    this.#shell.close();
    this.#iopub.close();
    rmSync(this.#folder, { recursive: true });
  }

  async #send(type: string, content: Content): Promise<string> {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: "test",
      username: "test",
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac("sha256", this.#key).update(parts.join("")).digest("hex");
    await this.#shell.send([DELIMITER, signature, ...parts]);
    return id;
  }

  async #listen(socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const at = frames.findIndex((frame) => String(frame) === DELIMITER);
      const [header, parent, , content] = frames.slice(at + 2).map((each) => JSON.parse(`${each}`));
      this.#heard.push({ type: header.msg_type, request: parent.msg_id, content });
      this.#wake();
    }
  }

  /** What belongs to a request, once something said of it satisfies a condition. */
  async #until(request: string, holds: (message: Message) => boolean): Promise<Message[]> {
    for (;;) {
      const mine = this.#heard.filter((message) => message.request === request);
      if (mine.some(holds)) return mine;
      const before = this.#wake;
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          before();
          resolve();
        };
      });
    }
  }

  #idle(request: string): Promise<Message[]> {
    return this.#until(request, ({ content }) => content.execution_state === "idle");
  }

  async #reply(request: string): Promise<Content> {
    const isReply = ({ type }: Message) => type.endsWith("_reply");
    return (await this.#until(request, isReply)).find(isReply)?.content ?? {};
  }
}
