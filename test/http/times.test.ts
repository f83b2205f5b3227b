import { expect, it } from 'vitest';
import { writeInstant } from '../../worker/http/times.ts';
import { noon } from '../support/harness.ts';

it.each([
  ['Asia/Shanghai', '2026年11月23日 北京时间 12:00', '23 November 2026, 12:00 Beijing time'],
  ['Europe/Berlin', '2026年11月23日 中欧时间 05:00', '23 November 2026, 05:00 Central European Time'],
  ['UTC', '2026年11月23日 协调世界时 04:00', '23 November 2026, 04:00 Coordinated Universal Time'],
])('a time in %s says its zone as people do', (time_zone, chinese, english) => {
  expect(writeInstant('zh-CN', time_zone, noon)).toBe(chinese);
  expect(writeInstant('en', time_zone, noon)).toBe(english);
});
