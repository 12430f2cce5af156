/**
 * The reason Holdfast gives for its own searches. Asking for message tracking writes a row into the log of archive
 * searches; by this the row is known for what it is.
 */
export const ownSearchReason = 'Holdfast log archive';
