/** The service refuses: a status, and words for whoever reads the test's output. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}

/** 400, as the service answers whatever it does not understand or allow. */
export const badRequest = (message: string): Refusal => new Refusal(400, message);
