import { type CountryCode, getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, it } from 'vitest';
import { normalizePhone } from '../../worker/shared/phone.ts';
import { createRandom, type Random, seed, times } from '../support/random.ts';

describe('normalizePhone on random input', () => {
  it('gives a normal form that it leaves as it is', () => {
    const random = createRandom(seed);
    for (let i = 0; i < times(2_000); i++) {
      const typed = makeAnything(random);
      const normal = normalizePhone(typed);
      if (normal === undefined) continue;
      expect(normal, typed).toMatch(/^\+[1-9]\d{6,14}(;ext=\d{1,6})?$/);
      expect(normalizePhone(normal), typed).toBe(normal);
    }
  });

  it('finds the number that was meant, however it was typed', () => {
    const random = createRandom(seed);
    for (let i = 0; i < times(2_000); i++) {
      const { typed, normal } = dress(random);
      expect(normalizePhone(typed), typed).toBe(normal);
    }
  });

  it("drops and keeps the zero after a country's code as libphonenumber-js/max does, in every country", () => {
    const others = getCountries().filter(country => country !== 'CN' && country !== 'AC');
    for (const country of others) {
      const { number, countryCallingCode, nationalNumber } = getExampleNumber(country, examples)!;
      expect(normalizePhone(number), country).toBe(number);
      const typed = `+${countryCallingCode}0${nationalNumber}`;
      const theirs = askOracle(typed);
      if (theirs) expect(normalizePhone(typed), country).toBe(theirs);
    }
    expect(others.length).toBeGreaterThan(200);
  });

  it("drops other digits after a country's code that are dialled within the country, as libphonenumber-js/max does", () => {
    const dialled = { US: '1', CA: '1', JM: '1', RU: '8', KZ: '8', BY: '8', TM: '8', HU: '06' } as const;
    for (const [country, trunk] of Object.entries(dialled)) {
      const { number, countryCallingCode, nationalNumber } = getExampleNumber(country as CountryCode, examples)!;
      const typed = `+${countryCallingCode} (${trunk}) ${nationalNumber}`;
      expect(askOracle(typed), typed).toBe(number);
      expect(normalizePhone(typed), typed).toBe(number);
    }
  });

  it('agrees with libphonenumber-js/max but for the exceptions told here', () => {
    const random = createRandom(seed);
    const met = { agreed: 0, refused: 0, ...Object.fromEntries(Object.keys(exceptions).map(reason => [reason, 0])) };
    for (let i = 0; i < times(10_000); i++) {
      const typed = rare[i] ?? makeDigits(random);
      const [ours, theirs] = [normalizePhone(typed), askOracle(typed)];
      const reason = Object.keys(exceptions).find(key => exceptions[key]!({ typed, ours, theirs }));
      if (ours !== theirs) expect(reason, `${typed}: we say ${ours}, they say ${theirs}`).toBeDefined();
      const verdict = ours === theirs ? (ours ? 'agreed' : 'refused') : reason!;
      met[verdict as keyof typeof met]++;
    }
    expect(met.agreed).toBeGreaterThan(times(800));
    for (const [reason, times] of Object.entries(met)) expect(times, `never met: ${reason}`).toBeGreaterThan(0);
  });
});

interface Case {
  typed: string;
  ours: string | undefined;
  theirs: string | undefined;
}

/** Numbers on which the product and the oracle differ on purpose, by the reason. */
const exceptions: Record<string, (found: Case) => boolean> = {
  'a well-formed Chinese number of a block not handed out when the oracle was built': ({ ours, theirs }) =>
    !theirs && /^\+86(1[3-9]\d{9}|(10|2\d|[3-9]\d\d)\d{7,8}|95\d{3,6})$/.test(ours ?? ''),
  'plain E.164 abroad: we keep no table of countries': ({ ours, theirs }) =>
    !theirs && /^\+(?!86)\d{7,15}$/.test(ours ?? ''),
  'a foreign trunk or area code, which only such a table would drop or add': ({ typed, ours, theirs }) =>
    ours !== undefined && typed.startsWith(ours) && /^\+(?!86)/.test(ours) && theirs !== undefined,
  'a carrier’s code or a special service behind the zero': ({ typed, ours, theirs }) =>
    /^\+(36|55|57|81|82)/.test(ours ?? '') && typed.endsWith(ours!.slice(3)) && theirs !== undefined,
  'a landline without its trunk 0 and without +86: too like a typing error': ({ typed, ours, theirs }) =>
    !ours && /^\+86/.test(theirs ?? '') && /^[1-9]/.test(typed),
  'a short or pager number inside an area, such as 0554 95386': ({ ours, theirs }) =>
    !ours && /^\+86(?![48]00)[1-9]\d{6,9}$/.test(theirs ?? ''),
  'a foreign number behind 00: the contract asks for a plus': ({ typed, ours, theirs }) =>
    !ours && typed.startsWith('00') && /^\+(?!86)/.test(theirs ?? ''),
  'a 400 or 800 number behind a trunk 0': ({ typed, ours }) => !ours && /^(\+86|0086)?0[48]00\d{7}$/.test(typed),
};

/** Numbers of the exceptions that random digits may miss. */
const rare = ['+43019445', '+57053184747219'];

function askOracle(typed: string): string | undefined {
  const found = parsePhoneNumberFromString(typed, 'CN');
  return found?.isValid() ? found.number : undefined;
}

function makeDigits({ pick, below, digits }: Random): string {
  const areas = ['010', '021', '025', '0311', '0400', '0510', '0554', '0571', '0755', '0800', '0851', '0898', '0991'];
  return pick([
    () => `${pick(['', '', '+86', '0086', '86', '0'])}1${digits(10)}`,
    () => `${pick(areas)}${digits(7 + below(2))}`,
    () => `${pick(['+86', '0086', '86'])}${pick(areas).slice(below(2))}${digits(5 + below(4))}`,
    () => `${pick(['', '+86', '0', '+860'])}${pick(['400', '800'])}${digits(7)}`,
    () => `${pick(['', '+86'])}95${digits(3 + below(4))}`,
    () => `+${pick(['1', '44', '49', '39', '852', '81', '61'])}${digits(7 + below(5))}`,
    () => `+${1 + below(9)}${digits(6 + below(9))}`,
    () => `${pick(['', '0', '00'])}${digits(5 + below(9))}`,
  ])();
}

function makeAnything({ pick, below }: Random): string {
  const numbers = ['138', '025', '+86', '0086', '86', '400', '95', '+', '５', '55555', '13800138', '5880102'];
  const pieces = [...'0123456789', ...numbers, '-', ' ', '(0)', '转', 'ext', '#'];
  return Array.from({ length: 1 + below(12) }, () => pick(pieces)).join('');
}

function dress(random: Random): { typed: string; normal: string } {
  const { pick, below, digits } = random;
  const { trunk, parts, extensible } = pick([
    () => ({
      trunk: pick(['', '0']),
      parts: [`1${3 + below(7)}${digits(1)}`, digits(4), digits(4)],
      extensible: false,
    }),
    () => ({
      trunk: '0',
      parts: [pick(['10', '25', '311', '755']), digits(4), digits(3 + below(2))],
      extensible: true,
    }),
    () => ({ trunk: '', parts: [pick(['400', '800']), digits(3), digits(4)], extensible: true }),
    () => ({ trunk: '', parts: [`95${digits(3)}`], extensible: false }),
  ])();
  const extension = extensible && below(2) ? digits(1 + below(6)) : '';
  const gap = () => pick(['', '', ' ', '-', '　', '–', '.', '\u00a0', '－', ' - ']);
  const prefix = pick(['', '', '+86', '0086', '＋８６', '(+86)', ...(trunk ? ['+86(0)'] : [])]);
  const zero = prefix.endsWith('(0)') || (prefix && below(2)) ? '' : trunk;
  const first = zero && below(3) === 0 ? `(${zero}${parts[0]})` : `${zero}${parts[0]}`;
  const body = [prefix, first, ...parts.slice(1)].filter(Boolean).reduce((text, part) => text + gap() + part);
  const wide = below(4) ? body : body.replace(/\d/g, digit => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
  const marker = pick(['转', ' 轉 ', '转接', '分机', '分机：', ' ext ', 'Ext. ', 'x', ' # ', ';ext=']);
  return {
    typed: pick(['', ' ']) + wide + (extension && marker + extension),
    normal: `+86${parts.join('')}${extension && `;ext=${extension}`}`,
  };
}
