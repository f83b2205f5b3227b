import { describe, expect, it } from 'vitest';
import { maskCompany, maskEmail, maskName, maskPhone } from '../../db/leads/masks/masks.ts';
import { createRandom, type Random, seed, times } from '../support/random.ts';

const names: [value: string, mask: string][] = [
  ['张三', '张**'],
  ['张三丰', '张**'],
  ['欧阳修', '欧阳**'],
  ['欧阳娜娜', '欧阳**'],
  ['歐陽修', '歐陽**'],
  ['诸葛亮', '诸葛**'],
  ['欧阳', '欧**'],
  ['𠮷野家', '𠮷**'],
  ['阿卜杜·热合曼', '阿**'],
  ['John Smith', 'J***'],
  ['Élodie', 'É***'],
  ['김철수', '김***'],
  ['张', '*'],
  ['𠮷', '*'],
  ['J.', '*'],
  ['e\u0301', '*'],
  ['张\ufe00', '*'],
  ['😀', '*'],
  ['', '*'],
  ['  张三  ', '张**'],
];

const phones: [value: string, mask: string][] = [
  ['+8613800138078', '138******78'],
  ['+862558801024', '025******24'],
  ['+862558801024;ext=802', '025******24'],
  ['+861012345678', '010******78'],
  ['+863111234567', '0311******67'],
  ['+8675588888888;ext=8001', '0755******88'],
  ['+864008208820', '400******20'],
  ['+864008208820;ext=12', '400******20'],
  ['+868008108888', '800******88'],
  ['+8695588', '95***'],
  ['+8695101111', '95***'],
  ['+12125551234', '+12******34'],
  ['+12125551234;ext=5', '+12******34'],
  ['+1234567', '+12******67'],
  ['+86123', '***'],
  ['+86138', '***'],
  ['anything else', '***'],
  ['', '***'],
];

const emails: [value: string, mask: string][] = [
  ['zhang@example.com', 'z***@example.com'],
  ['zh@example.com', 'z***@example.com'],
  ['z@example.com', '***@example.com'],
  ['"a@b"@example.com', '"***@example.com'],
  ['😀x@example.com', '😀***@example.com'],
  ['𠮷@example.com', '***@example.com'],
  ['@example.com', '***@example.com'],
  ['no address', '***'],
  ['', '***'],
];

const companies: [value: string, mask: string][] = [
  ['小视科技（江苏）有限公司', '小视**有限公司'],
  ['小视科技股份有限公司', '小视**股份有限公司'],
  ['小视科技有限责任公司', '小视**有限责任公司'],
  ['小视科技集团公司', '小视**公司'],
  ['ABC公司', 'AB**公司'],
  ['Acme Inc', 'Ac** Inc'],
  ['Acme, Inc.', 'Ac**, Inc.'],
  ['Acme    Co., Ltd.', 'Ac** Co., Ltd.'],
  ['Acme Co.,   Ltd.', 'Ac** Co., Ltd.'],
  ['Acme Pte. Ltd.', 'Ac** Pte. Ltd.'],
  ['ACME LIMITED', 'AC** LIMITED'],
  ['Bosch GmbH', 'Bo** GmbH'],
  ['Bosch GmbH & Co. KG', 'Bo** GmbH & Co. KG'],
  ['Salsa', 'Sa**'],
  ['Tesco', 'Te**'],
  ['小视Ltd', '小**Ltd'],
  ['字节跳动', '字节**'],
  ['𠮷𠮷田公司', '𠮷𠮷**公司'],
  ['华为', '华**'],
  ['华为有限公司', '华**有限公司'],
  ['华有限公司', '**有限公司'],
  ['3M Company', '3** Company'],
  ['A Ltd', '** Ltd'],
  ['有限公司', '有限**'],
  ['公司', '公**'],
  ['Ltd', 'Lt**'],
  ['Co', 'C**'],
  ['华', '**'],
  ['A', '**'],
  ['( )', '**'],
  ['', '**'],
];

const tables = { maskName, maskPhone, maskEmail, maskCompany };
const examples = { maskName: names, maskPhone: phones, maskEmail: emails, maskCompany: companies };

describe.each(Object.keys(tables) as (keyof typeof tables)[])('%s', key => {
  const mask = tables[key];

  it.each(examples[key])('shows %j as %s', (value, masked) => expect(mask(value)).toBe(masked));

  it('[P3] never shows a value whole', () => {
    const random = createRandom(seed);
    for (let i = 0; i < times(2_000); i++) {
      const value = makeValue(random);
      const masked = mask(value);
      expect(masked, value).not.toBe(value);
      expect(masked, value).toMatch(/\*/);
      expect(masked.isWellFormed(), value).toBe(true);
      const emptyLocalPart = key === 'maskEmail' && value.lastIndexOf('@') === 0;
      const counted = key === 'maskEmail' ? /[^*]/gu : /[\p{L}\p{N}]/gu;
      const count = (text: string) => text.match(counted)?.length ?? 0;
      if (count(value) > 0 && !emptyLocalPart) expect(count(masked), value).toBeLessThan(count(value));
    }
  });
});

describe('[P3] what is hidden leaves no trace, not even its length', () => {
  const { below, pick, digits } = createRandom(seed);
  const hidden = () => Array.from({ length: 1 + below(30) }, () => pick([...'明华志强建国ab'])).join('');

  it('in a name', () => {
    for (let i = 0; i < times(200); i++) {
      expect(maskName(`张${hidden()}`)).toBe('张**');
      expect(maskName(`欧阳${hidden()}`)).toBe('欧阳**');
      expect(maskName(`J${hidden()}`)).toBe('J***');
    }
  });
  it('in an address before its @', () => {
    for (let i = 0; i < times(200); i++) expect(maskEmail(`z${hidden()}@example.com`)).toBe('z***@example.com');
  });
  it('in a company before its legal form', () => {
    for (let i = 0; i < times(200); i++) {
      expect(maskCompany(`小视${hidden()}有限公司`)).toBe('小视**有限公司');
      expect(maskCompany(`Acme${hidden()} Ltd`)).toBe('Ac** Ltd');
    }
  });
  it('in the middle and the extension of a phone number', () => {
    for (let i = 0; i < times(200); i++) {
      const extension = below(2) ? `;ext=${digits(1 + below(6))}` : '';
      expect(maskPhone(`+86138${digits(6)}78`)).toBe('138******78');
      expect(maskPhone(`+86755${digits(5 + below(2))}24${extension}`)).toBe('0755******24');
      expect(maskPhone(`+44${digits(3 + below(8))}24${extension}`)).toBe('+44******24');
      expect(maskPhone(`+8695${digits(3 + below(4))}`)).toBe('95***');
    }
  });
});

function makeValue({ below, pick }: Random): string {
  const pieces = [
    '张',
    '欧阳',
    '𠮷',
    'A',
    'z',
    'é',
    '😀',
    ' ',
    '@',
    '.',
    '7',
    '+86',
    '13800138000',
    ';ext=1',
    'e\u0301',
  ];
  const endings = ['', '', '有限公司', '公司', ' Inc', ', Ltd.', '@example.com', ' Co., Ltd.'];
  return Array.from({ length: below(6) }, () => pick(pieces)).join('') + pick(endings);
}
