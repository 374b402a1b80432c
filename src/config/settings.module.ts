import { type DynamicModule, Global, Module } from '@nestjs/common';
import { type Environment, loadSettings } from './load-settings.js';

/** Gives every settings class to whoever injects it by its type. */
@Global()
@Module({})
export class SettingsModule {
  /** Throws `SettingsError` when the environment is not right. */
  static from(environment: Environment = processEnvironment()): DynamicModule {
    const providers = [...loadSettings(environment)].map(([provide, useValue]) => ({ provide, useValue }));
    return { module: SettingsModule, providers, exports: providers };
  }
}

/** The environment of the process; a file `.env` in the working folder fills in what is not set. */
export function processEnvironment(): Environment {
  try {
    process.loadEnvFile();
  } catch {
    // No .env file: the environment alone is enough.
  }
  return process.env;
}
