/** Mimecast's spelling of a time: whole seconds and an offset without a colon. */
export const mimecastTime = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}+0000`;

/** The whole second a moment lies in: the account knows no finer times. */
export const wholeSecond = (time: number): number => time - (time % 1_000);
