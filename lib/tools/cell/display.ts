/** The way from a cell to the screen. Outside a kernel there is no screen, and the plain text is printed instead. */

/** One thing in several forms, by MIME type; `text/plain` is the one that is always understood. */
export type Forms = { readonly "text/plain": string } & Readonly<Record<string, string>>;

/** What belongs to a form, by its MIME type, such as the alternative text of a picture. */
export type Notes = Readonly<Record<string, Readonly<Record<string, string>>>>;

type Send = (
  shown: { data: Forms; metadata: Notes; transient: { display_id?: string } },
  replace: boolean,
) => void;

/** The kernel leaves its way to the screen here, cell by cell. */
function screen(): Send | undefined {
  const send: unknown = Reflect.get(globalThis, Symbol.for("quorumlab.show"));
  return typeof send === "function" ? (send as Send) : undefined;
}

/** Shows something below the cell. */
export function display(forms: Forms, notes: Notes = {}): void {
  const send = screen();
  if (send === undefined) console.log(forms["text/plain"]);
  else send({ data: forms, metadata: notes, transient: {} }, false);
}

let areas = 0;

/**
 * A place below the cell whose content is replaced each time: only what is shown last is saved with the notebook.
 * Outside a kernel only what is shown with `last` is printed.
 */
export function area(): (forms: Forms, last?: "last") => void {
  areas += 1;
  const transient = { display_id: `quorumlab-${process.pid}-${areas}` };
  let replace = false;
  return (forms, last) => {
    const send = screen();
    if (send !== undefined) send({ data: forms, metadata: {}, transient }, replace);
    else if (last !== undefined) console.log(forms["text/plain"]);
    replace = true;
  };
}

/** Text as it stands in HTML: whatever it says, it stays text. */
export function escapeHtml(text: string): string {
  const signs: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}
