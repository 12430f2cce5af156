// Loaded before Azurite, in its process: its clock stands where the test sets it, and it ends with the test.
const RealDate = Date;
let stands: number | null = null;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[]) =>
    Reflect.construct(target, args.length === 0 ? [stands ?? RealDate.now()] : args) as Date,
  get: (target, name) =>
    name === 'now' ? () => stands ?? RealDate.now() : (Reflect.get(target, name) as unknown),
});
process.on('message', message => {
  const { now, id } = message as { now: number; id: number };
  stands = now;
  process.send?.({ set: id });
});
process.on('disconnect', () => process.exit(0));
