import type { Locale } from '../../shared/locales.ts';
import type { Slug } from './slugs.ts';

interface ProblemPageTexts {
  /** Problems in the words of a page. For any other the words of the problem document serve. */
  problems: Partial<Record<Slug, { title: string; detail: string }>>;
  wait(seconds: number): string;
  again: string;
  console: string;
  places: string;
  docs: string;
  policy: string;
  start: { title: string; intro: string };
}

/** Texts of the pages that stand in place of problem documents, and of the start page in production. */
export const problem_page_texts: Record<Locale, ProblemPageTexts> = {
  'zh-CN': {
    problems: {
      'malformed-json': {
        title: '内容无法读取',
        detail: '收到的内容不完整或编码有误，没有保存任何内容。请返回后重试。',
      },
      unauthorized: { title: '需要登录', detail: '此地址供工作人员和程序使用。工作人员请登录工作台。' },
      forbidden: { title: '权限不足', detail: '您的角色不能查看此内容。如有需要，请联系管理员。' },
      'origin-not-allowed': {
        title: '无法从该网站提交',
        detail: '您来自的网站未获准向此处提交，没有保存任何内容。请直接使用下面的页面。',
      },
      'not-found': { title: '找不到该页面', detail: '这个地址没有内容：链接可能有误，或页面已经移走。' },
      'unknown-form': { title: '没有这个表单', detail: '链接可能有误。现有的表单列在下面。' },
      'method-not-allowed': { title: '不能这样打开该地址', detail: '此地址不接受这种请求，没有保存任何内容。' },
      'payload-too-large': { title: '内容过长', detail: '提交的内容过长，没有保存任何内容。请返回并缩短后重试。' },
      'unsupported-media-type': {
        title: '无法读取这种格式',
        detail: '提交的格式不受支持（文件也不能提交），没有保存任何内容。请使用下面的页面填写。',
      },
      'too-many-requests': { title: '请求过于频繁', detail: '没有保存任何内容，请稍后再试。' },
      internal: { title: '出了点问题', detail: '服务器遇到意外错误，请求没有完成。请稍后再试。' },
      unavailable: { title: '服务暂时不可用', detail: '目前无法读取或保存数据，没有保存任何内容。请稍后再试。' },
    },
    wait: seconds => `请在 ${seconds} 秒后再试。`,
    again: '重新打开页面',
    console: '前往工作台',
    places: '页面',
    docs: '接口文档',
    policy: '隐私政策',
    start: { title: '咨询与隐私', intro: '您可以在这里提交咨询、查阅隐私政策，或撤回咨询的同意。' },
  },
  en: {
    problems: {
      'malformed-json': {
        title: 'We couldn’t read that',
        detail: 'What arrived was incomplete or wrongly encoded, and nothing was stored. Please go back and try again.',
      },
      unauthorized: {
        title: 'Please sign in',
        detail: 'This address is for staff and programs. Staff use the console.',
      },
      forbidden: {
        title: 'Not permitted',
        detail: 'Your role doesn’t include this. Ask your administrator if you need it.',
      },
      'origin-not-allowed': {
        title: 'That website can’t send this here',
        detail:
          'The website you came from isn’t allowed to send to us, and nothing was stored. Please use the pages below.',
      },
      'not-found': {
        title: 'Page not found',
        detail: 'There is nothing at this address. The link may be wrong, or the page has moved.',
      },
      'unknown-form': { title: 'No such form', detail: 'The link may be wrong. The forms there are stand below.' },
      'method-not-allowed': {
        title: 'This address can’t be used like that',
        detail: 'It doesn’t take this kind of request, and nothing was stored.',
      },
      'payload-too-large': {
        title: 'That was too long',
        detail: 'What you sent was too long, and nothing was stored. Please go back, shorten it and try again.',
      },
      'unsupported-media-type': {
        title: 'We can’t read this format',
        detail:
          'What arrived isn’t in a format that we read (files can’t be sent either), and nothing was stored. Please use the pages below.',
      },
      'too-many-requests': { title: 'Too many requests', detail: 'Nothing was stored. Please try again in a while.' },
      internal: {
        title: 'Something went wrong',
        detail: 'The server met an unexpected error, and your request was not completed. Please try again later.',
      },
      unavailable: {
        title: 'Not available just now',
        detail: 'We can’t read or store anything at the moment, and nothing was stored. Please try again soon.',
      },
    },
    wait: seconds => `You can try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    again: 'Open the page again',
    console: 'To the console',
    places: 'Pages',
    docs: 'Documentation of the interface',
    policy: 'Privacy policy',
    start: {
      title: 'Inquiries and privacy',
      intro: 'Here you can send an inquiry, read the privacy policy, or withdraw your consent to an inquiry.',
    },
  },
};
