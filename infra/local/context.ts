import { SettingsRefused, settingNames } from '../settings.ts';
import type { Context } from './template/synthesize.ts';

/** What `-c name=value`, any number of times, says. @throws SettingsRefused for what is no setting */
export function contextOf(given: readonly string[]): Context {
  return Object.fromEntries(
    given.map((text) => {
      const [name, ...rest] = text.split('=');
      if (name === undefined || rest.length === 0 || !settingNames.includes(name)) {
        throw new SettingsRefused(`-c ${text} is not name=value with one of: ${settingNames.join(', ')}`);
      }
      return [name, rest.join('=')];
    }),
  );
}
