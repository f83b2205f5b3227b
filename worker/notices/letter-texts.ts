import type { Locale } from '../shared/locales.ts';

interface Words {
  subject: string;
  lines: string[];
}

interface LetterTexts {
  code(code: string, url: string): Words;
  copy(url: string, until: string): Words;
}

/** What people read in mails to them. Each says why it came, and what to do where it came in error. */
export const letter_texts: Record<Locale, LetterTexts> = {
  'zh-CN': {
    code: (code, url) => ({
      subject: '验证码',
      lines: [
        '您好！有人以此邮箱提出了个人信息权利请求。如是您本人，请在下面的页面填写验证码：',
        code,
        url,
        '验证码 10 分钟内有效，最多可试 3 次。如不是您本人，无需理会：没有验证码，此请求不会得到任何信息。',
      ],
    }),
    copy: (url, until) => ({
      subject: '您的个人信息副本',
      lines: [
        '您好！您请求的个人信息副本已备好，请打开下面的地址：',
        url,
        `该地址在${until}前有效，只能打开一次。请勿转发本邮件。`,
      ],
    }),
  },
  en: {
    code: (code, url) => ({
      subject: 'Your code',
      lines: [
        'Somebody asks for rights over personal data and gives this address. If it was you, type this code on the page below:',
        code,
        url,
        'The code is good for ten minutes and three tries. If it was not you, do nothing: without the code nobody is told anything.',
      ],
    }),
    copy: (url, until) => ({
      subject: 'The copy of your data',
      lines: [
        'The copy of your personal data that you asked for is ready. Open this address:',
        url,
        `It is good until ${until} and opens once. Please do not pass this mail on.`,
      ],
    }),
  },
};
