/** What a killed process does at the point where it dies, and at everything it would have done afterwards. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export type Moment = 'before' | 'after';

/** A life that may be cut short: counts effects, and ends at the n-th, before it happens or right after. */
export interface Life {
  /** Names of the effects so far, in order. */
  readonly effects: readonly string[];
  readonly dead: boolean;
  /** The port with every listed method an effect. Other members pass through. */
  wrap<T extends object>(name: string, port: T, methods: readonly (keyof T & string)[]): T;
}

/** `at` counts from 1; null never dies. */
export function mortal(at: number | null, moment: Moment): Life {
  const effects: string[] = [];
  let dead = false;

  const effect = async (name: string, act: () => Promise<unknown>): Promise<unknown> => {
    if (dead) throw new Killed(name);
    effects.push(name);
    const fatal = effects.length === at;
    if (fatal && moment === 'before') {
      dead = true;
      throw new Killed(name);
    }
    const result = await act();
    // Another effect of the same life may have died while this one was under way.
    if (fatal || dead) {
      dead = true;
      throw new Killed(name);
    }
    return result;
  };

  return {
    effects,
    get dead() {
      return dead;
    },
    wrap: (name, port, methods) =>
      new Proxy(port, {
        get(target, property) {
          const value: unknown = Reflect.get(target, property);
          if (typeof value !== 'function') return value;
          const bound = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
          if (!methods.some(method => method === property)) return bound;
          return (...args: unknown[]) =>
            effect(`${name}.${String(property)}`, async () => Reflect.apply(value, target, args));
        },
      }),
  };
}
