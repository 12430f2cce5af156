// Loaded before Azurite, in its process: its clock stands where the test sets it, and it ends with the test.
const RealDate = Date;
let stands = null;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(stands ?? RealDate.now());
    else super(...args);
  }
  static now() {
    return stands ?? RealDate.now();
  }
};
process.on('message', message => {
  if (typeof message !== 'object' || message === null || typeof message.now !== 'number') return;
  stands = message.now;
  process.send({ set: message.id });
});
process.on('disconnect', () => process.exit(0));
