/** What is wrong with a history that somebody wrote down, in a sentence that names the place. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}
