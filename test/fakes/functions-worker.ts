import Module from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Stands where the Functions host's Node worker stands, without its gRPC: offers `@azure/functions-core` to whatever
 * asks for it, loads the files named on the command line, reports every function that was registered, and calls them
 * as it is told, through the library's own invocation model. Run as a child process with a channel.
 */
interface Registered {
  readonly metadata: { readonly name: string; readonly bindings: Readonly<Record<string, unknown>> };
  readonly callback: unknown;
}
interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: unknown): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<unknown>;
}
interface ProgrammingModel {
  getInvocationModel(core: unknown): InvocationModel;
}
interface Wanted {
  readonly call: number;
  readonly function: string;
  readonly request: Readonly<Record<string, unknown>>;
}

const functions = new Map<string, Registered>();
let model: ProgrammingModel | null = null;
const logged: string[] = [];

class Disposable {
  dispose(): void {}
}
const core = {
  version: '3.13.0',
  hostVersion: '4.1047.0',
  Disposable,
  log: (_level: string, _category: string, message: string) => {
    logged.push(message);
  },
  setProgrammingModel: (given: ProgrammingModel) => {
    model = given;
  },
  getProgrammingModel: () => model,
  registerHook: () => new Disposable(),
  registerFunction: (metadata: Registered['metadata'], callback: unknown) => {
    const { name } = metadata;
    // The real one refuses both, and the app then has no functions at all.
    if (!/^[A-Za-z][\w-]{0,127}$/.test(name)) throw new Error(`"${name}" is no name for a function`);
    if (functions.has(name.toLowerCase())) throw new Error(`two functions have the name "${name}"`);
    functions.set(name.toLowerCase(), { metadata, callback });
    return new Disposable();
  },
};

/** As the worker does: it patches `require`, for the package exists nowhere. */
const prototype = Module.prototype as { require(id: string): unknown };
const original = prototype.require;
prototype.require = function (this: unknown, id: string): unknown {
  return id === '@azure/functions-core' ? core : original.call(this, id);
};

async function invoke({ function: name, request }: Wanted): Promise<unknown> {
  const found = functions.get(name.toLowerCase());
  if (found === undefined || model === null) throw new Error(`no function "${name}"`);
  const about = { invocationId: 'call', metadata: found.metadata, request, state: undefined };
  const invocation = model.getInvocationModel({ ...about, log: core.log });
  const { context, inputs } = await invocation.getArguments();
  const result = await invocation.invokeFunction(context, inputs, found.callback);
  return invocation.getResponse(context, result);
}

const told = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

process.on('message', (wanted: Wanted) => {
  void invoke(wanted).then(
    response => process.send?.({ call: wanted.call, response, logged: logged.splice(0) }),
    (thrown: unknown) =>
      process.send?.({ call: wanted.call, failed: told(thrown), logged: logged.splice(0) }),
  );
});

try {
  for (const file of process.argv.slice(2)) await import(pathToFileURL(file).href);
  process.send?.({ functions: [...functions.values()].map(({ metadata }) => metadata) });
} catch (thrown) {
  process.send?.({ failed: told(thrown) });
}
