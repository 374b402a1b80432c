import { readFileSync } from 'node:fs';
import { validateSync } from 'class-validator';
import { type EnvVariable, type SettingsClass, variablesOf } from './env.js';
import { CompreFaceSettings, DatabaseSettings, PhotoSettings, ServerSettings, WorkerSettings } from './settings.js';

/** All settings classes, in the order in which `.env.example` shows them. */
export const SETTINGS_CLASSES: readonly SettingsClass[] = [
  ServerSettings,
  DatabaseSettings,
  CompreFaceSettings,
  WorkerSettings,
  PhotoSettings,
];

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment says something the service cannot start with; the message lists every complaint and never shows a value. */
export class SettingsError extends Error {
  constructor(readonly complaints: readonly string[]) {
    super(`The settings are not right:\n${complaints.map((complaint) => `  - ${complaint}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/** Reads every settings class from an environment. Throws one `SettingsError` with all complaints together. */
export function loadSettings(environment: Environment): ReadonlyMap<SettingsClass, object> {
  const complaints: string[] = [];
  const loaded = new Map<SettingsClass, object>();
  for (const settingsClass of SETTINGS_CLASSES) {
    loaded.set(settingsClass, read(settingsClass, environment, complaints));
  }
  adaptCompreFace(loaded.get(CompreFaceSettings) as CompreFaceSettings, complaints);
  if (complaints.length > 0) throw new SettingsError(complaints);
  for (const settings of loaded.values()) Object.freeze(settings);
  return loaded;
}

function read(settingsClass: SettingsClass, environment: Environment, complaints: string[]): object {
  const settings = new settingsClass();
  for (const variable of variablesOf(settingsClass)) {
    const text = environment[variable.name];
    if (text === undefined || text.trim() === '') continue;
    Reflect.set(settings, variable.field, parse(settingsClass, variable, text.trim()));
  }
  for (const error of validateSync(settings)) {
    const name = variablesOf(settingsClass).find(({ field }) => field === error.property)?.name ?? error.property;
    complaints.push(...Object.values(error.constraints ?? {}).map((text) => text.replace(error.property, name)));
  }
  return settings;
}

function parse(settingsClass: SettingsClass, variable: EnvVariable, text: string): unknown {
  const type: unknown = Reflect.getMetadata('design:type', settingsClass.prototype as object, variable.field);
  if (type === Number) return /^-?\d+$/.test(text) ? Number(text) : text;
  if (type === Boolean)
    return { true: true, '1': true, yes: true, false: false, '0': false, no: false }[text.toLowerCase()] ?? text;
  return text;
}

function adaptCompreFace(settings: CompreFaceSettings, complaints: string[]): void {
  if (settings.apiKeyFile !== undefined && settings.apiKey === undefined) {
    try {
      settings.apiKey = readFileSync(settings.apiKeyFile, 'utf8').trim();
    } catch {
      complaints.push('COMPREFACE_API_KEY_FILE names a file that cannot be read');
    }
  }
  if (settings.url !== undefined && !settings.apiKey) {
    complaints.push(
      'COMPREFACE_API_KEY is needed with COMPREFACE_URL: copy it from the recognition service in CompreFace',
    );
  }
}
