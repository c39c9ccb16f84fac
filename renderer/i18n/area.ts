/** A sentence with {names} to fill in, or one per grammatical number of {count}. */
export type Message = string | { readonly one: string; readonly other: string };

/** The sentences of one part of the screen, by name. */
export type Area = Readonly<Record<string, Message>>;
