import 'reflect-metadata';

/** How a settings field is read from the environment and shown in `.env.example`. */
export interface EnvVariable {
  readonly field: string;
  readonly name: string;
  readonly description: string;
  readonly secret: boolean;
}

const VARIABLES = Symbol('environment variables');

/** Binds a settings field to an environment variable. The field's type decides how the text is read. */
export function Env(name: string, description: string, options: { secret?: boolean } = {}): PropertyDecorator {
  return (target, field) => {
    const known = variablesOf(target.constructor as SettingsClass);
    const added = { field: String(field), name, description, secret: options.secret ?? false };
    Reflect.defineMetadata(VARIABLES, [...known, added], target.constructor);
  };
}

/** A class whose fields carry defaults and are bound with `@Env`. */
export type SettingsClass<T extends object = object> = new () => T;

/** The variables of a settings class, in the order of its fields. */
export function variablesOf(settings: SettingsClass): readonly EnvVariable[] {
  return (Reflect.getMetadata(VARIABLES, settings) as readonly EnvVariable[] | undefined) ?? [];
}
