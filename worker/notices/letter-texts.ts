import type { Locale } from '../shared/locales.ts';

interface Words {
  subject: string;
  lines: string[];
}

interface LetterTexts {
  code(code: string, url: string): Words;
  copy(url: string, until: string): Words;
  policy(summary: string | null, day: string, policy_url: string, rights_url: string): Words;
  incident(parts: string[], url: string): Words;
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
        `该地址有效期至${until}，只能打开一次。请勿转发本邮件。`,
      ],
    }),
    policy: (summary, day, policy_url, rights_url) => ({
      subject: '隐私政策有重大更新',
      lines: [
        `您好！您曾通过我们的网站提交咨询。我们的隐私政策有重大更新，自${day}起生效。`,
        ...(summary ? [summary] : []),
        `新政策全文：\n${policy_url}`,
        '您的信息仍按您提交时同意的政策处理，保存期限取两者中较短的一个。',
        `如您不同意，或希望查阅、更正、删除您的信息：\n${rights_url}`,
      ],
    }),
    incident: (parts, url) => ({
      subject: '个人信息安全事件告知',
      lines: [
        '您好！我们发生了一起个人信息安全事件，可能涉及您通过我们的网站提交的信息。现告知如下：',
        ...parts,
        `本告知也已公布：\n${url}`,
      ],
    }),
  },
  en: {
    code: (code, url) => ({
      subject: 'Your code',
      lines: [
        'Somebody has made a request about personal data and gave this address. If it was you, type this code on the page below:',
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
        `It is good until ${until}, and opens once. Please do not pass this mail on.`,
      ],
    }),
    policy: (summary, day, policy_url, rights_url) => ({
      subject: 'Our privacy policy has changed',
      lines: [
        `You once sent us an inquiry on our website. Our privacy policy changes significantly from ${day} on.`,
        ...(summary ? [summary] : []),
        `The whole policy:\n${policy_url}`,
        'Your data is handled under the policy that you agreed to, and kept for the shorter of the two periods.',
        `If you do not agree, or want to see, correct or erase your data:\n${rights_url}`,
      ],
    }),
    incident: (parts, url) => ({
      subject: 'A security incident',
      lines: [
        'A security incident may have reached data that you sent us on our website. This is what we have to tell you:',
        ...parts,
        `This notice is also published:\n${url}`,
      ],
    }),
  },
};
