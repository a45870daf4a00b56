import { createContext, useContext, type Provider } from 'react';

/** A context that is of no use without a value. @returns its provider, and the hook that reads it */
export function requiredContext<T extends object>(name: string): [Provider<T | null>, () => T] {
  const Context = createContext<T | null>(null);
  const useRequired = (): T => {
    const value = useContext(Context);
    if (value === null) throw new Error(`${name} is used outside of its provider`);
    return value;
  };
  return [Context.Provider, useRequired];
}
