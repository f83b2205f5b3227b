import type { FieldError } from '../../http/problems/slugs.ts';
import { incident_texts } from '../../incidents/texts.ts';
import { describeError } from '../../shared/field-errors.ts';
import { type Locale, language_names } from '../../shared/locales.ts';
import { desk_texts } from './texts.ts';

/** Says all that is wrong with a form about an incident, each with the name of its field. */
export function describeMistakes(locale: Locale, errors: FieldError[]): string {
  const text = desk_texts[locale];
  const sentences = errors.map(({ field, code }) =>
    text.wrong(nameField(locale, field), text.unchosen[scopeOf(field)] ?? describeError(locale, field, code)),
  );
  return [...new Set(sentences)].join(' ');
}

/** Returns what a field chooses the scope by; a field that does not is in no table of texts. */
function scopeOf(field: string) {
  return field.replace(/^scope\./, '') as 'token_id';
}

function nameField(locale: Locale, field: string): string {
  const text = desk_texts[locale];
  const [, language, part] = /^texts\.(zh-CN|en)\.(\w+)$/.exec(field) ?? [];
  const { parts } = incident_texts[locale];
  if (language && part) return `${parts[part as keyof typeof parts] ?? part} (${language_names[language as Locale]})`;
  const names: Record<string, string> = {
    ...{ from: text.from, to: text.to, cause: text.cause, scope: text.scope, contact: text.contact },
    ...Object.fromEntries(Object.entries(text.chosen).map(([name, label]) => [`scope.${name}`, label])),
  };
  return names[field] ?? field;
}
