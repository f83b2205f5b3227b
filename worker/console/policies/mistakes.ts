import type { Locale } from '../../shared/locales.ts';

/** How a mistake is worded in Chinese. Each stands for one sentence of `worker/policies/file.ts` or `front-matter.ts`. */
const in_chinese: [english: RegExp, chinese: string][] = [
  [/^no policy file was given$/, '没有选择文件'],
  [/^the name does not end in .*$/, '文件名应以 .md、.markdown 或 .txt 结尾'],
  [/^the file is not UTF-8$/, '文件不是 UTF-8 编码'],
  [/^the file has more than (\d+) characters$/, '文件超过 $1 个字符'],
  [/^the text is nested too deeply$/, '正文嵌套过深'],
  [/^there is no text$/, '没有正文'],
  [/^there is no front matter: .*$/, '没有 front matter：文件应以一行 --- 开头，其后是各个键，再以一行 --- 结束'],
  [/^the text holds a character that is none$/, '正文含有无效字符'],
  [/^the text has more than (\d+) lines$/, '正文超过 $1 行'],
  [/^a line has more than (\d+) of \|$/, '有一行的 | 超过 $1 个'],
  [/^a word has more than (\d+) characters$/, '有一个单词超过 $1 个字符'],
  [/^a paragraph has more than (\d+) of (.*) and ~$/, '有一段的 $2、~ 超过 $1 个'],
  [/^the front matter has more than (\d+) characters$/, 'front matter 超过 $1 个字符'],
  [
    /^the front matter is not YAML: look at line (\d+) and those before it \((.*)\); .*$/,
    'front matter 不是有效的 YAML：请检查第 $1 行及之前的行（$2）；值中含“: ”或以符号开头时，应加引号',
  ],
  [/^the front matter is not YAML: ([\s\S]*)$/, 'front matter 不是有效的 YAML（$1）'],
  [/^the front matter is no map of keys and values$/, 'front matter 不是“键: 值”的形式'],
  [/^version "(.*)" is not 1 to 32 of .*$/, 'version“$1”应为 1 至 32 个字母、数字或 -，且不能是 current'],
  [
    /^effective_at "(.*)" is neither .*$/,
    'effective_at“$1”既不是日期（2026-01-31），也不是时刻（2026-01-31T00:00:00Z）',
  ],
  [/^(\S+) is empty$/, '$1 为空'],
  [/^purpose "(.*)" stands there twice$/, '处理目的“$1”重复'],
  [/^summary has more than (\d+) characters$/, 'summary 超过 $1 个字符'],
  [/^retention_months is no map of forms and months$/, 'retention_months 不是“表单: 月数”的形式'],
  [/^retention_months has "(.*)", which is neither (.*) nor (.*)$/, 'retention_months 中的“$1”不是 $2 或 $3'],
  [/^retention_months of (.*) is not 1 to 999$/, '$1 的 retention_months 不是 1 至 999'],
  [/^(\S+)id "(.*)" is not 1 to 32 of a-z, 0-9 and -$/, '$1id“$2”应为 1 至 32 个小写字母、数字或 -'],
  [/^(\S+)necessary is required: it needs no consent$/, '$1necessary 为必需（required 应为 true），无需同意'],
  [/^([\s\S]+) is no key of a policy: write (\S+)$/, '没有“$1”这个键，应写作 $2'],
  [/^(\S+) is missing$/, '缺少 $1'],
  [/^(\S+) is no text$/, '$1 不是文字'],
  [/^(\S+) is no list$/, '$1 不是列表'],
  [/^(\S+) is no map of keys and values$/, '$1 不是“键: 值”的形式'],
  [/^(\S+) "([\s\S]*)" is neither (.*)$/, '$1“$2”应为以下之一：$3'],
  [/^locale (\S+) is already that of ([\s\S]*)$/, 'locale $1 已用于 $2'],
  [/^(version|effective_at|change_class) is ([\s\S]*), but in ([\s\S]*?) (\S+)$/, '$1 为 $2，与 $3 中的 $4 不一致'],
  [
    /^retention_months of (.*) is (.*), but in ([\s\S]*?) (\d+|the usual)$/,
    '$1 的 retention_months 为 $2，与 $3 中的 $4 不一致',
  ],
  [/^the purposes are ([\s\S]*), but in ([\s\S]*)$/, '处理目的为 $1，与 $2 不一致'],
  [/^required of (.*) is (.*), but in ([\s\S]*?) (true|false)$/, '$1 的 required 为 $2，与 $3 中的 $4 不一致'],
  [/^the cookies of (.*) are ([\s\S]*), but in ([\s\S]*)$/, '$1 的 Cookie 为 $2，与 $3 不一致'],
];

/**
 * Words a mistake of policy files in a reader's language. `POST /policies` words it in English; one that is not known here
 * stays so.
 *
 * @param names Names of the files. A mistake begins with one of them, or with all.
 */
export function wordMistake(mistake: string, names: string[], locale: Locale): { text: string; lang: Locale } {
  const name = [names.join(', '), ...names].map(one => `${one}: `).find(one => mistake.startsWith(one)) ?? '';
  const said = mistake.slice(name.length);
  const [english, chinese] = (locale === 'zh-CN' && in_chinese.find(([english]) => english.test(said))) || [];
  if (!english || !chinese) return { text: mistake, lang: 'en' };
  const reworded = said.replace(english, chinese).replaceAll(' nor ', '、').replace('the usual', '默认值');
  return { text: name.replace(/: $/, '：') + reworded, lang: locale };
}
