import { readFileSync, writeFileSync } from 'node:fs';
import { type EnvVariable, type SettingsClass, variablesOf } from './env.js';
import { SETTINGS_CLASSES } from './load-settings.js';

/** The text of `.env.example`: every variable with what it means and its default. */
export function envExample(): string {
  return [
    '# Copy to .env and change what you need. Made from src/config/settings.ts: npm run env-example',
    ...SETTINGS_CLASSES.map(section),
  ].join('\n');
}

function section(settingsClass: SettingsClass): string {
  const defaults = new settingsClass();
  return ['', ...variablesOf(settingsClass).map((variable) => entry(variable, defaults)), '']
    .join('\n')
    .trimEnd()
    .concat('\n')
    .replace(/\n$/, '');
}

function entry(variable: EnvVariable, defaults: object): string {
  const value = Reflect.get(defaults, variable.field) as string | number | boolean | undefined;
  const shown = value === undefined || variable.secret ? '' : String(value);
  return `# ${variable.description}\n#${variable.name}=${shown}`;
}

if (require.main === module) {
  const text = `${envExample()}\n`;
  if (!process.argv.includes('--check')) writeFileSync('.env.example', text);
  else if (readFileSync('.env.example', 'utf8') !== text) {
    console.error('.env.example is not what src/config/settings.ts says: npm run env-example');
    process.exitCode = 1;
  }
}
