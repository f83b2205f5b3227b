import { expect, it } from 'vitest';
import { startConsole } from '../support/console.ts';

/** Phones as they are stored, read in groups, copied and called. */
const phones = [
  ['+8613800138078', '138|0013|8078', '13800138078'],
  ['+862558801024', '025-5880|1024', '025-58801024'],
  ['+867391234567', '0739-123|4567', '0739-1234567'],
  ['+861012345678;ext=802', '010-1234|5678 ext. 802', '010-12345678 ext. 802'],
  ['+864008208820', '400|820|8820', '4008208820'],
  ['+8695588', '95588', '95588'],
  ['+14155550123', '+1|415|555|0123', '+14155550123'],
  ['+442079460018', '+44|207|946|0018', '+442079460018'],
  ['+85291234567', '+852|9123|4567', '+85291234567'],
  ['+4915112345678', '+49|151|123|456|78', '+4915112345678'],
];

it('shows a phone in groups, copies and calls it whole, and leaves a masked one as it is', async () => {
  const { open, submitLead } = await startConsole();
  const sales = await open('sales');
  for (const [phone = '', groups, dialled] of phones) {
    const id = await submitLead({ phone: phone.replace(';ext=', ' ext ') });
    const read = (page: string) => /<dd class="phone">([\s\S]*?)<\/dd>/.exec(page)![1]!;
    const toText = (markup: string) => markup.replace(/<\/span><span>/g, '|').replace(/<[^>]*>/g, '');
    const masked = read(await (await sales.get(`/console/leads/${id}`)).text());
    expect(toText(masked)).toMatch(/^[^|]*\*{3,6}(\d\d)?$/);
    expect(masked).not.toContain('href=');
    const { response } = await sales.send(`/console/leads/${id}/reveal`, { purpose: 'first_contact' });
    const page = await response.text();
    const shown = read(page);
    expect([phone, toText(shown.split('<button')[0]!)]).toEqual([phone, groups]);
    expect(page.match(/href="tel:[^"]*"/g)).toEqual(Array(2).fill(`href="tel:${phone}"`));
    expect(shown).toContain(`data-copy="${dialled}"`);
  }
});
