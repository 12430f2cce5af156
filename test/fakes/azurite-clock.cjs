// Loaded before Azurite, in its process: moves its clock as the test says, and ends it with the test.
const RealDate = Date;
let offset = 0;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offset);
    else super(...args);
  }
  static now() {
    return RealDate.now() + offset;
  }
};
process.on('message', message => {
  if (typeof message !== 'object' || message === null || typeof message.now !== 'number') return;
  offset = message.now - RealDate.now();
  process.send({ set: message.id });
});
process.on('disconnect', () => process.exit(0));
