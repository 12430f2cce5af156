import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Stands where the Functions host's Node worker stands, without its gRPC: offers `@azure/functions-core` to whatever
 * asks for it, becomes the worker of the app in the folder named on the command line, reports every function that was
 * registered, and calls them as it is told, through the library's own invocation model. Run as a child process with a
 * channel.
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
const terminating: ((context: unknown) => unknown)[] = [];
/** Once the host has asked what there is, nothing can be added. */
let indexed = false;
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
  registerHook: (name: string, callback: (context: unknown) => unknown) => {
    if (name === 'appTerminate') terminating.push(callback);
    return new Disposable();
  },
  registerFunction: (metadata: Registered['metadata'], callback: unknown) => {
    const { name } = metadata;
    if (indexed) throw new Error('A function can only be registered during app startup.');
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

/** The host's last word: the worker waits for the hooks and for nothing else. */
async function terminate(): Promise<void> {
  for (const hook of terminating) await hook({ hookData: {}, appHookData: {} });
  process.exit(0);
}

/**
 * Flex Consumption starts workers before it knows for whom: the environment is exchanged in the living process, and
 * only then is the app loaded, by the `main` of its package.json.
 */
async function specialize(folder: string, environment: Readonly<Record<string, string>>): Promise<void> {
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
  process.chdir(folder);
  const { main = '', type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    main?: string;
    type?: string;
  };
  const file = join(folder, main);
  if (type === 'module') await import(pathToFileURL(file).href);
  else createRequire(file)(file);
}

type Message = Wanted | { readonly terminate: true } | { readonly environment: Record<string, string> };

process.on('message', (message: Message) => {
  if ('terminate' in message) void terminate();
  else if ('environment' in message) {
    void specialize(process.argv[2] ?? '', message.environment).then(
      () => {
        indexed = true;
        process.send?.({ functions: [...functions.values()].map(({ metadata }) => metadata) });
      },
      (thrown: unknown) => process.send?.({ failed: told(thrown) }),
    );
  } else {
    void invoke(message).then(
      response => process.send?.({ call: message.call, response, logged: logged.splice(0) }),
      (thrown: unknown) =>
        process.send?.({ call: message.call, failed: told(thrown), logged: logged.splice(0) }),
    );
  }
});
